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
import java.util.List;

/// `percentile` and its kin by nearest rank over all values.
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
                        (t, r, s) -> new Ranked(r, true, true)));
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
}
