package io.muster.inventory.history;

import io.muster.core.column.Bits;
import io.muster.core.column.Catalog;
import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.LongColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.column.TableSource;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every state that resources had within an interval, as the tables that they are in: a row a state, each once. Beside the tables' columns there is
/// `snapshotUntil`, when another state took its place; null for those that held to the end. Immutable.
public final class StatesWithin implements Catalog {
    private static final Field UNTIL = new Field("snapshotUntil", KqlType.DATETIME);

    private final Map<String, TableSource> tables;

    private StatesWithin(Map<String, TableSource> tables) {
        this.tables = tables;
    }

    /// @param last the state at the end
    /// @param steps those that ended within the interval, earliest first
    public static StatesWithin of(Snapshot last, List<HistoryEntry> steps) {
        var rows = new LinkedHashMap<String, List<Segment>>();
        last.layout().tables().forEach(table -> rows.put(table.name(), new ArrayList<>()));
        for (var step : steps) {
            step.previous().forEach(segment -> add(rows, segment, step.until()));
        }
        for (var segment : last.segments()) {
            if (!segment.type().equals(ResourceHistory.TYPE)) {
                add(rows, segment, null);
            }
        }
        var tables = new LinkedHashMap<String, TableSource>();
        for (var table : last.layout().tables()) {
            var fields = new ArrayList<>(table.schema().fields());
            fields.add(UNTIL);
            tables.put(
                    table.name(),
                    new Table(
                            table.name(),
                            new Schema(fields),
                            rows.getOrDefault(table.name(), List.of())));
        }
        return new StatesWithin(tables);
    }

    private static void add(
            Map<String, List<Segment>> rows, ResourceSegment segment, @Nullable Instant until) {
        var columns = new ArrayList<Column>(segment.rows().columns());
        columns.add(until == null ? new NullColumn(segment.size()) : all(until, segment.size()));
        var timed = new Segment(segment.size(), columns);
        var deleted = segment.rows().deleted();
        rows.computeIfAbsent(segment.table().name(), _ -> new ArrayList<>())
                .add(deleted == null ? timed : timed.without(deleted));
    }

    private static Column all(Instant until, int size) {
        long[] ticks = new long[size];
        Arrays.fill(ticks, Ticks.of(until));
        return new LongColumn(KqlType.DATETIME, ticks, Bits.all(size));
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
