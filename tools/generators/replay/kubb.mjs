// The replay of kubb with its zod plugin.
import * as dify from "dify";
import { NO_CONVERSATION, USER, replay } from "./replay.mjs";

const config = (base, key) => ({ baseURL: base, headers: { Authorization: `Bearer ${key}` } });

await replay({
  again: (schema, body) => dify[`${schema[0].toLowerCase()}${schema.slice(1)}Schema`].parse(body),
  upload: async (base, key, file) => (await dify.appFilesUpload({ file, user: USER }, config(base, key))).data,
  refusal: async (base, key) => {
    const query = { conversation_id: NO_CONVERSATION, user: USER };
    const { status, data } = await dify.appMessagesList(query, config(base, key));
    return { status, code: dify.apiErrorBodySchema.parse(data).code };
  },
});
