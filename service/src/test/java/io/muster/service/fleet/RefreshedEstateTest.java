package io.muster.service.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.source.SnapshotCollector;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.service.demo.DemoEstate;
import io.muster.service.tls.TlsMaterial;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A full pass reads Resource Graph and compute, a refresh compute and ARM: of what did not change both must say the same.
class RefreshedEstateTest {
    @Test
    void whatIsReadAgainUnchangedDoesNotLookChanged(@TempDir Path folder) throws Exception {
        var clock = InstantSource.system();
        var tls = TlsMaterial.ensure(folder, clock.instant());
        try (var demo = DemoEstate.start(40, 7, tls, 0, Optional.of(0), clock)) {
            var settings =
                    AzureSettings.of(
                            demo.server().httpUrl().orElseThrow(),
                            new AzureCredential.StaticToken("test"));
            var collector =
                    new SnapshotCollector(
                            List.of(new AzureSource("azure", settings, clock)), clock);
            var collected =
                    collector
                            .collect(Snapshot.empty(ResourceGraphTables.STANDARD, clock.instant()))
                            .snapshot();
            var ids = new HashSet<ResourceId>();
            for (var segment : collected.segments()) {
                segment.rows()
                        .live()
                        .forEach(row -> ids.add(ResourceId.parse(segment.resourceId(row))));
            }

            var again = collector.refresh(collected, ids);

            assertThat(ids).hasSizeGreaterThan(100);
            assertThat(again.unread()).isEmpty();
            assertThat(again.snapshot().count()).isEqualTo(collected.count());
            var recorded =
                    ResourceHistory.STANDARD.record(
                            collected, again.snapshot(), HistoryEntry.Cause.NOTICE);
            var changes = new ArrayList<String>();
            for (var segment : recorded.snapshot().segmentsOf(ResourceHistory.TYPE)) {
                segment.rows()
                        .live()
                        .forEach(row -> changes.add(Json.write(segment.resource(row))));
            }
            assertThat(changes).isEmpty();
        }
    }
}
