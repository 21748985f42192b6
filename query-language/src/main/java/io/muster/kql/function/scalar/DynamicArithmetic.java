package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;

/// Arithmetic with a dynamic on a side: by the kind of each row's numbers; what is no number gives null.
public final class DynamicArithmetic {
    private DynamicArithmetic() {}

    public static ScalarFunction of(String sign) {
        return Comparisons.operator(
                sign,
                "(left: any, right: any): dynamic",
                Kernels.perRow((v, c) -> {
                    if (!DynamicOrder.isNumber(v[0]) || !DynamicOrder.isNumber(v[1])) {
                        return Dynamic.NULL;
                    }
                    if (v[0] instanceof Dynamic.Whole(var a)
                            && v[1] instanceof Dynamic.Whole(var b)) {
                        return whole(sign, a, b);
                    }
                    return real(sign, Columns.doubleOf(v[0]), Columns.doubleOf(v[1]));
                }));
    }

    private static Dynamic whole(String sign, long a, long b) {
        return switch (sign) {
            case "+" -> Dynamic.of(a + b);
            case "-" -> Dynamic.of(a - b);
            case "*" -> Dynamic.of(a * b);
            case "/" -> b == 0 ? Dynamic.NULL : Dynamic.of(a / b);
            default -> b == 0 ? Dynamic.NULL : Dynamic.of(Arithmetic.euclidean(a, b));
        };
    }

    private static Dynamic real(String sign, double a, double b) {
        return Dynamic.of(
                switch (sign) {
                    case "+" -> a + b;
                    case "-" -> a - b;
                    case "*" -> a * b;
                    case "/" -> a / b;
                    default -> {
                        double r = a % b;
                        yield r < 0 ? r + Math.abs(b) : r;
                    }
                });
    }
}
