package io.muster.service.http.arm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens on the loopback address for a [SimulatedAzure]. Closing it ends the listeners.
///
/// Of the JDK's own server: it hands each request to a virtual thread and shares nothing with the server of the fleet, as the real Azure
/// shares nothing.
public final class SimulatedAzureServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedAzureServer.class);
    private static final int BACKLOG = 256;
    private static final int MAX_BODY_BYTES = 8 << 20;
    private static final int MAX_REQUESTS_AT_ONCE = 256;

    private final SimulatedAzure azure;
    private final HttpsServer https;
    private final Optional<HttpServer> http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore requestsAtOnce = new Semaphore(MAX_REQUESTS_AT_ONCE);

    private SimulatedAzureServer(
            SimulatedAzure azure, HttpsServer https, Optional<HttpServer> http) {
        this.azure = azure;
        this.https = https;
        this.http = http;
    }

    /// @param httpsPort 0 for a free one
    /// @param httpPort 0 for a free one; empty: no plain HTTP
    public static SimulatedAzureServer start(
            SimulatedAzure azure, SSLContext tls, int httpsPort, Optional<Integer> httpPort)
            throws IOException {
        var https = HttpsServer.create(loopback(httpsPort), BACKLOG);
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        Optional<HttpServer> http = Optional.empty();
        if (httpPort.isPresent()) {
            http = Optional.of(HttpServer.create(loopback(httpPort.get()), BACKLOG));
        }
        var server = new SimulatedAzureServer(azure, https, http);
        server.serve(https, "https");
        http.ifPresent(plain -> server.serve(plain, "http"));
        return server;
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private void serve(HttpServer server, String scheme) {
        server.createContext("/", exchange -> answer(exchange, scheme));
        server.setExecutor(threads);
        server.start();
    }

    public URI httpsUrl() {
        return URI.create("https://127.0.0.1:" + https.getAddress().getPort());
    }

    public Optional<URI> httpUrl() {
        return http.map(plain -> URI.create("http://127.0.0.1:" + plain.getAddress().getPort()));
    }

    private void answer(HttpExchange exchange, String scheme) throws IOException {
        try (exchange) {
            requestsAtOnce.acquireUninterruptibly();
            try {
                write(exchange, response(exchange, scheme));
            } finally {
                requestsAtOnce.release();
            }
        }
    }

    private ArmResponse response(HttpExchange exchange, String scheme) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            return error(413, "RequestContentTooLarge", "The request content is too large.");
        }
        try {
            return azure.handle(
                    new ArmRequest(
                            exchange.getRequestMethod(),
                            uri(exchange, scheme),
                            headers(exchange),
                            body));
        } catch (URISyntaxException malformed) {
            return error(400, "InvalidRequestUri", "The request's address is malformed.");
        } catch (RuntimeException fault) {
            LOG.error("the simulated Azure failed at {}", exchange.getRequestURI(), fault);
            return error(500, "InternalServerError", "The simulated Azure failed; see the log.");
        }
    }

    /// With the authority that the client called: URLs in answers must reach this server.
    private static URI uri(HttpExchange exchange, String scheme) throws URISyntaxException {
        String host = exchange.getRequestHeaders().getFirst("Host");
        var local = exchange.getLocalAddress();
        return new URI(
                scheme
                        + "://"
                        + (host == null ? "127.0.0.1:" + local.getPort() : host)
                        + exchange.getRequestURI());
    }

    private static Map<String, String> headers(HttpExchange exchange) {
        var headers = new HashMap<String, String>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name, String.join(",", values)));
        return headers;
    }

    private static ArmResponse error(int status, String code, String message) {
        String json = "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}".formatted(code, message);
        return new ArmResponse(
                status,
                Map.of("Content-Type", "application/json"),
                json.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(HttpExchange exchange, ArmResponse response) throws IOException {
        response.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = response.body();
        boolean bodyless =
                body.length == 0
                        || response.status() == 204
                        || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(response.status(), bodyless ? -1 : body.length);
        if (!bodyless) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        https.stop(0);
        http.ifPresent(plain -> plain.stop(0));
        threads.close();
    }
}
