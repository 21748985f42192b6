package io.muster.policy.expression;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A JSON value any string of which may be an expression.
public sealed interface TemplateValue {

    /// A value with nothing to compute. `computed` tells one that folding got from an expression: a null operand that was written is compared with, one that was
    /// computed is a failure.
    record Literal(Dynamic value, boolean computed) implements TemplateValue {}

    /// A text that is an expression.
    record Computed(Expression expression, String text) implements TemplateValue {}

    /// An array with an expression somewhere in it.
    record Items(List<TemplateValue> items) implements TemplateValue {
        public Items {
            items = List.copyOf(items);
        }
    }

    /// An object with an expression somewhere in it.
    record Members(Map<String, TemplateValue> members) implements TemplateValue {}

    /// A literal as written.
    static TemplateValue literal(Dynamic value) {
        return new Literal(value, false);
    }

    /// Reads the expressions of a value; ends at the first that is malformed.
    static TemplateValue parse(Dynamic value) throws ExpressionSyntaxException {
        switch (value) {
            case Dynamic.Text(var text) -> {
                if (ExpressionParser.isExpression(text)) {
                    return new Computed(ExpressionParser.parse(text), text);
                }
                return literal(Dynamic.of(ExpressionParser.unescape(text)));
            }
            case Dynamic.Array(var items) -> {
                List<TemplateValue> parsed = new ArrayList<>(items.size());
                boolean literal = true;
                for (var item : items) {
                    var at = parse(item);
                    parsed.add(at);
                    literal &= at instanceof Literal;
                }
                return literal ? literal(constant(new Items(parsed))) : new Items(parsed);
            }
            case Dynamic.Bag(var members) -> {
                Map<String, TemplateValue> parsed = new LinkedHashMap<>();
                boolean literal = true;
                for (var member : members.entrySet()) {
                    var at = parse(member.getValue());
                    parsed.put(member.getKey(), at);
                    literal &= at instanceof Literal;
                }
                return literal ? literal(constant(new Members(parsed))) : new Members(parsed);
            }
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ -> {
                return literal(value);
            }
        }
    }

    private static Dynamic constant(TemplateValue value) {
        return switch (value) {
            case Literal(var known, _) -> known;
            case Items(var items) ->
                    new Dynamic.Array(items.stream().map(TemplateValue::constant).toList());
            case Members(var members) -> {
                Map<String, Dynamic> all = new LinkedHashMap<>();
                members.forEach((name, member) -> all.put(name, constant(member)));
                yield new Dynamic.Bag(all);
            }
            case Computed _ -> throw new IllegalStateException("not constant");
        };
    }

    /// Computes every expression in the value.
    default Dynamic evaluate(ExpressionEvaluator evaluator) throws EvaluationFailure {
        return switch (this) {
            case Literal(var value, _) -> value;
            case Computed(var expression, _) -> evaluator.evaluate(expression);
            case Items(var items) -> {
                List<Dynamic> all = new ArrayList<>(items.size());
                for (var item : items) {
                    all.add(item.evaluate(evaluator));
                }
                yield new Dynamic.Array(all);
            }
            case Members(var members) -> {
                Map<String, Dynamic> all = new LinkedHashMap<>();
                for (var member : members.entrySet()) {
                    all.put(member.getKey(), member.getValue().evaluate(evaluator));
                }
                yield new Dynamic.Bag(all);
            }
        };
    }

    /// The literal text, or the expression's text.
    default String shown() {
        return switch (this) {
            case Computed(_, var text) -> text;
            case Literal(Dynamic.Text(var text), _) -> text;
            case Literal(var value, _) -> Kinds.show(value);
            case Items _ -> "[...]";
            case Members _ -> "{...}";
        };
    }

    /// Every expression in the value.
    default List<Computed> expressions() {
        return switch (this) {
            case Literal _ -> List.of();
            case Computed computed -> List.of(computed);
            case Items(var items) ->
                    items.stream().flatMap(item -> item.expressions().stream()).toList();
            case Members(var members) ->
                    members.values().stream()
                            .flatMap(member -> member.expressions().stream())
                            .toList();
        };
    }
}
