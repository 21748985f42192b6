package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What says much of a series in few numbers: statistics, the line and the polynomial that fit it best, how it goes with another. The two lines
/// that fit best are among [SeriesTransforms].
final class SeriesFits {
    private SeriesFits() {}

    static List<ScalarFunction> functions() {
        return List.of(
                ScalarFunction.of(
                        "series_stats_dynamic",
                        "(series: dynamic, ignore_nonfinite?: bool): dynamic",
                        Kernels.perRow((v, c) -> statistics(v))),
                ScalarFunction.of(
                        "series_fit_line_dynamic",
                        "(series: dynamic): dynamic",
                        Kernels.perRow((v, c) -> fitLine(v[0]))),
                ScalarFunction.of(
                        "series_fit_poly_dynamic",
                        "(y: dynamic, x?: any, degree?: any): dynamic",
                        Kernels.perRow((v, c) -> fitPolynomial(v))),
                ScalarFunction.of(
                        "series_pearson_correlation",
                        "(series1: dynamic, series2: dynamic): real",
                        Kernels.perRow((v, c) -> correlation(v[0], v[1]))));
    }

    private static Dynamic statistics(Dynamic[] v) {
        double[] all = SeriesFunctions.numbers(v[0]);
        boolean ignore = v.length > 1 && v[1].boolOr(false);
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        long minAt = -1;
        long maxAt = -1;
        // The sum on its own: a running mean times the count is off in the last digit.
        double sum = 0;
        double mean = 0;
        double squares = 0;
        long n = 0;
        for (int i = 0; i < all.length; i++) {
            if (!Double.isFinite(all[i])) {
                if (ignore) {
                    continue;
                }
                return Dynamic.NULL;
            }
            if (all[i] < min) {
                min = all[i];
                minAt = i;
            }
            if (all[i] > max) {
                max = all[i];
                maxAt = i;
            }
            n++;
            sum += all[i];
            double delta = all[i] - mean;
            mean += delta / n;
            squares += delta * (all[i] - mean);
        }
        if (n == 0) {
            return Dynamic.NULL;
        }
        double variance = n == 1 ? 0 : squares / (n - 1);
        return Dynamic.bag()
                .put("min", Dynamic.of(min))
                .put("min_idx", minAt)
                .put("max", Dynamic.of(max))
                .put("max_idx", maxAt)
                .put("avg", Dynamic.of(Double.isInfinite(sum) ? mean : sum / n))
                .put("stdev", Dynamic.of(Math.sqrt(variance)))
                .put("variance", Dynamic.of(variance))
                .put("sum", Dynamic.of(sum))
                .put("len", n)
                .build();
    }

    /// The points stand at 1, 2, ...: the intercept is the line's value one point before the first.
    private static Dynamic fitLine(Dynamic series) {
        double[] y = SeriesFunctions.numbers(series);
        int n = y.length;
        if (n < 2) {
            return Dynamic.NULL;
        }
        double meanX = (n - 1) / 2.0;
        double meanY = SeriesFunctions.sum(y) / n;
        double xy = 0;
        double xx = 0;
        double total = 0;
        for (int i = 0; i < n; i++) {
            xy += (i - meanX) * (y[i] - meanY);
            xx += (i - meanX) * (i - meanX);
            total += (y[i] - meanY) * (y[i] - meanY);
        }
        double slope = xy / xx;
        double start = meanY - slope * meanX;
        double rest = 0;
        var fit = new ArrayList<Dynamic>();
        for (int i = 0; i < n; i++) {
            double at = start + slope * i;
            fit.add(Dynamic.of(at));
            rest += (y[i] - at) * (y[i] - at);
        }
        return Dynamic.bag()
                .put("rsquare", Dynamic.of(total == 0 ? 0 : 1 - rest / total))
                .put("slope", Dynamic.of(slope))
                .put("variance", Dynamic.of(total / (n - 1)))
                .put("rvariance", Dynamic.of(rest / (n - 1)))
                .put("interception", Dynamic.of(start - slope))
                .put("line_fit", new Dynamic.Array(fit))
                .build();
    }

    /// Least squares by the normal equations: a line unless a degree is given, over 1, 2, ... unless places are given.
    private static Dynamic fitPolynomial(Dynamic[] v) {
        double[] y = SeriesFunctions.numbers(v[0]);
        boolean hasX = v.length > 1 && v[1] instanceof Dynamic.Array;
        double[] x = hasX ? SeriesFunctions.numbers(v[1]) : new double[y.length];
        for (int i = 0; i < x.length && !hasX; i++) {
            x[i] = i + 1;
        }
        Dynamic given = v.length > 2 ? v[2] : v.length > 1 && !hasX ? v[1] : Dynamic.of(1L);
        int degree = Math.clamp(Columns.longOf(given), 1, 12);
        int n = Math.min(x.length, y.length);
        if (n <= degree) {
            return Dynamic.NULL;
        }
        double[][] m = new double[degree + 1][degree + 2];
        for (int i = 0; i < n; i++) {
            for (int r = 0; r <= degree; r++) {
                for (int c = 0; c <= degree; c++) {
                    m[r][c] += Math.pow(x[i], r + c);
                }
                m[r][degree + 1] += y[i] * Math.pow(x[i], r);
            }
        }
        for (int p = 0; p <= degree; p++) {
            int best = p;
            for (int r = p + 1; r <= degree; r++) {
                best = Math.abs(m[r][p]) > Math.abs(m[best][p]) ? r : best;
            }
            double[] swap = m[p];
            m[p] = m[best];
            m[best] = swap;
            if (m[p][p] == 0) {
                return Dynamic.NULL;
            }
            for (int r = 0; r <= degree; r++) {
                if (r != p) {
                    double factor = m[r][p] / m[p][p];
                    for (int c = p; c <= degree + 1; c++) {
                        m[r][c] -= factor * m[p][c];
                    }
                }
            }
        }
        var coefficients = new ArrayList<Dynamic>();
        for (int r = degree; r >= 0; r--) {
            coefficients.add(Dynamic.of(m[r][degree + 1] / m[r][r]));
        }
        double meanY = SeriesFunctions.sum(y) / n;
        double total = 0;
        double rest = 0;
        var fit = new ArrayList<Dynamic>();
        for (int i = 0; i < n; i++) {
            double at = 0;
            for (var coefficient : coefficients) {
                at = at * x[i] + Columns.doubleOf(coefficient);
            }
            fit.add(Dynamic.of(at));
            total += (y[i] - meanY) * (y[i] - meanY);
            rest += (y[i] - at) * (y[i] - at);
        }
        return Dynamic.bag()
                .put("rsquare", Dynamic.of(total == 0 ? 0 : 1 - rest / total))
                .put("coefficients", new Dynamic.Array(coefficients))
                .put("variance", Dynamic.of(total / (n - 1)))
                .put("rvariance", Dynamic.of(rest / (n - 1)))
                .put("poly_fit", new Dynamic.Array(fit))
                .build();
    }

    private static Dynamic correlation(Dynamic first, Dynamic second) {
        double[] a = SeriesFunctions.numbers(first);
        double[] b = SeriesFunctions.numbers(second);
        boolean numbers =
                Stream.of(first, second)
                        .flatMap(series -> series.items().stream())
                        .allMatch(DynamicOrder::isNumber);
        if (a.length != b.length || a.length == 0 || !numbers) {
            return Dynamic.NULL;
        }
        double meanA = SeriesFunctions.sum(a) / a.length;
        double meanB = SeriesFunctions.sum(b) / b.length;
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return Dynamic.of(ab / Math.sqrt(aa * bb));
    }
}
