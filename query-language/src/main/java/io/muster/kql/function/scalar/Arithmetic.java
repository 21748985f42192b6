package io.muster.kql.function.scalar;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.ColumnBuilder;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;

/// `+ - * / %`. Null in, null out; whole numbers wrap, division by a whole zero is null, `%` is never negative.
public final class Arithmetic {
    private Arithmetic() {}

    /// An operator bound to types: what both arguments are brought to first, and what comes out.
    public record Bound(ScalarFunction function, KqlType left, KqlType right, KqlType result) {}

    /// The operator for those (not dynamic) types; empty when it is not defined for them.
    public static Optional<Bound> bind(String sign, KqlType left, KqlType right) {
        if (left.isNumeric() && right.isNumeric()) {
            KqlType wide =
                    left == KqlType.DECIMAL || right == KqlType.DECIMAL
                            ? KqlType.DECIMAL
                            : left == KqlType.REAL || right == KqlType.REAL
                                    ? KqlType.REAL
                                    : KqlType.LONG;
            Kernel kernel =
                    switch (wide) {
                        case REAL -> a -> reals(a, sign);
                        case DECIMAL -> a -> decimals(a, sign);
                        default -> a -> longs(a, sign);
                    };
            return Optional.of(bound(sign, kernel, wide, wide, wide));
        }
        boolean leftTime = left == KqlType.DATETIME;
        boolean rightTime = right == KqlType.DATETIME;
        boolean leftSpan = left == KqlType.TIMESPAN;
        boolean rightSpan = right == KqlType.TIMESPAN;
        return Optional.ofNullable(
                switch (sign) {
                    case "+" -> {
                        if (leftTime && rightSpan || leftSpan && rightTime) {
                            yield bound(sign, a -> longs(a, sign), left, right, KqlType.DATETIME);
                        }
                        yield leftSpan && rightSpan
                                ? bound(sign, a -> longs(a, sign), left, right, KqlType.TIMESPAN)
                                : null;
                    }
                    case "-" -> {
                        if (leftTime && rightSpan) {
                            yield bound(sign, a -> longs(a, sign), left, right, KqlType.DATETIME);
                        }
                        yield leftTime && rightTime || leftSpan && rightSpan
                                ? bound(sign, a -> longs(a, sign), left, right, KqlType.TIMESPAN)
                                : null;
                    }
                    case "*" -> {
                        if (leftSpan && right.isNumeric() || left.isNumeric() && rightSpan) {
                            yield bound(
                                    sign,
                                    a -> scaled(a, false),
                                    leftSpan ? left : KqlType.REAL,
                                    rightSpan ? right : KqlType.REAL,
                                    KqlType.TIMESPAN);
                        }
                        yield null;
                    }
                    case "/" -> {
                        if (leftSpan && rightSpan) {
                            yield bound(sign, Arithmetic::ratio, left, right, KqlType.REAL);
                        }
                        yield leftSpan && right.isNumeric()
                                ? bound(
                                        sign,
                                        a -> scaled(a, true),
                                        left,
                                        KqlType.REAL,
                                        KqlType.TIMESPAN)
                                : null;
                    }
                    case "%" -> {
                        if ((leftSpan || leftTime) && rightSpan) {
                            yield bound(sign, a -> longs(a, sign), left, right, KqlType.TIMESPAN);
                        }
                        yield null;
                    }
                    default -> null;
                });
    }

    private static Bound bound(
            String sign, Kernel kernel, KqlType left, KqlType right, KqlType result) {
        return new Bound(
                Comparisons.operator(sign, "(left: any, right: any): " + result.wireName(), kernel),
                left,
                right,
                result);
    }

    private static Column longs(Arguments arguments, String sign) {
        LongColumn left = arguments.longs(0);
        LongColumn right = arguments.longs(1);
        long[] a = left.values();
        long[] b = right.values();
        int rows = a.length;
        long[] out = new long[rows];
        Bits present = left.present().and(right.present());
        switch (sign) {
            case "+" -> {
                for (int i = 0; i < rows; i++) {
                    out[i] = a[i] + b[i];
                }
            }
            case "-" -> {
                for (int i = 0; i < rows; i++) {
                    out[i] = a[i] - b[i];
                }
            }
            case "*" -> {
                for (int i = 0; i < rows; i++) {
                    out[i] = a[i] * b[i];
                }
            }
            default -> {
                boolean divide = sign.equals("/");
                var zero = new Bits.Builder(rows);
                for (int i = 0; i < rows; i++) {
                    if (b[i] == 0) {
                        zero.set(i);
                    } else {
                        out[i] = divide ? a[i] / b[i] : euclidean(a[i], b[i]);
                    }
                }
                present = present.andNot(zero.build(rows));
            }
        }
        if (arguments.resultType() == KqlType.DATETIME) {
            var inRange = new Bits.Builder(rows);
            for (int i = 0; i < rows; i++) {
                if (out[i] >= 0 && out[i] <= Ticks.MAX_DATETIME) {
                    inRange.set(i);
                }
            }
            present = present.and(inRange.build(rows));
        }
        return new LongColumn(arguments.resultType(), out, present);
    }

    static long euclidean(long a, long b) {
        long r = a % b;
        return r < 0 ? (b < 0 ? r - b : r + b) : r;
    }

    private static Column reals(Arguments arguments, String sign) {
        RealColumn left = arguments.reals(0);
        RealColumn right = arguments.reals(1);
        double[] a = left.values();
        double[] b = right.values();
        int rows = a.length;
        double[] out = new double[rows];
        for (int i = 0; i < rows; i++) {
            out[i] =
                    switch (sign) {
                        case "+" -> a[i] + b[i];
                        case "-" -> a[i] - b[i];
                        case "*" -> a[i] * b[i];
                        case "/" -> a[i] / b[i];
                        default -> {
                            double r = a[i] % b[i];
                            yield r < 0 ? r + Math.abs(b[i]) : r;
                        }
                    };
        }
        return new RealColumn(out, left.present().and(right.present()));
    }

    private static Column decimals(Arguments arguments, String sign) {
        int rows = arguments.rows();
        var out = new ColumnBuilder(KqlType.DECIMAL, rows);
        for (int row = 0; row < rows; row++) {
            if (arguments.value(0, row) instanceof Dynamic.Decimal(var a)
                    && arguments.value(1, row) instanceof Dynamic.Decimal(var b)) {
                if (b.signum() == 0 && (sign.equals("/") || sign.equals("%"))) {
                    out.addNull();
                    continue;
                }
                out.add(new Dynamic.Decimal(compute(sign, a, b)));
            } else {
                out.addNull();
            }
        }
        return out.build();
    }

    private static BigDecimal compute(String sign, BigDecimal a, BigDecimal b) {
        // Kusto's decimal is IEEE decimal128: 34 digits.
        return switch (sign) {
            case "+" -> a.add(b, MathContext.DECIMAL128);
            case "-" -> a.subtract(b, MathContext.DECIMAL128);
            case "*" -> a.multiply(b, MathContext.DECIMAL128);
            case "/" -> a.divide(b, MathContext.DECIMAL128);
            default -> {
                var r = a.remainder(b);
                yield r.signum() < 0 ? r.add(b.abs()) : r;
            }
        };
    }

    private static Column scaled(Arguments arguments, boolean divide) {
        int rows = arguments.rows();
        boolean spanFirst = arguments.type(0) == KqlType.TIMESPAN;
        LongColumn span = arguments.longs(spanFirst ? 0 : 1);
        RealColumn factor = arguments.reals(spanFirst ? 1 : 0);
        var out = new ColumnBuilder(KqlType.TIMESPAN, rows);
        for (int row = 0; row < rows; row++) {
            double by = factor.values()[row];
            if (!span.present().get(row)
                    || !factor.present().get(row)
                    || !Double.isFinite(by)
                    || divide && by == 0) {
                out.addNull();
                continue;
            }
            long ticks = span.values()[row];
            if (by == Math.rint(by) && Math.abs(by) < 9e15 && !divide) {
                out.addLong(ticks * (long) by);
            } else {
                var exact =
                        divide
                                ? BigDecimal.valueOf(ticks)
                                        .divide(BigDecimal.valueOf(by), MathContext.DECIMAL128)
                                : BigDecimal.valueOf(ticks).multiply(BigDecimal.valueOf(by));
                out.addLong(exact.setScale(0, RoundingMode.HALF_EVEN).longValue());
            }
        }
        return out.build();
    }

    private static Column ratio(Arguments arguments) {
        LongColumn a = arguments.longs(0);
        LongColumn b = arguments.longs(1);
        int rows = arguments.rows();
        double[] out = new double[rows];
        for (int i = 0; i < rows; i++) {
            out[i] = (double) a.values()[i] / b.values()[i];
        }
        return new RealColumn(out, a.present().and(b.present()));
    }

    /// `-x` of a number or timespan.
    public static ScalarFunction negate(KqlType type) {
        Kernel kernel =
                switch (type) {
                    case REAL ->
                            a -> {
                                RealColumn in = a.reals(0);
                                double[] out = new double[in.size()];
                                for (int i = 0; i < out.length; i++) {
                                    out[i] = -in.values()[i];
                                }
                                return new RealColumn(out, in.present());
                            };
                    case DECIMAL ->
                            a -> {
                                var out = new ColumnBuilder(KqlType.DECIMAL, a.rows());
                                for (int row = 0; row < a.rows(); row++) {
                                    out.add(
                                            a.value(0, row) instanceof Dynamic.Decimal(var d)
                                                    ? new Dynamic.Decimal(d.negate())
                                                    : Dynamic.NULL);
                                }
                                return out.build();
                            };
                    default ->
                            a -> {
                                LongColumn in = a.longs(0);
                                long[] out = new long[in.size()];
                                for (int i = 0; i < out.length; i++) {
                                    out[i] = -in.values()[i];
                                }
                                return new LongColumn(a.resultType(), out, in.present());
                            };
                };
        return Comparisons.operator("-", "(value: any): " + type.wireName(), kernel);
    }
}
