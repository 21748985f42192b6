package io.muster.inventory.derived;

import io.muster.core.column.Catalog;
import io.muster.core.column.TableSource;
import io.muster.inventory.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A snapshot's tables, the derived ones, and whatever others add. Of two with one name the later counts.
public final class InventoryCatalog implements Catalog {
    private final Map<String, TableSource> tables = new LinkedHashMap<>();

    private InventoryCatalog() {}

    /// @param more tables that other rooms compute of the same state (compliance, history)
    public static InventoryCatalog of(
            Snapshot snapshot, DerivedTables derived, List<? extends TableSource> more) {
        var catalog = new InventoryCatalog();
        var all = new ArrayList<>(snapshot.tables());
        all.addAll(derived.tables());
        all.addAll(more);
        all.forEach(table -> catalog.tables.put(table.name().toLowerCase(Locale.ROOT), table));
        return catalog;
    }

    public static InventoryCatalog of(Snapshot snapshot) {
        return of(snapshot, DerivedTables.of(snapshot), List.of());
    }

    @Override
    public Optional<TableSource> table(String name) {
        return Optional.ofNullable(tables.get(name.toLowerCase(Locale.ROOT)));
    }

    @Override
    public List<TableSource> tables() {
        return List.copyOf(tables.values());
    }
}
