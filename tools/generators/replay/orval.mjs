// The replay of orval's fetch client.
import * as dify from "dify";
import { NO_CONVERSATION, USER, replay } from "./replay.mjs";
import { typed } from "./types.mjs";

// Its functions call `fetch` with the path; where the server is, a program says once.
const { fetch } = globalThis;
const at = (base, key) => {
  globalThis.fetch = (path, init) => fetch(base + path, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${key}` } });
};

await replay({
  again: typed('import type * as S from "./dify";', (schema) => `S.${schema}`),
  upload: async (base, key, file) => {
    at(base, key);
    return (await dify.appFilesUpload({ file, user: USER })).data;
  },
  refusal: async (base, key) => {
    at(base, key);
    const { status, data } = await dify.appMessagesList({ conversation_id: NO_CONVERSATION, user: USER });
    return { status, code: data.code };
  },
});
