// The stream of a chat, read as spec/published/README.md says.

import { EventSourceParserStream } from "eventsource-parser/stream";

import type { components } from "./dify.js";

export type ChatEvent = components["schemas"]["ChatEvent"];

/**
 * The events of a streamed answer, until its body ends.
 *
 * Pings carry no data and are passed over. Events of a newer Dify come as they are: let those pass whose `event` you do
 * not know.
 */
export async function* chatEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ChatEvent> {
  const messages = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const message of messages) {
    if (message.data !== "") {
      yield JSON.parse(message.data) as ChatEvent;
    }
  }
}
