// What a program does with Dify: a question, streamed answers, an agent, a file, lists, a refusal. See README.md.

import { Answer, Dify, DifyError, type Question } from "./dify.js";

const user = "typescript-example";
const { DIFY_BASE_URL: baseUrl = "http://127.0.0.1:5001/v1", ...keys } = process.env;

const app = new Dify(baseUrl, keys.DIFY_API_KEY ?? "app-chat");
const reply = await app.chat(question("What is Dify?"));
console.log(`blocking: ${reply.answer}`);
console.log(`streamed: ${await ask(app, { ...question("And in short?"), conversation_id: reply.conversation_id })}`);

// Agents support streaming only.
const agent = new Dify(baseUrl, keys.DIFY_AGENT_API_KEY ?? "app-roster");
console.log(`agent: ${await ask(agent, question("What time is it?"))}`);

const file = await app.upload(new File(["Green tea steeps for two minutes."], "notes.txt", { type: "text/plain" }), user);
console.log(`with a file: ${await ask(app, { ...question("What do my notes say?"), files: [file] })}`);

for await (const conversation of app.conversations(user)) console.log(`conversation: ${conversation.name}`);
for await (const message of app.messages(reply.conversation_id, user)) console.log(`question: ${message.query}`);

const knowledge = new Dify(baseUrl, keys.DIFY_DATASET_API_KEY ?? "dataset-knowledge");
const dataset = await knowledge.createDataset({ name: `TypeScript example ${Date.now()}` });
console.log(`knowledge base: ${dataset.document_count} documents`);

try {
  await new Dify(baseUrl, "app-invalid").chat(question("Hello"));
} catch (error) {
  if (!(error instanceof DifyError)) throw error;
  console.log(`refused: ${error.status}, ${error.code}, retry after ${error.retryAfter}`);
}

/** Returns a message that starts a conversation. Applications with required variables need more `inputs`. */
function question(query: string): Question {
  return { query, inputs: {}, user };
}

/** Returns the streamed answer. */
async function ask(app: Dify, question: Question): Promise<string> {
  const answer = new Answer();
  for await (const event of app.stream(question)) {
    answer.add(event);
    switch (event.event) {
      case "agent_thought":
        if (event.tool) console.log(`  the agent calls ${event.tool}`);
        break;
      case "message_end":
        console.log(`  ${event.metadata.usage.total_tokens} tokens`);
        break;
    }
  }
  return answer.text;
}
