package io.muster.policy.expression;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;

/// How values are called in messages.
public final class Kinds {
    private static final int SHOWN = 80;

    private Kinds() {}

    /// `a text`, `an array`, ...
    public static String name(Dynamic value) {
        return switch (value) {
            case Dynamic.Null _ -> "null";
            case Dynamic.Bool _ -> "a boolean";
            case Dynamic.Whole _ -> "an integer";
            case Dynamic.Real _, Dynamic.Decimal _ -> "a number";
            case Dynamic.Text _ -> "a text";
            case Dynamic.DateTime _, Dynamic.Span _, Dynamic.Guid _ -> "a typed value";
            case Dynamic.Array _ -> "an array";
            case Dynamic.Bag _ -> "an object";
        };
    }

    /// The value as JSON, cut when long.
    public static String show(Dynamic value) {
        String text = Json.write(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
