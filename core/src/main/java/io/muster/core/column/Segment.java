package io.muster.core.column;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// About 64k rows of a table: a column for each of its fields, and which rows are deleted. Immutable but for what is derived from it lazily.
public final class Segment {
    private final int size;
    private final List<Column> columns;
    private final @Nullable Bits deleted;

    /// Survives deletions, for it depends on the columns only.
    private final ConcurrentHashMap<Object, Object> derived;

    public Segment(int size, List<Column> columns) {
        this(size, List.copyOf(columns), null, new ConcurrentHashMap<>());
        for (var column : columns) {
            if (column.size() != size) {
                throw new IllegalArgumentException(column.size() + " rows of a column, " + size);
            }
        }
    }

    private Segment(
            int size,
            List<Column> columns,
            @Nullable Bits deleted,
            ConcurrentHashMap<Object, Object> derived) {
        this.size = size;
        this.columns = columns;
        this.deleted = deleted;
        this.derived = derived;
    }

    /// Rows, deleted ones included: what every column has.
    public int size() {
        return size;
    }

    /// Rows that are not deleted.
    public int liveSize() {
        return deleted == null ? size : size - deleted.cardinality();
    }

    public List<Column> columns() {
        return columns;
    }

    public Column column(int index) {
        return columns.get(index);
    }

    /// The rows to leave out; null when none is.
    public @Nullable Bits deleted() {
        return deleted;
    }

    public boolean isLive(int row) {
        return deleted == null || !deleted.get(row);
    }

    public Bits live() {
        return deleted == null ? Bits.all(size) : deleted.not();
    }

    /// The same rows with those deleted too; columns and what was derived from them are shared.
    public Segment without(Bits rows) {
        return new Segment(size, columns, deleted == null ? rows : deleted.or(rows), derived);
    }

    /// Something computed from the columns alone (an index, a compiled leaf's bitmap), once for each key, kept as long as the columns.
    @SuppressWarnings("unchecked") // each key class is used with one value type
    public <T> T derived(Object key, Supplier<T> compute) {
        var known = derived.get(key);
        if (known == null) {
            // Not computeIfAbsent: the computation may itself ask for derived values.
            var computed = compute.get();
            known = derived.putIfAbsent(key, computed);
            if (known == null) {
                known = computed;
            }
        }
        return (T) known;
    }
}
