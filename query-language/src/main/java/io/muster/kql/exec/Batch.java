package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.RowRefs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Some rows of a relation. Columns are computed when first asked for, so that what nobody reads is never moved. Confined to one thread
/// at a time.
final class Batch {
    private final int rows;
    private final Lazy[] columns;

    /// A column to be.
    private static final class Lazy {
        private @Nullable Supplier<Column> source;
        private @Nullable Column value;

        Lazy(Supplier<Column> source) {
            this.source = source;
        }

        Column get() {
            var known = value;
            if (known == null) {
                var from = source;
                if (from == null) {
                    throw new IllegalStateException("a column that needs itself");
                }
                source = null;
                known = from.get();
                value = known;
            }
            return known;
        }
    }

    private Batch(int rows, Lazy[] columns) {
        this.rows = rows;
        this.columns = columns;
    }

    static Batch of(int rows, List<Column> columns) {
        var lazies = new Lazy[columns.size()];
        for (int i = 0; i < lazies.length; i++) {
            var column = columns.get(i);
            lazies[i] = new Lazy(() -> column);
        }
        return new Batch(rows, lazies);
    }

    static Batch lazy(int rows, List<Supplier<Column>> columns) {
        var lazies = new Lazy[columns.size()];
        for (int i = 0; i < lazies.length; i++) {
            lazies[i] = new Lazy(columns.get(i));
        }
        return new Batch(rows, lazies);
    }

    int rows() {
        return rows;
    }

    int width() {
        return columns.length;
    }

    Column column(int index) {
        return columns[index].get();
    }

    /// The column, to be computed when asked.
    Supplier<Column> supplier(int index) {
        var lazy = columns[index];
        return lazy::get;
    }

    List<Supplier<Column>> suppliers() {
        var all = new ArrayList<Supplier<Column>>();
        for (int i = 0; i < columns.length; i++) {
            all.add(supplier(i));
        }
        return all;
    }

    /// Those rows, in that order.
    Batch select(int[] picked) {
        var lazies = new Lazy[columns.length];
        for (int i = 0; i < lazies.length; i++) {
            var lazy = columns[i];
            lazies[i] = new Lazy(() -> counted(lazy.get().gather(picked)));
        }
        return new Batch(picked.length, lazies);
    }

    private static Column counted(Column made) {
        MemoryMeter.current().charge(Columns.rowBytes(made));
        return made;
    }

    /// The same rows; what is still to be computed of them is charged to that meter.
    Batch keptBy(MemoryMeter home) {
        var lazies = new Lazy[columns.length];
        for (int i = 0; i < lazies.length; i++) {
            var lazy = columns[i];
            lazies[i] = new Lazy(() -> home.during(lazy::get));
        }
        return new Batch(rows, lazies);
    }

    /// Hands the batch on; what is made for it meanwhile is given back afterwards, unless somebody keeps it.
    boolean pass(Predicate<Batch> sink) {
        return MemoryMeter.passing(() -> sink.test(this));
    }

    /// Rows from..to.
    Batch slice(int from, int to) {
        if (from == 0 && to == rows) {
            return this;
        }
        int[] picked = new int[to - from];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = from + i;
        }
        return select(picked);
    }

    /// Rows of several batches by reference, as columns of those types.
    static List<Supplier<Column>> gather(List<Batch> batches, List<KqlType> types, long[] refs) {
        var out = new ArrayList<Supplier<Column>>();
        for (int i = 0; i < types.size(); i++) {
            int index = i;
            out.add(() -> {
                var sources = new ArrayList<Column>(batches.size());
                for (var batch : batches) {
                    sources.add(batch.column(index));
                }
                return sources.isEmpty()
                        ? Columns.nulls(types.get(index), refs.length)
                        : counted(RowRefs.gather(sources, types.get(index), refs));
            });
        }
        return out;
    }
}
