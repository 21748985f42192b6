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

/// Functions of series that repeat: their periods, their seasonal part, what departs from it.
final class SeriesSeasons {
    private static final double SEASONAL_SCORE = 0.7;
    private static final double DECOMPOSE_SCORE = 0.6;
    private static final double NOISE = 1.96;
    private static final int MAX_LENGTH = 1 << 16;

    private SeriesSeasons() {}

    static List<ScalarFunction> functions() {
        String estimate = "scores are autocorrelations; Kusto's estimate is not published";
        return List.of(
                ScalarFunction.of(
                                "series_periods_detect_dynamic",
                                "(series: dynamic, min: real, max: real, periods: long): dynamic",
                                Kernels.perRow((v, c) -> detected(v)))
                        .noted(estimate),
                ScalarFunction.of(
                                "series_periods_validate_dynamic",
                                "(series: dynamic, period...: real): dynamic",
                                Kernels.perRow((v, c) -> validated(v)))
                        .noted(estimate),
                ScalarFunction.of(
                                "series_seasonal",
                                "(series: dynamic, period?: long): dynamic",
                                Kernels.perRow((v, c) -> {
                                    double[] x = numbers(v[0]);
                                    int period = whole(v, 1, -1);
                                    return series(seasonal(x, x.length, period, SEASONAL_SCORE));
                                }))
                        .noted(estimate),
                ScalarFunction.of(
                        "series_outliers",
                        "(series: dynamic, kind?: string, ignored?: any, low?: real, high?: real): dynamic",
                        Kernels.perRowWithNulls((v, c) -> outliers(v))),
                ScalarFunction.of(
                                "series_decompose_dynamic",
                                "(series: dynamic, seasonality?: long, trend?: string, test_points?: long, threshold?: real): dynamic",
                                Kernels.perRow((v, c) -> decomposed(v)))
                        .noted(estimate),
                ScalarFunction.of(
                                "series_decompose_anomalies_dynamic",
                                "(series: dynamic, threshold?: real, seasonality?: long, trend?: string, test_points?: long, method?: string, seasonality_threshold?: real): dynamic",
                                Kernels.perRow((v, c) -> anomalies(v)))
                        .noted(estimate),
                ScalarFunction.of(
                                "series_decompose_forecast",
                                "(series: dynamic, points: long, seasonality?: long, trend?: string, threshold?: real): dynamic",
                                Kernels.perRow((v, c) -> forecast(v)))
                        .noted(estimate));
    }

    private static double[] numbers(Dynamic series) {
        var items = series.items();
        double[] out = new double[Math.min(items.size(), MAX_LENGTH)];
        for (int i = 0; i < out.length; i++) {
            out[i] =
                    DynamicOrder.isNumber(items.get(i))
                            ? Columns.doubleOf(items.get(i))
                            : Double.NaN;
        }
        return out;
    }

    private static Dynamic series(double[] values) {
        var out = new ArrayList<Dynamic>(values.length);
        for (double value : values) {
            out.add(Double.isNaN(value) ? Dynamic.NULL : Dynamic.of(value));
        }
        return new Dynamic.Array(out);
    }

    private static double mean(double[] x, int length) {
        return Arrays.stream(x, 0, length).filter(v -> !Double.isNaN(v)).average().orElse(0);
    }

    /// How much a series is like itself `lag` later: 0 no more than noise is (at 95 %), 1 wholly.
    private static double score(double[] x, int length, int lag) {
        if (lag < 4 || lag > length / 2) {
            return 0;
        }
        double mean = mean(x, length);
        double all = 0;
        double shifted = 0;
        for (int i = 0; i < length; i++) {
            double here = Double.isNaN(x[i]) ? 0 : x[i] - mean;
            all += here * here;
            if (i + lag < length && !Double.isNaN(x[i + lag])) {
                shifted += here * (x[i + lag] - mean);
            }
        }
        double like = all == 0 ? 0 : shifted / all;
        return like < NOISE / Math.sqrt(length) ? 0 : Math.sqrt(like);
    }

    private record Period(int lag, double score) {}

    /// Periods from the best down, without those that another explains.
    private static List<Period> periods(double[] x, int length, double min, double max) {
        int from = (int) Math.max(4, Math.ceil(min));
        int to = (int) Math.min(Math.floor(max), Math.floorDiv(length - 1, 2));
        var peaks = new ArrayList<Period>();
        double before = from <= to ? score(x, length, from - 1) : 0;
        var pace = new MemoryMeter.Pace();
        for (int lag = from; lag <= to; lag++) {
            pace.did(4L * length);
            double here = score(x, length, lag);
            double after = score(x, length, lag + 1);
            if (here > 0.5 && here >= before && here >= after) {
                peaks.add(new Period(lag, here));
            }
            before = here;
        }
        peaks.sort((a, b) -> Double.compare(b.score(), a.score()));
        var kept = new ArrayList<Period>();
        for (var peak : peaks) {
            boolean explained =
                    kept.stream()
                            .anyMatch(k -> {
                                double times = (double) peak.lag() / k.lag();
                                return times > 0.75
                                        && Math.abs(times - Math.rint(times))
                                                < 0.2 * Math.rint(times);
                            });
            if (!explained) {
                kept.add(peak);
            }
        }
        return kept;
    }

    private static Dynamic detected(Dynamic[] v) {
        double[] x = numbers(v[0]);
        int wanted = Math.clamp(Columns.longOf(v[3]), 0, 100);
        var found = periods(x, x.length, Columns.doubleOf(v[1]), Columns.doubleOf(v[2]));
        var lags = new ArrayList<Dynamic>();
        var scores = new ArrayList<Dynamic>();
        for (int i = 0; i < wanted; i++) {
            lags.add(Dynamic.of(i < found.size() ? (double) found.get(i).lag() : 0.0));
            scores.add(Dynamic.of(i < found.size() ? found.get(i).score() : 0.0));
        }
        return Dynamic.bag()
                .put("periods", new Dynamic.Array(lags))
                .put("periods_scores", new Dynamic.Array(scores))
                .build();
    }

    private static Dynamic validated(Dynamic[] v) {
        double[] x = numbers(v[0]);
        var lags = new ArrayList<Dynamic>();
        var scores = new ArrayList<Dynamic>();
        for (int i = 1; i < v.length; i++) {
            double period = Columns.doubleOf(v[i]);
            lags.add(Dynamic.of(period));
            scores.add(Dynamic.of(score(x, x.length, (int) Math.rint(period))));
        }
        return Dynamic.bag()
                .put("periods", new Dynamic.Array(lags))
                .put("scores", new Dynamic.Array(scores))
                .build();
    }

    /// The median of each phase of the period; zeros without one. Learnt from the first `learnt` points.
    ///
    /// @param period -1: the best there is, if its score reaches the threshold; 0: none
    private static double[] seasonal(double[] x, int learnt, int period, double threshold) {
        double[] out = new double[x.length];
        // Beyond the series' length a point has no other of its phase, however long the period is.
        int lag = Math.min(period, Math.max(1, x.length));
        if (period < 0) {
            var best = periods(x, learnt, 0, learnt);
            lag = best.isEmpty() || best.getFirst().score() < threshold ? 0 : best.getFirst().lag();
        }
        if (lag <= 0) {
            return out;
        }
        for (int phase = 0; phase < Math.min(lag, x.length); phase++) {
            var same = new ArrayList<Double>();
            for (int i = phase; i < learnt; i += lag) {
                if (!Double.isNaN(x[i])) {
                    same.add(x[i]);
                }
            }
            double middle = median(same);
            for (int i = phase; i < x.length; i += lag) {
                out[i] = middle;
            }
        }
        return out;
    }

    private static double median(List<Double> values) {
        if (values.isEmpty()) {
            return 0;
        }
        var sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// Tukey's fences: how many times the distance between two percentiles a value lies outside of them.
    private static Dynamic outliers(Dynamic[] v) {
        if (!(v[0] instanceof Dynamic.Array)) {
            return Dynamic.NULL;
        }
        String kind = v.length > 1 ? v[1].textOr("ctukey") : "ctukey";
        Dynamic ignored = v.length > 2 ? v[2] : Dynamic.NULL;
        boolean tukey = kind.equals("tukey");
        double low = tukey ? 25 : v.length > 3 && !v[3].isNull() ? Columns.doubleOf(v[3]) : 10;
        double high = tukey ? 75 : v.length > 4 && !v[4].isNull() ? Columns.doubleOf(v[4]) : 90;
        if (!(isPercent(low) && isPercent(high))) {
            return Dynamic.NULL;
        }
        double[] x = numbers(v[0]);
        if (DynamicOrder.isNumber(ignored)) {
            double skipped = Columns.doubleOf(ignored);
            for (int i = 0; i < x.length; i++) {
                x[i] = x[i] == skipped ? Double.NaN : x[i];
            }
        }
        return series(fences(x, low, high));
    }

    /// False for NaN, too.
    private static boolean isPercent(double number) {
        return number >= 0 && number <= 100;
    }

    private static double[] fences(double[] x, double low, double high) {
        double[] sorted = Arrays.stream(x).filter(d -> !Double.isNaN(d)).sorted().toArray();
        double[] out = new double[x.length];
        if (sorted.length == 0) {
            return out;
        }
        double lower = percentile(sorted, low);
        double upper = percentile(sorted, high);
        double range = upper - lower;
        for (int i = 0; i < x.length; i++) {
            if (Double.isNaN(x[i]) || x[i] >= lower && x[i] <= upper) {
                continue;
            }
            double distance = x[i] > upper ? x[i] - upper : x[i] - lower;
            out[i] =
                    range > 0
                            ? distance / range
                            : Math.copySign(Double.POSITIVE_INFINITY, distance);
        }
        return out;
    }

    private static double percentile(double[] sorted, double percent) {
        double at = (sorted.length - 1) * percent / 100;
        int below = (int) Math.floor(at);
        int above = (int) Math.ceil(at);
        return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
    }

    private record Parts(double[] x, double[] baseline, double[] seasonal, double[] trend) {
        double[] residual() {
            double[] out = new double[x.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = x[i] - baseline[i];
            }
            return out;
        }
    }

    private static Parts parts(
            double[] x, int period, String trendKind, int testPoints, double threshold) {
        int learnt = Math.clamp(x.length - (long) testPoints, 0, x.length);
        // A trend hides the period: it is looked for in what is left without it.
        double[] flat = x.clone();
        if (trendKind.equals("linefit")) {
            double[] line = line(x, learnt);
            double mean = mean(x, learnt);
            for (int i = 0; i < flat.length; i++) {
                flat[i] -= line[i] - mean;
            }
        }
        double[] seasonal = seasonal(flat, learnt, period, threshold);
        double[] rest = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            rest[i] = x[i] - seasonal[i];
        }
        double[] trend =
                switch (trendKind) {
                    case "none" -> new double[x.length];
                    case "linefit" -> line(rest, learnt);
                    default -> {
                        double[] level = new double[x.length];
                        Arrays.fill(level, mean(rest, learnt));
                        yield level;
                    }
                };
        double[] baseline = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            baseline[i] = seasonal[i] + trend[i];
        }
        return new Parts(x, baseline, seasonal, trend);
    }

    /// The line of least squares through the first `learnt` points, as long as the series.
    private static double[] line(double[] x, int learnt) {
        double n = 0;
        double sumT = 0;
        double sumX = 0;
        double sumTt = 0;
        double sumTx = 0;
        for (int i = 0; i < learnt; i++) {
            if (!Double.isNaN(x[i])) {
                n++;
                sumT += i;
                sumX += x[i];
                sumTt += (double) i * i;
                sumTx += i * x[i];
            }
        }
        double spread = n * sumTt - sumT * sumT;
        double slope = spread == 0 ? 0 : (n * sumTx - sumT * sumX) / spread;
        double start = n == 0 ? 0 : (sumX - slope * sumT) / n;
        double[] out = new double[x.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = start + slope * i;
        }
        return out;
    }

    private static int whole(Dynamic[] v, int index, int otherwise) {
        return v.length > index
                ? Math.clamp(Columns.longOf(v[index]), Integer.MIN_VALUE, Integer.MAX_VALUE)
                : otherwise;
    }

    private static double real(Dynamic[] v, int index, double otherwise) {
        return v.length > index ? Columns.doubleOf(v[index]) : otherwise;
    }

    private static String text(Dynamic[] v, int index, String otherwise) {
        return v.length > index ? v[index].textOr(otherwise) : otherwise;
    }

    private static Dynamic decomposed(Dynamic[] v) {
        var parts =
                parts(
                        numbers(v[0]),
                        whole(v, 1, -1),
                        text(v, 2, "avg"),
                        whole(v, 3, 0),
                        real(v, 4, DECOMPOSE_SCORE));
        return Dynamic.bag()
                .put("baseline", series(parts.baseline()))
                .put("seasonal", series(parts.seasonal()))
                .put("trend", series(parts.trend()))
                .put("residual", series(parts.residual()))
                .build();
    }

    private static Dynamic anomalies(Dynamic[] v) {
        double threshold = real(v, 1, 1.5);
        var parts =
                parts(
                        numbers(v[0]),
                        whole(v, 2, -1),
                        text(v, 3, "avg"),
                        whole(v, 4, 0),
                        real(v, 6, DECOMPOSE_SCORE));
        boolean tukey = text(v, 5, "ctukey").equals("tukey");
        double[] scores = fences(parts.residual(), tukey ? 25 : 10, tukey ? 75 : 90);
        var flags = new ArrayList<Dynamic>(scores.length);
        for (double score : scores) {
            flags.add(Dynamic.of(score >= threshold ? 1L : score <= -threshold ? -1L : 0L));
        }
        return Dynamic.bag()
                .put("ad_flag", new Dynamic.Array(flags))
                .put("ad_score", series(scores))
                .put("baseline", series(parts.baseline()))
                .build();
    }

    private static Dynamic forecast(Dynamic[] v) {
        return series(
                parts(
                                numbers(v[0]),
                                whole(v, 2, -1),
                                text(v, 3, "linefit"),
                                whole(v, 1, 0),
                                real(v, 4, DECOMPOSE_SCORE))
                        .baseline());
    }
}
