import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.google.gson.reflect.TypeToken
import java.io.File
import java.io.PrintWriter
import java.lang.reflect.Type
import org.openapitools.client.infrastructure.Serializer

// The replay of openapi-generator's Kotlin client with Gson.
object Replay {
    private val schemas: JsonObject = JsonParser.parseString(File(System.getenv("REPLAY_DOCUMENT")).readText())
        .asJsonObject.getAsJsonObject("components").getAsJsonObject("schemas")

    fun <T> orError(work: () -> T): Any? = try {
        work()
    } catch (error: Exception) {
        mapOf("error" to error.toString().replace(Regex("\\s+"), " "))
    }

    // A union is an interface, which Gson makes nothing of; the class of an event is that which its tag names.
    private fun model(schema: String, body: String): Type {
        val union = schemas.getAsJsonObject(schema)?.getAsJsonObject("discriminator")
        val branch = union?.let {
            val tag = JsonParser.parseString(body).asJsonObject[it["propertyName"].asString].asString
            it.getAsJsonObject("mapping")[tag]?.asString?.substringAfterLast('/')
        }
        return try {
            Class.forName("org.openapitools.client.models.${branch ?: schema}")
        } catch (error: ClassNotFoundException) {
            Any::class.java // an object without members has no class
        }
    }

    private fun decode(schema: String, list: Boolean, body: String): Any {
        val model = model(schema, body)
        val type = if (list) TypeToken.getParameterized(List::class.java, model).type else model
        return mapOf("encoded" to Serializer.gson.toJson(Serializer.gson.fromJson<Any>(body, type)))
    }

    @JvmStatic
    fun main(arguments: Array<String>) {
        PrintWriter(System.getenv("REPLAY_RESULTS"), "UTF-8").use(::replay)
    }

    private fun replay(results: PrintWriter) {
        for (text in File(System.getenv("REPLAY_CORPUS")).readLines()) {
            val line = JsonParser.parseString(text).asJsonObject
            val result = orError { decode(line["schema"].asString, line["list"].asBoolean, line["body"].asString) }
            results.println(Serializer.gson.toJson(result))
        }
        System.getenv("DIFY_BASE_URL")?.let { base ->
            // It is compiled for the Service API only.
            Class.forName("Calls").getMethod("report", String::class.java, PrintWriter::class.java).invoke(null, base, results)
        }
    }
}
