// What the replays in TypeScript share: each line of the corpus becomes a line of results; then the server is called.
import { readFileSync, writeFileSync } from "node:fs";

/** Of `GET /messages`, whose refusal is decoded: no server has this conversation. */
export const NO_CONVERSATION = "00000000-0000-4000-8000-000000000000";
export const USER = "replay";

export const corpus = () => readFileSync(process.env.REPLAY_CORPUS, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));

// Some clients take integers of 64 bits for a BigInt, which JSON.stringify refuses.
const plain = (_, value) => (typeof value === "bigint" ? Number(value) : value);

/**
 * Calls `again(schema, body, index)` for each body: it decodes it as the type of that name and encodes it again.
 * `upload(base, key, file)` returns the stored file, `refusal(base, key)` status and code.
 */
export async function replay({ again, upload, refusal }) {
  const results = [];
  const attempt = async (work) => {
    try {
      return await work();
    } catch (error) {
      return { error: `${error?.name}: ${String(error?.message ?? error).replace(/\s+/g, " ")}`.slice(0, 600) };
    }
  };
  for (const [index, { schema, list, body }] of corpus().entries()) {
    const one = (value) => again(schema, value, index);
    const value = JSON.parse(body);
    results.push(await attempt(() => ({ encoded: JSON.stringify(list ? value.map(one) : one(value), plain) })));
  }
  const { REPLAY_RESULTS, REPLAY_FILE, DIFY_BASE_URL: base, DIFY_API_KEY: key } = process.env;
  if (base) {
    const file = new File([readFileSync(REPLAY_FILE)], "notes.txt", { type: "text/plain" });
    const stored = async () => {
      const { id, name, size } = await upload(base, key, file);
      return { id, name, size };
    };
    results.push({ upload: await attempt(stored) });
    results.push({ refusal: await attempt(() => refusal(base, key)) });
  }
  writeFileSync(REPLAY_RESULTS, results.map((result) => `${JSON.stringify(result)}\n`).join(""));
}
