package io.muster.kql.function.aggregate;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.Arguments;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;

/// `sum`, `avg`, `stdev`, `variance`, `binary_all_*` and their filtered forms.
final class Sums {
    private Sums() {}

    static List<AggregateFunction> functions() {
        var sum =
                AggregateFunction.of(
                        "sum",
                        "(value: summable): widest",
                        "sum",
                        (t, r, s) -> new Sum(t.getFirst(), r, false));
        var avg =
                AggregateFunction.of(
                        "avg",
                        "(value: summable): real",
                        "avg",
                        (t, r, s) -> new Sum(t.getFirst(), r, true));
        var stdev = spread("stdev", true, true);
        var stdevp = spread("stdevp", false, true);
        var variance = spread("variance", true, false);
        var variancep = spread("variancep", false, false);
        var covariance = together("covariance", true);
        var covariancep = together("covariancep", false);
        return List.of(
                sum,
                sum.filteredAs("sumif", "(value: summable, predicate: bool): widest", "sumif"),
                avg,
                avg.filteredAs("avgif", "(value: summable, predicate: bool): real", "avgif"),
                stdev,
                stdev.filteredAs("stdevif", "(value: summable, predicate: bool): real", "stdevif"),
                stdevp,
                stdevp.filteredAs(
                        "stdevpif", "(value: summable, predicate: bool): real", "stdevpif"),
                variance,
                variance.filteredAs(
                        "varianceif", "(value: summable, predicate: bool): real", "varianceif"),
                variancep,
                variancep.filteredAs(
                        "variancepif", "(value: summable, predicate: bool): real", "variancepif"),
                covariance,
                covariance.filteredAs(
                        "covarianceif",
                        "(first: summable, second: summable, predicate: bool): real",
                        "covarianceif"),
                covariancep,
                covariancep.filteredAs(
                        "covariancepif",
                        "(first: summable, second: summable, predicate: bool): real",
                        "covariancepif"),
                bits("binary_all_and", -1L, (a, b) -> a & b),
                bits("binary_all_or", 0L, (a, b) -> a | b),
                bits("binary_all_xor", 0L, (a, b) -> a ^ b));
    }

    private static AggregateFunction spread(String name, boolean sample, boolean root) {
        return AggregateFunction.of(
                name,
                "(value: summable): real",
                name,
                (t, r, s) -> new Spread(t.getFirst(), sample, root));
    }

    private static AggregateFunction together(String name, boolean sample) {
        return AggregateFunction.of(
                name,
                "(first: summable, second: summable): real",
                name,
                (t, r, s) -> new Together(sample));
    }

    private static AggregateFunction bits(String name, long start, LongBinaryOperator operator) {
        return AggregateFunction.of(
                name, "(value: long): long", "", (t, r, s) -> new BitFold(start, operator));
    }

    /// A sum or mean. Without values a sum is 0, a mean NaN (of times: null).
    private static final class Sum implements Accumulator {
        private final KqlType in;
        private final KqlType out;
        private final boolean mean;
        private long[] wholes = new long[16];
        private double[] reals = new double[16];
        private long[] counts = new long[16];
        private final Map<Integer, BigDecimal> decimals = new HashMap<>();

        Sum(KqlType in, KqlType out, boolean mean) {
            this.in = in;
            this.out = out;
            this.mean = mean;
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            grow(groupCount);
            switch (in) {
                case REAL -> {
                    RealColumn column = arguments.reals(0);
                    double[] values = column.values();
                    for (int row = 0; row < groups.length; row++) {
                        int group = groups[row];
                        if (group >= 0 && column.present().get(row)) {
                            reals[group] += values[row];
                            counts[group]++;
                        }
                    }
                }
                case DECIMAL -> {
                    for (int row = 0; row < groups.length; row++) {
                        if (groups[row] >= 0
                                && arguments.value(0, row) instanceof Dynamic.Decimal(var d)) {
                            decimals.merge(groups[row], d, BigDecimal::add);
                            counts[groups[row]]++;
                        }
                    }
                }
                default -> {
                    LongColumn column = arguments.longs(0);
                    long[] values = column.values();
                    for (int row = 0; row < groups.length; row++) {
                        int group = groups[row];
                        if (group >= 0 && column.present().get(row)) {
                            wholes[group] += values[row];
                            if (mean) {
                                reals[group] += values[row];
                            }
                            counts[group]++;
                        }
                    }
                }
            }
        }

        /// Means of times are fractions on their way.
        @Override
        public boolean isExact() {
            return in != KqlType.REAL && in != KqlType.DATETIME;
        }

        private void grow(int groupCount) {
            wholes = Counting.grown(wholes, groupCount);
            reals = Counting.grown(reals, groupCount);
            counts = Counting.grown(counts, groupCount);
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            grow(groupCount);
            var that = (Sum) other;
            for (int g = 0; g < groupOf.length && g < that.counts.length; g++) {
                int group = groupOf[g];
                wholes[group] += that.wholes[g];
                reals[group] += that.reals[g];
                counts[group] += that.counts[g];
                var decimal = that.decimals.get(g);
                if (decimal != null) {
                    decimals.merge(group, decimal, BigDecimal::add);
                }
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            grow(groupCount);
            var result = new ColumnBuilder(out, groupCount);
            for (int g = 0; g < groupCount; g++) {
                if (in == KqlType.DECIMAL) {
                    var total = decimals.getOrDefault(g, BigDecimal.ZERO);
                    if (mean && counts[g] == 0) {
                        result.addNull();
                    } else {
                        result.add(
                                new Dynamic.Decimal(
                                        mean
                                                ? total.divide(
                                                        BigDecimal.valueOf(counts[g]),
                                                        MathContext.DECIMAL128)
                                                : total));
                    }
                } else if (!mean) {
                    if (in == KqlType.REAL) {
                        result.addReal(reals[g]);
                    } else {
                        result.addLong(wholes[g]);
                    }
                } else if (out == KqlType.REAL) {
                    // Whole numbers are summed in 64 bits, which may wrap.
                    result.addReal(
                            (in == KqlType.REAL ? reals[g] : (double) wholes[g]) / counts[g]);
                } else if (counts[g] == 0) {
                    result.addNull();
                } else {
                    result.addLong(
                            in == KqlType.DATETIME
                                    ? (long) (reals[g] / counts[g])
                                    : Math.round((double) wholes[g] / counts[g]));
                }
            }
            return List.of(result.build());
        }
    }

    /// Welford's running variance. Of one value, and of none, 0, as the table of defaults on `summarize`'s page has it.
    private static final class Spread implements Accumulator {
        private final KqlType in;
        private final boolean sample;
        private final boolean root;
        private long[] counts = new long[16];
        private double[] means = new double[16];
        private double[] squares = new double[16];

        Spread(KqlType in, boolean sample, boolean root) {
            this.in = in;
            this.sample = sample;
            this.root = root;
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            grow(groupCount);
            for (int row = 0; row < groups.length; row++) {
                int group = groups[row];
                if (group < 0) {
                    continue;
                }
                Dynamic value = arguments.value(0, row);
                if (value.isNull()) {
                    continue;
                }
                double x = Columns.doubleOf(value);
                counts[group]++;
                double delta = x - means[group];
                means[group] += delta / counts[group];
                squares[group] += delta * (x - means[group]);
            }
        }

        @Override
        public boolean isExact() {
            return false;
        }

        private void grow(int groupCount) {
            counts = Counting.grown(counts, groupCount);
            means = Counting.grown(means, groupCount);
            squares = Counting.grown(squares, groupCount);
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            grow(groupCount);
            var that = (Spread) other;
            for (int g = 0; g < groupOf.length && g < that.counts.length; g++) {
                int group = groupOf[g];
                long n = counts[group] + that.counts[g];
                if (that.counts[g] == 0) {
                    continue;
                }
                double delta = that.means[g] - means[group];
                squares[group] +=
                        that.squares[g] + delta * delta * counts[group] * that.counts[g] / n;
                means[group] += delta * that.counts[g] / n;
                counts[group] = n;
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            grow(groupCount);
            double[] out = new double[groupCount];
            for (int g = 0; g < groupCount; g++) {
                double n = counts[g];
                double variance = n < 2 ? 0 : squares[g] / (sample ? n - 1 : n);
                out[g] = root ? Math.sqrt(variance) : variance;
            }
            if (in == KqlType.DYNAMIC) {
                return List.of(new RealColumn(out, Bits.none(groupCount)));
            }
            return List.of(new RealColumn(out, Bits.all(groupCount)));
        }
    }

    /// How two values vary together. Rows that lack either do not count; of one row 0, of none NaN.
    private static final class Together implements Accumulator {
        private final boolean sample;
        private long[] counts = new long[16];
        private double[] firsts = new double[16];
        private double[] seconds = new double[16];
        private double[] products = new double[16];

        Together(boolean sample) {
            this.sample = sample;
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            grow(groupCount);
            for (int row = 0; row < groups.length; row++) {
                int group = groups[row];
                if (group < 0) {
                    continue;
                }
                Dynamic first = arguments.value(0, row);
                Dynamic second = arguments.value(1, row);
                if (first.isNull() || second.isNull()) {
                    continue;
                }
                double x = Columns.doubleOf(first);
                double y = Columns.doubleOf(second);
                counts[group]++;
                double delta = x - firsts[group];
                firsts[group] += delta / counts[group];
                seconds[group] += (y - seconds[group]) / counts[group];
                products[group] += delta * (y - seconds[group]);
            }
        }

        @Override
        public boolean isExact() {
            return false;
        }

        private void grow(int groupCount) {
            counts = Counting.grown(counts, groupCount);
            firsts = Counting.grown(firsts, groupCount);
            seconds = Counting.grown(seconds, groupCount);
            products = Counting.grown(products, groupCount);
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            grow(groupCount);
            var that = (Together) other;
            for (int g = 0; g < groupOf.length && g < that.counts.length; g++) {
                if (that.counts[g] == 0) {
                    continue;
                }
                int group = groupOf[g];
                double n = (double) counts[group] + that.counts[g];
                double x = that.firsts[g] - firsts[group];
                double y = that.seconds[g] - seconds[group];
                products[group] += that.products[g] + x * y * counts[group] * that.counts[g] / n;
                firsts[group] += x * that.counts[g] / n;
                seconds[group] += y * that.counts[g] / n;
                counts[group] += that.counts[g];
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            grow(groupCount);
            double[] out = new double[groupCount];
            for (int g = 0; g < groupCount; g++) {
                double n = counts[g];
                out[g] = n == 0 ? Double.NaN : n == 1 ? 0 : products[g] / (sample ? n - 1 : n);
            }
            return List.of(new RealColumn(out, Bits.all(groupCount)));
        }
    }

    private static final class BitFold implements Accumulator {
        private final long start;
        private final LongBinaryOperator operator;
        private long[] values = new long[0];
        private long[] counts = new long[16];

        BitFold(long start, LongBinaryOperator operator) {
            this.start = start;
            this.operator = operator;
        }

        private void grow(int groupCount) {
            if (values.length < groupCount) {
                int from = values.length;
                values = Arrays.copyOf(values, Math.max(groupCount, from * 2));
                Arrays.fill(values, from, values.length, start);
            }
            counts = Counting.grown(counts, groupCount);
        }

        @Override
        public void add(int[] groups, int groupCount, Arguments arguments) {
            grow(groupCount);
            LongColumn column = arguments.longs(0);
            for (int row = 0; row < groups.length; row++) {
                if (groups[row] >= 0 && column.present().get(row)) {
                    values[groups[row]] =
                            operator.applyAsLong(values[groups[row]], column.values()[row]);
                    counts[groups[row]]++;
                }
            }
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            grow(groupCount);
            var that = (BitFold) other;
            for (int g = 0; g < groupOf.length && g < that.values.length; g++) {
                values[groupOf[g]] = operator.applyAsLong(values[groupOf[g]], that.values[g]);
                counts[groupOf[g]] += that.counts[g];
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            grow(groupCount);
            var out = new ColumnBuilder(KqlType.LONG, groupCount);
            for (int g = 0; g < groupCount; g++) {
                if (counts[g] == 0) {
                    out.addNull();
                } else {
                    out.addLong(values[g]);
                }
            }
            return List.of(out.build());
        }
    }
}
