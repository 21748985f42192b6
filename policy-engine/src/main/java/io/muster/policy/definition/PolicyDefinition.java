package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.policy.condition.Constraint;
import io.muster.policy.expression.TemplateValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A policy definition as read and found sound. Immutable.
///
/// @param id resource ID; "" for a definition that has none yet
/// @param parameters by lower-case name
/// @param details the effect's details as written; null value when there are none
/// @param pointer where the definition's `properties` stand in its document
/// @param json the `properties` as written
public record PolicyDefinition(
        String id,
        String name,
        String displayName,
        String policyType,
        PolicyMode mode,
        String version,
        Dynamic metadata,
        Map<String, Parameter> parameters,
        Constraint condition,
        TemplateValue effect,
        Dynamic details,
        String pointer,
        Dynamic json) {
    public PolicyDefinition {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    public PolicyDefinition withId(String newId, String newName) {
        return new PolicyDefinition(
                newId,
                newName,
                displayName,
                policyType,
                mode,
                version,
                metadata,
                parameters,
                condition,
                effect,
                details,
                pointer,
                json);
    }

    /// The category in the metadata, "" when there is none.
    public String category() {
        return metadata.getIgnoreCase("category").textOr("");
    }

    /// Whether Microsoft attests it: its rule is never evaluated on a customer's resources.
    public boolean isStatic() {
        return policyType.equalsIgnoreCase("Static");
    }
}
