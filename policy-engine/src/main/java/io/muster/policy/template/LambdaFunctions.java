package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.ExpressionEvaluator;
import io.muster.policy.expression.ExpressionScope;
import io.muster.policy.expression.Kinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The functions of templates that take a `lambda('x', expression)`, and the variables of the lambdas that are under way. Confined to one thread.
///
/// Source: azure/azure-resource-manager/templates/template-functions-lambda.
final class LambdaFunctions {
    private final Map<String, Dynamic> bound = new HashMap<>();

    /// A lambda as written: names of its variables and its body.
    private record Lambda(List<String> variables, Expression body) {}

    ExpressionScope.@Nullable LazyFunction find(String key) {
        return switch (key) {
            case "map" -> this::map;
            case "filter" -> this::filter;
            case "reduce" -> this::reduce;
            case "sort" -> this::sort;
            case "toobject" -> this::toObject;
            case "groupby" -> this::groupBy;
            case "mapvalues" -> this::mapValues;
            default -> null;
        };
    }

    /// `lambdaVariables('x')`.
    Dynamic variable(String name) throws EvaluationFailure {
        var value = bound.get(name.toLowerCase(Locale.ROOT));
        if (value == null) {
            throw new EvaluationFailure("no lambda around has a variable '" + name + "'");
        }
        return value;
    }

    private Dynamic map(List<Expression> a, ExpressionEvaluator evaluator)
            throws EvaluationFailure {
        var lambda = lambda("map", a, 1);
        var items = array("map", a, evaluator);
        List<Dynamic> out = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            out.add(call("map", lambda, evaluator, items.get(i), Dynamic.of(i)));
        }
        return new Dynamic.Array(out);
    }

    private Dynamic filter(List<Expression> a, ExpressionEvaluator evaluator)
            throws EvaluationFailure {
        var lambda = lambda("filter", a, 1);
        var items = array("filter", a, evaluator);
        List<Dynamic> out = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (truth("filter", call("filter", lambda, evaluator, items.get(i), Dynamic.of(i)))) {
                out.add(items.get(i));
            }
        }
        return new Dynamic.Array(out);
    }

    private Dynamic reduce(List<Expression> a, ExpressionEvaluator evaluator)
            throws EvaluationFailure {
        var lambda = lambda("reduce", a, 2);
        var items = array("reduce", a, evaluator);
        var result = evaluator.evaluate(a.get(1));
        for (int i = 0; i < items.size(); i++) {
            result = call("reduce", lambda, evaluator, result, items.get(i), Dynamic.of(i));
        }
        return result;
    }

    /// A stable sort; the lambda says whether its first argument stands before its second.
    private Dynamic sort(List<Expression> a, ExpressionEvaluator evaluator)
            throws EvaluationFailure {
        var lambda = lambda("sort", a, 1);
        List<Dynamic> sorted = new ArrayList<>();
        // Insertion keeps the order of equals, and cannot be upset by a lambda that contradicts
        // itself, as a library sort can.
        for (var item : array("sort", a, evaluator)) {
            int at = sorted.size();
            while (at > 0
                    && truth("sort", call("sort", lambda, evaluator, item, sorted.get(at - 1)))) {
                at--;
            }
            sorted.add(at, item);
        }
        return new Dynamic.Array(sorted);
    }

    private Dynamic toObject(List<Expression> a, ExpressionEvaluator evaluator)
            throws EvaluationFailure {
        var key = lambda("toObject", a, 1);
        var value = a.size() > 2 ? lambda("toObject", a, 2) : null;
        Map<String, Dynamic> out = new LinkedHashMap<>();
        for (var item : array("toObject", a, evaluator)) {
            out.put(
                    text("toObject", call("toObject", key, evaluator, item)),
                    value == null ? item : call("toObject", value, evaluator, item));
        }
        return new Dynamic.Bag(out);
    }

    private Dynamic groupBy(List<Expression> a, ExpressionEvaluator evaluator)
            throws EvaluationFailure {
        var key = lambda("groupBy", a, 1);
        Map<String, List<Dynamic>> groups = new LinkedHashMap<>();
        for (var item : array("groupBy", a, evaluator)) {
            groups.computeIfAbsent(
                            text("groupBy", call("groupBy", key, evaluator, item)),
                            _ -> new ArrayList<>())
                    .add(item);
        }
        Map<String, Dynamic> out = new LinkedHashMap<>();
        groups.forEach((name, items) -> out.put(name, new Dynamic.Array(items)));
        return new Dynamic.Bag(out);
    }

    private Dynamic mapValues(List<Expression> a, ExpressionEvaluator evaluator)
            throws EvaluationFailure {
        var lambda = lambda("mapValues", a, 1);
        var object = evaluator.evaluate(a.getFirst());
        if (!(object instanceof Dynamic.Bag(var members))) {
            throw new EvaluationFailure(
                    "the function 'mapValues' takes an object, not " + Kinds.name(object));
        }
        Map<String, Dynamic> out = new LinkedHashMap<>();
        for (var member : members.entrySet()) {
            out.put(member.getKey(), call("mapValues", lambda, evaluator, member.getValue()));
        }
        return new Dynamic.Bag(out);
    }

    private static List<Dynamic> array(
            String function, List<Expression> a, ExpressionEvaluator evaluator)
            throws EvaluationFailure {
        var value = evaluator.evaluate(a.getFirst());
        if (value instanceof Dynamic.Array(var items)) {
            return items;
        }
        throw new EvaluationFailure(
                "the function '" + function + "' takes an array, not " + Kinds.name(value));
    }

    private static Lambda lambda(String function, List<Expression> a, int at)
            throws EvaluationFailure {
        if (a.size() > at
                && a.get(at) instanceof Expression.Call call
                && call.key().equals("lambda")
                && !call.arguments().isEmpty()) {
            List<String> variables = new ArrayList<>();
            for (var variable : call.arguments().subList(0, call.arguments().size() - 1)) {
                if (!(variable instanceof Expression.Literal(Dynamic.Text(var name)))) {
                    throw new EvaluationFailure("a lambda's variables are texts");
                }
                variables.add(name.toLowerCase(Locale.ROOT));
            }
            return new Lambda(variables, call.arguments().getLast());
        }
        throw new EvaluationFailure(
                "argument " + (at + 1) + " of '" + function + "' must be a lambda");
    }

    /// A lambda may name fewer variables than it is offered values (the index is often left out).
    private Dynamic call(
            String function, Lambda lambda, ExpressionEvaluator evaluator, Dynamic... values)
            throws EvaluationFailure {
        if (lambda.variables().size() > values.length) {
            throw new EvaluationFailure(
                    "the lambda of '"
                            + function
                            + "' has more than "
                            + values.length
                            + " variables");
        }
        var outer = new HashMap<>(bound);
        try {
            for (int i = 0; i < lambda.variables().size(); i++) {
                bound.put(lambda.variables().get(i), values[i]);
            }
            return evaluator.evaluate(lambda.body());
        } finally {
            bound.clear();
            bound.putAll(outer);
        }
    }

    private static boolean truth(String function, Dynamic value) throws EvaluationFailure {
        if (value instanceof Dynamic.Bool(var holds)) {
            return holds;
        }
        throw new EvaluationFailure("the lambda of '" + function + "' yields no boolean");
    }

    private static String text(String function, Dynamic value) throws EvaluationFailure {
        if (value instanceof Dynamic.Text(var text)) {
            return text;
        }
        throw new EvaluationFailure("the lambda of '" + function + "' yields no text");
    }
}
