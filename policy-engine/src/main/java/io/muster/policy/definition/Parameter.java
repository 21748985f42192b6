package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.function.Values;
import io.muster.policy.schema.JsonSchema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A parameter of a definition or initiative.
///
/// @param defaultValue null when an assignment must give one
/// @param allowedValues empty when any value will do
/// @param schema of an object's values; null when any object will do
/// @param metadata `displayName`, `description`, `strongType`, `assignPermissions`, ...; null value when absent
public record Parameter(
        String name,
        ParameterType type,
        @Nullable Dynamic defaultValue,
        List<Dynamic> allowedValues,
        @Nullable JsonSchema schema,
        Dynamic metadata) {
    public Parameter {
        allowedValues = List.copyOf(allowedValues);
    }

    /// Whether a value is among the allowed ones: exactly, case included; every element of an array.
    public boolean allows(Dynamic value) {
        if (allowedValues.isEmpty() || lists(value)) {
            return true;
        }
        return value instanceof Dynamic.Array(var items) && items.stream().allMatch(this::lists);
    }

    /// Where a value first fails the schema; empty when it meets it, or there is none.
    public Optional<JsonSchema.Fault> violation(Dynamic value) {
        return schema == null ? Optional.empty() : schema.violation(value);
    }

    private boolean lists(Dynamic value) {
        return allowedValues.stream().anyMatch(allowed -> Values.same(allowed, value));
    }
}
