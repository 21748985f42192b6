package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.count;
import static io.muster.policy.expression.function.Arguments.text;
import static io.muster.policy.expression.function.Arguments.textOrNull;
import static io.muster.policy.expression.function.Arguments.whole;
import static io.muster.policy.expression.function.Arguments.wrong;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.util.ArrayList;
import java.util.List;

/// Text functions of the template language. One entry a function.
final class TextFunctions {
    /// Of a text that a function yields (azure-policy.md section 11).
    private static final int MAX_TEXT = 131_072;

    private static final int MAX_ITEMS = 1_000_000;

    private TextFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction("concat", 1, TemplateFunction.ANY, TextFunctions::concat),
                new TemplateFunction("format", 1, TemplateFunction.ANY, CompositeFormat::format),
                new TemplateFunction(
                        "toLower",
                        1,
                        1,
                        a -> Dynamic.of(Values.lower(textOrNull("toLower", a, 0)))),
                new TemplateFunction(
                        "toUpper",
                        1,
                        1,
                        a -> Dynamic.of(Values.upper(textOrNull("toUpper", a, 0)))),
                new TemplateFunction(
                        "trim", 1, 1, a -> Dynamic.of(textOrNull("trim", a, 0).strip())),
                new TemplateFunction("padLeft", 2, 3, TextFunctions::padLeft),
                new TemplateFunction("replace", 3, 3, TextFunctions::replace),
                new TemplateFunction("substring", 2, 3, TextFunctions::substring),
                new TemplateFunction("split", 2, 2, TextFunctions::split),
                new TemplateFunction("join", 2, 2, TextFunctions::join),
                new TemplateFunction("startsWith", 2, 2, TextFunctions::startsWith),
                new TemplateFunction("endsWith", 2, 2, TextFunctions::endsWith));
    }

    /// All arrays: joined. Otherwise texts, integers and booleans in order; null is passed over.
    private static Dynamic concat(List<Dynamic> arguments) throws EvaluationFailure {
        if (arguments.stream().allMatch(Dynamic.Array.class::isInstance)) {
            List<Dynamic> all = new ArrayList<>();
            for (var argument : arguments) {
                all.addAll(argument.items());
                if (all.size() > MAX_ITEMS) {
                    throw new EvaluationFailure("the array that 'concat' yields is too long");
                }
            }
            return new Dynamic.Array(all);
        }
        var out = new StringBuilder();
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case Dynamic.Null() -> {}
                case Dynamic.Text(var value) -> out.append(value);
                case Dynamic.Whole(var value) -> out.append(value);
                case Dynamic.Bool(var value) -> out.append(value ? "True" : "False");
                case Dynamic.Real _,
                        Dynamic.Decimal _,
                        Dynamic.DateTime _,
                        Dynamic.Span _,
                        Dynamic.Guid _,
                        Dynamic.Array _,
                        Dynamic.Bag _ ->
                        throw wrong("concat", i, arguments.get(i), "a text, integer or boolean");
            }
        }
        return Dynamic.of(out.toString());
    }

    private static Dynamic padLeft(List<Dynamic> a) throws EvaluationFailure {
        String value =
                a.getFirst() instanceof Dynamic.Whole(var number)
                        ? Long.toString(number)
                        : textOrNull("padLeft", a, 0);
        long width = whole("padLeft", a, 1);
        if (width < 1 || width > 16) {
            throw new EvaluationFailure("the width of 'padLeft' is not within 1 and 16");
        }
        String pad = a.size() == 3 ? text("padLeft", a, 2) : " ";
        if (pad.length() != 1) {
            throw new EvaluationFailure("the padding of 'padLeft' is not one character");
        }
        return Dynamic.of(pad.repeat(Math.max(0, (int) width - value.length())) + value);
    }

    private static Dynamic replace(List<Dynamic> a) throws EvaluationFailure {
        String value = textOrNull("replace", a, 0);
        String needle = text("replace", a, 1);
        String with = textOrNull("replace", a, 2);
        if (needle.isEmpty()) {
            throw new EvaluationFailure("the text to look for in 'replace' is empty");
        }
        var out = new StringBuilder();
        String rest = value;
        for (var found = Values.place(rest, needle, true);
                found.start() >= 0 && found.end() > found.start();
                found = Values.place(rest, needle, true)) {
            out.append(rest, 0, found.start()).append(with);
            if (out.length() > MAX_TEXT) {
                throw new EvaluationFailure("the text that 'replace' yields is too long");
            }
            rest = rest.substring(found.end());
        }
        return Dynamic.of(out.append(rest).toString());
    }

    private static Dynamic substring(List<Dynamic> a) throws EvaluationFailure {
        String value = textOrNull("substring", a, 0);
        long start = whole("substring", a, 1);
        long length = a.size() == 3 ? whole("substring", a, 2) : value.length() - start;
        if (start < 0 || length < 0 || start > value.length() || length > value.length() - start) {
            throw new EvaluationFailure(
                    "'substring' reaches outside a text of %d characters"
                            .formatted(value.length()));
        }
        return Dynamic.of(value.substring((int) start, (int) (start + length)));
    }

    private static Dynamic split(List<Dynamic> a) throws EvaluationFailure {
        List<String> delimiters = new ArrayList<>();
        switch (a.get(1)) {
            case Dynamic.Null() -> {}
            case Dynamic.Text(var delimiter) -> delimiters.add(delimiter);
            case Dynamic.Array(var items) -> {
                for (var item : items) {
                    if (!(item instanceof Dynamic.Text(var delimiter))) {
                        throw wrong("split", 1, item, "a text");
                    }
                    delimiters.add(delimiter);
                }
            }
            case Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Bag _ ->
                    throw wrong("split", 1, a.get(1), "a text or an array");
        }
        if (a.getFirst().isNull()) {
            return Dynamic.EMPTY_ARRAY;
        }
        String value = text("split", a, 0);
        delimiters.removeIf(String::isEmpty);
        List<Dynamic> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < value.length(); ) {
            int width = 0;
            for (var delimiter : delimiters) {
                if (value.startsWith(delimiter, i)) {
                    width = delimiter.length();
                    break;
                }
            }
            if (width == 0) {
                i++;
            } else {
                parts.add(Dynamic.of(value.substring(from, i)));
                i += width;
                from = i;
            }
        }
        parts.add(Dynamic.of(value.substring(from)));
        return new Dynamic.Array(parts);
    }

    private static Dynamic join(List<Dynamic> a) throws EvaluationFailure {
        if (!(a.getFirst() instanceof Dynamic.Array(var items))) {
            throw wrong("join", 0, a.getFirst(), "an array");
        }
        String delimiter = textOrNull("join", a, 1);
        var out = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.append(delimiter);
            }
            switch (items.get(i)) {
                case Dynamic.Text(var value) -> out.append(value);
                case Dynamic.Null() -> {}
                case Dynamic.Bool _,
                        Dynamic.Whole _,
                        Dynamic.Real _,
                        Dynamic.Decimal _,
                        Dynamic.DateTime _,
                        Dynamic.Span _,
                        Dynamic.Guid _,
                        Dynamic.Array _,
                        Dynamic.Bag _ ->
                        throw wrong("join", 0, items.get(i), "an array of texts");
            }
        }
        return Dynamic.of(out.toString());
    }

    private static Dynamic startsWith(List<Dynamic> a) throws EvaluationFailure {
        String value = textOrNull("startsWith", a, 0);
        String start = textOrNull("startsWith", a, 1);
        return Dynamic.of(Values.fold(value).startsWith(Values.fold(start)));
    }

    private static Dynamic endsWith(List<Dynamic> a) throws EvaluationFailure {
        String value = textOrNull("endsWith", a, 0);
        String end = textOrNull("endsWith", a, 1);
        return Dynamic.of(Values.fold(value).endsWith(Values.fold(end)));
    }

    /// The first characters of a text, clipped.
    static String take(String value, List<Dynamic> a) throws EvaluationFailure {
        return value.substring(0, Math.min(value.length(), count("take", a, 1)));
    }

    /// What follows the first characters of a text, clipped.
    static String skip(String value, List<Dynamic> a) throws EvaluationFailure {
        return value.substring(Math.min(value.length(), count("skip", a, 1)));
    }
}
