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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Some rows of a relation. Columns are computed when first asked for, so that what nobody reads is never moved. Confined to one thread
/// at a time.
final class Batch {
    private final int rows;
    private final Lazy[] columns;

    /// How a column comes to be.
    private interface Source {
        Column all();

        /// Some of its rows, in that order.
        default Column picked(Lazy self, Rows rows) {
            return self.get().gather(rows.numbers());
        }
    }

    /// Row numbers to pick, computed when a column needs them.
    static final class Rows {
        private @Nullable Supplier<int[]> source;
        private int @Nullable [] numbers;
        private @Nullable UnaryOperator<int[]> some;

        /// How often that was asked for; more often than [#LOOKS] all numbers are cheaper.
        private int looks;

        private static final int LOOKS = 4;

        /// The last composition asked for: all columns of a batch ask for the same.
        private @Nullable Rows lastOuter;

        private @Nullable Rows lastComposed;

        private Rows(Supplier<int[]> source) {
            this.source = source;
        }

        static Rows of(int[] numbers) {
            return new Rows(() -> numbers);
        }

        /// @param some the numbers at those places, for when few are wanted; none where the places do not ascend
        static Rows lazy(Supplier<int[]> source, UnaryOperator<int[]> some) {
            var rows = new Rows(source);
            rows.some = some;
            return rows;
        }

        int[] numbers() {
            var known = numbers;
            if (known == null) {
                var from = source;
                if (from == null) {
                    throw new IllegalStateException("rows that need themselves");
                }
                source = null;
                known = from.get();
                numbers = known;
            }
            return known;
        }

        /// Of what these rows pick, those.
        private Rows then(Rows outer) {
            var composed = lastComposed;
            if (lastOuter != outer || composed == null) {
                composed = new Rows(() -> compose(outer.numbers()));
                lastOuter = outer;
                lastComposed = composed;
            }
            return composed;
        }

        private int[] compose(int[] outer) {
            var few = some;
            if (few != null && numbers == null && looks++ < LOOKS) {
                int[] found = few.apply(outer);
                if (found.length == outer.length) {
                    return found;
                }
            }
            int[] inner = numbers();
            int[] out = new int[outer.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = outer[i] < 0 ? -1 : inner[outer[i]];
            }
            return out;
        }
    }

    /// A column to be.
    private static final class Lazy implements Supplier<Column> {
        private @Nullable Source source;
        private @Nullable Column value;

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
            // A column passed on stays what it is: picked rows of it are picked where it comes
            // from.
            lazies[i] = columns.get(i) instanceof Lazy lazy ? lazy : new Lazy(columns.get(i)::get);
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

    /// As many rows, in that order.
    Batch select(int count, Rows rows) {
        var lazies = new Lazy[columns.length];
        for (int i = 0; i < lazies.length; i++) {
            var lazy = columns[i];
            lazies[i] = new Lazy(new Picked(lazy, rows));
        }
        return new Batch(count, lazies);
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
            lazies[i] = new Lazy(() -> home.during(lazy));
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
