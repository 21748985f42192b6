package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.policy.expression.EvaluationFailure;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/// What a rule's functions can ask apart from fields: parameter values, the evaluated resource's group and subscription, the request, the assignment, the time.
///
/// @param parameters by lower-case name
/// @param resourceGroup the answer of `resourceGroup()`, null value when the resource is in none; asked for only when used
/// @param requestContext the answer of `requestContext()`
/// @param policy the answer of `policy()`
/// @param now one time for the whole evaluation
public record RuleContext(
        Map<String, Dynamic> parameters,
        Supplier<Dynamic> resourceGroup,
        Supplier<Dynamic> subscription,
        Dynamic requestContext,
        Supplier<Dynamic> policy,
        Instant now) {
    public RuleContext {
        parameters = Map.copyOf(parameters);
    }

    /// A context that knows parameter values only.
    public static RuleContext of(Map<String, Dynamic> parameters, Instant now) {
        return new RuleContext(
                parameters,
                () -> Dynamic.NULL,
                () -> Dynamic.NULL,
                Dynamic.EMPTY_BAG,
                () -> Dynamic.EMPTY_BAG,
                now);
    }

    Dynamic parameter(List<Dynamic> arguments) throws EvaluationFailure {
        if (arguments.size() != 1 || !(arguments.getFirst() instanceof Dynamic.Text(var name))) {
            throw new EvaluationFailure("'parameters' takes the name of one parameter");
        }
        var value = parameters.get(name.toLowerCase(Locale.ROOT));
        if (value == null) {
            throw new EvaluationFailure("there is no parameter '" + name + "'");
        }
        return value;
    }

    Dynamic utcNow() {
        return Dynamic.of(Ticks.formatDateTime(Ticks.of(now)));
    }
}
