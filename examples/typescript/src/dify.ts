// A client of Dify's Service API, to copy: fetch, and types that are generated from the published document.

import type { components } from "./dify-types.js";

export type Types = components["schemas"];
/** An event of a newer Dify than the types has an `event` that none of them has: it arrives in `default`. */
export type ChatEvent = Types["ChatEvent"];
export type Question = Omit<Types["ChatRequest"], "response_mode">;

/** A refused request, or a stream that failed. */
export class DifyError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** In seconds. */
    readonly retryAfter?: number,
  ) {
    super(`${status} ${code}: ${message}`);
  }
}

/** One of these occurs before a stream ends normally. */
const FINAL = new Set<string>(["message_end", "workflow_finished", "workflow_paused"] satisfies ChatEvent["event"][]);
const FILE_TYPES = ["image", "audio", "video"] as const;

/** An application, or the knowledge of a workspace: its key decides. */
export class Dify {
  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
  ) {}

  /** Returns the whole answer. Agents do not support it. */
  chat(question: Question): Promise<Types["ChatReply"]> {
    return this.json("POST", "/chat-messages", { ...question, response_mode: "blocking" });
  }

  /** Yields each event. Throws `DifyError` for an `error` event and for a stream that ends early. */
  async *stream(question: Question, signal?: AbortSignal): AsyncGenerator<ChatEvent> {
    const body = JSON.stringify({ ...question, response_mode: "streaming" });
    const response = await this.send("POST", "/chat-messages", "text/event-stream", body, signal);
    let final = false;
    for await (const data of sse(response)) {
      const event = JSON.parse(data) as ChatEvent;
      if (event.event === "error") throw new DifyError(event.status, event.code, event.message);
      final ||= FINAL.has(event.event);
      yield event;
    }
    if (!final) throw new DifyError(200, "incomplete", "The stream ended early; the run may continue.");
  }

  /** Uploads a file; returns the reference to it, for messages of the same user. */
  async upload(file: File, user: string): Promise<Types["FileInput"]> {
    const form = new FormData();
    form.set("file", file);
    form.set("user", user);
    const response = await this.send("POST", "/files/upload", "application/json", form);
    const { id, mime_type } = (await response.json()) as Types["UploadedFile"];
    const type = FILE_TYPES.find((type) => mime_type?.startsWith(`${type}/`)) ?? "document";
    return { type, transfer_method: "local_file", upload_file_id: id };
  }

  /** Yields the conversations of a user, the last updated first. The next page starts after `last_id`. */
  async *conversations(user: string): AsyncGenerator<Types["Conversation"]> {
    const query = new URLSearchParams({ user });
    let page: Types["ConversationPage"];
    do {
      page = await this.json("GET", `/conversations?${query}`);
      yield* page.data;
      query.set("last_id", page.data.at(-1)?.id ?? "");
    } while (page.has_more && page.data.length > 0);
  }

  /** Yields the messages of a conversation, the newest first. The next page ends before `first_id`. */
  async *messages(conversation: string, user: string): AsyncGenerator<Types["Message"]> {
    const query = new URLSearchParams({ conversation_id: conversation, user });
    let page: Types["MessagePage"];
    do {
      page = await this.json("GET", `/messages?${query}`);
      yield* page.data.toReversed();
      query.set("first_id", page.data[0]?.id ?? "");
    } while (page.has_more && page.data.length > 0);
  }

  /** Creates a knowledge base. Requires a dataset key. */
  createDataset(request: Types["DatasetCreateRequest"]): Promise<Types["Dataset"]> {
    return this.json("POST", "/datasets", request);
  }

  private async json<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.send(method, path, "application/json", body && JSON.stringify(body));
    return (await response.json()) as T;
  }

  private async send(method: string, path: string, expected: string, body?: string | FormData, signal?: AbortSignal) {
    const headers = new Headers({ Authorization: `Bearer ${this.key}` });
    if (typeof body === "string") headers.set("Content-Type", "application/json");
    const response = await fetch(this.baseUrl + path, { method, headers, body, signal });
    const type = response.headers.get("content-type")?.split(";")[0]?.toLowerCase();
    if (response.ok && type === expected) return response;
    const { code, message } = refusal(await response.text());
    const retryAfter = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
    throw new DifyError(response.status, code, message, Number.isNaN(retryAfter) ? undefined : retryAfter);
  }
}

/** The text of a streamed answer. */
export class Answer {
  text = "";
  private byAgent = false;

  /** Adds the piece that an event carries, if it carries one. */
  add(event: ChatEvent): void {
    switch (event.event) {
      case "agent_message":
        this.text += event.answer;
        this.byAgent = true;
        break;
      case "message":
        // An application of mode `agent` sends this once, after its pieces, with the whole answer.
        this.text = this.byAgent ? event.answer : this.text + event.answer;
        break;
      case "message_replace":
        this.text = event.answer;
        break;
    }
  }
}

/** Refusals of Dify are JSON; those of a gateway before it are pages. */
function refusal(text: string): Pick<Types["ApiErrorBody"], "code" | "message"> {
  try {
    const { code, message } = JSON.parse(text) as Partial<Types["ApiErrorBody"]>;
    return { code: code ?? "", message: message ?? text.slice(0, 500) };
  } catch {
    return { code: "", message: text.slice(0, 500) };
  }
}

/** Yields the data of each event. A chunk ends anywhere; each event of Dify has its data in one line, and pings have none. */
async function* sse(response: Response): AsyncGenerator<string> {
  let buffer = "";
  if (!response.body) return;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (buffer + chunk).split("\n");
    buffer = lines.pop() ?? "";
    yield* lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
  }
}
