// The replay of @hey-api/openapi-ts with its zod plugin.
import * as dify from "dify";
import { createClient } from "dify-client";
import * as zod from "dify-zod";
import { NO_CONVERSATION, USER, replay } from "./replay.mjs";

const client = (base, key) => createClient({ baseUrl: base, auth: key });

await replay({
  again: (schema, body) => zod[`z${schema}`].parse(body),
  upload: async (base, key, file) => (await dify.appFilesUpload({ client: client(base, key), body: { file, user: USER } })).data,
  refusal: async (base, key) => {
    const query = { conversation_id: NO_CONVERSATION, user: USER };
    const { error, response } = await dify.appMessagesList({ client: client(base, key), query });
    return { status: response.status, code: error.code };
  },
});
