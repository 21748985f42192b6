package io.muster.service.http.console;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.service.http.errors.ArmException;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The console's static files, when they were built; without them, `/` says how to get them. The server works either way.
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
final class ConsoleController {
    private static final String ROOT = "META-INF/console/";
    private static final Pattern PATH =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*");

    /// Vite puts a checksum into the names of what it builds: such a file never changes.
    private static final Pattern HASHED = Pattern.compile("assets/.*-[A-Za-z0-9_-]{8}\\.\\w+");

    private static final String POLICY =
            "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("json", "application/json"),
                    Map.entry("map", "application/json"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("png", "image/png"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("woff2", "font/woff2"),
                    Map.entry("ttf", "font/ttf"),
                    Map.entry("txt", "text/plain; charset=utf-8"),
                    Map.entry("wasm", "application/wasm"));

    /// In the console's jar even when the console itself could not be built.
    private static final String MISSING = "META-INF/muster/console-missing.html";

    @Get("/")
    HttpResponse<?> index(HttpRequest<?> request) throws IOException, ArmException {
        if (read(ROOT + "index.html") != null) {
            return file("index.html", request);
        }
        byte[] page = read(MISSING);
        if (page == null) {
            throw notFound("");
        }
        return HttpResponse.ok(page)
                .contentType(MediaType.TEXT_HTML_TYPE)
                .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    }

    @Get("/{+path}")
    HttpResponse<?> file(String path, HttpRequest<?> request) throws IOException, ArmException {
        if (!PATH.matcher(path).matches()) {
            throw notFound(path);
        }
        String extension = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        String type = TYPES.get(extension);
        byte[] content = type == null ? null : read(ROOT + path);
        if (content == null || type == null) {
            throw notFound(path);
        }
        var response = HttpResponse.<Object>ok();
        String accepted = request.getHeaders().get("Accept-Encoding");
        byte[] compressed =
                accepted != null && accepted.contains("gzip") ? read(ROOT + path + ".gz") : null;
        if (compressed != null) {
            response.header("Content-Encoding", "gzip");
        }
        response.header("Vary", "Accept-Encoding");
        response.header(
                "Cache-Control",
                HASHED.matcher(path).matches()
                        ? "public, max-age=31536000, immutable"
                        : "no-cache");
        response.header("Content-Security-Policy", POLICY);
        response.header("Referrer-Policy", "no-referrer");
        return response.body(compressed == null ? content : compressed)
                .contentType(MediaType.of(type));
    }

    private static byte @Nullable [] read(String path) throws IOException {
        try (var in = ConsoleController.class.getClassLoader().getResourceAsStream(path)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    private static ArmException notFound(String path) {
        return new ArmException(
                404, "NotFound", "The path '/%s' is not served here.".formatted(path));
    }
}
