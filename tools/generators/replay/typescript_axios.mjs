// The replay of openapi-generator's typescript-axios.
import * as dify from "dify";
import { NO_CONVERSATION, USER, replay } from "./replay.mjs";
import { typed } from "./types.mjs";

const configuration = (base, key) => new dify.Configuration({ basePath: base, accessToken: key });

await replay({
  again: typed('import type * as S from "./index";', (schema) => `S.${schema}`),
  upload: async (base, key, file) => (await new dify.FilesApi(configuration(base, key)).appFilesUpload(file, USER)).data,
  refusal: async (base, key) => {
    const { response } = await new dify.MessagesApi(configuration(base, key))
      .appMessagesList(NO_CONVERSATION, USER)
      .catch((error) => error);
    return { status: response.status, code: response.data.code };
  },
});
