package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateNames;
import io.muster.fixtures.estate.EstateSize;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// A goal state to every machine of a fleet, by thirty writers at once. 100,000 machines with `muster.exhaustive`, else 1,000.
class ScaleTest {
    private static final int WRITERS = 30;
    private final VirtualClock clock = VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z"));
    private final SimulatedAzure azure =
            new SimulatedAzure(
                    SimulatorSettings.DEFAULT.instantly(),
                    clock,
                    (catalog, query) -> {
                        throw new IllegalStateException("no query is asked here");
                    });

    private record Target(String id, boolean windows) {}

    private ArmResponse patch(Target machine) {
        var body =
                Dynamic.bag()
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put(
                                                "applicationProfile",
                                                Dynamic.bag()
                                                        .put(
                                                                "galleryApplications",
                                                                Dynamic.array(
                                                                        Dynamic.bag()
                                                                                .put(
                                                                                        "packageReferenceId",
                                                                                        EstateNames
                                                                                                        .applicationId(
                                                                                                                machine
                                                                                                                                .windows()
                                                                                                                        ? EstateNames
                                                                                                                                .SECURITY_AGENT_WINDOWS
                                                                                                                        : EstateNames
                                                                                                                                .SECURITY_AGENT_LINUX)
                                                                                                + "/versions/latest")
                                                                                .build()))
                                                        .build())
                                        .build())
                        .build();
        return azure.handle(
                new ArmRequest(
                        "PATCH",
                        URI.create("https://h" + machine.id() + "?api-version=2024-07-01"),
                        Map.of(),
                        Json.write(body).getBytes(StandardCharsets.UTF_8)));
    }

    private static Duration processorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Test
    void everyMachineOfAFleetTakesItsGoalState() throws InterruptedException {
        int count =
                Boolean.getBoolean("muster.exhaustive")
                        ? 100_000
                        : Integer.getInteger("muster.scale", 1_000);
        List<Target> machines = new ArrayList<>();
        new EstateGenerator(EstateSize.ofMachines(count), 9)
                .write(resource -> {
                    azure.seed(resource);
                    if (resource.get("type")
                            .textOr("")
                            .equals("Microsoft.Compute/virtualMachines")) {
                        machines.add(
                                new Target(
                                        resource.get("id").textOr(""),
                                        resource.path(
                                                        "properties",
                                                        "storageProfile",
                                                        "osDisk",
                                                        "osType")
                                                .textOr("")
                                                .equals("Windows")));
                    }
                });
        var wrong = new ConcurrentLinkedQueue<String>();
        var work = new ConcurrentLinkedQueue<>(machines);
        var processor = processorTime();
        long start = System.nanoTime();
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WRITERS; i++) {
                writers.execute(() -> {
                    for (var machine = work.poll(); machine != null; machine = work.poll()) {
                        var answer = patch(machine);
                        if (answer.status() != 200) {
                            wrong.add(answer.text());
                        }
                    }
                });
            }
        }
        var took = Duration.ofNanos(System.nanoTime() - start);
        System.err.println(
                count
                        + " goal states in "
                        + took.toMillis()
                        + " ms by "
                        + WRITERS
                        + " writers, "
                        + processorTime().minus(processor).toMillis()
                        + " ms of processor");
        assertThat(wrong).isEmpty();
        assertThat(azure.log()).hasSize(machines.size());
    }
}
