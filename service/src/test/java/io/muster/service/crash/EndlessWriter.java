package io.muster.service.crash;

import io.muster.service.config.HistorySettings;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import io.muster.service.store.KeptFleet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Collects and refreshes into a store until it is killed; says each step once it is kept.
final class EndlessWriter {
    private EndlessWriter() {}

    /// `DIR` for an H2 file, `DIR URL USER PASSWORD` for PostgreSQL.
    public static void main(String[] args) throws Exception {
        var estate = new SteppedEstate();
        try (var kept = KeptFleet.forWriting(options(args))) {
            var store = kept.snapshots();
            var fleet = new Fleet(store, store, estate::now);
            int step = stepOf(fleet);
            var rounds =
                    new FleetRounds(
                            fleet,
                            new FleetSources(List.of(estate)),
                            List.of(),
                            new HistorySettings(Duration.ofDays(1)),
                            estate::now);
            while (true) {
                step++;
                estate.moveTo(step);
                // A collection that does what a refresh did is none: all is compared anyway.
                if (step % 4 == 1) {
                    rounds.run();
                } else {
                    rounds.refresh(SteppedEstate.changed(step));
                }
                if (step % 8 == 0) {
                    rounds.compact();
                }
                System.out.println(step);
            }
        }
    }

    static ServerOptions options(String... args) {
        return new ServerOptions(
                Path.of(args[0]),
                "127.0.0.1",
                0,
                Optional.empty(),
                Optional.empty(),
                args.length == 1
                        ? Optional.empty()
                        : Optional.of(new ServerOptions.Database(args[1], args[2], args[3])));
    }

    /// The step that a fleet is at; 0 for none.
    static int stepOf(Fleet fleet) {
        return fleet.snapshot()
                .resource(SteppedEstate.MARKER)
                .map(marker -> Integer.parseInt(marker.path("properties", "vmSize").textOr("0")))
                .orElse(0);
    }
}
