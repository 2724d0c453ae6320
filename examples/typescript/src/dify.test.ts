// What the client does with answers that the embedded server does not send.

import assert from "node:assert/strict";
import test from "node:test";

import { Answer, Dify, DifyError } from "./dify.js";

const base = { conversation_id: "c", message_id: "m", created_at: 1, task_id: "t", id: "m" };
const question = { query: "Hello", inputs: {}, user: "u" };
const end = { event: "message_end", ...base, metadata: {}, files: [] };
const message = (answer: string) => ({ event: "message", ...base, answer, from_variable_selector: [] });
const piece = (answer: string) => ({ event: "agent_message", ...base, answer });

function client(body: string, status = 200, headers: Record<string, string> = {}): Dify {
  const bytes = new ReadableStream({
    start(controller) {
      // One byte a chunk: a chunk ends anywhere.
      for (const byte of new TextEncoder().encode(body)) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const init = { status, headers: { "content-type": "text/event-stream", ...headers } };
  globalThis.fetch = async () => new Response(bytes, init);
  return new Dify("http://dify.invalid/v1", "app-key");
}

function sse(events: object[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\nevent: ping\n\n`).join("");
}

async function text(...events: object[]): Promise<string> {
  const answer = new Answer();
  for await (const event of client(sse(events)).stream(question)) answer.add(event);
  return answer.text;
}

async function refusal(body: string, status: number, headers: Record<string, string>): Promise<DifyError> {
  const dify = client(body, status, headers);
  const error = await dify.chat(question).catch((error: unknown) => error);
  assert.ok(error instanceof DifyError);
  await assert.rejects(client(body, status, headers).stream(question).next(), DifyError);
  return error;
}

test("pieces are joined and a replacement replaces them", async () => {
  assert.equal(await text(message("茶\u2028"), message("茶\u2028"), end), "茶\u2028茶\u2028");
  const replaced = { event: "message_replace", ...base, answer: "No.", reason: "output_moderation" };
  assert.equal(await text(message("Bad"), replaced, end), "No.");
});

test("the message of an agent repeats its pieces", async () => {
  assert.equal(await text(piece("It is "), piece("noon."), message("It is noon."), end), "It is noon.");
});

test("an unknown event is kept", async () => {
  const unknown = { event: "telepathy", thought: "…" };
  const first = await client(sse([unknown, end])).stream(question).next();
  assert.deepEqual(first.value, unknown);
});

test("an error event and an early end are thrown", async () => {
  const error = { event: "error", ...base, code: "completion_request_error", status: 400, message: "overloaded" };
  await assert.rejects(text(message("a"), error), { code: "completion_request_error", status: 400 });
  await assert.rejects(text(message("a")), { code: "incomplete" });
  await assert.rejects(text(), { code: "incomplete" });
});

test("a refusal has its code and when to try again", async () => {
  const body = JSON.stringify({ code: "too_many_requests", message: "Wait.", status: 429 });
  const error = await refusal(body, 429, { "content-type": "application/json", "retry-after": "7" });
  assert.deepEqual([error.status, error.code, error.retryAfter], [429, "too_many_requests", 7]);
  assert.equal((await refusal(body, 429, { "retry-after": "soon" })).retryAfter, undefined);
});

test("the page of a gateway is a refusal", async () => {
  for (const status of [200, 502]) {
    const error = await refusal("<html>Bad Gateway</html>", status, { "content-type": "text/html" });
    assert.deepEqual([error.status, error.code], [status, ""]);
    assert.match(error.message, /Bad Gateway/);
  }
});
