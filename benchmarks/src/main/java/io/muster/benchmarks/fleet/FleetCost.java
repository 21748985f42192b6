package io.muster.benchmarks.fleet;

import io.muster.core.json.JsonException;
import io.muster.inventory.snapshot.Snapshot;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;

/// What a fleet costs: `FleetCost FOLDER [ROUNDS]` loads its NDJSON files a few times on one thread, and says how fast the last
/// loads were, and how much heap the snapshot holds, in all and a virtual machine (with its extensions).
public final class FleetCost {
    private FleetCost() {}

    public static void main(String[] args) throws IOException, JsonException {
        var files = FleetFiles.in(Path.of(args[0]));
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        double megabytes = files.size() / 1e6;
        long before = heap();
        Snapshot snapshot = null;
        for (int round = 1; round <= rounds; round++) {
            snapshot = null;
            long start = System.nanoTime();
            snapshot = files.load();
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "load %d: %.2f s, %.0f MB/s, %d resources%n",
                    round,
                    seconds,
                    megabytes / seconds,
                    snapshot.count());
        }
        if (snapshot == null) {
            throw new IllegalArgumentException("at least one round");
        }
        long held = heap() - before;
        int machines =
                snapshot.segmentsOf("microsoft.compute/virtualmachines").stream()
                        .mapToInt(segment -> segment.rows().liveSize())
                        .sum();
        System.out.printf(
                Locale.ROOT,
                "held: %.1f MB of heap for %.1f MB of JSON, %d bytes a virtual machine (%d of them)%n",
                held / 1e6,
                megabytes,
                held / Math.max(1, machines),
                machines);
        // Keeps the snapshot reachable until the heap was measured.
        System.out.println("version " + snapshot.version());
    }

    /// Bytes of heap in use after collection; the least of several looks.
    private static long heap() {
        var memory = ManagementFactory.getMemoryMXBean();
        long least = Long.MAX_VALUE;
        for (int look = 0; look < 5; look++) {
            memory.gc();
            least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
