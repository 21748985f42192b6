package io.muster.service.query;

import io.muster.core.column.Catalog;
import io.muster.inventory.derived.DerivedTables;
import io.muster.inventory.derived.InventoryCatalog;
import io.muster.inventory.snapshot.Snapshot;
import jakarta.inject.Singleton;
import java.util.List;

/// The tables of a snapshot, those derived from it, and the virtual ones of other rooms: `policyresources` holds the verdicts.
@Singleton
public final class FleetCatalog {
    private final List<VirtualTable> virtual;

    public FleetCatalog(List<VirtualTable> virtual) {
        this.virtual = List.copyOf(virtual);
    }

    public Catalog over(Snapshot snapshot) {
        return InventoryCatalog.of(
                snapshot,
                DerivedTables.of(snapshot),
                virtual.stream().map(v -> v.over(snapshot)).toList());
    }
}
