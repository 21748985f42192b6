package io.muster.policy.expression;

import org.jspecify.annotations.Nullable;

/// The pure functions that an expression may call.
public interface FunctionSource {
    /// The function of that lower-case name, or null.
    @Nullable TemplateFunction find(String key);
}
