package io.muster.kql.function.scalar;

import io.muster.core.column.Field;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
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
                Stream.of(
                                ofElements(),
                                SeriesFills.functions(),
                                SeriesFilters.functions(),
                                SeriesFits.functions(),
                                ofWholes(),
                                SketchFunctions.functions())
                        .flatMap(List::stream)
                        .toList());
    }

    /// Element by element.
    private static List<ScalarFunction> ofElements() {
        return List.of(
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
                each("series_atan", Math::atan));
    }

    /// A number for a whole series, or for two.
    private static List<ScalarFunction> ofWholes() {
        return List.of(
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
                                Dynamic.of(
                                        Math.sqrt(dot(numbersAlone(v[0]), numbersAlone(v[0])))))),
                ScalarFunction.of(
                        "series_dot_product",
                        "(series1: any, series2: any): real",
                        Kernels.perRow((v, c) -> dotProduct(v[0], v[1]))),
                ScalarFunction.of(
                        "series_cosine_similarity",
                        "(series1: dynamic, series2: dynamic, magnitude1?: real, magnitude2?: real): real",
                        Kernels.perRow((v, c) -> cosine(v))));
    }

    static double number(Dynamic value) {
        return DynamicOrder.isNumber(value) ? Columns.doubleOf(value) : Double.NaN;
    }

    static double[] numbers(Dynamic series) {
        return series.items().stream().mapToDouble(SeriesFunctions::number).toArray();
    }

    /// Zero for what is no number: it adds nothing to a product.
    private static double[] numbersAlone(Dynamic series) {
        return series.items().stream()
                .mapToDouble(item -> DynamicOrder.isNumber(item) ? Columns.doubleOf(item) : 0)
                .toArray();
    }

    static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    /// The longer series is cut to the shorter one's length; magnitudes that are known need not be computed.
    private static Dynamic cosine(Dynamic[] v) {
        double[] a = numbersAlone(v[0]);
        double[] b = numbersAlone(v[1]);
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
        double[] a = numbersAlone(first);
        double[] b = numbersAlone(second);
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
}
