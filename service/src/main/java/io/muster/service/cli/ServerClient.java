package io.muster.service.cli;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.service.config.ListenHost;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/// Asks a running server for a command.
final class ServerClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private final String url;
    private final Optional<String> token;
    private final Duration timeout;
    private final HttpClient client;

    private final Set<String> notWhole = new LinkedHashSet<>();

    /// What the answers so far said was not collected whole.
    List<String> notWhole() {
        return List.copyOf(notWhole);
    }

    /// With the token that the environment names, if it does.
    ServerClient(String url) {
        this(url, Optional.ofNullable(System.getenv("MUSTER_TOKEN")), TIMEOUT);
    }

    /// @param token sent with each call
    /// @param timeout of each call
    ServerClient(String url, Optional<String> token, Duration timeout) {
        this.token = token;
        this.timeout = timeout;
        var builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
        // The token is not for a proxy, which the JDK asks for all but the loopback address.
        this.client =
                (isOfThisMachine(url) ? builder.proxy(HttpClient.Builder.NO_PROXY) : builder)
                        .build();
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /// Whether a URL names an address that this machine has; names are looked up nowhere.
    private static boolean isOfThisMachine(String url) {
        try {
            var address =
                    Optional.ofNullable(URI.create(url).getHost()).flatMap(ListenHost::address);
            return address.isPresent()
                    && (address.get().isLoopbackAddress()
                            || NetworkInterface.getByInetAddress(address.get()) != null);
        } catch (IllegalArgumentException | SocketException unknown) {
            // What is no URL is told when it is asked.
            return false;
        }
    }

    Dynamic get(String path) throws BadInput, IOException, InterruptedException {
        return send(request(path).GET());
    }

    Dynamic post(String path, Dynamic body) throws BadInput, IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.write(body))));
    }

    /// A call without a body.
    Dynamic postEmpty(String path) throws BadInput, IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.noBody()));
    }

    Dynamic put(String path, Dynamic body) throws BadInput, IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(Json.write(body))));
    }

    /// Whether there was something to delete.
    boolean delete(String path) throws BadInput, IOException, InterruptedException {
        var answer = exchange(request(path).DELETE());
        json(answer);
        return answer.statusCode() != 204;
    }

    /// An id as a path: names may have characters that mean something in a URL.
    static String path(String id) {
        return Arrays.stream(id.split("/", -1))
                .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }

    private HttpRequest.Builder request(String path) throws BadInput {
        try {
            var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(timeout);
            token.ifPresent(given -> request.header("Authorization", "Bearer " + given));
            return request;
        } catch (IllegalArgumentException invalid) {
            throw new BadInput("'" + url + "' is no URL of a server", invalid);
        }
    }

    /// A call whose answer is no JSON.
    HttpResponse<byte[]> postForBytes(String path, Dynamic body)
            throws BadInput, IOException, InterruptedException {
        var answer =
                exchange(
                        request(path)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(Json.write(body))));
        if (answer.statusCode() >= 400) {
            json(answer);
        }
        return answer;
    }

    private Dynamic send(HttpRequest.Builder request)
            throws BadInput, IOException, InterruptedException {
        return json(exchange(request));
    }

    private HttpResponse<byte[]> exchange(HttpRequest.Builder request)
            throws BadInput, IOException, InterruptedException {
        HttpResponse<byte[]> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException refused) {
            throw new BadInput("no server answers at " + url, refused);
        } catch (HttpTimeoutException late) {
            throw new BadInput(
                    "the server at %s did not answer within %s".formatted(url, timeout), late);
        } catch (SSLException untrusted) {
            throw new BadInput(
                    "%s: no trusted HTTPS answers there: %s".formatted(url, untrusted.getMessage()),
                    untrusted);
        } catch (IOException notHttp) {
            throw new BadInput(
                    "what answers at %s does not speak HTTP as expected: %s"
                            .formatted(url, notHttp.getMessage()),
                    notHttp);
        }
        response.headers().firstValue("x-muster-not-whole").ifPresent(notWhole::add);
        return response;
    }

    /// @throws BadInput when the server answered an error, or what answered is none
    private Dynamic json(HttpResponse<byte[]> response) throws BadInput {
        Dynamic body;
        try {
            body = response.body().length == 0 ? Dynamic.NULL : Json.parse(response.body());
        } catch (JsonException notOurs) {
            throw new BadInput(
                    "what answers at %s is no Muster server (HTTP %d)"
                            .formatted(url, response.statusCode()),
                    notOurs);
        }
        if (response.statusCode() >= 400) {
            throw new ServerRefusal(response.statusCode(), body.get("error"));
        }
        return body;
    }

    @Override
    public void close() {
        client.close();
    }
}
