package io.muster.kql.function.scalar;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;

/// Numbers: rounding, powers, angles, distributions, bits.
public final class MathFunctions {
    private static final double MAX_BETA = 10_000;

    private MathFunctions() {}

    static FunctionFamily family() {
        return new FunctionFamily(
                "Numbers",
                List.of(
                        ScalarFunction.of("abs", "(number: long): long", MathFunctions::abs)
                                .or("(number: summable): first", MathFunctions::abs)
                                .keepsName(),
                        ScalarFunction.of(
                                "sign",
                                "(number: real): real",
                                Kernels.real(x -> Double.isNaN(x) ? 0 : Math.signum(x))),
                        real("sqrt", Math::sqrt),
                        real("exp", Math::exp),
                        real("exp2", x -> Math.pow(2, x)),
                        real("exp10", x -> Math.pow(10, x)),
                        within("log", Math::log, x -> x < 0),
                        within("log2", MathFunctions::log2, x -> x < 0),
                        within("log10", Math::log10, x -> x < 0),
                        real("sin", Math::sin),
                        real("cos", Math::cos),
                        real("tan", Math::tan),
                        within("asin", Math::asin, x -> Math.abs(x) > 1),
                        within("acos", Math::acos, x -> Math.abs(x) > 1),
                        real("atan", Math::atan),
                        ScalarFunction.of(
                                "cot", "(number: real): real", Kernels.real(x -> 1 / Math.tan(x))),
                        ScalarFunction.of(
                                "degrees",
                                "(radians: real): real",
                                Kernels.real(x -> x * 180 / Math.PI)),
                        ScalarFunction.of(
                                "radians",
                                "(degrees: real): real",
                                Kernels.real(x -> x * Math.PI / 180)),
                        real2("atan2", Math::atan2),
                        real2("pow", Math::pow),
                        ScalarFunction.of(
                                "pi", "(): real", Kernels.constant(a -> Dynamic.of(Math.PI))),
                        real("gamma", Distributions::gamma),
                        real("loggamma", Distributions::logGamma),
                        ScalarFunction.of(
                                "beta_cdf",
                                "(x: real, alpha: real, beta: real): real",
                                Kernels.perRow(
                                        (v, c) -> Dynamic.of(betaCdf(d(v[0]), d(v[1]), d(v[2]))))),
                        ScalarFunction.of(
                                "beta_inv",
                                "(probability: real, alpha: real, beta: real): real",
                                Kernels.perRow((v, c) ->
                                        d(v[0]) > 1 || d(v[0]) <= 0
                                                ? Dynamic.NULL
                                                : Dynamic.of(
                                                        Distributions.betaInverse(
                                                                d(v[0]), d(v[1]), d(v[2]))))),
                        ScalarFunction.of(
                                "beta_pdf",
                                "(x: real, alpha: real, beta: real): real",
                                Kernels.perRow((v, c) ->
                                        Dynamic.of(
                                                Distributions.betaPdf(d(v[0]), d(v[1]), d(v[2]))))),
                        ScalarFunction.of(
                                "welch_test",
                                "(mean1: real, variance1: real, count1: real, mean2: real, variance2: real, count2: real): real",
                                Kernels.perRow((v, c) ->
                                        Dynamic.of(
                                                Distributions.welch(
                                                        d(v[0]), d(v[1]), d(v[2]), d(v[3]), d(v[4]),
                                                        d(v[5]))))),
                        ScalarFunction.of(
                                "erf", "(x: real): real", Kernels.real(Distributions::erf)),
                        ScalarFunction.of(
                                "erfc",
                                "(x: real): real",
                                Kernels.real(x -> 1 - Distributions.erf(x))),
                        ScalarFunction.of(
                                        "round",
                                        "(number: number, precision?: long): first",
                                        MathFunctions::round)
                                .keepsName(),
                        ScalarFunction.of(
                                        "ceiling",
                                        "(number: number): first",
                                        MathFunctions::ceiling)
                                .keepsName(),
                        bin("bin"),
                        bin("floor").or("(number: number): first", MathFunctions::floor),
                        ScalarFunction.of(
                                        "bin_at",
                                        "(value: summable, size: summable, fixed: summable): first",
                                        MathFunctions::binAt)
                                .keepsName(),
                        ScalarFunction.of("rand", "(range?: long): real", MathFunctions::random)
                                .keepsName()
                                .varying(),
                        ScalarFunction.of(
                                "around",
                                "(value: any, center: any, delta: any): bool",
                                Kernels.perRow((v, c) -> {
                                    double value = d(v[0]);
                                    double center = d(v[1]);
                                    double delta = d(v[2]);
                                    return Dynamic.of(
                                            value >= center - delta && value <= center + delta);
                                })),
                        bits("binary_and", (a, b) -> a & b),
                        bits("binary_or", (a, b) -> a | b),
                        bits("binary_xor", (a, b) -> a ^ b),
                        shift("binary_shift_left", (a, b) -> a << b),
                        shift("binary_shift_right", (a, b) -> a >> b),
                        ScalarFunction.of(
                                        "binary_not", "(value: long): long", Kernels.whole(a -> ~a))
                                .keepsName(),
                        ScalarFunction.of(
                                        "bitset_count_ones",
                                        "(value: long): long",
                                        Kernels.whole(Long::bitCount))
                                .keepsName()));
    }

    private static double d(Dynamic value) {
        return Columns.doubleOf(value);
    }

    /// Kusto computes it up to that size of both parameters.
    private static double betaCdf(double x, double alpha, double beta) {
        return alpha > MAX_BETA || beta > MAX_BETA
                ? Double.NaN
                : Distributions.betaCdf(x, alpha, beta);
    }

    private static double log2(double x) {
        double exact = Math.rint(Math.log(x) / Math.log(2));
        return Math.pow(2, exact) == x ? exact : Math.log(x) / Math.log(2);
    }

    private static ScalarFunction real(String name, DoubleUnaryOperator function) {
        return ScalarFunction.of(name, "(number: real): real", Kernels.real(function)).keepsName();
    }

    /// Null where it is not defined.
    private static ScalarFunction within(
            String name, DoubleUnaryOperator function, DoublePredicate undefined) {
        return ScalarFunction.of(
                        name,
                        "(number: real): real",
                        arguments -> {
                            RealColumn in = arguments.reals(0);
                            var out = new ColumnBuilder(KqlType.REAL, in.size());
                            for (int row = 0; row < in.size(); row++) {
                                if (in.present().get(row) && !undefined.test(in.values()[row])) {
                                    out.addReal(function.applyAsDouble(in.values()[row]));
                                } else {
                                    out.addNull();
                                }
                            }
                            return out.build();
                        })
                .keepsName();
    }

    private static ScalarFunction real2(String name, DoubleBinaryOperator function) {
        return ScalarFunction.of(
                        name,
                        "(x: real, y: real): real",
                        Kernels.perRow(
                                (v, c) -> Dynamic.of(function.applyAsDouble(d(v[0]), d(v[1])))))
                .keepsName();
    }

    private static ScalarFunction bits(String name, LongBinaryOperator function) {
        return ScalarFunction.of(
                        name,
                        "(left: long, right: long): long",
                        Kernels.perRow((v, c) ->
                                Dynamic.of(
                                        function.applyAsLong(
                                                Columns.longOf(v[0]), Columns.longOf(v[1])))))
                .keepsName();
    }

    /// By bits modulo 64; by a negative number: null.
    private static ScalarFunction shift(String name, LongBinaryOperator function) {
        return ScalarFunction.of(
                        name,
                        "(left: long, right: long): long",
                        Kernels.perRow((v, c) ->
                                Columns.longOf(v[1]) < 0
                                        ? Dynamic.NULL
                                        : Dynamic.of(
                                                function.applyAsLong(
                                                        Columns.longOf(v[0]),
                                                        Columns.longOf(v[1])))))
                .keepsName();
    }

    private static Column abs(Arguments arguments) {
        return switch (arguments.type(0)) {
            case REAL -> Kernels.real(Math::abs).apply(arguments);
            case DECIMAL ->
                    Kernels.perRow((v, c) ->
                                    v[0] instanceof Dynamic.Decimal(var x)
                                            ? new Dynamic.Decimal(x.abs())
                                            : Dynamic.NULL)
                            .apply(arguments);
            default -> Kernels.whole(Math::abs).apply(arguments);
        };
    }

    /// Half away from zero.
    private static Column round(Arguments arguments) {
        return switch (arguments.type(0)) {
            case INT, LONG -> {
                if (arguments.count() == 1) {
                    yield arguments.longs(0);
                }
                yield Kernels.perRow(
                                (v, c) -> {
                                    int digits = Math.clamp(Columns.longOf(v[1]), -19, 19);
                                    return digits >= 0
                                            ? v[0]
                                            : Dynamic.of(
                                                    BigDecimal.valueOf(Columns.longOf(v[0]))
                                                            .setScale(digits, RoundingMode.HALF_UP)
                                                            .longValue());
                                })
                        .apply(arguments);
            }
            default ->
                    Kernels.perRow(
                                    (v, c) -> {
                                        int digits =
                                                v.length > 1
                                                        ? Math.clamp(
                                                                Columns.longOf(v[1]), -300, 300)
                                                        : 0;
                                        return switch (v[0]) {
                                            case Dynamic.Real(var r) ->
                                                    Dynamic.of(roundReal(r, digits));
                                            case Dynamic.Decimal(var x) ->
                                                    new Dynamic.Decimal(
                                                            x.setScale(
                                                                    digits, RoundingMode.HALF_UP));
                                            default -> v[0];
                                        };
                                    })
                            .apply(arguments);
        };
    }

    static double roundReal(double value, int digits) {
        if (!Double.isFinite(value)) {
            return value;
        }
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP).doubleValue();
    }

    private static Column ceiling(Arguments arguments) {
        return switch (arguments.type(0)) {
            case REAL -> Kernels.real(Math::ceil).apply(arguments);
            case DECIMAL -> decimal(arguments, RoundingMode.CEILING);
            default -> arguments.longs(0);
        };
    }

    private static Column floor(Arguments arguments) {
        return switch (arguments.type(0)) {
            case REAL -> Kernels.real(Math::floor).apply(arguments);
            case DECIMAL -> decimal(arguments, RoundingMode.FLOOR);
            default -> arguments.longs(0);
        };
    }

    private static Column decimal(Arguments arguments, RoundingMode mode) {
        return Kernels.perRow((v, c) ->
                        v[0] instanceof Dynamic.Decimal(var x)
                                ? new Dynamic.Decimal(x.setScale(0, mode))
                                : Dynamic.NULL)
                .apply(arguments);
    }

    private static ScalarFunction bin(String name) {
        return ScalarFunction.of(
                        name,
                        "(value: datetime, size: timespan): datetime",
                        MathFunctions::binLongs)
                .or("(value: timespan, size: timespan): timespan", MathFunctions::binLongs)
                .or("(value: number, size: number): widest", MathFunctions::binNumbers)
                .or("(value: datetime, size: real): datetime", MathFunctions::binDays)
                .or("(value: timespan, size: real): timespan", MathFunctions::binDays)
                .keepsName();
    }

    private static Column binLongs(Arguments arguments) {
        LongColumn values = arguments.longs(0);
        int rows = arguments.rows();
        long[] out = new long[rows];
        if (arguments.isConstant(1)) {
            long size = Columns.longOf(arguments.constant(1));
            if (size <= 0) {
                return Columns.nulls(arguments.resultType(), rows);
            }
            for (int row = 0; row < rows; row++) {
                out[row] = Math.floorDiv(values.values()[row], size) * size;
            }
            return new LongColumn(arguments.resultType(), out, values.present());
        }
        LongColumn sizes = arguments.longs(1);
        var present = new Bits.Builder(rows);
        for (int row = 0; row < rows; row++) {
            long size = sizes.values()[row];
            if (values.present().get(row) && sizes.present().get(row) && size > 0) {
                out[row] = Math.floorDiv(values.values()[row], size) * size;
                present.set(row);
            }
        }
        return new LongColumn(arguments.resultType(), out, present.build(rows));
    }

    private static Column binNumbers(Arguments arguments) {
        if (arguments.resultType() == KqlType.LONG || arguments.resultType() == KqlType.INT) {
            return binLongs(
                    arguments.type(0) == arguments.resultType()
                            ? arguments
                            : new Arguments(
                                    arguments.rows(),
                                    List.of(
                                            new Arguments.Argument(
                                                    KqlType.LONG,
                                                    null,
                                                    Columns.canonical(
                                                            arguments.column(0), KqlType.LONG)),
                                            new Arguments.Argument(
                                                    KqlType.LONG,
                                                    null,
                                                    Columns.canonical(
                                                            arguments.column(1), KqlType.LONG))),
                                    arguments.resultType(),
                                    arguments.context()));
        }
        return Kernels.perRow(
                        (v, c) -> {
                            if (v[0] instanceof Dynamic.Decimal
                                    || v[1] instanceof Dynamic.Decimal) {
                                var value =
                                        Conversions.convert(v[0], KqlType.DECIMAL)
                                                        instanceof Dynamic.Decimal(var x)
                                                ? x
                                                : BigDecimal.ZERO;
                                var size =
                                        Conversions.convert(v[1], KqlType.DECIMAL)
                                                        instanceof Dynamic.Decimal(var y)
                                                ? y
                                                : BigDecimal.ZERO;
                                return size.signum() <= 0
                                        ? Dynamic.NULL
                                        : new Dynamic.Decimal(
                                                value.divide(size, 0, RoundingMode.FLOOR)
                                                        .multiply(size));
                            }
                            double size = d(v[1]);
                            return size <= 0
                                    ? Dynamic.NULL
                                    : Dynamic.of(Math.floor(d(v[0]) / size) * size);
                        })
                .apply(arguments);
    }

    /// A bare number as the size of a time bin counts days.
    private static Column binDays(Arguments arguments) {
        boolean time = arguments.resultType() == KqlType.DATETIME;
        return Kernels.perRow(
                        (v, c) -> {
                            long size = (long) (d(v[1]) * Ticks.PER_DAY);
                            if (size <= 0) {
                                return Dynamic.NULL;
                            }
                            long ticks = Math.floorDiv(Columns.longOf(v[0]), size) * size;
                            return time ? new Dynamic.DateTime(ticks) : new Dynamic.Span(ticks);
                        })
                .apply(arguments);
    }

    private static Column binAt(Arguments arguments) {
        KqlType type = arguments.type(0);
        return Kernels.perRow(
                        (v, c) -> {
                            if (type == KqlType.REAL || type == KqlType.DECIMAL) {
                                double size = d(v[1]);
                                double fixed = d(v[2]);
                                return size <= 0
                                        ? Dynamic.NULL
                                        : Dynamic.of(
                                                fixed
                                                        + Math.floor((d(v[0]) - fixed) / size)
                                                                * size);
                            }
                            boolean time = type == KqlType.DATETIME || type == KqlType.TIMESPAN;
                            long size =
                                    time && !(v[1] instanceof Dynamic.Span)
                                            ? (long) (d(v[1]) * Ticks.PER_DAY)
                                            : Columns.longOf(v[1]);
                            long fixed = Columns.longOf(v[2]);
                            if (size <= 0) {
                                return Dynamic.NULL;
                            }
                            long at =
                                    fixed
                                            + Math.floorDiv(Columns.longOf(v[0]) - fixed, size)
                                                    * size;
                            return switch (type) {
                                case DATETIME -> new Dynamic.DateTime(at);
                                case TIMESPAN -> new Dynamic.Span(at);
                                default -> Dynamic.of(at);
                            };
                        })
                .apply(arguments);
    }

    private static Column random(Arguments arguments) {
        var random = arguments.random();
        double[] out = new double[arguments.rows()];
        long range = arguments.count() > 0 ? Columns.longOf(arguments.constant(0)) : 0;
        for (int i = 0; i < out.length; i++) {
            out[i] = range > 0 ? random.nextLong(range) : random.nextDouble();
        }
        return new RealColumn(out, Bits.all(out.length));
    }
}
