package io.muster.kql.function.aggregate;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.Arguments;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// `tdigest`, `hll` and their kin: sketches in a dynamic value, which are exact here.
final class Sketches {
    private Sketches() {}

    static List<AggregateFunction> functions() {
        return List.of(
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
