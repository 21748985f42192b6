package io.muster.kql.function.aggregate;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.Arguments;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.KeyInterner;
import io.muster.kql.vector.LongToInt;
import io.muster.kql.vector.MemoryMeter;
import java.util.Arrays;
import java.util.List;

/// `count`, `dcount`, `count_distinct` and their filtered forms.
final class Counting {
    private Counting() {}

    static List<AggregateFunction> functions() {
        var count =
                AggregateFunction.of(
                        "count", "(ignored?: any): long", "count", (t, r, s) -> new Count());
        var dcount =
                AggregateFunction.of(
                                "dcount",
                                "(value: any, accuracy?: any): long",
                                "dcount",
                                (t, r, s) -> new Distinct(t.getFirst()))
                        .noted("exact, where Kusto estimates");
        var distinct =
                AggregateFunction.of(
                        "count_distinct",
                        "(value: any): long",
                        "count_distinct",
                        (t, r, s) -> new Distinct(t.getFirst()));
        return List.of(
                count,
                count.alias("cnt", "cnt"),
                count.filteredAs("countif", "(predicate: bool): long", "countif"),
                dcount,
                dcount.filteredAs(
                        "dcountif",
                        "(value: any, predicate: bool, accuracy?: any): long",
                        "dcountif"),
                distinct,
                distinct.filteredAs(
                        "count_distinctif",
                        "(value: any, predicate: bool): long",
                        "count_distinctif"));
    }

    static AggregateFunction ofRows() {
        return AggregateFunction.of(
                "count", "(rows: long): long", "count", (t, r, s) -> new CountOfRows());
    }

    private static final class CountOfRows implements Accumulator {
        private long[] counts = new long[16];

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            counts = grown(counts, groupCount);
            long[] rows = arguments.longs(0).values();
            for (int row = 0; row < groups.length; row++) {
                if (groups[row] >= 0) {
                    counts[groups[row]] += rows[row];
                }
            }
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            counts = grown(counts, groupCount);
            long[] from = ((CountOfRows) other).counts;
            for (int g = 0; g < groupOf.length && g < from.length; g++) {
                counts[groupOf[g]] += from[g];
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            return List.of(
                    new LongColumn(
                            KqlType.LONG,
                            Arrays.copyOf(grown(counts, groupCount), groupCount),
                            Bits.all(groupCount)));
        }
    }

    private static final class Count implements Accumulator {
        private long[] counts = new long[16];

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            counts = grown(counts, groupCount);
            long[] into = counts;
            for (int group : groups) {
                if (group >= 0) {
                    into[group]++;
                }
            }
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            counts = grown(counts, groupCount);
            long[] from = ((Count) other).counts;
            for (int g = 0; g < groupOf.length && g < from.length; g++) {
                counts[groupOf[g]] += from[g];
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            return List.of(
                    new LongColumn(
                            KqlType.LONG, Arrays.copyOf(counts, groupCount), Bits.all(groupCount)));
        }
    }

    static long[] grown(long[] array, int size) {
        return array.length >= size
                ? array
                : Arrays.copyOf(array, Math.max(size, array.length * 2));
    }

    static double[] grown(double[] array, int size) {
        return array.length >= size
                ? array
                : Arrays.copyOf(array, Math.max(size, array.length * 2));
    }

    /// Distinct (group, value) pairs; nulls do not count, "" does.
    private static final class Distinct implements Accumulator {
        private final KeyInterner values;
        private final LongToInt pairs = new LongToInt();
        private long[] keys = new long[64];
        private final KqlType type;
        private final MemoryMeter.Tally held = new MemoryMeter.Tally();

        Distinct(KqlType type) {
            this.type = type;
            this.values = new KeyInterner(type);
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            Column column = Columns.canonical(arguments.column(0), type);
            int[] ids = values.ids(column, true);
            boolean nullable = type != KqlType.STRING;
            for (int row = 0; row < groups.length; row++) {
                if (groups[row] >= 0 && !(nullable && column.isNull(row))) {
                    note((long) groups[row] << 32 | ids[row]);
                }
            }
            held.settle();
        }

        private void note(long key) {
            int before = pairs.size();
            if (pairs.intern(key) == before) {
                // Itself, its place among the pairs, and that of its value.
                held.add(64);
                keys = grown(keys, before + 1);
                keys[before] = key;
            }
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            var that = (Distinct) other;
            int[] ids = values.ids(that.values.values(), true);
            for (int i = 0; i < that.pairs.size(); i++) {
                long key = that.keys[i];
                note((long) groupOf[(int) (key >> 32)] << 32 | ids[(int) key]);
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            long[] counts = new long[groupCount];
            for (int i = 0; i < pairs.size(); i++) {
                counts[(int) (keys[i] >> 32)]++;
            }
            return List.of(new LongColumn(KqlType.LONG, counts, Bits.all(groupCount)));
        }
    }
}
