package io.muster.service.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetHistory;
import io.muster.service.store.KeptFleet;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A writer is killed (SIGKILL) at moments of chance, again and again on one store: what is found is always a whole state, the one said last
/// or the next, with its history. `muster.kills` says how many kills of each database; exhaustively 50.
class KilledWriterTest {
    private static final int KILLS =
            Boolean.getBoolean("muster.exhaustive") ? 50 : Integer.getInteger("muster.kills", 2);

    @Test
    void anH2StoreHoldsAWholeState(@TempDir Path data) throws Exception {
        killAgainAndAgain(1, data.toString());
    }

    @Test
    void aPostgresStoreHoldsAWholeState(@TempDir Path data) throws Exception {
        try (var postgres = EmbeddedPostgres.builder().start()) {
            killAgainAndAgain(
                    2,
                    data.toString(),
                    postgres.getJdbcUrl("postgres", "postgres"),
                    "postgres",
                    "postgres");
        }
    }

    private static void killAgainAndAgain(long seed, String... store) throws Exception {
        var random = new SplittableRandom(seed);
        int said = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            // After so many steps, and then at some moment of the next.
            said = runAndKill(said, 1 + random.nextInt(12), random.nextInt(25_000_000), store);
            said = check("kill " + kill, said, store);
        }
        assertThat(said).isGreaterThan(KILLS);
    }

    /// The step said last.
    private static int runAndKill(int from, int steps, int nanos, String... store)
            throws IOException, InterruptedException {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                EndlessWriter.class.getName()));
        command.addAll(List.of(store));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        int said = from;
        try (var out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            var noise = new StringBuilder();
            while (said < from + steps) {
                String line = out.readLine();
                assertThat(line).as("the writer ended by itself: %s", noise).isNotNull();
                if (line.matches("\\d+")) {
                    said = Integer.parseInt(line);
                } else if (noise.length() < 4000) {
                    noise.append(line).append('\n');
                }
            }
            long until = System.nanoTime() + nanos;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            // By its handle, which leaves the stream open.
            process.toHandle().destroyForcibly();
            // What it still said before it died counts; a line cut short is a smaller number.
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.matches("\\d+")) {
                    said = Math.max(said, Integer.parseInt(line));
                }
            }
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        return said;
    }

    /// The step that the store is at.
    private static int check(String when, int said, String... arguments) throws Exception {
        try (var kept = KeptFleet.forReading(EndlessWriter.options(arguments))) {
            var store = kept.snapshots();
            var fleet = new Fleet(store, store, () -> SteppedEstate.timeOf(said));
            assertThat(fleet.damaged()).as(when).isEmpty();
            int found = EndlessWriter.stepOf(fleet);
            assertThat(found).as(when).isBetween(said, said + 1);
            assertThat(state(fleet.snapshot())).as(when).isEqualTo(SteppedEstate.state(found));
            var history = new FleetHistory(fleet, store);
            for (int step = Math.max(1, found - 15); step <= found; step++) {
                assertThat(state(history.asOf(SteppedEstate.timeOf(step).plusSeconds(30))))
                        .as("%s, as of step %d of %d", when, step, found)
                        .isEqualTo(SteppedEstate.state(step));
            }
            return found;
        }
    }

    private static Map<String, Dynamic> state(Snapshot snapshot) {
        var state = new TreeMap<String, Dynamic>();
        for (var segment : snapshot.segments()) {
            if (!segment.type().equals(ResourceHistory.TYPE)
                    && !segment.type().startsWith("muster.")) {
                segment.rows()
                        .live()
                        .forEach(row ->
                                state.put(
                                        segment.resourceId(row).toLowerCase(Locale.ROOT),
                                        segment.resource(row)));
            }
        }
        return state;
    }
}
