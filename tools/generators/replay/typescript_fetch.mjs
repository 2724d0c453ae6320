// The replay of openapi-generator's typescript-fetch.
import * as dify from "dify";
import { NO_CONVERSATION, USER, replay } from "./replay.mjs";

const configuration = (base, key) => new dify.Configuration({ basePath: base, accessToken: key });

await replay({
  again: (schema, body) => dify[`${schema}ToJSON`](dify[`${schema}FromJSON`](body)),
  upload: (base, key, file) => new dify.FilesApi(configuration(base, key)).appFilesUpload({ file, user: USER }),
  refusal: async (base, key) => {
    const list = { conversationId: NO_CONVERSATION, user: USER };
    const { response } = await new dify.MessagesApi(configuration(base, key)).appMessagesList(list).catch((error) => error);
    return { status: response.status, code: dify.ApiErrorBodyFromJSON(await response.json()).code };
  },
});
