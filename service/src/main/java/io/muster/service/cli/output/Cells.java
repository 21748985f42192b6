package io.muster.service.cli.output;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;

/// A value as plain text: texts as they are, null as nothing, everything else as its JSON without quotes around dates and the like.
final class Cells {
    private Cells() {}

    static String text(Dynamic value) {
        return switch (value) {
            case Dynamic.Null() -> "";
            case Dynamic.Text(var text) -> text;
            case Dynamic.DateTime _, Dynamic.Span _, Dynamic.Guid _ -> unquoted(Json.write(value));
            case Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.Array _,
                    Dynamic.Bag _ ->
                    Json.write(value);
        };
    }

    static boolean isNumber(Dynamic value) {
        return value instanceof Dynamic.Whole
                || value instanceof Dynamic.Real
                || value instanceof Dynamic.Decimal;
    }

    private static String unquoted(String json) {
        return json.startsWith("\"") ? json.substring(1, json.length() - 1) : json;
    }
}
