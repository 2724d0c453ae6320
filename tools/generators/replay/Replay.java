import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openapitools.client.ApiClient;

/** The replay of openapi-generator's Java client. */
public class Replay {
    static final ObjectMapper PLAIN = new ObjectMapper();
    static final ObjectMapper MAPPER = ApiClient.createDefaultObjectMapper();

    static Object orError(Callable<?> work) {
        try {
            return work.call();
        } catch (Exception | LinkageError | StackOverflowError error) {
            return Map.of("error", error.toString().replaceAll("\\s+", " "));
        }
    }

    static Class<?> model(Object schema) {
        try {
            return Class.forName("org.openapitools.client.model." + schema);
        } catch (ClassNotFoundException error) {
            return Object.class; // an object without members has no class
        }
    }

    static Object decode(Map<?, ?> line) throws Exception {
        var types = MAPPER.getTypeFactory();
        var model = types.constructType(model(line.get("schema")));
        var type = line.get("list") == Boolean.TRUE ? types.constructCollectionType(List.class, model) : model;
        return Map.of("encoded", MAPPER.writeValueAsString(MAPPER.<Object>readValue((String) line.get("body"), type)));
    }

    public static void main(String[] arguments) throws Exception {
        try (var results = new PrintWriter(System.getenv("REPLAY_RESULTS"), "UTF-8")) {
            for (String text : Files.readAllLines(Path.of(System.getenv("REPLAY_CORPUS")))) {
                Map<?, ?> line = PLAIN.readValue(text, Map.class);
                results.println(PLAIN.writeValueAsString(orError(() -> decode(line))));
            }
            String base = System.getenv("DIFY_BASE_URL");
            if (base != null) {
                // It is compiled for the Service API only.
                Class.forName("Calls").getMethod("report", String.class, PrintWriter.class).invoke(null, base, results);
            }
        }
    }
}
