package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Fourier transforms of series, and the two lines that fit a series best.
final class SeriesTransforms {
    private static final int MAX_LENGTH = 1 << 14;

    private SeriesTransforms() {}

    static List<ScalarFunction> functions() {
        return List.of(
                ScalarFunction.of(
                        "series_fft_dynamic",
                        "(real: dynamic, imaginary?: dynamic): dynamic",
                        Kernels.perRow((v, c) -> transform(v, false))),
                ScalarFunction.of(
                        "series_ifft_dynamic",
                        "(real: dynamic, imaginary?: dynamic): dynamic",
                        Kernels.perRow((v, c) -> transform(v, true))),
                ScalarFunction.of(
                        "series_fit_2lines_dynamic",
                        "(series: dynamic): dynamic",
                        Kernels.perRow((v, c) -> twoLines(v[0]))));
    }

    private static double[] numbers(Dynamic series) {
        return series.items().stream()
                .mapToDouble(i -> DynamicOrder.isNumber(i) ? Columns.doubleOf(i) : 0)
                .toArray();
    }

    private static Dynamic series(double[] values) {
        var out = new ArrayList<Dynamic>(values.length);
        for (double value : values) {
            out.add(Dynamic.of(value));
        }
        return new Dynamic.Array(out);
    }

    private static Dynamic transform(Dynamic[] v, boolean inverse) {
        double[] re = numbers(v[0]);
        double[] im = v.length > 1 ? numbers(v[1]) : new double[re.length];
        int n = re.length;
        if (n == 0 || n > MAX_LENGTH || im.length != n) {
            return Dynamic.NULL;
        }
        double[] outRe = re.clone();
        double[] outIm = im.clone();
        if (Integer.bitCount(n) == 1) {
            fast(outRe, outIm, inverse);
        } else {
            slow(re, im, outRe, outIm, inverse);
        }
        if (inverse) {
            for (int i = 0; i < n; i++) {
                outRe[i] /= n;
                outIm[i] /= n;
            }
        }
        return Dynamic.bag().put("real", series(outRe)).put("imag", series(outIm)).build();
    }

    /// Lengths that are no power of two: by the definition, with the sines computed once.
    private static void slow(
            double[] re, double[] im, double[] outRe, double[] outIm, boolean inverse) {
        int n = re.length;
        double[] cos = new double[n];
        double[] sin = new double[n];
        for (int i = 0; i < n; i++) {
            cos[i] = Math.cos(2 * Math.PI * i / n);
            sin[i] = (inverse ? 1 : -1) * Math.sin(2 * Math.PI * i / n);
        }
        var pace = new MemoryMeter.Pace();
        for (int k = 0; k < n; k++) {
            pace.did(4L * n);
            double sumRe = 0;
            double sumIm = 0;
            for (int i = 0; i < n; i++) {
                int at = (int) ((long) i * k % n);
                sumRe += re[i] * cos[at] - im[i] * sin[at];
                sumIm += re[i] * sin[at] + im[i] * cos[at];
            }
            outRe[k] = sumRe;
            outIm[k] = sumIm;
        }
    }

    private static void fast(double[] re, double[] im, boolean inverse) {
        int n = re.length;
        for (int i = 1, j = 0; i < n; i++) {
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1) {
                j ^= bit;
            }
            j ^= bit;
            if (i < j) {
                double swap = re[i];
                re[i] = re[j];
                re[j] = swap;
                swap = im[i];
                im[i] = im[j];
                im[j] = swap;
            }
        }
        for (int width = 2; width <= n; width <<= 1) {
            double angle = (inverse ? 2 : -2) * Math.PI / width;
            for (int from = 0; from < n; from += width) {
                for (int k = 0; k < width / 2; k++) {
                    double cos = Math.cos(angle * k);
                    double sin = Math.sin(angle * k);
                    int a = from + k;
                    int b = a + width / 2;
                    double x = re[b] * cos - im[b] * sin;
                    double y = re[b] * sin + im[b] * cos;
                    re[b] = re[a] - x;
                    im[b] = im[a] - y;
                    re[a] += x;
                    im[a] += y;
                }
            }
        }
    }

    /// A line of least squares through `y[from..to)`, x counted from `from`.
    private record Line(
            double slope, double start, double variance, double residual, int from, int to) {
        static Line of(double[] y, int from, int to) {
            int n = to - from;
            double meanX = (n - 1) / 2.0;
            double meanY = Arrays.stream(y, from, to).average().orElse(0);
            double xy = 0;
            double xx = 0;
            double yy = 0;
            for (int i = 0; i < n; i++) {
                xy += (i - meanX) * (y[from + i] - meanY);
                xx += (i - meanX) * (i - meanX);
                yy += (y[from + i] - meanY) * (y[from + i] - meanY);
            }
            double slope = xx == 0 ? 0 : xy / xx;
            double start = meanY - slope * meanX;
            double rest = 0;
            for (int i = 0; i < n; i++) {
                double off = y[from + i] - (start + slope * i);
                rest += off * off;
            }
            return new Line(
                    slope, start, yy / Math.max(1, n - 1), rest / Math.max(1, n - 1), from, to);
        }

        double square() {
            return variance == 0 ? 0 : 1 - residual / variance;
        }

        double at(int i) {
            return start + slope * (i - from);
        }
    }

    private static Dynamic twoLines(Dynamic series) {
        double[] y = numbers(series);
        int n = y.length;
        if (n < 4 || n > MAX_LENGTH) {
            return Dynamic.NULL;
        }
        Line left = Line.of(y, 0, 2);
        Line right = Line.of(y, 2, n);
        double least = Double.POSITIVE_INFINITY;
        var pace = new MemoryMeter.Pace();
        for (int split = 2; split <= n - 2; split++) {
            pace.did(4L * n);
            var before = Line.of(y, 0, split);
            var after = Line.of(y, split, n);
            double rest = before.residual() * (split - 1) + after.residual() * (n - split - 1);
            if (rest < least) {
                least = rest;
                left = before;
                right = after;
            }
        }
        double variance = Line.of(y, 0, n).variance();
        double[] fit = new double[n];
        double rest = 0;
        for (int i = 0; i < n; i++) {
            fit[i] = i < right.from() ? left.at(i) : right.at(i);
            rest += (y[i] - fit[i]) * (y[i] - fit[i]);
        }
        double residual = rest / (n - 1);
        return Dynamic.bag()
                .put("rsquare", Dynamic.of(variance == 0 ? 0 : 1 - residual / variance))
                .put("split_idx", Dynamic.of((long) right.from()))
                .put("variance", Dynamic.of(variance))
                .put("rvariance", Dynamic.of(residual))
                .put("line_fit", series(fit))
                .put("right", side(right))
                .put("left", side(left))
                .build();
    }

    /// As `series_fit_line` has it: the points stand at 1, 2, ...
    private static Dynamic side(Line line) {
        return Dynamic.bag()
                .put("rsquare", Dynamic.of(line.square()))
                .put("slope", Dynamic.of(line.slope()))
                .put("interception", Dynamic.of(line.start() - line.slope()))
                .put("variance", Dynamic.of(line.variance()))
                .put("rvariance", Dynamic.of(line.residual()))
                .build();
    }
}
