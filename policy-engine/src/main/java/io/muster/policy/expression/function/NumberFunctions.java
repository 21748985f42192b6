package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.whole;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.util.ArrayList;
import java.util.List;

/// Arithmetic of the template language: 64-bit integers, overflow fails.
final class NumberFunctions {
    private static final int MAX_RANGE = 10_000;

    private NumberFunctions() {}

    private interface Operation {
        long apply(long a, long b);
    }

    static List<TemplateFunction> functions() {
        return List.of(
                arithmetic("add", Math::addExact),
                arithmetic("sub", Math::subtractExact),
                arithmetic("mul", Math::multiplyExact),
                arithmetic("div", Math::divideExact),
                // The smallest integer by -1 overflows in .NET, though its remainder would not.
                arithmetic("mod", (a, b) -> a - Math.multiplyExact(Math.divideExact(a, b), b)),
                new TemplateFunction("min", 1, TemplateFunction.ANY, a -> extreme("min", a, -1)),
                new TemplateFunction("max", 1, TemplateFunction.ANY, a -> extreme("max", a, 1)),
                new TemplateFunction("range", 2, 2, NumberFunctions::range));
    }

    private static TemplateFunction arithmetic(String name, Operation operation) {
        return new TemplateFunction(
                name,
                2,
                2,
                a -> {
                    long left = whole(name, a, 0);
                    long right = whole(name, a, 1);
                    try {
                        return Dynamic.of(operation.apply(left, right));
                    } catch (ArithmeticException outOfRange) {
                        throw new EvaluationFailure(
                                "'%s(%d, %d)' overflows or divides by zero"
                                        .formatted(name, left, right));
                    }
                });
    }

    private static Dynamic extreme(String name, List<Dynamic> arguments, int sign)
            throws EvaluationFailure {
        var numbers =
                arguments.size() == 1 && arguments.getFirst() instanceof Dynamic.Array(var items)
                        ? items
                        : arguments;
        if (numbers.isEmpty()) {
            throw new EvaluationFailure("'%s' of an empty array".formatted(name));
        }
        Dynamic best = numbers.getFirst();
        for (var number : numbers) {
            if (!Values.isNumber(number)) {
                throw Arguments.wrong(name, 0, number, "a number");
            }
            if (Values.compareNumbers(number, best) * sign > 0) {
                best = number;
            }
        }
        return best;
    }

    private static Dynamic range(List<Dynamic> a) throws EvaluationFailure {
        long start = whole("range", a, 0);
        long count = whole("range", a, 1);
        if (count < 0
                || count > MAX_RANGE
                || start > Integer.MAX_VALUE
                || start < Integer.MIN_VALUE
                || (count > 0 && start + count - 1 > Integer.MAX_VALUE)) {
            throw new EvaluationFailure("'range(%d, %d)' is out of bounds".formatted(start, count));
        }
        List<Dynamic> all = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            all.add(Dynamic.of(start + i));
        }
        return new Dynamic.Array(all);
    }
}
