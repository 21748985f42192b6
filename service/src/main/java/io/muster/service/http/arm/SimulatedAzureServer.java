package io.muster.service.http.arm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.fault.FaultPlan;
import io.muster.simulator.fault.WireFault;
import io.muster.simulator.fault.WireFaults;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens on the loopback address for a [SimulatedAzure]. Closing it ends the listeners.
///
/// Of the JDK's own server: it hands each request to a thread and shares nothing with the server of the fleet, as the real Azure
/// shares nothing.
public final class SimulatedAzureServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedAzureServer.class);
    private static final int BACKLOG = 256;
    private static final int MAX_BODY_BYTES = 8 << 20;
    private static final int MAX_REQUESTS_AT_ONCE = 256;

    private volatile SimulatedAzure azure;
    private final SSLContext tls;
    private final HttpsServer https;
    private final Optional<HttpServer> http;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("simulated-azure-", 0).factory());
    private final Semaphore requestsAtOnce = new Semaphore(MAX_REQUESTS_AT_ONCE);

    private volatile WireFaults wireFaults;
    private final SimulatorLimits limits;
    private final SimulatorControl control;

    private SimulatedAzureServer(
            SimulatedAzure azure,
            SSLContext tls,
            HttpsServer https,
            Optional<HttpServer> http,
            WireFaults wireFaults,
            SimulatorLimits limits) {
        this.wireFaults = wireFaults;
        this.limits = limits;
        this.azure = azure;
        this.tls = tls;
        this.https = https;
        this.http = http;
        this.control = new SimulatorControl(this, limits);
    }

    /// @param httpsPort 0 for a free one
    /// @param httpPort 0 for a free one; empty: no plain HTTP
    public static SimulatedAzureServer start(
            SimulatedAzure azure, SSLContext tls, int httpsPort, Optional<Integer> httpPort)
            throws IOException {
        return start(azure, tls, httpsPort, httpPort, WireFaults.NONE);
    }

    /// @param wireFaults what happens to answers on their way
    public static SimulatedAzureServer start(
            SimulatedAzure azure,
            SSLContext tls,
            int httpsPort,
            Optional<Integer> httpPort,
            WireFaults wireFaults)
            throws IOException {
        return start(azure, tls, httpsPort, httpPort, wireFaults, SimulatorLimits.DEFAULT);
    }

    /// @param limits of the simulator's own endpoints
    public static SimulatedAzureServer start(
            SimulatedAzure azure,
            SSLContext tls,
            int httpsPort,
            Optional<Integer> httpPort,
            WireFaults wireFaults,
            SimulatorLimits limits)
            throws IOException {
        var https = HttpsServer.create(loopback(httpsPort), BACKLOG);
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        Optional<HttpServer> http = Optional.empty();
        if (httpPort.isPresent()) {
            try {
                http = Optional.of(HttpServer.create(loopback(httpPort.get()), BACKLOG));
            } catch (IOException taken) {
                https.stop(0);
                throw taken;
            }
        }
        var server = new SimulatedAzureServer(azure, tls, https, http, wireFaults, limits);
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

    /// The one that answers now: an import puts another in its place.
    public SimulatedAzure azure() {
        return azure;
    }

    /// Requests that come from now on are answered by another; those under way end where they began.
    void replace(SimulatedAzure other) {
        azure = other;
        other.faults().ifPresent(faults -> wireFaults = faults.wireFaults());
    }

    /// Other faults from now on, those on the wire too.
    void switchFaults(FaultPlan faults) {
        azure.switchFaults(faults);
        wireFaults = faults.wireFaults();
    }

    /// Another one beside this, with an address, faults and forks of its own.
    SimulatedAzureServer startTwin(SimulatedAzure twin, int httpsPort, Optional<Integer> httpPort)
            throws IOException {
        return start(twin, tls, httpsPort, httpPort, wireFaults.forked(), limits);
    }

    private void answer(HttpExchange exchange, String scheme) throws IOException {
        try (exchange) {
            requestsAtOnce.acquireUninterruptibly();
            try {
                respond(exchange, scheme);
            } finally {
                requestsAtOnce.release();
            }
        }
    }

    private void respond(HttpExchange exchange, String scheme) throws IOException {
        if (SimulatorControl.isControlPath(exchange.getRequestURI().getPath())) {
            control(exchange, scheme);
            return;
        }
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            write(
                    exchange,
                    ArmDoor.error(
                            413, "RequestContentTooLarge", "The request content is too large."));
            return;
        }
        ArmRequest request;
        try {
            request =
                    new ArmRequest(
                            exchange.getRequestMethod(),
                            uri(exchange, scheme),
                            headers(exchange),
                            body);
        } catch (URISyntaxException malformed) {
            write(
                    exchange,
                    ArmDoor.error(400, "InvalidRequestUri", "The request's address is malformed."));
            return;
        }
        var refusal = door(exchange, scheme, request.path(), body.length > 0).refusal();
        if (refusal.isPresent()) {
            write(exchange, refusal.get());
            return;
        }
        write(exchange, answered(request), wireFaults.fault(request));
    }

    /// The simulator's own endpoints: bodies are not read before the caller may come in.
    private void control(HttpExchange exchange, String scheme) throws IOException {
        String path = exchange.getRequestURI().getPath();
        var refusal = door(exchange, scheme, path, false).refusal();
        if (refusal.isPresent()) {
            write(exchange, refusal.get());
            return;
        }
        try {
            control.answer(exchange, path);
        } catch (RuntimeException fault) {
            LOG.error("the simulator failed at {}", path, fault);
            if (exchange.getResponseCode() < 0) {
                write(
                        exchange,
                        ArmDoor.error(
                                500, "InternalServerError", "The simulator failed; see the log."));
            }
        }
    }

    private static ArmDoor door(
            HttpExchange exchange, String scheme, String path, boolean hasBody) {
        var headers = new HashMap<String, String>();
        headers(exchange)
                .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        String host = exchange.getRequestHeaders().getFirst("Host");
        return new ArmDoor(
                exchange.getRequestMethod(),
                scheme,
                host == null ? "" : host,
                path,
                headers,
                hasBody);
    }

    private ArmResponse answered(ArmRequest request) {
        try {
            return azure().handle(request);
        } catch (RuntimeException fault) {
            LOG.error("the simulated Azure failed at {}", request.path(), fault);
            return ArmDoor.error(
                    500, "InternalServerError", "The simulated Azure failed; see the log.");
        }
    }

    /// Carries out what goes wrong on the wire; closing the exchange early ends the connection.
    private static void write(HttpExchange exchange, ArmResponse response, WireFault fault)
            throws IOException {
        switch (fault) {
            case WireFault.None() -> write(exchange, response);
            case WireFault.Slow(var by) -> {
                LockSupport.parkNanos(by.toNanos());
                write(exchange, response);
            }
            case WireFault.Truncated() -> {
                byte[] body = response.body();
                if (body.length < 2) {
                    write(exchange, response);
                    return;
                }
                response.headers().forEach(exchange.getResponseHeaders()::set);
                exchange.sendResponseHeaders(response.status(), body.length);
                var out = exchange.getResponseBody();
                out.write(body, 0, body.length / 2);
                out.flush();
            }
            // Nothing is sent: the exchange is closed by the caller.
            case WireFault.Dropped() -> {}
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
                        + target(exchange.getRequestURI()));
    }

    /// Path and query as they were written: two slashes at their beginning are read as a host's otherwise. Some clients send all of an address, as to a proxy.
    private static String target(URI asked) {
        if (!asked.isAbsolute()) {
            return asked.toString();
        }
        String query = asked.getRawQuery();
        return asked.getRawPath() + (query == null ? "" : "?" + query);
    }

    private static Map<String, String> headers(HttpExchange exchange) {
        var headers = new HashMap<String, String>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name, String.join(",", values)));
        return headers;
    }

    static void write(HttpExchange exchange, ArmResponse response) throws IOException {
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
        control.close();
        https.stop(0);
        http.ifPresent(plain -> plain.stop(0));
        threads.close();
    }
}
