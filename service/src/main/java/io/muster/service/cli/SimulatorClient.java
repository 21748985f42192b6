package io.muster.service.cli;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.service.tls.TlsMaterial;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Asks a running simulated Azure by its own endpoints.
final class SimulatorClient implements AutoCloseable {
    /// A large state takes its time.
    private static final Duration TIMEOUT = Duration.ofMinutes(30);

    private final String url;
    private final HttpClient client;

    /// @param authority what its certificate was signed by; empty for the authorities of this machine
    SimulatorClient(String url, Optional<Path> authority) throws IOException {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        var builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
        if (authority.isPresent()) {
            builder.sslContext(TlsMaterial.trusting(authority.get()));
        }
        this.client = builder.build();
    }

    Dynamic get(String path) throws BadInput, IOException, InterruptedException {
        return json(request(path).GET());
    }

    Dynamic post(String path, Dynamic body) throws BadInput, IOException, InterruptedException {
        return json(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.write(body))));
    }

    /// A state.
    Dynamic put(String path, Path file) throws BadInput, IOException, InterruptedException {
        return put(path, file, "application/x-ndjson");
    }

    Dynamic putJson(String path, Path file) throws BadInput, IOException, InterruptedException {
        return put(path, file, "application/json");
    }

    private Dynamic put(String path, Path file, String type)
            throws BadInput, IOException, InterruptedException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        HttpRequest.BodyPublisher body;
        try {
            body = HttpRequest.BodyPublishers.ofFile(file);
        } catch (FileNotFoundException unreadable) {
            throw new BadInput(file + "  cannot be read: " + unreadable.getMessage(), unreadable);
        }
        return json(request(path).header("Content-Type", type).PUT(body));
    }

    void delete(String path) throws BadInput, IOException, InterruptedException {
        json(request(path).DELETE());
    }

    /// Writes an answer as it comes, packed as it comes when that is asked for.
    void copy(String path, boolean packed, OutputStream out)
            throws BadInput, IOException, InterruptedException {
        var request = request(path).GET();
        if (packed) {
            request.header("Accept-Encoding", "gzip");
        }
        var answer = send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = answer.body()) {
            if (answer.statusCode() >= 400) {
                throw refused(answer.statusCode(), in.readNBytes(1 << 20));
            }
            in.transferTo(out);
        }
    }

    private HttpRequest.Builder request(String path) throws BadInput {
        try {
            return HttpRequest.newBuilder(URI.create(url + path))
                    .timeout(TIMEOUT)
                    .header("Authorization", "Bearer simulate");
        } catch (IllegalArgumentException invalid) {
            throw new BadInput("'" + url + "' is no URL of a simulated Azure", invalid);
        }
    }

    private Dynamic json(HttpRequest.Builder request)
            throws BadInput, IOException, InterruptedException {
        var answer = send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() >= 400) {
            throw refused(answer.statusCode(), answer.body());
        }
        try {
            return answer.body().length == 0 ? Dynamic.NULL : Json.parse(answer.body());
        } catch (JsonException notOurs) {
            throw notOurs(answer.statusCode(), notOurs);
        }
    }

    private <T> HttpResponse<T> send(
            HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler)
            throws BadInput, InterruptedException {
        try {
            return client.send(request.build(), handler);
        } catch (IOException unanswered) {
            throw new BadInput(
                    "no simulated Azure answers at %s: %s"
                            .formatted(
                                    url,
                                    Optional.ofNullable(unanswered.getMessage())
                                            .orElse(unanswered.getClass().getSimpleName())),
                    unanswered);
        }
    }

    private BadInput refused(int status, byte[] body) {
        try {
            var error = Json.parse(body).get("error");
            return new BadInput(
                    "the simulated Azure answered %d %s: %s"
                            .formatted(
                                    status,
                                    error.get("code").textOr(""),
                                    error.get("message").textOr("")));
        } catch (JsonException notOurs) {
            return notOurs(status, notOurs);
        }
    }

    private BadInput notOurs(int status, JsonException cause) {
        return new BadInput(
                "what answers at %s is no simulated Azure (HTTP %d)".formatted(url, status), cause);
    }

    @Override
    public void close() {
        client.close();
    }
}
