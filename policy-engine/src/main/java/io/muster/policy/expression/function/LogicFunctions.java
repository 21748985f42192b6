package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.bool;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.util.List;
import java.util.function.IntPredicate;

/// Comparison and logic of the template language. `if` is not here: the evaluator computes only its chosen branch.
final class LogicFunctions {
    private LogicFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction(
                        "equals", 2, 2, a -> Dynamic.of(Values.same(a.get(0), a.get(1)))),
                order("less", c -> c < 0),
                order("lessOrEquals", c -> c <= 0),
                order("greater", c -> c > 0),
                order("greaterOrEquals", c -> c >= 0),
                new TemplateFunction(
                        "and",
                        2,
                        TemplateFunction.ANY,
                        a -> Dynamic.of(count("and", a) == a.size())),
                new TemplateFunction(
                        "or", 2, TemplateFunction.ANY, a -> Dynamic.of(count("or", a) > 0)),
                new TemplateFunction("not", 1, 1, a -> Dynamic.of(!bool("not", a, 0))),
                new TemplateFunction("true", 0, 0, _ -> Dynamic.TRUE),
                new TemplateFunction("false", 0, 0, _ -> Dynamic.FALSE),
                new TemplateFunction("null", 0, 0, _ -> Dynamic.NULL),
                new TemplateFunction(
                        "coalesce", 1, TemplateFunction.ANY, LogicFunctions::coalesce));
    }

    /// How many are true; all must be booleans, the ones behind a decided answer too.
    private static int count(String name, List<Dynamic> arguments) throws EvaluationFailure {
        int count = 0;
        for (int i = 0; i < arguments.size(); i++) {
            count += bool(name, arguments, i) ? 1 : 0;
        }
        return count;
    }

    private static TemplateFunction order(String name, IntPredicate holds) {
        return new TemplateFunction(
                name,
                2,
                2,
                a -> {
                    if (a.get(0) instanceof Dynamic.Text(var left)
                            && a.get(1) instanceof Dynamic.Text(var right)) {
                        return Dynamic.of(holds.test(Values.compareTexts(left, right)));
                    }
                    if (Values.isNumber(a.get(0)) && Values.isNumber(a.get(1))) {
                        return Dynamic.of(holds.test(Values.compareNumbers(a.get(0), a.get(1))));
                    }
                    throw new EvaluationFailure(
                            "'%s' compares two numbers or two texts".formatted(name));
                });
    }

    private static Dynamic coalesce(List<Dynamic> arguments) {
        for (var argument : arguments) {
            if (!argument.isNull()) {
                return argument;
            }
        }
        return Dynamic.NULL;
    }
}
