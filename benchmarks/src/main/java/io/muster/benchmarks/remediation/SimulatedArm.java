package io.muster.benchmarks.remediation;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.OperationState;
import io.muster.remediation.apply.Sent;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.ResourceChange;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A simulated Azure called without sockets, each answer as late as a network would have it.
final class SimulatedArm implements ArmPort {
    private static final String VERSION = "api-version=2024-07-01";

    private final SimulatedAzure azure;
    private final Duration latency;
    private final AtomicLong calls = new AtomicLong();

    SimulatedArm(SimulatedAzure azure, Duration latency) {
        this.azure = azure;
        this.latency = latency;
    }

    /// Calls so far.
    long calls() {
        return calls.get();
    }

    private ArmResponse call(
            String method, String address, Dynamic body, Map<String, String> headers)
            throws ArmException, InterruptedException {
        calls.incrementAndGet();
        Thread.sleep(latency);
        var answer =
                azure.handle(
                        new ArmRequest(
                                method,
                                URI.create(address),
                                headers,
                                body.isNull()
                                        ? new byte[0]
                                        : Json.write(body).getBytes(StandardCharsets.UTF_8)));
        return switch (answer.status()) {
            case 404 -> throw new ArmException(new ArmFailure.NotFound("NotFound", answer.text()));
            case 409 ->
                    throw new ArmException(
                            new ArmFailure.Conflict("Conflict", answer.text(), Duration.ZERO));
            case 412 -> throw new ArmException(new ArmFailure.PreconditionFailed(answer.text()));
            default -> {
                if (answer.status() >= 300) {
                    throw new ArmException(
                            new ArmFailure.Refused(answer.status(), "Refused", answer.text()));
                }
                yield answer;
            }
        };
    }

    private static String address(ResourceId id, String more) {
        return "https://127.0.0.1:1" + id.text() + "?" + VERSION + more;
    }

    private static Dynamic json(ArmResponse answer) throws ArmException {
        try {
            return Json.parse(answer.body());
        } catch (JsonException cut) {
            throw new ArmException(new ArmFailure.Unreachable("no JSON"), cut);
        }
    }

    @Override
    public ArmResource read(ResourceId id) throws ArmException, InterruptedException {
        var body = json(call("GET", address(id, "&$expand=instanceView"), Dynamic.NULL, Map.of()));
        return new ArmResource(id, body, body.get("etag").asText().orElse(null));
    }

    @Override
    public Sent send(ResourceChange change, @Nullable String ifMatch, String correlationId)
            throws ArmException, InterruptedException {
        if (!(change instanceof ResourceChange.Patch(var target, var body, _))) {
            throw new IllegalArgumentException("only a PATCH is measured, not " + change.kind());
        }
        var answer =
                call(
                        "PATCH",
                        address(target, ""),
                        body,
                        ifMatch == null ? Map.of() : Map.of("If-Match", ifMatch));
        var operation = answer.headers().get("Azure-AsyncOperation");
        var retryAfter = answer.headers().get("Retry-After");
        return operation == null
                ? new Sent.Done()
                : new Sent.Started(
                        operation,
                        retryAfter == null ? null : Duration.ofSeconds(Long.parseLong(retryAfter)));
    }

    @Override
    public OperationState poll(String operation) throws ArmException, InterruptedException {
        String state =
                json(call("GET", operation, Dynamic.NULL, Map.of())).get("status").textOr("");
        return switch (state) {
            case "Succeeded" -> new OperationState.Succeeded();
            case "Failed" -> new OperationState.Failed("Failed", "");
            case "Canceled" -> new OperationState.Canceled();
            default -> new OperationState.Running(Duration.ZERO);
        };
    }

    @Override
    public Optional<OperationState> deployment(ResourceId deploymentId) {
        return Optional.empty();
    }
}
