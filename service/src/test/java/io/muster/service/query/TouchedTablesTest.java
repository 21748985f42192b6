package io.muster.service.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.ScanRequest;
import io.muster.core.json.Json;
import io.muster.inventory.derived.DerivedTables;
import io.muster.inventory.derived.InventoryCatalog;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TouchedTablesTest {
    private static final Instant AT = Instant.parse("2026-11-21T08:00:00Z");

    @Test
    void whatComputeCouldNotTellIsSaidOfEveryTableThatHasIt() throws Exception {
        var snapshot =
                Snapshot.empty(ResourceGraphTables.STANDARD, AT)
                        .withMetadata(
                                Json.parse(
                                        "{'collections':[{'source':'azure','scope':'/subscriptions/s','table':'instanceviews','completeness':'Partial','because':'no right'}]}"
                                                .replace('\'', '"')));
        for (String table :
                List.of("resources", "vmapplications", "vmextensions", "galleryversions")) {
            var touched =
                    new TouchedTables(
                            InventoryCatalog.of(snapshot, DerivedTables.of(snapshot), List.of()));
            assertThat(touched.notWhole(snapshot)).isEmpty();
            touched.table(table).orElseThrow().scan(ScanRequest.ALL);
            assertThat(touched.notWhole(snapshot))
                    .as(table)
                    .singleElement()
                    .asString()
                    .contains("no right");
        }
    }
}
