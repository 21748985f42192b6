package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.text;
import static io.muster.policy.expression.function.Arguments.wrong;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.util.List;
import java.util.Locale;

/// Conversions between types.
final class ConversionFunctions {
    /// Object depth and text length that the service allows at run time (azure-policy.md section 11).
    private static final JsonLimits LIMITS = new JsonLimits(128, 131_072, 131_072);

    /// Characters of what may be a number: telling takes the square of them.
    private static final int MOST_DIGITS = 2048;

    private ConversionFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction("string", 1, 1, ConversionFunctions::string),
                new TemplateFunction("int", 1, 1, ConversionFunctions::toInt),
                new TemplateFunction("float", 1, 1, ConversionFunctions::toFloat),
                new TemplateFunction("bool", 1, 1, ConversionFunctions::bool),
                new TemplateFunction("json", 1, 1, ConversionFunctions::json));
    }

    private static Dynamic string(List<Dynamic> a) throws EvaluationFailure {
        return switch (a.getFirst()) {
            case Dynamic.Null() -> Dynamic.of("");
            case Dynamic.Text text -> text;
            case Dynamic.Whole(var value) -> Dynamic.of(Long.toString(value));
            case Dynamic.Bool(var value) -> Dynamic.of(value ? "True" : "False");
            case Dynamic.Array _, Dynamic.Bag _ -> Dynamic.of(Json.write(a.getFirst()));
            case Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    throw wrong(
                            "string",
                            0,
                            a.getFirst(),
                            "an integer, boolean, text, array or object");
        };
    }

    private static Dynamic toInt(List<Dynamic> a) throws EvaluationFailure {
        if (a.getFirst() instanceof Dynamic.Whole) {
            return a.getFirst();
        }
        String digits = text("int", a, 0).strip();
        try {
            return Dynamic.of(Long.parseLong(digits));
        } catch (NumberFormatException unreadable) {
            throw new EvaluationFailure("'" + digits + "' is no whole number");
        }
    }

    private static Dynamic toFloat(List<Dynamic> a) throws EvaluationFailure {
        return switch (a.getFirst()) {
            case Dynamic.Whole(var value) -> Dynamic.of((double) value);
            case Dynamic.Real real -> real;
            case Dynamic.Decimal(var value) -> Dynamic.of(value.doubleValue());
            case Dynamic.Bool(var value) -> Dynamic.of(value ? 1.0 : 0.0);
            case Dynamic.Text(var text) -> {
                if (text.length() > MOST_DIGITS) {
                    throw new EvaluationFailure(
                            "a text of %d characters is no number".formatted(text.length()));
                }
                // .NET passes over the commas between thousands, wherever they stand before the
                // point.
                String digits = text.strip().replaceAll("(?<=\\d),(?=[\\d,]*(\\d|\\.|$))", "");
                if (!digits.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?")) {
                    throw new EvaluationFailure("'" + text + "' is no number");
                }
                yield Dynamic.of(Double.parseDouble(digits));
            }
            case Dynamic.Null _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Array _,
                    Dynamic.Bag _ ->
                    throw wrong("float", 0, a.getFirst(), "a number or text");
        };
    }

    private static Dynamic bool(List<Dynamic> a) throws EvaluationFailure {
        return switch (a.getFirst()) {
            case Dynamic.Bool bool -> bool;
            case Dynamic.Whole(var value) -> Dynamic.of(value != 0);
            case Dynamic.Real(var value) -> Dynamic.of(value != 0);
            case Dynamic.Decimal(var value) -> Dynamic.of(value.signum() != 0);
            case Dynamic.Text(var text) ->
                    switch (text.strip().toLowerCase(Locale.ROOT)) {
                        case "true" -> Dynamic.TRUE;
                        case "false" -> Dynamic.FALSE;
                        default ->
                                throw new EvaluationFailure(
                                        "'" + text + "' is neither true nor false");
                    };
            case Dynamic.Null _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Array _,
                    Dynamic.Bag _ ->
                    throw wrong("bool", 0, a.getFirst(), "a boolean, number or text");
        };
    }

    private static Dynamic json(List<Dynamic> a) throws EvaluationFailure {
        return a.getFirst().isNull() ? Dynamic.EMPTY_BAG : parse(text("json", a, 0));
    }

    static Dynamic parse(String text) throws EvaluationFailure {
        try {
            return Json.parse(text, LIMITS);
        } catch (JsonException unreadable) {
            throw new EvaluationFailure("the text is no JSON: " + unreadable.getMessage());
        }
    }
}
