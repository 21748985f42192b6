package io.muster.kql.value;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;

/// Texts of scalar values and the values of texts, as Kusto's conversion functions have them. A text that is no value of the type is
/// empty, never an exception.
public final class ScalarText {
    private ScalarText() {}

    /// What `tostring()` gives: "" for null, a dynamic string without quotes, arrays and bags as compact JSON.
    ///
    /// @throws QueryStoppedException if no text may be as long
    public static String of(Dynamic value) {
        return switch (value) {
            case Dynamic.Null n -> "";
            case Dynamic.Bool(var b) -> b ? "true" : "false";
            case Dynamic.Whole(var w) -> Long.toString(w);
            case Dynamic.Real(var r) -> ofReal(r);
            case Dynamic.Decimal(var d) -> d.toPlainString();
            case Dynamic.Text(var t) -> t;
            case Dynamic.DateTime(var ticks) -> Ticks.formatDateTime(ticks);
            case Dynamic.Span(var ticks) -> Ticks.formatTimespan(ticks);
            case Dynamic.Guid(var guid) -> guid.toString();
            case Dynamic.Array a -> TextLimit.json(a);
            case Dynamic.Bag b -> TextLimit.json(b);
        };
    }

    /// `tostring()` of a bool column: `True`, `False`.
    public static String ofBool(boolean value) {
        return value ? "True" : "False";
    }

    /// Shortest text that reads back as the same number; whole numbers keep `.0`, large and small ones use an exponent as .NET does.
    public static String ofReal(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        double magnitude = Math.abs(value);
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        if (magnitude >= 1e-5 && magnitude < 1e15) {
            String plain = shortest(value).stripTrailingZeros().toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        // 1.0E20 -> 1e+20, 1.5E-7 -> 1.5e-07
        String[] parts = Double.toString(value).split("E", -1);
        String mantissa =
                parts[0].endsWith(".0") ? parts[0].substring(0, parts[0].length() - 2) : parts[0];
        if (parts.length == 1) {
            return mantissa;
        }
        int exponent = Integer.parseInt(parts[1]);
        return mantissa
                + 'e'
                + (exponent < 0 ? '-' : '+')
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    /// Of the shortest texts that read back as the number Kusto's is the one furthest from zero: `0.1 + 0.2` is 0.30000000000000007 there. Up to
    /// 15 digits there is only one.
    private static BigDecimal shortest(double value) {
        var nearest = new BigDecimal(Double.toString(value));
        if (nearest.precision() <= 15) {
            return nearest;
        }
        var unit = nearest.ulp();
        var step = value < 0 ? unit.negate() : unit;
        var out = nearest;
        for (var next = out.add(step); next.doubleValue() == value; next = out.add(step)) {
            out = next;
        }
        return out;
    }

    /// A whole number, decimal or `0x` hexadecimal, with an optional sign and blanks around.
    public static OptionalLong parseLong(String text) {
        String s = text.strip();
        if (s.isEmpty() || s.length() > 24) {
            return OptionalLong.empty();
        }
        boolean negative = s.charAt(0) == '-';
        String digits = negative || s.charAt(0) == '+' ? s.substring(1) : s;
        try {
            if (digits.length() > 2 && (digits.startsWith("0x") || digits.startsWith("0X"))) {
                long value = Long.parseUnsignedLong(digits.substring(2), 16);
                return OptionalLong.of(negative ? -value : value);
            }
            if (digits.isEmpty() || !isDigit(digits.charAt(0))) {
                return OptionalLong.empty();
            }
            return OptionalLong.of(Long.parseLong(negative ? "-" + digits : digits));
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }

    public static OptionalDouble parseReal(String text) {
        String s = text.strip();
        if (s.isEmpty() || s.length() > 400) {
            return OptionalDouble.empty();
        }
        String lower = s.toLowerCase(Locale.ROOT);
        if (lower.equals("nan")) {
            return OptionalDouble.of(Double.NaN);
        }
        if (lower.endsWith("inf") || lower.endsWith("infinity")) {
            return switch (s) {
                case "inf", "+inf", "infinity", "+infinity", "Infinity", "+Infinity" ->
                        OptionalDouble.of(Double.POSITIVE_INFINITY);
                case "-inf", "-infinity", "-Infinity" ->
                        OptionalDouble.of(Double.NEGATIVE_INFINITY);
                default -> OptionalDouble.empty();
            };
        }
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            // Java also reads "1d", "1f" and hexadecimal reals.
            if (!isDigit(c) && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
                return s.startsWith("0x") || s.startsWith("0X")
                        ? hexadecimal(s)
                        : OptionalDouble.empty();
            }
        }
        try {
            return OptionalDouble.of(Double.parseDouble(s));
        } catch (NumberFormatException notANumber) {
            return OptionalDouble.empty();
        }
    }

    private static OptionalDouble hexadecimal(String text) {
        var whole = parseLong(text);
        return whole.isPresent()
                ? OptionalDouble.of((double) whole.getAsLong())
                : OptionalDouble.empty();
    }

    public static Optional<BigDecimal> parseDecimal(String text) {
        String s = text.strip();
        if (s.isEmpty() || s.length() > 100) {
            return Optional.empty();
        }
        try {
            var value = new BigDecimal(s);
            // An exponent of millions would make every later step slow.
            return Math.abs((long) value.scale()) > 400
                    ? Optional.empty()
                    : Optional.of(value.scale() < 0 ? value.setScale(0) : value);
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    /// `true`/`false` in any case, or a whole number.
    public static Optional<Boolean> parseBool(String text) {
        String s = text;
        if (s.equalsIgnoreCase("true")) {
            return Optional.of(true);
        }
        if (s.equalsIgnoreCase("false")) {
            return Optional.of(false);
        }
        var whole = parseLong(s);
        return whole.isPresent() ? Optional.of(whole.getAsLong() != 0) : Optional.empty();
    }

    /// A GUID with or without dashes and braces.
    public static Optional<UUID> parseGuid(String text) {
        String s = text.strip();
        if (s.length() > 2
                && (s.startsWith("{") && s.endsWith("}") || s.startsWith("(") && s.endsWith(")"))) {
            s = s.substring(1, s.length() - 1);
        }
        if (s.length() == 32) {
            s =
                    s.substring(0, 8)
                            + '-'
                            + s.substring(8, 12)
                            + '-'
                            + s.substring(12, 16)
                            + '-'
                            + s.substring(16, 20)
                            + '-'
                            + s.substring(20);
        }
        if (s.length() != 36) {
            return Optional.empty();
        }
        for (int i = 0; i < 36; i++) {
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? s.charAt(i) != '-' : Character.digit(s.charAt(i), 16) < 0) {
                return Optional.empty();
            }
        }
        return Optional.of(UUID.fromString(s));
    }

    /// The GUID that a text begins with: 32 hex digits, a dash before any of its groups or none; what follows them is ignored.
    public static Optional<UUID> leadingGuid(String text) {
        String s = text.strip();
        var digits = new StringBuilder(32);
        for (int i = s.startsWith("{") || s.startsWith("(") ? 1 : 0;
                i < s.length() && digits.length() < 32;
                i++) {
            char c = s.charAt(i);
            int seen = digits.length();
            boolean between = seen == 8 || seen == 12 || seen == 16 || seen == 20;
            if (c == '-' && between && s.charAt(i - 1) != '-') {
                continue;
            }
            if (Character.digit(c, 16) < 0) {
                return Optional.empty();
            }
            digits.append(c);
        }
        return digits.length() == 32 ? parseGuid(digits.toString()) : Optional.empty();
    }

    /// A timespan: `[-][d.]hh:mm[:ss[.fffffff]]`, a number with a unit (`2h`, `1.5 days`) or a bare number of days.
    public static OptionalLong parseTimespan(String text) {
        String s = text.strip();
        if (s.isEmpty() || s.length() > 40) {
            return OptionalLong.empty();
        }
        boolean negative = s.charAt(0) == '-';
        if (negative || s.charAt(0) == '+') {
            s = s.substring(1);
        }
        var magnitude = s.indexOf(':') < 0 ? withUnit(s) : clock(s);
        return magnitude.isPresent() && negative
                ? OptionalLong.of(-magnitude.getAsLong())
                : magnitude;
    }

    private static OptionalLong withUnit(String s) {
        int end = 0;
        while (end < s.length() && (isDigit(s.charAt(end)) || s.charAt(end) == '.')) {
            end++;
        }
        if (end == 0) {
            return OptionalLong.empty();
        }
        String unit = s.substring(end).strip();
        long ticks = ticksOfUnit(unit.isEmpty() ? "d" : unit);
        if (ticks == 0) {
            return OptionalLong.empty();
        }
        try {
            var exact = new BigDecimal(s.substring(0, end)).multiply(BigDecimal.valueOf(ticks));
            if (unit.startsWith("nano")) {
                exact = exact.movePointLeft(2);
            }
            return OptionalLong.of(exact.longValue());
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }

    /// Ticks of a unit's name (100 times too many for nanoseconds); 0 for what is no unit.
    private static long ticksOfUnit(String unit) {
        return switch (unit) {
            case "d", "day", "days" -> Ticks.PER_DAY;
            case "h", "hr", "hrs", "hour", "hours" -> Ticks.PER_HOUR;
            case "m", "min", "minute", "minutes" -> Ticks.PER_MINUTE;
            case "s", "sec", "second", "seconds" -> Ticks.PER_SECOND;
            case "ms", "milli", "millis", "millisec", "millisecond", "milliseconds" ->
                    Ticks.PER_MILLISECOND;
            case "micro", "micros", "microsec", "microsecond", "microseconds" ->
                    Ticks.PER_MICROSECOND;
            case "nano", "nanos", "nanosec", "nanosecond", "nanoseconds" -> 1;
            case "tick", "ticks" -> 1;
            default -> 0;
        };
    }

    private static OptionalLong clock(String s) {
        long days = 0;
        int firstColon = s.indexOf(':');
        int dot = s.indexOf('.');
        String rest = s;
        if (dot >= 0 && dot < firstColon) {
            var d = parseLong(s.substring(0, dot));
            if (d.isEmpty() || d.getAsLong() > 10_675_199) {
                return OptionalLong.empty();
            }
            days = d.getAsLong();
            rest = s.substring(dot + 1);
        }
        String[] parts = rest.split(":", -1);
        if (parts.length < 2 || parts.length > 4) {
            return OptionalLong.empty();
        }
        int at = 0;
        if (parts.length == 4) {
            var d = parseLong(parts[at++]);
            if (d.isEmpty()) {
                return OptionalLong.empty();
            }
            days = d.getAsLong();
        }
        long hours = small(parts[at++], 24);
        long minutes = small(parts[at++], 60);
        long seconds = 0;
        long fraction = 0;
        if (at < parts.length) {
            String second = parts[at];
            int point = second.indexOf('.');
            if (point >= 0) {
                fraction = fraction(second.substring(point + 1));
                second = second.substring(0, point);
            }
            seconds = small(second, 60);
        }
        if (hours < 0 || minutes < 0 || seconds < 0 || fraction < 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                days * Ticks.PER_DAY
                        + hours * Ticks.PER_HOUR
                        + minutes * Ticks.PER_MINUTE
                        + seconds * Ticks.PER_SECOND
                        + fraction);
    }

    private static long small(String digits, int below) {
        if (digits.isEmpty() || digits.length() > 2) {
            return -1;
        }
        var value = parseLong(digits);
        return value.isPresent() && value.getAsLong() >= 0 && value.getAsLong() < below
                ? value.getAsLong()
                : -1;
    }

    /// Ticks of the digits after a second's point; digits after the seventh are dropped.
    static long fraction(String digits) {
        if (digits.isEmpty()) {
            return -1;
        }
        long ticks = 0;
        for (int i = 0; i < 7; i++) {
            ticks *= 10;
            if (i < digits.length()) {
                if (!isDigit(digits.charAt(i))) {
                    return -1;
                }
                ticks += digits.charAt(i) - '0';
            }
        }
        return ticks;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// A point in time in one of the many forms `todatetime` reads: ISO 8601 in full or in part, RFC 822 and 1123, American slashes.
    public static OptionalLong parseDateTime(String text) {
        return DateTimeText.parse(text);
    }
}
