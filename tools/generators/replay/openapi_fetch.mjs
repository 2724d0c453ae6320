// The replay of openapi-typescript, with openapi-fetch as the client.
import createClient from "openapi-fetch";
import { NO_CONVERSATION, USER, replay } from "./replay.mjs";
import { typed } from "./types.mjs";

const client = (base, key) => createClient({ baseUrl: base, headers: { Authorization: `Bearer ${key}` } });

await replay({
  again: typed('import type { components } from "./dify";', (schema) => `components["schemas"]["${schema}"]`),
  upload: async (base, key, file) => {
    const bodySerializer = (body) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(body)) form.append(name, value);
      return form;
    };
    const { data } = await client(base, key).POST("/files/upload", { body: { file, user: USER }, bodySerializer });
    return data;
  },
  refusal: async (base, key) => {
    const query = { conversation_id: NO_CONVERSATION, user: USER };
    const { error, response } = await client(base, key).GET("/messages", { params: { query } });
    return { status: response.status, code: error.code };
  },
});
