package io.muster.policy.condition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.ExpressionParser;
import io.muster.policy.expression.ExpressionSyntaxException;
import io.muster.policy.expression.TemplateFunction;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.expression.function.FunctionLibrary;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/// Reads values with expressions in them and checks what the expressions call. Keeps the counts that enclose the place being read.
final class TemplateReader {
    private final Language language;
    private final Faults faults;
    private final Deque<Enclosing> counts = new ArrayDeque<>();
    private int calls;

    /// A count around the current place: its value name, or its array alias.
    record Enclosing(boolean overField, String name) {}

    TemplateReader(Language language, Faults faults) {
        this.language = language;
        this.faults = faults;
    }

    /// How many calls of functions were read so far.
    int calls() {
        return calls;
    }

    void enter(Enclosing count) {
        counts.push(count);
    }

    void leave() {
        counts.pop();
    }

    boolean isWithinCount() {
        return !counts.isEmpty();
    }

    boolean isCountNameTaken(String name) {
        return counts.stream().anyMatch(c -> !c.overField() && c.name().equalsIgnoreCase(name));
    }

    /// The value read; a malformed expression is reported and stands as null.
    TemplateValue read(Dynamic value, String pointer) {
        check(value, pointer);
        try {
            return TemplateValue.parse(value);
        } catch (ExpressionSyntaxException reported) {
            return TemplateValue.literal(Dynamic.NULL);
        }
    }

    private void check(Dynamic value, String pointer) {
        switch (value) {
            case Dynamic.Text(var text) -> {
                if (ExpressionParser.isExpression(text)) {
                    try {
                        checkCalls(ExpressionParser.parse(text), pointer);
                    } catch (ExpressionSyntaxException fault) {
                        faults.report(
                                PolicyFault.MALFORMED_EXPRESSION,
                                pointer,
                                "\"%s\" is no expression: %s (character %d)."
                                        .formatted(text, fault.getMessage(), fault.offset() + 1),
                                "a literal text that starts with '[' is written with '[['");
                    }
                }
            }
            case Dynamic.Array(var items) -> {
                for (int i = 0; i < items.size(); i++) {
                    check(items.get(i), Faults.below(pointer, i));
                }
            }
            case Dynamic.Bag(var members) ->
                    members.forEach((name, member) -> check(member, Faults.below(pointer, name)));
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ -> {}
        }
    }

    private void checkCalls(Expression expression, String pointer) {
        switch (expression) {
            case Expression.Literal _ -> {}
            case Expression.Member(var of, _) -> checkCalls(of, pointer);
            case Expression.Index(var of, var index) -> {
                checkCalls(of, pointer);
                checkCalls(index, pointer);
            }
            case Expression.Call call -> {
                call.arguments().forEach(argument -> checkCalls(argument, pointer));
                checkCall(call, pointer);
            }
        }
    }

    private void checkCall(Expression.Call call, String pointer) {
        calls++;
        int given = call.arguments().size();
        if (given > TemplateFunction.ANY) {
            faults.report(
                    PolicyFault.TOO_MANY_ARGUMENTS,
                    pointer,
                    "The call of '%s' has %d arguments; %d are allowed."
                            .formatted(call.name(), given, TemplateFunction.ANY));
        }
        switch (call.key()) {
            case "parameters" -> checkParameter(call, pointer);
            case "field" -> checkField(call, pointer);
            case "current" -> checkCurrent(call, pointer);
            case "if" -> checkCount(call, 3, 3, pointer);
            case "utcnow", "resourcegroup", "subscription", "requestcontext", "policy" ->
                    checkCount(call, 0, 0, pointer);
            default -> {
                var function = FunctionLibrary.POLICY.find(call.key());
                if (function != null) {
                    checkCount(call, function.minimum(), function.maximum(), pointer);
                } else if (FunctionLibrary.NOT_IN_RULES.contains(call.key())
                        || call.key().startsWith("list")) {
                    faults.report(
                            PolicyFault.FUNCTION_NOT_IN_RULES,
                            pointer,
                            "The function '%s' is not available in policy rules."
                                    .formatted(call.name()),
                            "it can be used inside the template of a deployment");
                } else if (!FunctionLibrary.CONTEXT.contains(call.key())) {
                    faults.report(
                            PolicyFault.UNKNOWN_FUNCTION,
                            pointer,
                            "There is no function '%s'.".formatted(call.name()));
                }
            }
        }
    }

    private void checkCount(Expression.Call call, int minimum, int maximum, String pointer) {
        int given = call.arguments().size();
        if (given < minimum || given > maximum) {
            faults.report(
                    PolicyFault.WRONG_NUMBER_OF_ARGUMENTS,
                    pointer,
                    "The function '%s' does not take %d argument%s: its evaluation fails."
                            .formatted(call.name(), given, given == 1 ? "" : "s"));
        }
    }

    private void checkParameter(Expression.Call call, String pointer) {
        checkCount(call, 1, 1, pointer);
        if (call.arguments().size() == 1
                && call.arguments().getFirst() instanceof Expression.Literal(Dynamic.Text(var name))
                && !language.parameterTypes().containsKey(name.toLowerCase(Locale.ROOT))) {
            faults.report(
                    PolicyFault.UNDEFINED_PARAMETER,
                    pointer,
                    "The definition has no parameter '%s'.".formatted(name));
        }
    }

    private void checkField(Expression.Call call, String pointer) {
        checkCount(call, 1, 1, pointer);
        if (call.arguments().size() == 1
                && call.arguments().getFirst()
                        instanceof Expression.Literal(Dynamic.Text(var name))) {
            checkName(name, pointer);
        }
    }

    /// Reports a field name that nothing has.
    void checkName(String name, String pointer) {
        if (name.isBlank()) {
            faults.report(PolicyFault.FIELD_EMPTY, pointer, "The field's name is empty.");
            return;
        }
        if (!(FieldReference.parse(name) instanceof FieldReference.Alias)
                || language.fields().isKnown(name)) {
            return;
        }
        if (name.indexOf('/') > 0) {
            faults.report(
                    PolicyFault.UNKNOWN_ALIAS,
                    pointer,
                    "There is no alias '%s' in the catalogue.".formatted(name));
        } else {
            faults.report(
                    PolicyFault.UNKNOWN_FIELD,
                    pointer,
                    "'%s' is neither a field nor an alias.".formatted(name),
                    "fields are name, fullName, type, kind, id, location, tags, tags['x'], identity.type and aliases");
        }
    }

    private void checkCurrent(Expression.Call call, String pointer) {
        checkCount(call, 0, 1, pointer);
        if (counts.isEmpty()) {
            faults.report(
                    PolicyFault.CURRENT_OUTSIDE_COUNT,
                    pointer,
                    "'current' stands outside of any count's where.");
        } else if (call.arguments().isEmpty()) {
            if (counts.size() > 1) {
                faults.report(
                        PolicyFault.CURRENT_AMBIGUOUS,
                        pointer,
                        "'current()' without a name stands in %d counts.".formatted(counts.size()),
                        "name the count, or the array, that is meant");
            }
        } else if (call.arguments().getFirst() instanceof Expression.Literal(Dynamic.Text(var name))
                && counts.stream().noneMatch(count -> isCalled(count, name))) {
            faults.report(
                    PolicyFault.CURRENT_NAME_UNKNOWN,
                    pointer,
                    "No count around this place is called '%s'.".formatted(name));
        }
    }

    private static boolean isCalled(Enclosing count, String name) {
        return count.overField()
                ? name.regionMatches(true, 0, count.name(), 0, count.name().length())
                        // A name that is computed cannot be compared here.
                        || ExpressionParser.isExpression(count.name())
                : name.equalsIgnoreCase(count.name());
    }

    /// Whether the value is exactly `[parameters('x')]` of an array parameter.
    boolean isArrayParameter(TemplateValue value) {
        return value
                        instanceof
                        TemplateValue.Computed(
                                Expression.Call(_, var key, List<Expression> arguments),
                                _)
                && key.equals("parameters")
                && arguments.size() == 1
                && arguments.getFirst() instanceof Expression.Literal(Dynamic.Text(var name))
                && "array".equals(language.parameterTypes().get(name.toLowerCase(Locale.ROOT)));
    }
}
