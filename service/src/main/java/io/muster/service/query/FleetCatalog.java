package io.muster.service.query;

import io.muster.core.column.Catalog;
import io.muster.core.column.TableSource;
import io.muster.inventory.derived.DerivedTables;
import io.muster.inventory.derived.InventoryCatalog;
import io.muster.inventory.snapshot.Snapshot;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/// The tables of a snapshot, those derived from it, and the virtual ones of other rooms: `policyresources` holds the verdicts.
@Singleton
public final class FleetCatalog {
    private final List<VirtualTable> virtual;

    public FleetCatalog(List<VirtualTable> virtual) {
        this.virtual = List.copyOf(virtual);
    }

    public Catalog over(Snapshot snapshot) {
        return over(snapshot, table -> table.over(snapshot));
    }

    /// The tables as of an instant.
    ///
    /// @param snapshot the fleet at that instant
    public Catalog asOf(Instant at, Snapshot snapshot) {
        return over(snapshot, table -> table.asOf(at, snapshot));
    }

    private Catalog over(Snapshot snapshot, Function<VirtualTable, TableSource> moment) {
        return InventoryCatalog.of(
                snapshot, DerivedTables.of(snapshot), virtual.stream().map(moment).toList());
    }
}
