package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import java.util.Locale;
import java.util.Optional;

/// The types of parameters, by their wire names.
public enum ParameterType {
    STRING("String"),
    ARRAY("Array"),
    OBJECT("Object"),
    BOOLEAN("Boolean"),
    INTEGER("Integer"),
    FLOAT("Float"),
    DATETIME("DateTime");

    private final String wireName;

    ParameterType(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    public String key() {
        return wireName.toLowerCase(Locale.ROOT);
    }

    public static Optional<ParameterType> parse(String name) {
        for (var type : values()) {
            if (type.wireName.equalsIgnoreCase(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /// Whether a value can be one of this type.
    public boolean accepts(Dynamic value) {
        return switch (this) {
            case STRING -> value instanceof Dynamic.Text;
            case ARRAY -> value instanceof Dynamic.Array;
            case OBJECT -> value instanceof Dynamic.Bag;
            case BOOLEAN -> value instanceof Dynamic.Bool;
            case INTEGER -> value instanceof Dynamic.Whole;
            case FLOAT ->
                    value instanceof Dynamic.Real
                            || value instanceof Dynamic.Whole
                            || value instanceof Dynamic.Decimal;
            case DATETIME ->
                    value instanceof Dynamic.Text(var text) && Ticks.parseIso(text).isPresent();
        };
    }
}
