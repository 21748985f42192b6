package io.muster.kql.function.scalar;

import io.muster.core.column.Field;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Functions of series: arrays of numbers, as `make-series` makes them. What is no number in them is null.
public final class SeriesFunctions {
    private static final List<Field> LINE =
            List.of(
                    new Field("rsquare", KqlType.REAL),
                    new Field("slope", KqlType.REAL),
                    new Field("variance", KqlType.REAL),
                    new Field("rvariance", KqlType.REAL),
                    new Field("interception", KqlType.REAL),
                    new Field("line_fit", KqlType.DYNAMIC));
    private static final List<Field> STATISTICS =
            List.of(
                    new Field("min", KqlType.REAL),
                    new Field("min_idx", KqlType.LONG),
                    new Field("max", KqlType.REAL),
                    new Field("max_idx", KqlType.LONG),
                    new Field("avg", KqlType.REAL),
                    new Field("stdev", KqlType.REAL),
                    new Field("variance", KqlType.REAL));
    private static final List<Field> POLYNOMIAL =
            List.of(
                    new Field("rsquare", KqlType.REAL),
                    new Field("coefficients", KqlType.DYNAMIC),
                    new Field("variance", KqlType.REAL),
                    new Field("rvariance", KqlType.REAL),
                    new Field("poly_fit", KqlType.DYNAMIC));
    private static final List<Field> TWO_LINES =
            List.of(
                    new Field("rsquare", KqlType.REAL),
                    new Field("split_idx", KqlType.LONG),
                    new Field("variance", KqlType.REAL),
                    new Field("rvariance", KqlType.REAL),
                    new Field("line_fit", KqlType.DYNAMIC),
                    new Field("right_rsquare", KqlType.REAL),
                    new Field("right_slope", KqlType.REAL),
                    new Field("right_interception", KqlType.REAL),
                    new Field("right_variance", KqlType.REAL),
                    new Field("right_rvariance", KqlType.REAL),
                    new Field("left_rsquare", KqlType.REAL),
                    new Field("left_slope", KqlType.REAL),
                    new Field("left_interception", KqlType.REAL),
                    new Field("left_variance", KqlType.REAL),
                    new Field("left_rvariance", KqlType.REAL));
    private static final Map<String, List<Field>> COLUMNS =
            Map.of(
                    "series_fit_line",
                    LINE,
                    "series_stats",
                    STATISTICS,
                    "series_fit_poly",
                    POLYNOMIAL,
                    "series_fit_2lines",
                    TWO_LINES,
                    "series_fft",
                    series("real", "imag"),
                    "series_ifft",
                    series("real", "imag"),
                    "series_periods_detect",
                    series("periods", "periods_scores"),
                    "series_periods_validate",
                    series("periods", "scores"),
                    "series_decompose",
                    series("baseline", "seasonal", "trend", "residual"),
                    "series_decompose_anomalies",
                    series("ad_flag", "ad_score", "baseline"));

    private static List<Field> series(String... names) {
        return Arrays.stream(names).map(n -> new Field(n, KqlType.DYNAMIC)).toList();
    }

    private SeriesFunctions() {}

    /// The columns that a function of several values gives; empty for every other.
    public static List<Field> columnsOf(String name) {
        return COLUMNS.getOrDefault(name, List.of());
    }

    /// The function that gives those columns as the members of a bag.
    public static String bagFunction(String name) {
        return name + "_dynamic";
    }

    static FunctionFamily family() {
        return new FunctionFamily(
                "Series",
                List.of(
                        pairwise("series_add", (a, b) -> a + b, (a, b) -> a + b),
                        pairwise("series_subtract", (a, b) -> a - b, (a, b) -> a - b),
                        pairwise("series_multiply", (a, b) -> a * b, (a, b) -> a * b),
                        pairwise("series_divide", (a, b) -> a / b, null),
                        pairwise("series_pow", Math::pow, null),
                        comparing("series_greater", c -> c > 0),
                        comparing("series_greater_equals", c -> c >= 0),
                        comparing("series_less", c -> c < 0),
                        comparing("series_less_equals", c -> c <= 0),
                        comparing("series_equals", c -> c == 0),
                        comparing("series_not_equals", c -> c != 0),
                        each("series_abs", Math::abs, Math::abs),
                        each("series_sign", Math::signum, Long::signum),
                        each("series_exp", Math::exp),
                        each("series_log", Math::log),
                        each("series_floor", Math::floor),
                        each("series_ceiling", Math::ceil),
                        each("series_sin", Math::sin),
                        each("series_cos", Math::cos),
                        each("series_tan", Math::tan),
                        each("series_asin", Math::asin),
                        each("series_acos", Math::acos),
                        each("series_atan", Math::atan),
                        ScalarFunction.of(
                                        "series_fill_const",
                                        "(series: dynamic, constant?: any, missing?: any): dynamic",
                                        Kernels.perRowWithNulls((v, c) -> fillConst(v)))
                                .keepsName(),
                        ScalarFunction.of(
                                        "series_fill_forward",
                                        "(series: dynamic, missing?: any): dynamic",
                                        Kernels.perRowWithNulls((v, c) -> fill(v, true)))
                                .keepsName(),
                        ScalarFunction.of(
                                        "series_fill_backward",
                                        "(series: dynamic, missing?: any): dynamic",
                                        Kernels.perRowWithNulls((v, c) -> fill(v, false)))
                                .keepsName(),
                        ScalarFunction.of(
                                        "series_fill_linear",
                                        "(series: dynamic, missing?: any, fill_edges?: bool, constant?: any): dynamic",
                                        Kernels.perRowWithNulls((v, c) -> fillLinear(v)))
                                .keepsName(),
                        ScalarFunction.of(
                                        "series_fir",
                                        "(series: dynamic, filter: dynamic, normalize?: bool, center?: bool): dynamic",
                                        Kernels.perRow((v, c) -> fir(v)))
                                .keepsName(),
                        ScalarFunction.of(
                                        "series_iir",
                                        "(series: dynamic, numerators: dynamic, denominators: dynamic): dynamic",
                                        Kernels.perRow((v, c) -> iir(v)))
                                .keepsName(),
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
                                Kernels.perRow((v, c) -> correlation(v[0], v[1]))),
                        ScalarFunction.of(
                                "series_sum",
                                "(series: dynamic): real",
                                Kernels.perRow((v, c) -> Dynamic.of(sum(numbers(v[0]))))),
                        ScalarFunction.of(
                                "series_product",
                                "(series: dynamic): real",
                                Kernels.perRow((v, c) -> {
                                    double product = 1;
                                    for (double x : numbers(v[0])) {
                                        product *= x;
                                    }
                                    return Dynamic.of(product);
                                })),
                        ScalarFunction.of(
                                "series_magnitude",
                                "(series: dynamic): real",
                                Kernels.perRow((v, c) ->
                                        Dynamic.of(Math.sqrt(dot(numbers(v[0]), numbers(v[0])))))),
                        ScalarFunction.of(
                                "series_dot_product",
                                "(series1: any, series2: any): real",
                                Kernels.perRow((v, c) -> dotProduct(v[0], v[1]))),
                        ScalarFunction.of(
                                "series_cosine_similarity",
                                "(series1: dynamic, series2: dynamic, magnitude1?: real, magnitude2?: real): real",
                                Kernels.perRow((v, c) -> cosine(v))),
                        ScalarFunction.of(
                                        "dcount_hll",
                                        "(hll: dynamic): long",
                                        Kernels.perRow((v, c) ->
                                                Dynamic.of((long) v[0].get(1).items().size())))
                                .prefixed("dcount_hll"),
                        ScalarFunction.of(
                                        "percentile_tdigest",
                                        "(digest: dynamic, percentile: real, type: type): named",
                                        Kernels.perRow((v, c) -> {
                                            var found = percentile(v[0], Columns.doubleOf(v[1]));
                                            return v.length > 2
                                                    ? Conversions.convert(
                                                            found,
                                                            KqlType.parse(v[2].textOr(""))
                                                                    .orElse(KqlType.DYNAMIC))
                                                    : found;
                                        }))
                                .or(
                                        "(digest: dynamic, percentile: real): dynamic",
                                        Kernels.perRow(
                                                (v, c) -> percentile(v[0], Columns.doubleOf(v[1]))))
                                .prefixed("percentile_tdigest"),
                        ScalarFunction.of(
                                        "percentiles_array_tdigest",
                                        "(digest: dynamic, percentile...: any): dynamic",
                                        Kernels.perRow((v, c) -> {
                                            var out = new ArrayList<Dynamic>();
                                            for (int i = 1; i < v.length; i++) {
                                                for (var p : Comparisons.items(v[i])) {
                                                    out.add(percentile(v[0], Columns.doubleOf(p)));
                                                }
                                            }
                                            return new Dynamic.Array(out);
                                        }))
                                .prefixed("percentile_tdigest"),
                        merge("merge_tdigest"),
                        merge("tdigest_merge"),
                        ScalarFunction.of(
                                        "hll_merge",
                                        "(hll...: dynamic): dynamic",
                                        Kernels.perRow((v, c) -> {
                                            var all = new LinkedHashSet<Dynamic>();
                                            for (var hll : v) {
                                                all.addAll(hll.get(1).items());
                                            }
                                            return Dynamic.array(
                                                    Dynamic.of("hll"),
                                                    new Dynamic.Array(new ArrayList<>(all)));
                                        }))
                                .named("hll_merged_result"),
                        merge("merge_tdigests"),
                        ScalarFunction.of(
                                "percentile_array_tdigest",
                                "(digest: dynamic, percentiles: dynamic): dynamic",
                                Kernels.perRow((v, c) -> {
                                    var out = new ArrayList<Dynamic>();
                                    for (var p : v[1].items()) {
                                        out.add(percentile(v[0], Columns.doubleOf(p)));
                                    }
                                    return new Dynamic.Array(out);
                                })),
                        ScalarFunction.of(
                                "rank_tdigest",
                                "(digest: dynamic, value: any): real",
                                Kernels.perRow((v, c) -> Dynamic.of(rank(v[0], v[1])[0]))),
                        ScalarFunction.of(
                                "percentrank_tdigest",
                                "(digest: dynamic, value: any): real",
                                Kernels.perRow((v, c) -> {
                                    double[] rank = rank(v[0], v[1]);
                                    return Dynamic.of(100 * rank[0] / rank[1]);
                                }))));
    }

    /// One weight a value, as `tdigest` makes them; 0 for those that a document made up otherwise has none for.
    private static List<Dynamic> weights(Dynamic digest) {
        int values = digest.get(1).items().size();
        var weights = digest.get(2).items();
        if (weights.size() >= values) {
            return weights;
        }
        var padded = new ArrayList<>(weights);
        padded.addAll(Collections.nCopies(values - weights.size(), Dynamic.of(0L)));
        return padded;
    }

    /// The weight of the values up to one, and of all.
    private static double[] rank(Dynamic digest, Dynamic value) {
        var values = digest.get(1).items();
        var weights = weights(digest);
        double below = 0;
        double total = 0;
        for (int i = 0; i < values.size(); i++) {
            double weight = Columns.doubleOf(weights.get(i));
            total += weight;
            if (DynamicOrder.INSTANCE.compare(values.get(i), value) <= 0) {
                below += weight;
            }
        }
        return new double[] {below, total};
    }

    private static ScalarFunction merge(String name) {
        return ScalarFunction.of(
                        name,
                        "(digest...: dynamic): dynamic",
                        Kernels.perRow((v, c) -> {
                            var values = new ArrayList<Dynamic>();
                            var weights = new ArrayList<Dynamic>();
                            for (var digest : v) {
                                values.addAll(digest.get(1).items());
                                weights.addAll(
                                        weights(digest).subList(0, digest.get(1).items().size()));
                            }
                            return Dynamic.array(
                                    Dynamic.of("tdigest"),
                                    new Dynamic.Array(values),
                                    new Dynamic.Array(weights));
                        }))
                .named("tdigests_merge_result");
    }

    /// The value at a percentile of a digest as `tdigest` makes it.
    private static Dynamic percentile(Dynamic digest, double percentile) {
        var values = digest.get(1).items();
        var weights = weights(digest);
        if (values.isEmpty()) {
            return Dynamic.NULL;
        }
        var places = new Integer[values.size()];
        Arrays.setAll(places, i -> i);
        Arrays.sort(places, (a, b) -> DynamicOrder.INSTANCE.compare(values.get(a), values.get(b)));
        double total = 0;
        for (var weight : weights) {
            total += Columns.doubleOf(weight);
        }
        double wanted = Math.max(1, Math.ceil(total * percentile / 100 - 1e-9));
        double seen = 0;
        for (int place : places) {
            seen += Columns.doubleOf(weights.get(place));
            if (seen >= wanted) {
                return values.get(place);
            }
        }
        return values.get(places[places.length - 1]);
    }

    private static double number(Dynamic value) {
        return DynamicOrder.isNumber(value) ? Columns.doubleOf(value) : Double.NaN;
    }

    private static double[] numbers(Dynamic series) {
        return series.items().stream().mapToDouble(SeriesFunctions::number).toArray();
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    /// The longer series is cut to the shorter one's length; magnitudes that are known need not be computed.
    private static Dynamic cosine(Dynamic[] v) {
        double[] a = numbers(v[0]);
        double[] b = numbers(v[1]);
        int length = Math.min(a.length, b.length);
        if (length == 0) {
            return Dynamic.NULL;
        }
        a = Arrays.copyOf(a, length);
        b = Arrays.copyOf(b, length);
        double first = v.length > 2 ? Columns.doubleOf(v[2]) : Math.sqrt(dot(a, a));
        double second = v.length > 3 ? Columns.doubleOf(v[3]) : Math.sqrt(dot(b, b));
        return Dynamic.of(dot(a, b) / (first * second));
    }

    /// A number stands for a series of it as long as the other one. Null for an empty series and for two numbers.
    private static Dynamic dotProduct(Dynamic first, Dynamic second) {
        double[] a = numbers(first);
        double[] b = numbers(second);
        if (!(first instanceof Dynamic.Array)) {
            a = filled(b.length, number(first));
        } else if (!(second instanceof Dynamic.Array)) {
            b = filled(a.length, number(second));
        }
        return a.length == 0 || b.length == 0 ? Dynamic.NULL : Dynamic.of(dot(a, b));
    }

    private static double[] filled(int length, double value) {
        double[] out = new double[length];
        Arrays.fill(out, value);
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < Math.min(a.length, b.length); i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /// A scalar stands for a series of itself.
    private static Dynamic element(Dynamic series, int index) {
        return series instanceof Dynamic.Array ? series.get(index) : series;
    }

    private static int length(Dynamic a, Dynamic b) {
        boolean left = a instanceof Dynamic.Array;
        boolean right = b instanceof Dynamic.Array;
        return left && right
                ? Math.max(a.items().size(), b.items().size())
                : left ? a.items().size() : right ? b.items().size() : -1;
    }

    /// @param whole what two whole numbers give; null where they are taken as reals
    private static ScalarFunction pairwise(
            String name, DoubleBinaryOperator operator, @Nullable LongBinaryOperator whole) {
        return ScalarFunction.of(
                name,
                "(series1: any, series2: any): dynamic",
                Kernels.perRow((v, c) -> {
                    int length = length(v[0], v[1]);
                    if (length < 0) {
                        return Dynamic.NULL;
                    }
                    var out = new ArrayList<Dynamic>(length);
                    for (int i = 0; i < length; i++) {
                        Dynamic a = element(v[0], i);
                        Dynamic b = element(v[1], i);
                        if (whole != null
                                && a instanceof Dynamic.Whole(long m)
                                && b instanceof Dynamic.Whole(long n)) {
                            out.add(Dynamic.of(whole.applyAsLong(m, n)));
                            continue;
                        }
                        out.add(
                                DynamicOrder.isNumber(a) && DynamicOrder.isNumber(b)
                                        ? Dynamic.of(
                                                operator.applyAsDouble(
                                                        Columns.doubleOf(a), Columns.doubleOf(b)))
                                        : Dynamic.NULL);
                    }
                    return new Dynamic.Array(out);
                }));
    }

    private static ScalarFunction comparing(String name, IntPredicate holds) {
        return ScalarFunction.of(
                name,
                "(series1: any, series2: any): dynamic",
                Kernels.perRow((v, c) -> {
                    int length = length(v[0], v[1]);
                    if (length < 0) {
                        return Dynamic.NULL;
                    }
                    var out = new ArrayList<Dynamic>(length);
                    for (int i = 0; i < length; i++) {
                        Dynamic a = element(v[0], i);
                        Dynamic b = element(v[1], i);
                        out.add(
                                DynamicOrder.isNumber(a) && DynamicOrder.isNumber(b)
                                        ? Dynamic.of(holds.test(DynamicOrder.compareNumbers(a, b)))
                                        : Dynamic.NULL);
                    }
                    return new Dynamic.Array(out);
                }));
    }

    private static ScalarFunction each(String name, DoubleUnaryOperator operator) {
        return each(name, operator, null);
    }

    /// @param whole what a whole number gives; null where it is taken as a real
    private static ScalarFunction each(
            String name, DoubleUnaryOperator operator, @Nullable LongUnaryOperator whole) {
        return ScalarFunction.of(
                name,
                "(series: dynamic): dynamic",
                Kernels.perRow((v, c) -> {
                    if (!(v[0] instanceof Dynamic.Array(var items))) {
                        return Dynamic.NULL;
                    }
                    var out = new ArrayList<Dynamic>(items.size());
                    for (var item : items) {
                        if (whole != null && item instanceof Dynamic.Whole(long n)) {
                            out.add(Dynamic.of(whole.applyAsLong(n)));
                            continue;
                        }
                        out.add(
                                DynamicOrder.isNumber(item)
                                        ? Dynamic.of(operator.applyAsDouble(Columns.doubleOf(item)))
                                        : Dynamic.NULL);
                    }
                    return new Dynamic.Array(out);
                }));
    }

    private static boolean missing(Dynamic item, Dynamic[] v, int index) {
        if (v.length > index && !v[index].isNull()) {
            double placeholder = number(v[index]);
            return Double.isNaN(placeholder)
                    ? item instanceof Dynamic.Real(var r) && Double.isNaN(r) || item.isNull()
                    : DynamicOrder.equal(item, v[index]);
        }
        return item.isNull();
    }

    private static Dynamic fillConst(Dynamic[] v) {
        if (!(v[0] instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        Dynamic constant = v.length > 1 ? v[1] : Dynamic.of(0L);
        return new Dynamic.Array(items.stream().map(i -> missing(i, v, 2) ? constant : i).toList());
    }

    private static Dynamic fill(Dynamic[] v, boolean forward) {
        if (!(v[0] instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        var out = new Dynamic[items.size()];
        Dynamic last = null;
        for (int n = 0; n < out.length; n++) {
            int i = forward ? n : out.length - 1 - n;
            Dynamic item = items.get(i);
            if (!missing(item, v, 1)) {
                last = item;
            }
            out[i] = missing(item, v, 1) && last != null ? last : item;
        }
        return new Dynamic.Array(Arrays.asList(out));
    }

    private static Dynamic fillLinear(Dynamic[] v) {
        if (!(v[0] instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        boolean edges = v.length < 3 || v[2].boolOr(true);
        Dynamic constant = v.length > 3 ? v[3] : Dynamic.of(0.0);
        int n = items.size();
        boolean whole = items.stream().noneMatch(i -> i instanceof Dynamic.Real);
        var known = new ArrayList<Integer>();
        for (int i = 0; i < n; i++) {
            if (!missing(items.get(i), v, 1) && DynamicOrder.isNumber(items.get(i))) {
                known.add(i);
            }
        }
        var out = new ArrayList<Dynamic>(n);
        if (known.isEmpty()) {
            for (int i = 0; i < n; i++) {
                out.add(constant);
            }
            return new Dynamic.Array(out);
        }
        int next = 0;
        for (int i = 0; i < n; i++) {
            while (next < known.size() && known.get(next) < i) {
                next++;
            }
            if (next < known.size() && known.get(next) == i) {
                out.add(items.get(i));
            } else if (next == 0) {
                out.add(edges ? items.get(known.getFirst()) : items.get(i));
            } else if (next == known.size()) {
                out.add(edges ? items.get(known.getLast()) : items.get(i));
            } else {
                int left = known.get(next - 1);
                int right = known.get(next);
                double a = Columns.doubleOf(items.get(left));
                double b = Columns.doubleOf(items.get(right));
                double at = a + (b - a) * (i - left) / (right - left);
                // Between whole numbers a line has whole points.
                out.add(whole ? Dynamic.of((long) at) : Dynamic.of(at));
            }
        }
        return new Dynamic.Array(out);
    }

    private static Dynamic fir(Dynamic[] v) {
        double[] series = numbers(v[0]);
        double[] filter = numbers(v[1]);
        boolean normalize =
                v.length > 2 ? v[2].boolOr(true) : Arrays.stream(filter).noneMatch(f -> f < 0);
        boolean center = v.length > 3 && v[3].boolOr(false);
        double total = sum(filter);
        if (normalize && total != 0) {
            for (int i = 0; i < filter.length; i++) {
                filter[i] /= total;
            }
        }
        int shift = center ? filter.length / 2 : 0;
        var out = new ArrayList<Dynamic>();
        var pace = new MemoryMeter.Pace();
        for (int i = 0; i < series.length; i++) {
            pace.did(filter.length);
            double sum = 0;
            for (int k = 0; k < filter.length; k++) {
                int at = i - k + shift;
                if (at >= 0 && at < series.length) {
                    sum += filter[k] * series[at];
                }
            }
            out.add(Dynamic.of(sum));
        }
        return new Dynamic.Array(out);
    }

    private static Dynamic iir(Dynamic[] v) {
        double[] x = numbers(v[0]);
        double[] b = numbers(v[1]);
        double[] a = numbers(v[2]);
        if (a.length == 0 || a[0] == 0) {
            return Dynamic.NULL;
        }
        double[] y = new double[x.length];
        var out = new ArrayList<Dynamic>();
        var pace = new MemoryMeter.Pace();
        for (int i = 0; i < x.length; i++) {
            pace.did(a.length + b.length);
            double sum = 0;
            for (int k = 0; k < b.length && k <= i; k++) {
                sum += b[k] * x[i - k];
            }
            for (int k = 1; k < a.length && k <= i; k++) {
                sum -= a[k] * y[i - k];
            }
            y[i] = sum / a[0];
            out.add(Dynamic.of(y[i]));
        }
        return new Dynamic.Array(out);
    }

    private static Dynamic statistics(Dynamic[] v) {
        double[] all = numbers(v[0]);
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
            if (ignore && !Double.isFinite(all[i])
                    || Double.isNaN(all[i]) && v[0].get(i).isNull()) {
                continue;
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
                .put("avg", Dynamic.of(sum / n))
                .put("stdev", Dynamic.of(Math.sqrt(variance)))
                .put("variance", Dynamic.of(variance))
                .put("sum", Dynamic.of(sum))
                .put("len", n)
                .build();
    }

    /// The points stand at 1, 2, ...: the intercept is the line's value one point before the first.
    private static Dynamic fitLine(Dynamic series) {
        double[] y = numbers(series);
        int n = y.length;
        if (n < 2) {
            return Dynamic.NULL;
        }
        double meanX = (n - 1) / 2.0;
        double meanY = sum(y) / n;
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
        double[] y = numbers(v[0]);
        boolean hasX = v.length > 1 && v[1] instanceof Dynamic.Array;
        double[] x = hasX ? numbers(v[1]) : new double[y.length];
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
        double meanY = sum(y) / n;
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
        double[] a = numbers(first);
        double[] b = numbers(second);
        if (a.length != b.length || a.length == 0) {
            return Dynamic.NULL;
        }
        double meanA = sum(a) / a.length;
        double meanB = sum(b) / b.length;
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
