import java.io.File;
import java.io.PrintWriter;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.FilesApi;
import org.openapitools.client.api.MessagesApi;
import org.openapitools.client.model.ApiErrorBody;

/** The calls of openapi-generator's Java client for the Service API: an upload, and a refusal. */
public class Calls {
    public static void report(String base, PrintWriter results) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(base);
        client.setRequestInterceptor(it -> it.header("Authorization", "Bearer " + System.getenv("DIFY_API_KEY")));
        Object upload = Replay.orError(() ->
            new FilesApi(client).appFilesUpload(new File(System.getenv("REPLAY_FILE")), "replay"));
        Object refusal = Replay.orError(() -> refusal(client));
        results.println(Replay.MAPPER.writeValueAsString(Map.of("upload", upload)));
        results.println(Replay.MAPPER.writeValueAsString(Map.of("refusal", refusal)));
    }

    // No server has this conversation.
    static Object refusal(ApiClient client) throws Exception {
        try {
            return new MessagesApi(client)
                .appMessagesList("00000000-0000-4000-8000-000000000000", "replay", null, null);
        } catch (ApiException refused) {
            ApiErrorBody body = Replay.MAPPER.readValue(refused.getResponseBody(), ApiErrorBody.class);
            return Map.of("status", refused.getCode(), "code", body.getCode());
        }
    }
}
