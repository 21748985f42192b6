package io.muster.policy.expression;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Computes expressions over a library of pure functions and a scope. Stateless apart from those two; one evaluator may serve many evaluations of one thread.
public final class ExpressionEvaluator {
    static final int MAX_TEXT = 131_072;

    /// Members that these functions' answers lack read as null: the inherit-tag built-ins compare `resourceGroup().tags[x]` with "" (azure-policy.md section 10).
    private static final Set<String> LENIENT_ROOTS =
            Set.of("resourcegroup", "subscription", "field", "requestcontext", "policy");

    private final FunctionSource library;
    private final ExpressionScope scope;

    public ExpressionEvaluator(FunctionSource library, ExpressionScope scope) {
        this.library = library;
        this.scope = scope;
    }

    public Dynamic evaluate(Expression expression) throws EvaluationFailure {
        return switch (expression) {
            case Expression.Literal(var value) -> value;
            case Expression.Call call -> call(call);
            case Expression.Member(var of, var name) ->
                    member(evaluate(of), Dynamic.of(name), isLenient(expression));
            case Expression.Index(var of, var index) ->
                    member(evaluate(of), evaluate(index), isLenient(expression));
        };
    }

    private static boolean isLenient(Expression expression) {
        return expression.root() instanceof Expression.Call call
                && LENIENT_ROOTS.contains(call.key());
    }

    private Dynamic call(Expression.Call call) throws EvaluationFailure {
        // Only the chosen branch of if() is computed: authors guard failing calls with it.
        if (call.key().equals("if")) {
            return conditional(call);
        }
        var lazy = scope.lazy(call.key());
        if (lazy != null) {
            var result = lazy.apply(call.arguments(), this);
            scope.spend(result);
            return result;
        }
        List<Dynamic> arguments = new ArrayList<>(call.arguments().size());
        for (var argument : call.arguments()) {
            arguments.add(evaluate(argument));
        }
        var contextual = scope.function(call.key());
        if (contextual != null) {
            var result = contextual.apply(arguments);
            scope.spend(result);
            return result;
        }
        var function = library.find(call.key());
        if (function == null) {
            throw new EvaluationFailure("there is no function '" + call.name() + "' here");
        }
        var result = function.apply(arguments);
        if (result instanceof Dynamic.Text(var text) && text.length() > MAX_TEXT) {
            throw new EvaluationFailure(
                    "the text that '%s' yields is longer than %d characters"
                            .formatted(call.name(), MAX_TEXT));
        }
        scope.spend(result);
        return result;
    }

    private Dynamic conditional(Expression.Call call) throws EvaluationFailure {
        if (call.arguments().size() != 3) {
            throw new EvaluationFailure("the function 'if' takes three arguments");
        }
        if (!(evaluate(call.arguments().getFirst()) instanceof Dynamic.Bool(var chosen))) {
            throw new EvaluationFailure("the condition of 'if' is no boolean");
        }
        return evaluate(call.arguments().get(chosen ? 1 : 2));
    }

    private static Dynamic member(Dynamic of, Dynamic key, boolean lenient)
            throws EvaluationFailure {
        switch (of) {
            case Dynamic.Bag bag -> {
                if (key instanceof Dynamic.Text(var name)) {
                    if (Members.has(bag, name)) {
                        return bag.getIgnoreCase(name);
                    }
                    if (lenient) {
                        return Dynamic.NULL;
                    }
                    throw new EvaluationFailure("the object has no property '" + name + "'");
                }
            }
            case Dynamic.Array(var items) -> {
                if (key instanceof Dynamic.Whole(var at)) {
                    if (at >= 0 && at < items.size()) {
                        return items.get((int) at);
                    }
                    if (lenient) {
                        return Dynamic.NULL;
                    }
                    throw new EvaluationFailure(
                            "the index %d is outside an array of %d".formatted(at, items.size()));
                }
                // `.0` after a dot reads as a text.
                if (key instanceof Dynamic.Text(var digits) && digits.matches("[0-9]{1,9}")) {
                    return member(of, Dynamic.of(Long.parseLong(digits)), lenient);
                }
            }
            case Dynamic.Null() -> {
                if (lenient) {
                    return Dynamic.NULL;
                }
            }
            // A missing field reads as "", and so do its members.
            case Dynamic.Text(var text) -> {
                if (lenient && text.isEmpty()) {
                    return Dynamic.NULL;
                }
            }
            case Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ -> {}
        }
        throw new EvaluationFailure(
                "%s has no member %s".formatted(Kinds.name(of), Kinds.show(key)));
    }
}
