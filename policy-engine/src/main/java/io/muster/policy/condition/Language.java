package io.muster.policy.condition;

import io.muster.policy.alias.FieldResolver;
import java.util.Map;

/// What a rule may refer to while it is read: the parameters by lower-case name with their lower-case type, and the fields there are.
public record Language(Map<String, String> parameterTypes, FieldResolver fields) {
    public Language {
        parameterTypes = Map.copyOf(parameterTypes);
    }
}
