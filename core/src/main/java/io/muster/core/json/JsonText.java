package io.muster.core.json;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import java.math.BigDecimal;
import java.util.Optional;

/// Writes a [Dynamic] as JSON text.
final class JsonText {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder out = new StringBuilder();

    /// What each level is indented by.
    private final String step;

    /// Units after which it goes on no more.
    private final int most;

    private JsonText(String step, int most) {
        this.step = step;
        this.most = most;
    }

    static String write(Dynamic value) {
        var text = new JsonText("", Integer.MAX_VALUE);
        text.append(value, -1);
        return text.out.toString();
    }

    /// Empty when it would have more units than that; not much more is written then.
    static Optional<String> write(Dynamic value, int most) {
        var text = new JsonText("", most);
        text.append(value, -1);
        return text.out.length() > most ? Optional.empty() : Optional.of(text.out.toString());
    }

    static String writePretty(Dynamic value, String indent) {
        var text = new JsonText(indent, Integer.MAX_VALUE);
        text.append(value, 0);
        return text.out.toString();
    }

    /// @param indent the level of the value's own line, or -1 for compact text
    private void append(Dynamic value, int indent) {
        switch (value) {
            case Dynamic.Null() -> out.append("null");
            case Dynamic.Bool(var b) -> out.append(b);
            case Dynamic.Whole(var n) -> out.append(n);
            case Dynamic.Real(var d) -> out.append(real(d));
            case Dynamic.Decimal(var d) -> out.append(d);
            case Dynamic.Text(var s) -> quote(out, s);
            case Dynamic.DateTime(var ticks) -> quote(out, Ticks.formatDateTime(ticks));
            case Dynamic.Span(var ticks) -> quote(out, Ticks.formatTimespan(ticks));
            case Dynamic.Guid(var id) -> quote(out, id.toString());
            case Dynamic.Array(var items) -> {
                out.append('[');
                boolean first = true;
                for (var item : items) {
                    separate(first, indent);
                    first = false;
                    append(item, indent < 0 ? -1 : indent + 1);
                    if (out.length() > most) {
                        return;
                    }
                }
                close(']', first, indent);
            }
            case Dynamic.Bag(var members) -> {
                out.append('{');
                boolean first = true;
                for (var member : members.entrySet()) {
                    separate(first, indent);
                    first = false;
                    quote(out, member.getKey());
                    out.append(indent < 0 ? ":" : ": ");
                    append(member.getValue(), indent < 0 ? -1 : indent + 1);
                    if (out.length() > most) {
                        return;
                    }
                }
                close('}', first, indent);
            }
        }
    }

    private void separate(boolean first, int indent) {
        if (!first) {
            out.append(',');
        }
        if (indent >= 0) {
            out.append('\n').repeat(step, indent + 1);
        }
    }

    private void close(char bracket, boolean empty, int indent) {
        if (indent >= 0 && !empty) {
            out.append('\n').repeat(step, indent);
        }
        out.append(bracket);
    }

    // JSON has no text for these; Kusto prints them quoted.
    private static String real(double d) {
        if (Double.isNaN(d)) {
            return "\"NaN\"";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        }
        return number(d);
    }

    /// The shortest text that reads back as the same number, as .NET and so Azure write it: `10000000000.0`, `1E+15`, `1E-05`.
    ///
    /// @throws NumberFormatException for NaN and the infinities
    static String number(double d) {
        String text = Double.toString(d);
        if (text.indexOf('E') < 0) {
            return text;
        }
        var exact = new BigDecimal(text).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent > -5 && exponent < 15) {
            String plain = exact.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = exact.unscaledValue().abs().toString();
        return (d < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "E-" : "E+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    static void quote(StringBuilder out, String text) {
        out.append('"');
        int plainFrom = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\') {
                continue;
            }
            out.append(text, plainFrom, i);
            plainFrom = i + 1;
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
            }
        }
        out.append(text, plainFrom, text.length()).append('"');
    }
}
