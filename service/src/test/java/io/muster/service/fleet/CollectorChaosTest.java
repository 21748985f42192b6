package io.muster.service.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.ScopeReport;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.inventory.source.azure.RetrySettings;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.service.http.arm.SimulatedAzureServer;
import io.muster.service.tls.TlsMaterial;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.arm.RequestFaults;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.fault.SeededFaults;
import io.muster.simulator.fault.WireFaults;
import io.muster.simulator.guest.GuestFaults;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The collector against a simulated Azure over a socket, where much goes wrong: throttling, server errors, connections that end, bodies that are cut, pages left out
/// or sent again, late answers, and resources that come and go between pages. What a reading calls complete has everything that was there throughout, once.
class CollectorChaosTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final String SUBSCRIPTION =
            "/subscriptions/a1000000-0000-4000-8000-000000000001";
    private static final String COMPUTE =
            SUBSCRIPTION + "/resourceGroups/rg/providers/Microsoft.Compute/";
    private static final int DISKS = 60;
    private static final int MACHINES = 8;
    private static final int INSTANCES = 25;

    /// Disks and machines with higher numbers come and go; those below stay as they are.
    private static final int KEPT_DISKS = 45;

    private static final int KEPT_MACHINES = 6;

    @Test
    void whatAReadingCallsCompleteHasEverythingThatStayedExactlyOnce(@TempDir Path folder)
            throws Exception {
        var tls = TlsMaterial.ensure(folder, CLOCK.instant()).serverContext();
        int seeds = Boolean.getBoolean("muster.exhaustive") ? 100 : 10;
        int complete = 0;
        for (long seed = 1; seed <= seeds; seed++) {
            complete += collect(seed, tls);
        }
        // Chaos that lets nothing through would prove nothing.
        assertThat(complete).as("scopes read whole").isPositive();
    }

    /// One reading in chaos.
    ///
    /// @return how many of its scopes were read whole
    private static int collect(long seed, SSLContext tls) throws Exception {
        // Every fifth has answers that come later than anybody waits.
        boolean late = seed % 5 == 0;
        var world = new World(seed);
        var wire =
                late
                        ? WireFaults.seeded(seed, 40, Duration.ofMillis(450), 20, 20)
                        : WireFaults.seeded(seed, 30, Duration.ofMillis(5), 60, 60);
        try (var server = SimulatedAzureServer.start(world.azure, tls, 0, Optional.of(0), wire)) {
            var settings = settings(server.httpUrl().orElseThrow(), late, seed);
            var read = new ArrayList<String>();
            CollectionReport report;
            world.restless = true;
            try {
                report =
                        new AzureSource("azure", settings, CLOCK)
                                .read(resource ->
                                        read.add(
                                                resource.get("id")
                                                        .textOr("")
                                                        .toLowerCase(Locale.ROOT)));
            } catch (SourceException refused) {
                // Nothing was read, and it says so.
                assertThat(refused).hasMessageContaining("cannot be listed");
                return 0;
            }
            int complete = 0;
            for (var scope : report.scopes()) {
                if (scope.isComplete()) {
                    complete++;
                    stayed(scope)
                            .forEach(id -> once(read, id, "seed %d %s".formatted(seed, scope)));
                } else {
                    assertThat(scope.because()).as("seed %d %s", seed, scope).isNotEmpty();
                    assertThat(report.faults()).as("seed %d", seed).isNotEmpty();
                }
            }
            return complete;
        }
    }

    private static void once(List<String> read, String id, String at) {
        assertThat(read.stream().filter(id.toLowerCase(Locale.ROOT)::equals).count())
                .as(id + " " + at)
                .isEqualTo(1);
    }

    /// What a scope had from the beginning to the end.
    private static Stream<String> stayed(ScopeReport scope) {
        return switch (scope.table()) {
            case "resources" ->
                    Stream.of(
                                    numbered("disks/d", KEPT_DISKS),
                                    numbered("virtualMachines/vm", KEPT_MACHINES),
                                    Stream.of(COMPUTE + "virtualMachineScaleSets/set"))
                            .flatMap(ids -> ids);
            case "computeresources" ->
                    numbered("virtualMachineScaleSets/set/virtualMachines/", INSTANCES);
            case "resourcecontainers" ->
                    Stream.of(SUBSCRIPTION, SUBSCRIPTION + "/resourceGroups/rg");
            default -> Stream.of();
        };
    }

    private static Stream<String> numbered(String type, int count) {
        return Stream.iterate(0, i -> i < count, i -> i + 1)
                .map(i -> COMPUTE + numberedName(type, i));
    }

    private static String numberedName(String type, int number) {
        return type.endsWith("/") ? type + number : "%s%03d".formatted(type, number);
    }

    private static AzureSettings settings(URI endpoint, boolean late, long seed) {
        var usual = AzureSettings.of(endpoint, new AzureCredential.StaticToken("test"));
        return new AzureSettings(
                usual.endpoint(),
                usual.credential(),
                null,
                "",
                List.of(),
                usual.tables(),
                true,
                10,
                4,
                0,
                late ? Duration.ofMillis(300) : Duration.ofSeconds(30),
                new RetrySettings(
                        6,
                        Duration.ofMillis(1),
                        Duration.ofMillis(10),
                        Duration.ofMinutes(1),
                        3,
                        seed));
    }

    /// An estate in which, once it is restless, every question for a page may find that things came and went since the last one.
    private static final class World implements RequestFaults {
        final SimulatedAzure azure;
        private final SplittableRandom random;
        private final RequestFaults faults;
        volatile boolean restless;

        World(long seed) {
            random = new SplittableRandom(seed);
            faults = new SeededFaults(seed, 60, 60, 0, 40, 4);
            var options = QueryOptions.DEFAULT.withClock(CLOCK);
            var settings = SimulatorSettings.DEFAULT.instantly();
            azure =
                    new SimulatedAzure(
                            new SimulatorSettings(
                                    seed,
                                    settings.operationTime(),
                                    settings.guestTime(),
                                    0,
                                    0,
                                    10,
                                    settings.limits()),
                            new VirtualClock(Instant.parse("2026-11-21T00:00:00Z"), CLOCK),
                            (catalog, query) -> Kql.run(query, catalog, options).table(),
                            GuestFaults.seeded(seed, 0),
                            this);
            container(SUBSCRIPTION, "Microsoft.Resources/subscriptions");
            container(
                    SUBSCRIPTION + "/resourceGroups/rg",
                    "Microsoft.Resources/subscriptions/resourceGroups");
            for (int i = 0; i < DISKS; i++) {
                seed(numberedName("disks/d", i), "Microsoft.Compute/disks", "{}");
            }
            for (int i = 0; i < MACHINES; i++) {
                seed(
                        numberedName("virtualMachines/vm", i),
                        "Microsoft.Compute/virtualMachines",
                        "{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}},\"instanceView\":{\"statuses\":[]}}");
            }
            seed(
                    "virtualMachineScaleSets/set",
                    "Microsoft.Compute/virtualMachineScaleSets",
                    "{\"orchestrationMode\":\"Uniform\"}");
            for (int i = 0; i < INSTANCES; i++) {
                seed(
                        "virtualMachineScaleSets/set/virtualMachines/" + i,
                        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
                        "{\"latestModelApplied\":true}");
            }
        }

        private void container(String id, String type) {
            azure.seed(
                    Dynamic.bag()
                            .put("id", id)
                            .put("name", id.substring(id.lastIndexOf('/') + 1))
                            .put("type", type)
                            .put("subscriptionId", SUBSCRIPTION.substring(15))
                            .build());
        }

        private void seed(String name, String type, String properties) {
            azure.seed(
                    Dynamic.bag()
                            .put("id", COMPUTE + name)
                            .put("name", name.substring(name.lastIndexOf('/') + 1))
                            .put("type", type)
                            .put("location", "westeurope")
                            .put("subscriptionId", SUBSCRIPTION.substring(15))
                            .put("resourceGroup", "rg")
                            .put("properties", parse(properties))
                            .build());
        }

        private static Dynamic parse(String json) {
            try {
                return Json.parse(json);
            } catch (JsonException malformed) {
                throw new AssertionError(malformed);
            }
        }

        @Override
        public Optional<ArmResponse> fault(ArmRequest request) {
            if (!restless || request.header("x-own").isPresent()) {
                return Optional.empty();
            }
            if (request.path().endsWith("/resources")) {
                move();
            }
            return faults.fault(request);
        }

        @Override
        public int shift(ArmRequest request) {
            return restless ? faults.shift(request) : 0;
        }

        /// Lets one of those that come and go come or go, now and then.
        private void move() {
            boolean moves;
            boolean machine;
            int draw;
            synchronized (random) {
                moves = random.nextInt(4) == 0;
                machine = random.nextInt(4) == 0;
                draw = random.nextInt(1000);
            }
            if (!moves) {
                return;
            }
            String name =
                    machine
                            ? numberedName(
                                    "virtualMachines/vm",
                                    KEPT_MACHINES + draw % (MACHINES - KEPT_MACHINES))
                            : numberedName(
                                    "disks/d", KEPT_DISKS + draw % (DISKS - KEPT_DISKS + 10));
            if (own("DELETE", name, "").status() == 204 && !machine) {
                own("PUT", name, "{\"location\":\"westeurope\",\"properties\":{}}");
            }
        }

        private ArmResponse own(String method, String name, String body) {
            return azure.handle(
                    new ArmRequest(
                            method,
                            URI.create(
                                    "http://localhost"
                                            + COMPUTE
                                            + name
                                            + "?api-version=2024-07-01"),
                            Map.of("x-own", "1"),
                            body.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
