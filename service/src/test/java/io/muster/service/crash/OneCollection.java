package io.muster.service.crash;

import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.inventory.source.azure.RetrySettings;
import io.muster.service.config.HistorySettings;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import io.muster.service.store.KeptFleet;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// Collects once from what plays Azure, by small pages, into a store; ends with 0 when all was read whole.
final class OneCollection {
    static final int PAGE = 20;

    private OneCollection() {}

    /// `DIR ENDPOINT`.
    public static void main(String[] args) throws Exception {
        var clock = InstantSource.system();
        try (var kept = KeptFleet.forWriting(EndlessWriter.options(args[0]))) {
            var store = kept.snapshots();
            var rounds =
                    new FleetRounds(
                            new Fleet(store, store, clock),
                            new FleetSources(
                                    List.of(new AzureSource("azure", settings(args[1]), clock))),
                            List.of(),
                            new HistorySettings(Duration.ofDays(1)),
                            clock,
                            kept.collectionProgress());
            var report = rounds.run();
            report.faults().forEach(fault -> System.out.println(fault.describe()));
            System.exit(report.isComplete() ? 0 : 1);
        }
    }

    private static AzureSettings settings(String endpoint) {
        var usual = AzureSettings.of(URI.create(endpoint), new AzureCredential.StaticToken("test"));
        return new AzureSettings(
                usual.endpoint(),
                usual.credential(),
                null,
                "",
                List.of(),
                List.of("resourcecontainers", "resources"),
                false,
                PAGE,
                2,
                0,
                Duration.ofMinutes(5),
                new RetrySettings(
                        3,
                        Duration.ofMillis(1),
                        Duration.ofMillis(10),
                        Duration.ofMinutes(1),
                        2,
                        1));
    }
}
