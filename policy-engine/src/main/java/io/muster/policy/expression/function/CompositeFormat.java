package io.muster.policy.expression.function;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// .NET's composite formatting as `format()` uses it: `{0}`, `{0,10}`, `{0,-10}`, `{0:N2}`, `{{` and `}}`.
final class CompositeFormat {
    private static final int MAX_INDEX = 1_000_000;

    /// What any function may yield: checked as the text grows, because a few characters ask for a million blanks.
    private static final int MAX_TEXT = 131_072;

    private static final Pattern CUSTOM =
            Pattern.compile("((?:[#0]+(?:,+[#0]+)*)?)(?:\\.([#0]*))?(%?)");

    private CompositeFormat() {}

    static Dynamic format(List<Dynamic> a) throws EvaluationFailure {
        return Dynamic.of(format(Arguments.text("format", a, 0), a.subList(1, a.size())));
    }

    static String format(String pattern, List<Dynamic> values) throws EvaluationFailure {
        var out = new StringBuilder();
        int i = 0;
        while (i < pattern.length()) {
            char c = pattern.charAt(i);
            boolean doubled = i + 1 < pattern.length() && pattern.charAt(i + 1) == c;
            if (c == '{' && !doubled) {
                int end = pattern.indexOf('}', i);
                if (end < 0) {
                    throw malformed();
                }
                out.append(item(pattern.substring(i + 1, end), values));
                if (out.length() > MAX_TEXT) {
                    throw new EvaluationFailure("the text that 'format' yields is too long");
                }
                i = end + 1;
            } else if (c == '}' && !doubled) {
                throw malformed();
            } else {
                out.append(c);
                i += c == '{' || c == '}' ? 2 : 1;
            }
        }
        return out.toString();
    }

    private static EvaluationFailure malformed() {
        return new EvaluationFailure("the pattern of 'format' is malformed");
    }

    private static String item(String item, List<Dynamic> values) throws EvaluationFailure {
        int colon = item.indexOf(':');
        String specifier = colon < 0 ? "" : item.substring(colon + 1);
        String head = colon < 0 ? item : item.substring(0, colon);
        int comma = head.indexOf(',');
        int index = number(comma < 0 ? head : head.substring(0, comma));
        int width = 0;
        boolean left = false;
        if (comma >= 0) {
            String alignment = head.substring(comma + 1).strip();
            left = alignment.startsWith("-");
            width = number(left ? alignment.substring(1) : alignment);
        }
        if (index >= values.size()) {
            throw new EvaluationFailure(
                    "'format' asks for value %d of %d".formatted(index, values.size()));
        }
        String text = text(values.get(index), specifier);
        String blanks = " ".repeat(Math.max(0, width - text.length()));
        return left ? text + blanks : blanks + text;
    }

    private static int number(String digits) throws EvaluationFailure {
        String plain = digits.strip();
        if (!plain.matches("[0-9]{1,7}")) {
            throw malformed();
        }
        int value = Integer.parseInt(plain);
        if (value >= MAX_INDEX) {
            throw malformed();
        }
        return value;
    }

    private static String text(Dynamic value, String specifier) throws EvaluationFailure {
        return switch (value) {
            case Dynamic.Null() -> "";
            case Dynamic.Text(var text) -> text;
            case Dynamic.Bool(var bool) -> bool ? "True" : "False";
            case Dynamic.Whole(var whole) -> whole(whole, specifier);
            case Dynamic.Real(var real) -> real(real, specifier);
            case Dynamic.Decimal(var exact) ->
                    specifier.isEmpty() ? exact.toPlainString() : decimal(exact, specifier);
            case Dynamic.Array _, Dynamic.Bag _ -> Json.write(value).replace('"', '\'');
            case Dynamic.DateTime _, Dynamic.Span _, Dynamic.Guid _ ->
                    Json.write(value).replace("\"", "");
        };
    }

    private static String real(double real, String specifier) throws EvaluationFailure {
        if (!Double.isFinite(real)) {
            return Double.isNaN(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity";
        }
        if (specifier.isEmpty() || specifier.equalsIgnoreCase("R")) {
            return shortest(BigDecimal.valueOf(real), 15, 'E');
        }
        // A number of digits is counted off the exact value; a general form begins from the
        // shortest.
        boolean general = "Gg".indexOf(specifier.charAt(0)) >= 0;
        return decimal(general ? BigDecimal.valueOf(real) : new BigDecimal(real), specifier);
    }

    /// The digits as they are, or with an exponent where the number is small or has more digits before its point than `most`.
    private static String shortest(BigDecimal value, int most, char exponentSign) {
        var digits = value.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (digits.signum() == 0 || (exponent < most && exponent > -5)) {
            return digits.toPlainString();
        }
        String power = Integer.toString(Math.abs(exponent));
        return digits.movePointLeft(exponent).toPlainString()
                + exponentSign
                + (exponent < 0 ? '-' : '+')
                + (power.length() < 2 ? "0" + power : power);
    }

    private static String whole(long value, String specifier) throws EvaluationFailure {
        if (specifier.isEmpty()) {
            return Long.toString(value);
        }
        if (!Character.isLetter(specifier.charAt(0))) {
            return custom(BigDecimal.valueOf(value), specifier);
        }
        int precision = precision(specifier);
        return switch (specifier.charAt(0)) {
            case 'D', 'd' -> {
                String digits = BigDecimal.valueOf(value).abs().toPlainString();
                yield (value < 0 ? "-" : "")
                        + "0".repeat(Math.max(0, precision - digits.length()))
                        + digits;
            }
            // .NET takes the literal for a 32-bit number while it fits one.
            case 'X', 'x' -> {
                String digits =
                        value < 0 && value >= Integer.MIN_VALUE
                                ? Integer.toHexString((int) value)
                                : Long.toHexString(value);
                String padded = "0".repeat(Math.max(0, precision - digits.length())) + digits;
                yield specifier.charAt(0) == 'X' ? padded.toUpperCase(Locale.ROOT) : padded;
            }
            // As many digits as the number has, unless fewer are asked for.
            case 'G', 'g' ->
                    precision < 1
                            ? Long.toString(value)
                            : decimal(BigDecimal.valueOf(value), specifier);
            default -> decimal(BigDecimal.valueOf(value), specifier);
        };
    }

    private static int precision(String specifier) throws EvaluationFailure {
        return specifier.length() == 1 ? -1 : number(specifier.substring(1));
    }

    private static String decimal(BigDecimal value, String specifier) throws EvaluationFailure {
        char kind = specifier.charAt(0);
        if (kind == 'G' || kind == 'g') {
            int most = precision(specifier);
            return most < 1
                    ? shortest(value, 15, kind == 'G' ? 'E' : 'e')
                    : shortest(
                            value.round(new MathContext(most, RoundingMode.HALF_UP)),
                            most,
                            kind == 'G' ? 'E' : 'e');
        }
        if (!Character.isLetter(kind)) {
            return custom(value, specifier);
        }
        int digits = precision(specifier) < 0 ? 2 : Math.min(precision(specifier), 99);
        return switch (kind) {
            case 'F', 'f' -> value.setScale(digits, RoundingMode.HALF_UP).toPlainString();
            case 'N', 'n' -> grouped(value, digits);
            case 'P', 'p' -> grouped(value.movePointRight(2), digits) + " %";
            case 'C', 'c' -> {
                String amount = "\u00a4" + grouped(value.abs(), digits);
                yield value.signum() < 0 ? "(" + amount + ")" : amount;
            }
            case 'E', 'e' -> {
                int fraction = precision(specifier) < 0 ? 6 : digits;
                String text =
                        String.format(Locale.ROOT, "%." + fraction + "e", value)
                                .replaceFirst("e([+-])(\\d\\d)$", "e$10$2");
                yield kind == 'E' ? text.toUpperCase(Locale.ROOT) : text;
            }
            default -> throw malformed();
        };
    }

    private static String grouped(BigDecimal value, int digits) {
        var format = new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
        format.setMinimumFractionDigits(digits);
        format.setMaximumFractionDigits(digits);
        format.setRoundingMode(RoundingMode.HALF_UP);
        return format.format(value);
    }

    /// Zeros and number signs with a point, commas between them and a percent sign at the end; other custom formats are refused rather than taken for Java's.
    private static String custom(BigDecimal value, String pattern) throws EvaluationFailure {
        var parts = CUSTOM.matcher(pattern);
        if (!parts.matches()) {
            throw malformed();
        }
        String whole = parts.group(1).replace(",", "");
        String fraction = parts.group(2) == null ? "" : parts.group(2);
        int least = whole.indexOf('0') < 0 ? 0 : whole.length() - whole.indexOf('0');
        var scaled =
                (parts.group(3).isEmpty() ? value : value.movePointRight(2))
                        .setScale(fraction.length(), RoundingMode.HALF_UP);
        if (scaled.signum() == 0 && least == 0 && fraction.indexOf('0') < 0) {
            return parts.group(3);
        }
        var format = new DecimalFormat("0", DecimalFormatSymbols.getInstance(Locale.ROOT));
        format.setMinimumIntegerDigits(least);
        format.setMinimumFractionDigits(fraction.lastIndexOf('0') + 1);
        format.setMaximumFractionDigits(fraction.length());
        format.setGroupingUsed(parts.group(1).indexOf(',') > 0);
        format.setGroupingSize(3);
        return format.format(scaled) + parts.group(3);
    }
}
