package io.muster.service.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.source.CollectionLog;
import io.muster.inventory.source.CollectionProgress;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.http.arm.SimulatedAzureServer;
import io.muster.service.store.KeptFleet;
import io.muster.service.tls.TlsMaterial;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.arm.RequestFaults;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.guest.GuestFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process is killed (SIGKILL) in the middle of a long collection: the next one goes on by the cursor that was kept, asks for no page that was
/// read, and ends with exactly what there is.
class ResumedCollectionTest {
    private static final String SUBSCRIPTION =
            "/subscriptions/a1000000-0000-4000-8000-000000000001";
    private static final String DISK_IDS =
            SUBSCRIPTION + "/resourceGroups/rg/providers/Microsoft.Compute/disks/";
    private static final int DISKS = 300;

    /// The page of the disks that is asked for when the process dies.
    private static final int LAST_ASKED = 9;

    /// Pages that follow a token begin with the last row of the one before.
    private static final int READ_BEFORE =
            OneCollection.PAGE + (LAST_ASKED - 2) * (OneCollection.PAGE - 1);

    @Test
    void aKilledCollectionGoesOnWhereItWas(@TempDir Path data) throws Exception {
        var pages = new Pages();
        var tls =
                TlsMaterial.ensure(data.resolve("tls"), InstantSource.system().instant())
                        .serverContext();
        try (var server = SimulatedAzureServer.start(azure(pages), tls, 0, Optional.of(0))) {
            String endpoint = server.httpUrl().orElseThrow().toString();
            var store = data.resolve("store");
            var first = start(store, endpoint);
            var _ = first.onExit().thenRun(pages.reached::countDown);
            try {
                assertThat(pages.reached.await(180, TimeUnit.SECONDS)).isTrue();
                assertThat(first.isAlive()).as(() -> said(first)).isTrue();
            } finally {
                // By its handle, which leaves the stream open.
                first.toHandle().destroyForcibly();
                assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
                pages.goOn.countDown();
            }

            pages.queries.clear();
            var second = start(store, endpoint);
            String said = said(second);
            assertThat(second.waitFor()).as(said).isZero();
            assertThat(said).contains("goes on behind " + READ_BEFORE + " rows");

            // What is left, and no page from the beginning.
            assertThat(pages.queries)
                    .hasSize(Math.ceilDiv(DISKS - READ_BEFORE, OneCollection.PAGE))
                    .allMatch(query -> query.contains("strcmp(id, '"), "goes on behind an id");
            assertThat(pages.queries.getFirst()).contains(name(READ_BEFORE - 1));
            assertWhole(store);
        }
    }

    private static void assertWhole(Path store) throws Exception {
        // For writing: who looks what was read before means to go on with it.
        try (var kept = KeptFleet.forWriting(EndlessWriter.options(store.toString()))) {
            var snapshots = kept.snapshots();
            var snapshot = new Fleet(snapshots, snapshots, InstantSource.system()).snapshot();
            var disks = new ArrayList<String>();
            for (var segment : snapshot.segmentsOf("microsoft.compute/disks")) {
                segment.rows().live().forEach(row -> disks.add(segment.resourceId(row)));
            }
            assertThat(disks)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, DISKS).mapToObj(i -> DISK_IDS + name(i)).toList());
            assertThat(CollectionLog.isComplete(snapshot)).isTrue();
            var reading = new CollectionProgress.Reading("azure", SUBSCRIPTION, "resources");
            assertThat(kept.collectionProgress().find(reading)).isEmpty();
        }
    }

    private static Process start(Path store, String endpoint) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OneCollection.class.getName(),
                        store.toString(),
                        endpoint)
                .redirectErrorStream(true)
                .start();
    }

    /// All that a process said; waits for its end.
    private static String said(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String name(int number) {
        return "d%04d".formatted(number);
    }

    private static SimulatedAzure azure(RequestFaults pages) {
        var clock = InstantSource.system();
        var options = QueryOptions.DEFAULT.withClock(clock);
        var azure =
                new SimulatedAzure(
                        SimulatorSettings.DEFAULT.instantly(),
                        new VirtualClock(Instant.parse("2026-11-21T00:00:00Z"), clock),
                        (catalog, query) -> Kql.run(query, catalog, options).table(),
                        GuestFaults.seeded(1, 0),
                        pages);
        azure.seed(resource(SUBSCRIPTION, "Microsoft.Resources/subscriptions"));
        azure.seed(
                resource(
                        SUBSCRIPTION + "/resourceGroups/rg",
                        "Microsoft.Resources/subscriptions/resourceGroups"));
        for (int i = 0; i < DISKS; i++) {
            azure.seed(resource(DISK_IDS + name(i), "Microsoft.Compute/disks"));
        }
        return azure;
    }

    private static Dynamic resource(String id, String type) {
        return Dynamic.bag()
                .put("id", id)
                .put("name", id.substring(id.lastIndexOf('/') + 1))
                .put("type", type)
                .put("location", "westeurope")
                .put("subscriptionId", SUBSCRIPTION.substring(15))
                .put("resourceGroup", "rg")
                .build();
    }

    /// Sees every question for a page of the disks; lets one of them wait until the process that asked is dead.
    private static final class Pages implements RequestFaults {
        final List<String> queries = new ArrayList<>();
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public Optional<ArmResponse> fault(ArmRequest request) {
            String query = query(request);
            if (!query.startsWith("resources")) {
                return Optional.empty();
            }
            boolean last;
            synchronized (queries) {
                queries.add(query);
                last = queries.size() == LAST_ASKED && reached.getCount() > 0;
            }
            if (last) {
                reached.countDown();
                try {
                    assertThat(goOn.await(180, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException stopping) {
                    Thread.currentThread().interrupt();
                }
            }
            return Optional.empty();
        }

        private static String query(ArmRequest request) {
            if (!request.path().endsWith("/resources")) {
                return "";
            }
            try {
                return Json.parse(request.body()).get("query").textOr("");
            } catch (JsonException malformed) {
                throw new AssertionError(malformed);
            }
        }
    }
}
