package io.muster.benchmarks.store;

import static io.muster.benchmarks.store.Figures.heap;
import static io.muster.benchmarks.store.Figures.say;
import static io.muster.benchmarks.store.Figures.timed;

import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetHistory;
import io.muster.service.store.KeptFleet;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// Writes a fleet of the generator into an H2 store in a folder, changes single machines, keeps a week of hourly changes, starts again and goes
/// back in time; prints how long each took. `MACHINES FOLDER [CHANGES AN HOUR]`.
public final class StoreSpeed {
    private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");
    private static final String VM = "microsoft.compute/virtualmachines";
    private static final int HOURS = 7 * 24;

    private StoreSpeed() {}

    public static void main(String[] args) throws Exception {
        int machines = Integer.parseInt(args[0]);
        var folder = Path.of(args[1]);
        int hourly = args.length > 2 ? Integer.parseInt(args[2]) : machines / 200;
        var options = ServerOptions.onFreePorts(folder);
        var random = new SplittableRandom(1);
        try (var kept = KeptFleet.forWriting(options)) {
            var store = kept.snapshots();
            var fleet = new Fleet(store, store, InstantSource.fixed(START));
            var built =
                    timed(
                            "generate and build",
                            () -> {
                                var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
                                new EstateGenerator(EstateSize.ofMachines(machines), 1)
                                        .write(builder::add);
                                return builder.build(START, Dynamic.EMPTY_BAG);
                            });
            say("resources", built.count());
            say("heap with it, MB", heap() >> 20);
            timed("first publish", () -> publish(fleet, built));
            var ids = vms(fleet.snapshot());
            for (int i = 0; i < 6; i++) {
                var before = fleet.snapshot();
                var changed = changed(before, ids.get(random.nextInt(ids.size())), "one" + i);
                timed(
                        "one changed machine: recorded, kept and visible",
                        () -> publish(fleet, before.with(List.of(changed), Set.of(), START)));
            }
            timed(
                    "a query over it all",
                    () ->
                            Kql.run(
                                            "resources | where type =~ 'microsoft.compute/virtualmachines' | summarize count() by location",
                                            fleet.snapshot(),
                                            QueryOptions.DEFAULT)
                                    .table());
            long began = System.nanoTime();
            for (int hour = 1; hour <= HOURS; hour++) {
                var before = fleet.snapshot();
                var upserts = new ArrayList<Dynamic>();
                for (int i = 0; i < hourly; i++) {
                    upserts.add(changed(before, ids.get(random.nextInt(ids.size())), "h" + hour));
                }
                publish(fleet, before.with(upserts, Set.of(), START.plusSeconds(hour * 3600L)));
                if (fleet.snapshot().isWorthCompacting()) {
                    var now = fleet.snapshot();
                    fleet.replace(now, now.compacted());
                }
            }
            say("changes kept", (long) HOURS * hourly);
            say("an hour's changes, ms", (System.nanoTime() - began) / 1_000_000 / HOURS);
            say("segments", fleet.snapshot().segments().size());
        }
        say("store, MB", Figures.size(folder) >> 20);
        try (var kept = KeptFleet.forReading(options)) {
            var store = kept.snapshots();
            var fleet =
                    timed(
                            "start on what is kept",
                            () -> new Fleet(store, store, InstantSource.fixed(START)));
            say("heap with it, MB", heap() >> 20);
            var history = new FleetHistory(fleet, store);
            for (int hour : new int[] {0, 1, 40, 80, 120, 167}) {
                var instant = START.plusSeconds(hour * 3600L + 1800);
                timed("as of hour " + hour, () -> history.asOf(instant));
                timed("  and again", () -> history.asOf(instant));
            }
            say("heap with two past states, MB", heap() >> 20);
            System.out.println(history.begins() + " " + fleet.snapshot().count());
        }
    }

    private static Snapshot publish(Fleet fleet, Snapshot next) throws Exception {
        fleet.publish(
                ResourceHistory.STANDARD.record(
                        fleet.snapshot(), next, HistoryEntry.Cause.REFRESH));
        return fleet.snapshot();
    }

    private static List<String> vms(Snapshot snapshot) {
        var ids = new ArrayList<String>();
        for (var segment : snapshot.segmentsOf(VM)) {
            segment.rows().live().forEach(row -> ids.add(segment.resourceId(row)));
        }
        return ids;
    }

    private static Dynamic changed(Snapshot snapshot, String id, String value) {
        var vm = snapshot.resource(id).orElseThrow();
        return vm.with("tags", vm.get("tags").with("release", Dynamic.of(value)));
    }
}
