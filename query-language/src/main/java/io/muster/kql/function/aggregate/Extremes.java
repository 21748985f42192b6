package io.muster.kql.function.aggregate;

import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.Arguments;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.RowRefs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// `min`, `max`, `arg_min`, `arg_max`, `take_any` and their filtered forms: each keeps a reference to one row a group.
final class Extremes {
    private Extremes() {}

    static List<AggregateFunction> functions() {
        var min =
                AggregateFunction.of(
                        "min", "(value: any): first", "min", (t, r, s) -> new Best(t, -1));
        var max =
                AggregateFunction.of(
                        "max", "(value: any): first", "max", (t, r, s) -> new Best(t, 1));
        var any =
                AggregateFunction.of(
                                "take_any",
                                "(value...: any): first",
                                "",
                                (t, r, s) -> new Best(t, 0))
                        .ofSeveral();
        var anyIf =
                AggregateFunction.of("x", "(value: any): first", "", (t, r, s) -> new Best(t, 0));
        return List.of(
                min,
                min.filteredAs("minif", "(value: any, predicate: bool): first", "minif"),
                max,
                max.filteredAs("maxif", "(value: any, predicate: bool): first", "maxif"),
                AggregateFunction.of(
                                "arg_max",
                                "(value: any, returned...: any): first",
                                "max",
                                (t, r, s) -> new Best(t, 1))
                        .ofSeveral(),
                AggregateFunction.of(
                                "arg_min",
                                "(value: any, returned...: any): first",
                                "min",
                                (t, r, s) -> new Best(t, -1))
                        .ofSeveral(),
                AggregateFunction.of(
                                "argmax",
                                "(value: any, returned...: any): first",
                                "max",
                                (t, r, s) -> new Best(t, 1))
                        .ofSeveral(),
                AggregateFunction.of(
                                "argmin",
                                "(value: any, returned...: any): first",
                                "min",
                                (t, r, s) -> new Best(t, -1))
                        .ofSeveral(),
                any,
                any.alias("any", "any"),
                anyIf.filteredAs("take_anyif", "(value: any, predicate: bool): first", ""),
                anyIf.filteredAs("anyif", "(value: any, predicate: bool): first", "anyif"));
    }

    /// The row with the greatest (`sign` 1), least (-1) or first (0) value of argument 0 that is not null, else the first row.
    private static final class Best implements Accumulator {
        private final List<KqlType> types;
        private final int sign;

        /// By batch: the columns of all arguments.
        private final List<List<Column>> batches = new ArrayList<>();

        private long[] refs = new long[0];

        /// Of numbers: the best so far, for the least ones with all bits turned.
        private long[] best = new long[0];

        /// Of numbers: whether the best so far is the least there is, and no null.
        private boolean[] least = new boolean[0];

        private final MemoryMeter home = MemoryMeter.current();

        Best(List<KqlType> types, int sign) {
            this.types = types;
            this.sign = sign;
        }

        private void grow(int groupCount) {
            if (refs.length < groupCount) {
                int from = refs.length;
                int to = Math.max(groupCount, from * 2);
                refs = Arrays.copyOf(refs, to);
                Arrays.fill(refs, from, to, -1L);
                best = Arrays.copyOf(best, to);
                Arrays.fill(best, from, to, Long.MIN_VALUE);
                least = Arrays.copyOf(least, to);
            }
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            grow(groupCount);
            var columns = new ArrayList<Column>();
            for (int i = 0; i < arguments.count(); i++) {
                columns.add(Columns.canonical(arguments.column(i), types.get(i)));
            }
            int batch = batches.size();
            batches.add(columns);
            // What was computed for this batch stays.
            MemoryMeter.current().keepFor(home);
            // What is dynamic may be numbers in one segment and not in the next.
            if (columns.getFirst() instanceof LongColumn numbers
                    && sign != 0
                    && types.getFirst() != KqlType.DYNAMIC) {
                considerNumbers(groups, groupCount, batch, numbers);
                return;
            }
            for (int row = 0; row < groups.length; row++) {
                if (groups[row] >= 0) {
                    consider(groups[row], columns.getFirst(), row, RowRefs.of(batch, row));
                }
            }
        }

        private void considerNumbers(int[] groups, int groupCount, int batch, LongColumn numbers) {
            long[] values = numbers.values();
            var present = numbers.present();
            // What is least is greatest once all bits are turned.
            long turned = sign > 0 ? 0 : -1;
            if (groupCount <= groups.length && present.isAll() && isEach(groups)) {
                considerAll(groups, batch, values, turned);
                if (isEachKnown(groupCount)) {
                    return;
                }
            }
            for (int row = 0; row < groups.length; row++) {
                int group = groups[row];
                if (group < 0) {
                    continue;
                }
                if (present.get(row)) {
                    long value = values[row] ^ turned;
                    if (!isKnown(group) || value > best[group]) {
                        best[group] = value;
                        refs[group] = RowRefs.of(batch, row);
                        least[group] = value == Long.MIN_VALUE;
                    }
                } else if (refs[group] < 0) {
                    refs[group] = RowRefs.of(batch, row);
                }
            }
        }

        /// One comparison a row: a group without a number has the least there is, and so has one of no greater number, for which its rows are gone through once
        /// more.
        private void considerAll(int[] groups, int batch, long[] values, long turned) {
            long[] most = best;
            long[] rows = refs;
            if (turned == 0) {
                for (int row = 0; row < groups.length; row++) {
                    int group = groups[row];
                    if (values[row] > most[group]) {
                        most[group] = values[row];
                        rows[group] = RowRefs.of(batch, row);
                    }
                }
                return;
            }
            for (int row = 0; row < groups.length; row++) {
                int group = groups[row];
                if (~values[row] > most[group]) {
                    most[group] = ~values[row];
                    rows[group] = RowRefs.of(batch, row);
                }
            }
        }

        /// Whether no row is left out.
        private static boolean isEach(int[] groups) {
            int signs = 0;
            for (int group : groups) {
                signs |= group;
            }
            return signs >= 0;
        }

        private boolean isEachKnown(int groupCount) {
            for (int group = 0; group < groupCount; group++) {
                if (!isKnown(group)) {
                    return false;
                }
            }
            return true;
        }

        /// Of numbers: whether the best so far is one, not a null.
        private boolean isKnown(int group) {
            return best[group] > Long.MIN_VALUE || least[group];
        }

        private void consider(int group, Column values, int row, long ref) {
            if (refs[group] < 0 || better(values, row, refs[group])) {
                refs[group] = ref;
            }
        }

        private boolean isNull(long ref) {
            Column column = batches.get(RowRefs.source(ref)).getFirst();
            return types.getFirst() != KqlType.STRING && column.isNull(RowRefs.row(ref));
        }

        private boolean better(Column values, int row, long than) {
            boolean text = types.getFirst() == KqlType.STRING;
            if (!text && values.isNull(row)) {
                return false;
            }
            if (isNull(than)) {
                return true;
            }
            Column other = batches.get(RowRefs.source(than)).getFirst();
            int otherRow = RowRefs.row(than);
            if (values instanceof StringColumn a && other instanceof StringColumn b) {
                int code = a.codes().get(row);
                if (a.dictionary() == b.dictionary() && code == b.codes().get(otherRow)) {
                    return false;
                }
                if (sign == 0) {
                    return Columns.text(b, otherRow).isEmpty() && !Columns.text(a, row).isEmpty();
                }
                // The empty text counts as no value where there is another one.
                return sign * Columns.text(a, row).compareTo(Columns.text(b, otherRow)) > 0;
            }
            if (sign != 0 && values instanceof RealColumn a && other instanceof RealColumn b) {
                // NaN is both the least and the greatest.
                double x = a.values()[row];
                double y = b.values()[otherRow];
                return !Double.isNaN(y) && (Double.isNaN(x) || sign * Double.compare(x, y) > 0);
            }
            return sign != 0
                    && sign
                                    * DynamicOrder.INSTANCE.compare(
                                            values.dynamic(row), other.dynamic(otherRow))
                            > 0;
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            grow(groupCount);
            var that = (Best) other;
            int first = batches.size();
            batches.addAll(that.batches);
            for (int g = 0; g < groupOf.length && g < that.refs.length; g++) {
                long ref = that.refs[g];
                if (ref < 0) {
                    continue;
                }
                int group = groupOf[g];
                int batch = RowRefs.source(ref) + first;
                long here = RowRefs.of(batch, RowRefs.row(ref));
                if (that.isKnown(g)) {
                    if (!isKnown(group) || that.best[g] > best[group]) {
                        refs[group] = here;
                        best[group] = that.best[g];
                        least[group] = that.least[g];
                    }
                } else {
                    consider(group, batches.get(batch).getFirst(), RowRefs.row(ref), here);
                }
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            grow(groupCount);
            long[] picked = Arrays.copyOf(refs, groupCount);
            var out = new ArrayList<Column>();
            for (int i = 0; i < types.size(); i++) {
                var sources = new ArrayList<Column>();
                for (var batch : batches) {
                    sources.add(batch.get(i));
                }
                out.add(
                        sources.isEmpty()
                                ? Columns.nulls(types.get(i), groupCount)
                                : RowRefs.gather(sources, types.get(i), picked));
            }
            return out;
        }
    }
}
