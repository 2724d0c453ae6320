// Chats, lists conversations and makes a dataset, with types made from the published document.
//
//     DIFY_BASE_URL=http://127.0.0.1:5001/v1 DIFY_API_KEY=app-chat DIFY_DATASET_API_KEY=dataset-knowledge npm start

import assert from "node:assert/strict";

import createClient from "openapi-fetch";

import type { components, paths } from "./dify.js";
import { chatEvents } from "./events.js";

type Chat = components["schemas"]["ChatRequest"];
type Reply = components["schemas"]["ChatReply"];

const user = "typescript-example";
const baseUrl = setting("DIFY_BASE_URL");
const app = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${setting("DIFY_API_KEY")}` } });
const knowledge = createClient<paths>({
  baseUrl,
  headers: { Authorization: `Bearer ${setting("DIFY_DATASET_API_KEY")}` },
});

const first = await ask({ query: "What is Dify?", inputs: {}, user });
console.log(`blocking: ${first.answer}`);

const streamed = await stream({ query: "And in short?", inputs: {}, user, conversation_id: first.conversation_id });
console.log(`streamed: ${streamed.answer} (${streamed.pieces} pieces)`);
assert.equal(streamed.conversation, first.conversation_id, "the second question belongs to the same conversation");

const conversations = await app.GET("/conversations", { params: { query: { user } } });
const ids = taken(conversations).data.map((conversation) => conversation.id);
assert.ok(ids.includes(first.conversation_id), "the conversation is in the list");
console.log(`conversations: ${ids.length}`);

const name = `TypeScript example ${Date.now()}`;
const dataset = taken(await knowledge.POST("/datasets", { body: { name } }));
assert.equal(dataset.name, name);
assert.equal(dataset.document_count, 0);
console.log(`dataset: ${dataset.name}`);

const wrong = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer app-invalid" } });
const refused = await wrong.GET("/info");
assert.equal(refused.response.status, 401);
assert.equal(refused.error?.code, "unauthorized");
console.log("typescript: all as the document says");

/** A question, answered in one piece. */
async function ask(body: Chat): Promise<Reply> {
  const reply = taken(await app.POST("/chat-messages", { body: { ...body, response_mode: "blocking" } }));
  // The route answers with either of two media types; without a stream asked for it is JSON.
  assert.ok("answer" in reply && "mode" in reply, "a blocking answer is a reply");
  assert.notEqual(reply.answer, "");
  return reply;
}

/** A question, answered piece by piece. */
async function stream(body: Chat): Promise<{ answer: string; pieces: number; conversation: string }> {
  const { error, response } = await app.POST("/chat-messages", {
    body: { ...body, response_mode: "streaming" },
    parseAs: "stream",
  });
  const type = response.headers.get("content-type") ?? "";
  const { body: bytes } = response;
  assert.ok(bytes && type.startsWith("text/event-stream"), `no stream but ${type}: ${JSON.stringify(error)}`);
  let answer = "";
  let pieces = 0;
  let conversation = "";
  let ended = false;
  for await (const event of chatEvents(bytes)) {
    switch (event.event) {
      case "message":
        answer += event.answer;
        pieces += 1;
        conversation = event.conversation_id;
        break;
      case "message_replace":
        answer = event.answer;
        break;
      case "message_end":
        assert.ok(event.metadata.usage, "the end tells what was used");
        ended = true;
        break;
      case "error":
        throw new Error(`${event.code}: ${event.message}`);
    }
  }
  assert.ok(ended, "the stream came to its end");
  assert.ok(pieces > 1, "an answer comes in pieces");
  return { answer, pieces, conversation };
}

/** What an operation answered, or its error thrown. */
function taken<T>(result: { data?: T; error?: { code: string; message: string }; response: Response }): T {
  if (result.data === undefined) {
    throw new Error(`${result.response.status} ${result.error?.code}: ${result.error?.message}`);
  }
  return result.data;
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`set ${name}`);
  }
  return value;
}
