package io.muster.policy.expression;

import io.muster.core.value.Dynamic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an expression can reach from where it stands: the functions whose answer depends on the surroundings (`parameters`, `field`, `current`, `resourceGroup`, ...).
public interface ExpressionScope {

    /// Nothing but the pure functions.
    ExpressionScope NONE = _ -> null;

    /// The function of that lower-case name here, or null when there is none.
    @Nullable ScopeFunction function(String key);

    /// A function bound to its surroundings.
    @FunctionalInterface
    interface ScopeFunction {
        Dynamic apply(List<Dynamic> arguments) throws EvaluationFailure;
    }
}
