import java.io.File
import java.io.PrintWriter
import org.openapitools.client.apis.FilesApi
import org.openapitools.client.apis.MessagesApi
import org.openapitools.client.infrastructure.ApiClient
import org.openapitools.client.infrastructure.ClientError
import org.openapitools.client.infrastructure.ClientException
import org.openapitools.client.infrastructure.Serializer
import org.openapitools.client.models.ApiErrorBody

// The calls of openapi-generator's Kotlin client for the Service API: an upload, and a refusal.
object Calls {
    @JvmStatic
    fun report(base: String, results: PrintWriter) {
        ApiClient.accessToken = System.getenv("DIFY_API_KEY")
        val upload = Replay.orError { FilesApi(base).appFilesUpload(File(System.getenv("REPLAY_FILE")), "replay") }
        results.println(Serializer.gson.toJson(mapOf("upload" to upload)))
        results.println(Serializer.gson.toJson(mapOf("refusal" to Replay.orError { refusal(base) })))
    }

    // No server has this conversation.
    private fun refusal(base: String): Any = try {
        MessagesApi(base).appMessagesList("00000000-0000-4000-8000-000000000000", "replay")
    } catch (refused: ClientException) {
        val text = (refused.response as ClientError<*>).body.toString()
        val body = Serializer.gson.fromJson(text, ApiErrorBody::class.java)
        mapOf("status" to refused.statusCode, "code" to body.code)
    }
}
