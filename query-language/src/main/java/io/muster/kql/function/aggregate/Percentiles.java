package io.muster.kql.function.aggregate;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.Arguments;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `percentile` and its kin by nearest rank over all values; `tdigest` and `hll` as exact sketches in a dynamic value.
final class Percentiles {
    private Percentiles() {}

    static List<AggregateFunction> functions() {
        return List.of(
                AggregateFunction.of(
                                "percentile",
                                "(value: any, percentile: any): first",
                                "percentile",
                                (t, r, s) -> ranked(r))
                        .noted("exact nearest rank, where Kusto estimates"),
                AggregateFunction.of(
                        "percentiles",
                        "(value: any, percentile...: any): first",
                        "percentile",
                        (t, r, s) -> ranked(r)),
                AggregateFunction.of(
                        "percentiles_array",
                        "(value: any, percentile...: any): dynamic",
                        "percentiles",
                        (t, r, s) -> new Ranked(r, true, false)),
                AggregateFunction.of(
                        "percentilew",
                        "(value: any, weight: long, percentile: any): first",
                        "percentile",
                        (t, r, s) -> new Ranked(r, false, true)),
                AggregateFunction.of(
                        "percentilesw",
                        "(value: any, weight: long, percentile...: any): first",
                        "percentile",
                        (t, r, s) -> new Ranked(r, false, true)),
                AggregateFunction.of(
                        "percentilesw_array",
                        "(value: any, weight: long, percentile...: any): dynamic",
                        "percentiles",
                        (t, r, s) -> new Ranked(r, true, true)),
                AggregateFunction.of(
                                "tdigest",
                                "(value: summable, weight?: long): dynamic",
                                "tdigest",
                                (t, r, s) -> new Digest(false))
                        .noted("keeps every value"),
                AggregateFunction.of(
                        "tdigest_merge",
                        "(digest: dynamic): dynamic",
                        "merge_tdigests",
                        (t, r, s) -> new Digest(true)),
                AggregateFunction.of(
                        "merge_tdigest",
                        "(digest: dynamic): dynamic",
                        "merge_tdigests",
                        (t, r, s) -> new Digest(true)),
                AggregateFunction.of(
                                "hll",
                                "(value: any, accuracy?: long): dynamic",
                                "hll",
                                (t, r, s) -> new Sketch(false))
                        .noted("keeps every distinct value"),
                AggregateFunction.of(
                                "hll",
                                "(value: any, accuracy?: long): dynamic",
                                "hll",
                                (t, r, s) -> new Sketch(false))
                        .filteredAs(
                                "hll_if",
                                "(value: any, predicate: bool, accuracy?: long): dynamic",
                                "hll_if"),
                AggregateFunction.of(
                        "merge_tdigests",
                        "(digest: dynamic): dynamic",
                        "merge_tdigests",
                        (t, r, s) -> new Digest(true)),
                AggregateFunction.of(
                        "hll_merge",
                        "(hll: dynamic): dynamic",
                        "hll_merge",
                        (t, r, s) -> new Sketch(true)));
    }

    /// The value at a percentile of sorted, weighted values: the first whose cumulated weight reaches it.
    static int rank(long[] weights, double percentile) {
        double total = 0;
        for (long weight : weights) {
            total += weight;
        }
        double wanted = Math.ceil(total * Math.clamp(percentile, 0, 100) / 100 - 1e-9);
        double seen = 0;
        for (int i = 0; i < weights.length; i++) {
            seen += weights[i];
            if (seen >= Math.max(1, wanted)) {
                return i;
            }
        }
        return weights.length - 1;
    }

    private static Accumulator ranked(KqlType type) {
        return switch (type) {
            case INT, LONG, REAL, DATETIME, TIMESPAN -> new RankedNumbers(type);
            default -> new Ranked(type, false, false);
        };
    }

    /// Gathers numbers and times with their groups in plain arrays, and sorts each group when all are there. Small numbers are only counted, as long
    /// as the groups are few.
    private static final class RankedNumbers implements Accumulator {
        private final KqlType type;
        private int[] groups = new int[1024];
        private long[] values = new long[1024];
        private int size;
        private double[] percentiles = new double[0];

        /// Numbers from 0 below this are counted.
        private static final int SMALL = 256;

        private static final int MOST = 1 << 12;

        /// Of group g the number v at `g * SMALL + v`; null once the groups are too many.
        private int @Nullable [] counts = new int[SMALL * 16];

        private final MemoryMeter home = MemoryMeter.current();

        RankedNumbers(KqlType type) {
            this.type = type;
        }

        /// Makes room for the counts of that many groups, or gives counting up.
        private void room(int groupCount) {
            int[] old = counts;
            if (old == null || (long) groupCount * SMALL <= old.length) {
                return;
            }
            if (groupCount <= MOST) {
                int length = Math.max(groupCount * SMALL, old.length * 2);
                home.charge(4L * (length - old.length));
                counts = Arrays.copyOf(old, length);
                return;
            }
            expand();
        }

        private void count(int group, long value) {
            int[] known = counts;
            if (known != null && value >= 0 && value < SMALL) {
                known[group * SMALL + (int) value]++;
            } else {
                put(group, value);
            }
        }

        private void put(int group, long value) {
            if (size == groups.length) {
                // What is gathered, and once more for the sorted values.
                home.charge(20L * size);
                groups = Arrays.copyOf(groups, size * 2);
                values = Arrays.copyOf(values, size * 2);
            }
            groups[size] = group;
            values[size++] = value;
        }

        @Override
        public void add(int[] rowGroups, int groupCount, Arguments arguments) {
            if (percentiles.length == 0) {
                var wanted = new ArrayList<Dynamic>();
                for (int i = 1; i < arguments.count(); i++) {
                    var constant = arguments.constant(i);
                    wanted.addAll(
                            constant instanceof Dynamic.Array(var items)
                                    ? items
                                    : List.of(constant));
                }
                percentiles = wanted.stream().mapToDouble(Columns::doubleOf).toArray();
            }
            if (type == KqlType.REAL) {
                var column = arguments.reals(0);
                for (int row = 0; row < rowGroups.length; row++) {
                    if (rowGroups[row] >= 0 && column.present().get(row)) {
                        // As a number whose order is the real one's.
                        long bits = Double.doubleToLongBits(column.values()[row] + 0.0);
                        put(rowGroups[row], bits < 0 ? bits ^ Long.MAX_VALUE : bits);
                    }
                }
                return;
            }
            room(groupCount);
            var column = arguments.longs(0);
            long[] all = column.values();
            if (column.present().isAll()) {
                addAll(rowGroups, all);
                return;
            }
            for (int row = 0; row < rowGroups.length; row++) {
                if (rowGroups[row] >= 0 && column.present().get(row)) {
                    count(rowGroups[row], all[row]);
                }
            }
        }

        private void addAll(int[] rowGroups, long[] all) {
            int[] known = counts;
            for (int row = 0; row < rowGroups.length; row++) {
                int group = rowGroups[row];
                long value = all[row];
                if (group >= 0 && known != null && (value & -SMALL) == 0) {
                    known[group * SMALL + (int) value]++;
                } else if (group >= 0) {
                    put(group, value);
                }
            }
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            var that = (RankedNumbers) other;
            if (percentiles.length == 0) {
                percentiles = that.percentiles;
            }
            room(groupCount);
            mergeCounts(that.counts, groupOf);
            for (int i = 0; i < that.size; i++) {
                if (type == KqlType.REAL) {
                    put(groupOf[that.groups[i]], that.values[i]);
                } else {
                    count(groupOf[that.groups[i]], that.values[i]);
                }
            }
        }

        private void mergeCounts(int @Nullable [] theirs, int[] groupOf) {
            if (theirs == null) {
                return;
            }
            int[] known = counts;
            for (int g = 0; g < groupOf.length && (g + 1) * SMALL <= theirs.length; g++) {
                for (int v = 0; v < SMALL; v++) {
                    int n = theirs[g * SMALL + v];
                    if (known != null) {
                        known[groupOf[g] * SMALL + v] += n;
                    }
                    for (; known == null && n > 0; n--) {
                        put(groupOf[g], v);
                    }
                }
            }
        }

        /// Turns the counts into numbers.
        private void expand() {
            int[] old = counts;
            counts = null;
            for (int i = 0; old != null && i < old.length; i++) {
                for (int n = old[i]; n > 0; n--) {
                    put(i / SMALL, i % SMALL);
                }
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            room(groupCount);
            int[] known = counts;
            if (size > 0 || known == null) {
                expand();
                return sorted(groupCount);
            }
            var out = new ArrayList<ColumnBuilder>();
            for (int p = 0; p < Math.max(1, percentiles.length); p++) {
                out.add(new ColumnBuilder(type, groupCount));
            }
            for (int g = 0; g < groupCount; g++) {
                long count = 0;
                for (int v = 0; v < SMALL; v++) {
                    count += known[g * SMALL + v];
                }
                for (int p = 0; p < out.size(); p++) {
                    if (count == 0 || p >= percentiles.length) {
                        out.get(p).addNull();
                        continue;
                    }
                    long wanted =
                            Math.clamp(
                                    (long)
                                            Math.ceil(
                                                    count * Math.clamp(percentiles[p], 0, 100) / 100
                                                            - 1e-9),
                                    1,
                                    count);
                    int v = 0;
                    for (long seen = known[g * SMALL]; seen < wanted; ) {
                        seen += known[g * SMALL + ++v];
                    }
                    out.get(p).addLong(v);
                }
            }
            return out.stream().map(ColumnBuilder::build).toList();
        }

        private List<Column> sorted(int groupCount) {
            int[] starts = new int[groupCount + 1];
            for (int i = 0; i < size; i++) {
                starts[groups[i] + 1]++;
            }
            for (int g = 0; g < groupCount; g++) {
                starts[g + 1] += starts[g];
            }
            int[] next = Arrays.copyOf(starts, groupCount);
            long[] sorted = new long[size];
            for (int i = 0; i < size; i++) {
                sorted[next[groups[i]]++] = values[i];
            }
            var out = new ArrayList<ColumnBuilder>();
            for (int p = 0; p < Math.max(1, percentiles.length); p++) {
                out.add(new ColumnBuilder(type, groupCount));
            }
            for (int g = 0; g < groupCount; g++) {
                int count = starts[g + 1] - starts[g];
                Arrays.sort(sorted, starts[g], starts[g + 1]);
                for (int p = 0; p < out.size(); p++) {
                    if (count == 0 || p >= percentiles.length) {
                        out.get(p).addNull();
                        continue;
                    }
                    double wanted =
                            Math.ceil(count * Math.clamp(percentiles[p], 0, 100) / 100 - 1e-9);
                    long found = sorted[starts[g] + Math.clamp((long) wanted - 1, 0, count - 1)];
                    if (type == KqlType.REAL) {
                        out.get(p)
                                .addReal(
                                        Double.longBitsToDouble(
                                                found < 0 ? found ^ Long.MAX_VALUE : found));
                    } else {
                        out.get(p).addLong(found);
                    }
                }
            }
            return out.stream().map(ColumnBuilder::build).toList();
        }
    }

    /// Gathers the values of each group; the percentiles are arguments too.
    private static final class Ranked implements Accumulator {
        private final KqlType type;
        private final boolean array;
        private final boolean weighted;
        private final List<List<Dynamic>> values = new ArrayList<>();
        private final List<List<Long>> weights = new ArrayList<>();
        private List<Dynamic> percentiles = List.of();
        private final MemoryMeter.Tally held = new MemoryMeter.Tally();

        Ranked(KqlType type, boolean array, boolean weighted) {
            this.type = type;
            this.array = array;
            this.weighted = weighted;
        }

        private void grow(int groupCount) {
            while (values.size() < groupCount) {
                values.add(new ArrayList<>());
                weights.add(new ArrayList<>());
            }
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            grow(groupCount);
            int first = weighted ? 2 : 1;
            var wanted = new ArrayList<Dynamic>();
            for (int i = first; i < arguments.count(); i++) {
                var constant = arguments.constant(i);
                wanted.addAll(
                        constant instanceof Dynamic.Array(var items) ? items : List.of(constant));
            }
            percentiles = wanted;
            for (int row = 0; row < groups.length; row++) {
                Dynamic value = groups[row] < 0 ? Dynamic.NULL : arguments.value(0, row);
                if (value.isNull()) {
                    continue;
                }
                long weight = weighted ? Columns.longOf(arguments.value(1, row)) : 1;
                if (weight > 0) {
                    // With its place and its weight while it is sorted.
                    held.add(MemoryMeter.sizeOf(value) + 64);
                    values.get(groups[row]).add(value);
                    if (weighted) {
                        weights.get(groups[row]).add(weight);
                    }
                }
            }
            held.settle();
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            grow(groupCount);
            var that = (Ranked) other;
            if (percentiles.isEmpty()) {
                percentiles = that.percentiles;
            }
            for (int g = 0; g < that.values.size(); g++) {
                values.get(groupOf[g]).addAll(that.values.get(g));
                weights.get(groupOf[g]).addAll(that.weights.get(g));
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            grow(groupCount);
            var out = new ArrayList<ColumnBuilder>();
            for (int i = 0; i < (array ? 1 : Math.max(1, percentiles.size())); i++) {
                out.add(new ColumnBuilder(type, groupCount));
            }
            for (int g = 0; g < groupCount; g++) {
                var found = of(g);
                if (array) {
                    out.getFirst().add(new Dynamic.Array(found));
                } else {
                    for (int i = 0; i < out.size(); i++) {
                        out.get(i).add(i < found.size() ? found.get(i) : Dynamic.NULL);
                    }
                }
            }
            return out.stream().map(ColumnBuilder::build).toList();
        }

        private List<Dynamic> of(int group) {
            var mine = values.get(group);
            var out = new ArrayList<Dynamic>();
            if (mine.isEmpty()) {
                percentiles.forEach(p -> out.add(Dynamic.NULL));
                return out;
            }
            var places = new Integer[mine.size()];
            Arrays.setAll(places, i -> i);
            Arrays.sort(places, (a, b) -> DynamicOrder.INSTANCE.compare(mine.get(a), mine.get(b)));
            long[] sortedWeights = new long[places.length];
            for (int i = 0; i < places.length; i++) {
                sortedWeights[i] = weighted ? weights.get(group).get(places[i]) : 1;
            }
            for (var percentile : percentiles) {
                out.add(mine.get(places[rank(sortedWeights, Columns.doubleOf(percentile))]));
            }
            return out;
        }
    }

    /// `["tdigest", [values], [weights]]`, null for none
    private static final class Digest implements Accumulator {
        private final boolean merging;
        private final List<List<Dynamic>> values = new ArrayList<>();
        private final List<List<Dynamic>> weights = new ArrayList<>();
        private final MemoryMeter.Tally held = new MemoryMeter.Tally();

        Digest(boolean merging) {
            this.merging = merging;
        }

        private void grow(int groupCount) {
            while (values.size() < groupCount) {
                values.add(new ArrayList<>());
                weights.add(new ArrayList<>());
            }
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            grow(groupCount);
            for (int row = 0; row < groups.length; row++) {
                Dynamic value = groups[row] < 0 ? Dynamic.NULL : arguments.value(0, row);
                if (value.isNull()) {
                    continue;
                }
                held.add(
                        16L
                                + (merging
                                        ? 16L * value.get(1).items().size()
                                        : MemoryMeter.sizeOf(value) + 24));
                if (merging) {
                    values.get(groups[row]).addAll(value.get(1).items());
                    weights.get(groups[row]).addAll(value.get(2).items());
                } else {
                    values.get(groups[row]).add(value);
                    weights.get(groups[row])
                            .add(arguments.count() > 1 ? arguments.value(1, row) : Dynamic.of(1L));
                }
            }
            held.settle();
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            grow(groupCount);
            var that = (Digest) other;
            for (int g = 0; g < that.values.size(); g++) {
                values.get(groupOf[g]).addAll(that.values.get(g));
                weights.get(groupOf[g]).addAll(that.weights.get(g));
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            grow(groupCount);
            var out = new ColumnBuilder(KqlType.DYNAMIC, groupCount);
            for (int g = 0; g < groupCount; g++) {
                out.add(
                        values.get(g).isEmpty()
                                ? Dynamic.NULL
                                : Dynamic.array(
                                        Dynamic.of("tdigest"),
                                        new Dynamic.Array(values.get(g)),
                                        new Dynamic.Array(weights.get(g))));
            }
            return List.of(out.build());
        }
    }

    /// `["hll", [distinct values]]`, null for none
    private static final class Sketch implements Accumulator {
        private final boolean merging;
        private final List<LinkedHashSet<Dynamic>> sets = new ArrayList<>();
        private final MemoryMeter.Tally held = new MemoryMeter.Tally();

        Sketch(boolean merging) {
            this.merging = merging;
        }

        private void grow(int groupCount) {
            while (sets.size() < groupCount) {
                sets.add(new LinkedHashSet<>());
            }
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            grow(groupCount);
            for (int row = 0; row < groups.length; row++) {
                Dynamic value = groups[row] < 0 ? Dynamic.NULL : arguments.value(0, row);
                if (value.isNull()) {
                    continue;
                }
                var set = sets.get(groups[row]);
                int before = set.size();
                if (merging) {
                    set.addAll(value.get(1).items());
                } else {
                    set.add(DynamicOrder.keyOf(value));
                }
                if (set.size() > before) {
                    held.add((set.size() - before) * 80L + MemoryMeter.sizeOf(value));
                }
            }
            held.settle();
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            grow(groupCount);
            var that = (Sketch) other;
            for (int g = 0; g < that.sets.size(); g++) {
                sets.get(groupOf[g]).addAll(that.sets.get(g));
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            grow(groupCount);
            var out = new ColumnBuilder(KqlType.DYNAMIC, groupCount);
            for (int g = 0; g < groupCount; g++) {
                out.add(
                        sets.get(g).isEmpty()
                                ? Dynamic.NULL
                                : Dynamic.array(
                                        Dynamic.of("hll"),
                                        new Dynamic.Array(new ArrayList<>(sets.get(g)))));
            }
            return List.of(out.build());
        }
    }
}
