package io.muster.policy.compile;

import io.muster.core.value.Dynamic;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.ExpressionEvaluator;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.expression.function.FunctionLibrary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Computes what needs no resource: parameters become their values, calls of constants their results. What fails stays as it is and fails where it is reached, so
/// that a decided branch still hides it.
final class Folder {
    private static final Set<String> DEPENDENT =
            Set.of(
                    "field",
                    "current",
                    "resourcegroup",
                    "subscription",
                    "requestcontext",
                    "policy",
                    "claims",
                    "utcnow");

    private final ExpressionEvaluator evaluator;

    Folder(Map<String, Dynamic> parameters) {
        this.evaluator =
                new ExpressionEvaluator(
                        FunctionLibrary.POLICY,
                        key ->
                                key.equals("parameters")
                                        ? arguments -> parameter(parameters, arguments)
                                        : null);
    }

    private static Dynamic parameter(Map<String, Dynamic> parameters, List<Dynamic> arguments)
            throws EvaluationFailure {
        var value =
                arguments.size() == 1
                        ? parameters.get(arguments.getFirst().textOr("").toLowerCase(Locale.ROOT))
                        : null;
        if (value == null) {
            throw new EvaluationFailure("there is no such parameter");
        }
        return value;
    }

    TemplateValue fold(TemplateValue value) {
        return switch (value) {
            case TemplateValue.Literal literal -> literal;
            case TemplateValue.Computed(var expression, var text) -> {
                var folded = fold(expression);
                yield folded instanceof Expression.Literal(var known)
                        ? new TemplateValue.Literal(known, true)
                        : new TemplateValue.Computed(folded, text);
            }
            case TemplateValue.Items(var items) -> {
                List<TemplateValue> all = new ArrayList<>(items.size());
                items.forEach(item -> all.add(fold(item)));
                var constant = constants(all);
                yield constant == null
                        ? new TemplateValue.Items(all)
                        : new TemplateValue.Literal(new Dynamic.Array(constant), true);
            }
            case TemplateValue.Members(var members) -> {
                Map<String, TemplateValue> all = new LinkedHashMap<>();
                members.forEach((name, member) -> all.put(name, fold(member)));
                var constant = constants(List.copyOf(all.values()));
                if (constant == null) {
                    yield new TemplateValue.Members(all);
                }
                Map<String, Dynamic> known = new LinkedHashMap<>();
                var next = constant.iterator();
                all.keySet().forEach(name -> known.put(name, next.next()));
                yield new TemplateValue.Literal(new Dynamic.Bag(known), true);
            }
        };
    }

    private static @Nullable List<Dynamic> constants(List<TemplateValue> values) {
        List<Dynamic> known = new ArrayList<>(values.size());
        for (var value : values) {
            if (!(value instanceof TemplateValue.Literal(var literal, _))) {
                return null;
            }
            known.add(literal);
        }
        return known;
    }

    private Expression fold(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> literal;
            case Expression.Member(var of, var name) -> {
                var inner = fold(of);
                var folded = new Expression.Member(inner, name);
                yield isKnown(inner) ? compute(folded) : folded;
            }
            case Expression.Index(var of, var index) -> {
                var inner = fold(of);
                var at = fold(index);
                var folded = new Expression.Index(inner, at);
                yield isKnown(inner) && isKnown(at) ? compute(folded) : folded;
            }
            case Expression.Call call -> call(call);
        };
    }

    private Expression call(Expression.Call call) {
        List<Expression> arguments = new ArrayList<>(call.arguments().size());
        call.arguments().forEach(argument -> arguments.add(fold(argument)));
        if (call.key().equals("if")
                && arguments.size() == 3
                && arguments.getFirst() instanceof Expression.Literal(Dynamic.Bool(var chosen))) {
            return arguments.get(chosen ? 1 : 2);
        }
        var folded = new Expression.Call(call.name(), call.key(), arguments);
        return !DEPENDENT.contains(call.key()) && arguments.stream().allMatch(Folder::isKnown)
                ? compute(folded)
                : folded;
    }

    private static boolean isKnown(Expression expression) {
        return expression instanceof Expression.Literal;
    }

    private Expression compute(Expression expression) {
        try {
            return new Expression.Literal(evaluator.evaluate(expression));
        } catch (EvaluationFailure failsWhereReached) {
            return expression;
        }
    }

    Constraint fold(Constraint constraint) {
        return switch (constraint) {
            case Constraint.AllOf(var of, var pointer) -> new Constraint.AllOf(fold(of), pointer);
            case Constraint.AnyOf(var of, var pointer) -> new Constraint.AnyOf(fold(of), pointer);
            case Constraint.Not(var of, var pointer) -> new Constraint.Not(fold(of), pointer);
            case Constraint.Condition(var left, var operator, var operand, var pointer, _) ->
                    new Constraint.Condition(fold(left), operator, fold(operand), pointer);
        };
    }

    private List<Constraint> fold(List<Constraint> of) {
        return of.stream().map(this::fold).toList();
    }

    private Constraint.LeftSide fold(Constraint.LeftSide left) {
        return switch (left) {
            case Constraint.LeftSide.Field(var name, var fixed) -> {
                var folded = fold(name);
                yield new Constraint.LeftSide.Field(folded, fixed(folded, fixed));
            }
            case Constraint.LeftSide.Value(var value) -> new Constraint.LeftSide.Value(fold(value));
            case Constraint.LeftSide.FieldCount(var name, var fixed, var where) -> {
                var folded = fold(name);
                yield new Constraint.LeftSide.FieldCount(
                        folded, fixed(folded, fixed), where == null ? null : fold(where));
            }
            case Constraint.LeftSide.ValueCount(var array, var name, var where) ->
                    new Constraint.LeftSide.ValueCount(
                            fold(array), name, where == null ? null : fold(where));
        };
    }

    private static @Nullable FieldReference fixed(
            TemplateValue name, @Nullable FieldReference fixed) {
        return fixed == null
                        && name instanceof TemplateValue.Literal(Dynamic.Text(var text), _)
                        && !text.isBlank()
                ? FieldReference.parse(text)
                : fixed;
    }
}
