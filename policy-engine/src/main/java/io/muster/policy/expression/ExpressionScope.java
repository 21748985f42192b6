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

    /// The function of that lower-case name that decides itself which of its arguments are computed, and how often (`map`, `filter`); null when there is none.
    default @Nullable LazyFunction lazy(String key) {
        return null;
    }

    /// Told of every call's result: a scope whose author is not trusted with all memory and time refuses what becomes too much.
    default void spend(Dynamic result) throws EvaluationFailure {}

    /// A function over arguments that are not computed yet.
    @FunctionalInterface
    interface LazyFunction {
        Dynamic apply(List<Expression> arguments, ExpressionEvaluator evaluator)
                throws EvaluationFailure;
    }

    /// A function bound to its surroundings.
    @FunctionalInterface
    interface ScopeFunction {
        Dynamic apply(List<Dynamic> arguments) throws EvaluationFailure;
    }
}
