package io.muster.service.http.arm;

import com.sun.net.httpserver.HttpExchange;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.StateException;
import io.muster.simulator.estate.StateText;
import io.muster.simulator.fault.FaultPlan;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/// What Azure does not have: the simulated one's clock, its state as a file, its forks.
///
/// | call | does |
/// |---|---|
/// | `GET /_simulator` | how things stand: time, resources, settings, forks |
/// | `POST /_simulator/clock` | `{"step": "PT5M"}`: time passes |
/// | `GET /_simulator/state` | the whole state as NDJSON; packed for who accepts gzip |
/// | `PUT /_simulator/state` | takes such a state in place of what there is; packed or not |
/// | `GET`, `POST /_simulator/forks` | the forks; a new one: `{"name"?, "httpsPort"?, "httpPort"?}` |
/// | `DELETE /_simulator/forks/{name}` | ends a fork |
/// | `GET`, `PUT /_simulator/faults` | what goes wrong: of requests, on the wire, in guests |
final class SimulatorControl {
    private static final String ROOT = "/_simulator";
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][-A-Za-z0-9]{0,63}");

    private final SimulatedAzureServer server;
    private final SimulatorLimits limits;
    private final SimulatorForks forks;

    SimulatorControl(SimulatedAzureServer server, SimulatorLimits limits) {
        this.server = server;
        this.limits = limits;
        this.forks = new SimulatorForks(limits.forks());
    }

    static boolean isControlPath(String path) {
        return path.equals(ROOT) || path.startsWith(ROOT + "/");
    }

    /// Whether a call brings a state: no JSON document, and longer than other bodies.
    static boolean isState(String path) {
        return path.equals(ROOT + "/state");
    }

    void close() {
        forks.close();
    }

    /// Answers a call that may come in.
    void answer(HttpExchange exchange, String path) throws IOException {
        if (isState(path) && exchange.getRequestMethod().equals("GET")) {
            export(exchange);
        } else {
            SimulatedAzureServer.write(exchange, answered(exchange, path));
        }
    }

    private ArmResponse answered(HttpExchange exchange, String path) throws IOException {
        String fork = ROOT + "/forks/";
        String method = exchange.getRequestMethod();
        return switch (method + " " + (path.startsWith(fork) ? fork : path)) {
            case "GET " + ROOT -> status();
            case "POST " + ROOT + "/clock" -> step(exchange);
            case "PUT " + ROOT + "/state" -> take(exchange);
            case "GET " + ROOT + "/faults" -> ArmResponse.of(200, faults().toJson());
            case "PUT " + ROOT + "/faults" -> switchFaults(exchange);
            case "GET " + ROOT + "/forks" -> ArmResponse.of(200, list());
            case "POST " + ROOT + "/forks" -> fork(exchange);
            case "DELETE " + ROOT + "/forks/" -> drop(path.substring(fork.length()));
            default ->
                    ArmDoor.error(
                            404,
                            "NotFound",
                            "The simulator has no '" + method + "' at '" + path + "'.");
        };
    }

    private Dynamic list() {
        return Dynamic.bag()
                .put(
                        "value",
                        Dynamic.array(forks.all().stream().map(SimulatorForks.Fork::json).toList()))
                .build();
    }

    private ArmResponse status() {
        return ArmResponse.of(200, server.azure().status().with("forks", list().get("value")));
    }

    private ArmResponse step(HttpExchange exchange) throws IOException {
        var body = body(exchange);
        if (body.isEmpty()) {
            return invalid("A JSON object was expected.");
        }
        String text = body.get().get("step").textOr("");
        Duration by;
        try {
            by = Duration.parse(text);
        } catch (DateTimeException noDuration) {
            return invalid("'step' takes a duration as PT5M or P1D, not '" + text + "'.");
        }
        if (by.isNegative() || by.compareTo(limits.step()) > 0) {
            return invalid("'step' takes PT0S to " + limits.step() + ", not '" + text + "'.");
        }
        server.azure().clock().step(by);
        return status();
    }

    /// Before anybody switched them: none but the guests' share of the settings.
    private FaultPlan faults() {
        return server.azure().faults().orElseGet(() -> FaultPlan.ofSettings(settings()));
    }

    private SimulatorSettings settings() {
        return SimulatorSettings.ofJson(server.azure().status().get("settings"));
    }

    private ArmResponse switchFaults(HttpExchange exchange) throws IOException {
        var body = body(exchange);
        if (body.isEmpty()) {
            return invalid("A JSON object was expected.");
        }
        try {
            server.switchFaults(FaultPlan.ofJson(body.get(), settings().seed()));
        } catch (IllegalArgumentException wrong) {
            return invalid(String.valueOf(wrong.getMessage()));
        }
        return ArmResponse.of(200, faults().toJson());
    }

    private void export(HttpExchange exchange) throws IOException {
        boolean packed =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Accept-Encoding"))
                        .filter(accepted -> accepted.toLowerCase(Locale.ROOT).contains("gzip"))
                        .isPresent();
        // What it is made of does not change any more: it is written without holding anybody up.
        var state = server.azure().exportState();
        exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
        if (packed) {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
        }
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out =
                packed
                        ? new GZIPOutputStream(exchange.getResponseBody(), 1 << 16)
                        : exchange.getResponseBody()) {
            StateText.write(state, out);
        }
    }

    /// What there is stays when the state is none.
    private ArmResponse take(HttpExchange exchange) throws IOException {
        InputStream in = exchange.getRequestBody();
        try {
            server.replace(server.azure().restored(StateText.read(in, limits.state())));
            return status();
        } catch (StateException bad) {
            // A caller that is still sending would not see the answer.
            in.transferTo(OutputStream.nullOutputStream());
            return notAState(String.valueOf(bad.getMessage()));
        } catch (UncheckedIOException | IOException cut) {
            return notAState("it is cut off or not packed well: " + cut.getMessage());
        }
    }

    private static ArmResponse notAState(String why) {
        return ArmDoor.error(400, "InvalidState", "This is no state of a simulated Azure: " + why);
    }

    private ArmResponse fork(HttpExchange exchange) throws IOException {
        var body = body(exchange);
        if (body.isEmpty()) {
            return invalid("A JSON object was expected.");
        }
        String name = body.get().get("name").textOr("");
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            return invalid("'name' takes letters, digits and '-', at most 64 of them.");
        }
        var https = port(body.get(), "httpsPort");
        var http = port(body.get(), "httpPort");
        if (https < 0 || http < -1) {
            return invalid("'httpsPort' and 'httpPort' take a port from 0 to 65535.");
        }
        if (forks.isFull()) {
            return full();
        }
        var twin = server.azure().fork();
        try {
            var added =
                    forks.add(
                            name,
                            twin.clock().instant().toString(),
                            () ->
                                    server.startTwin(
                                            twin,
                                            https,
                                            body.get().get("httpPort").isNull()
                                                    ? Optional.empty()
                                                    : Optional.of(http)));
            if (added.isPresent()) {
                return ArmResponse.of(201, added.get().json());
            }
            return forks.isFull()
                    ? full()
                    : ArmDoor.error(409, "ForkExists", "There is a fork '" + name + "' already.");
        } catch (BindException taken) {
            return ArmDoor.error(409, "PortTaken", "The port is taken: " + taken.getMessage());
        }
    }

    private ArmResponse full() {
        return ArmDoor.error(
                409,
                "TooManyForks",
                "At most " + limits.forks() + " forks live at once; end one first.");
    }

    private ArmResponse drop(String name) {
        return forks.remove(name)
                ? ArmResponse.empty(204)
                : ArmDoor.error(404, "ForkNotFound", "There is no fork '" + name + "'.");
    }

    /// Of a body; 0 when it is not named, less when it is none.
    private static int port(Dynamic body, String name) {
        var port = body.get(name);
        if (port.isNull()) {
            return 0;
        }
        long number = port.longOr(-2);
        return number < 0 || number > 65_535 ? -2 : Math.toIntExact(number);
    }

    /// The JSON object of a call; empty when it is none. No body is an empty one.
    private static Optional<Dynamic> body(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (bytes.length == 0) {
            return Optional.of(Dynamic.EMPTY_BAG);
        }
        if (bytes.length > MAX_BODY_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.parse(bytes)).filter(json -> json instanceof Dynamic.Bag);
        } catch (JsonException noJson) {
            return Optional.empty();
        }
    }

    private static ArmResponse invalid(String message) {
        return ArmDoor.error(400, "InvalidRequestContent", message);
    }
}
