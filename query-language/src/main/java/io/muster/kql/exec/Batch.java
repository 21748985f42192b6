package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.KeyInterner;
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
    private final long place;

    /// How a column comes to be.
    private interface Source {
        Column all();

        /// Some of its rows, in that order.
        default Column picked(Lazy self, Rows rows) {
            return self.get().gather(rows.numbers());
        }
    }

    /// A column to be.
    private static final class Lazy implements Supplier<Column> {
        private @Nullable Source source;
        private @Nullable Column value;
        private @Nullable KeyInterner numbers;

        Lazy(Source source) {
            this.source = source;
        }

        @Override
        public Column get() {
            var known = value;
            if (known == null) {
                var from = source;
                if (from == null) {
                    throw new IllegalStateException("a column that needs itself");
                }
                source = null;
                known = from.all();
                value = known;
            }
            return known;
        }

        Column picked(Rows rows) {
            var from = source;
            return value == null && from != null
                    ? from.picked(this, rows)
                    : get().gather(rows.numbers());
        }
    }

    /// Rows of another column: what is picked of them is picked of that, so that rows nobody wants are not moved.
    private record Picked(Lazy of, Rows rows) implements Source {
        @Override
        public Column all() {
            return counted(of.picked(rows));
        }

        @Override
        public Column picked(Lazy self, Rows wanted) {
            return of.picked(rows.then(wanted));
        }
    }

    private Batch(int rows, Lazy[] columns, long place) {
        this.rows = rows;
        this.columns = columns;
        this.place = place;
    }

    static Batch of(int rows, List<Column> columns) {
        var lazies = new Lazy[columns.size()];
        for (int i = 0; i < lazies.length; i++) {
            var column = columns.get(i);
            lazies[i] = new Lazy(() -> column);
        }
        return new Batch(rows, lazies, 0);
    }

    static Batch lazy(int rows, List<Supplier<Column>> columns) {
        var lazies = new Lazy[columns.size()];
        for (int i = 0; i < lazies.length; i++) {
            // A column passed on stays what it is: picked rows of it are picked where it comes
            // from.
            lazies[i] = columns.get(i) instanceof Lazy lazy ? lazy : new Lazy(columns.get(i)::get);
        }
        return new Batch(rows, lazies, 0);
    }

    int rows() {
        return rows;
    }

    /// Where the rows stand among those that a step reads: for numbers by chance, which follow of it.
    long place() {
        return place;
    }

    /// The same rows, said to stand there.
    Batch at(long other) {
        return new Batch(rows, columns, other);
    }

    int width() {
        return columns.length;
    }

    Column column(int index) {
        return columns[index].get();
    }

    /// The column, to be computed when asked.
    Supplier<Column> supplier(int index) {
        return columns[index];
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
        return select(picked.length, Rows.of(picked));
    }

    /// The rows of the set.
    Batch select(Bits picked) {
        return select(picked.cardinality(), Rows.of(picked));
    }

    /// The rows that a column's rows come from, where several come from one, and how often each comes.
    ///
    /// @param rows of `column`, those that come
    record Origin(Supplier<Column> column, Bits.Counts rows) {}

    /// Where a column's rows come from, when it is an expansion's that nobody has looked at; null else.
    @Nullable Origin origin(int index) {
        if (!(columns[index].source instanceof Picked(var of, var rows))) {
            return null;
        }
        var counts = rows.counts(null);
        if (counts != null) {
            return new Origin(of, counts);
        }
        if (!(of.source instanceof Picked(var base, var repeated))) {
            return null;
        }
        counts = repeated.counts(rows);
        return counts == null ? null : new Origin(base, counts);
    }

    /// The rows of another column that a column's rows are.
    record Subset(Supplier<Column> column, Bits rows) {}

    /// The set of another column's rows that a column is, when nobody has looked at it; null else.
    @Nullable Subset subset(int index) {
        if (columns[index].source instanceof Picked(var of, var rows)) {
            var set = rows.set();
            return set == null ? null : new Subset(of, set);
        }
        return null;
    }

    /// As many rows, in that order; one of their columns is known to be that.
    Batch select(int count, Rows rows, int index, Supplier<Column> known) {
        var selected = select(count, rows);
        selected.columns[index] = new Lazy(known::get);
        return selected;
    }

    /// As many rows, in that order.
    Batch select(int count, Rows rows) {
        var lazies = new Lazy[columns.length];
        for (int i = 0; i < lazies.length; i++) {
            var lazy = columns[i];
            lazies[i] = new Lazy(new Picked(lazy, rows));
        }
        return new Batch(count, lazies, place);
    }

    /// The column, its rows charged as made.
    static Column counted(Column made) {
        MemoryMeter.current().charge(Columns.rowBytes(made));
        return made;
    }

    /// The same rows; what is still to be computed of them is charged to that meter.
    Batch keptBy(MemoryMeter home) {
        var lazies = new Lazy[columns.length];
        for (int i = 0; i < lazies.length; i++) {
            var lazy = columns[i];
            lazies[i] = new Lazy(() -> home.during(lazy));
        }
        return new Batch(rows, lazies, place);
    }

    /// Hands the batch on; what is made for it meanwhile is given back afterwards, unless somebody keeps it.
    boolean pass(Predicate<Batch> sink) {
        return MemoryMeter.passing(() -> sink.test(this));
    }

    /// The same rows, of which that column's values are all different and numbered already, each by its row.
    Batch numbered(int index, KeyInterner numbers) {
        columns[index].numbers = numbers;
        return this;
    }

    /// What numbers the column's values by their rows, for whoever asks first; null when they are not numbered.
    @Nullable KeyInterner takeNumbers(int index) {
        var numbers = columns[index].numbers;
        columns[index].numbers = null;
        return numbers;
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
        return select(picked).at(place + from);
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
