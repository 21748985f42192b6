package io.muster.policy.expression.function;

import io.muster.core.value.Ticks;
import io.muster.policy.expression.EvaluationFailure;
import java.time.OffsetDateTime;
import java.time.format.TextStyle;
import java.util.Locale;

/// .NET's standard and custom formats of dates, in the invariant culture, as `utcNow()` and `dateTimeAdd()` take them. Times are universal.
/// Source: dotnet/standard/base-types/custom-date-and-time-format-strings.
public final class DateFormat {
    private static final int MAX_LENGTH = 256;

    private DateFormat() {}

    /// @throws EvaluationFailure when the format is none
    public static String format(OffsetDateTime time, String format) throws EvaluationFailure {
        String pattern =
                switch (format) {
                    case "o", "O" -> "yyyy-MM-ddTHH:mm:ss.fffffffK";
                    case "u" -> "yyyy-MM-dd HH:mm:ssZ";
                    case "s" -> "yyyy-MM-ddTHH:mm:ss";
                    case "d" -> "MM/dd/yyyy";
                    case "D" -> "dddd, dd MMMM yyyy";
                    case "f" -> "dddd, dd MMMM yyyy HH:mm";
                    case "F", "U" -> "dddd, dd MMMM yyyy HH:mm:ss";
                    case "g" -> "MM/dd/yyyy HH:mm";
                    case "G" -> "MM/dd/yyyy HH:mm:ss";
                    case "m", "M" -> "MMMM dd";
                    case "r", "R" -> "ddd, dd MMM yyyy HH:mm:ss 'GMT'";
                    case "t" -> "HH:mm";
                    case "T" -> "HH:mm:ss";
                    case "y", "Y" -> "yyyy MMMM";
                    default -> format;
                };
        if (pattern.length() < 2 || pattern.length() > MAX_LENGTH) {
            throw malformed(format);
        }
        var out = new StringBuilder();
        int i = 0;
        while (i < pattern.length()) {
            char c = pattern.charAt(i);
            int end = i + 1;
            if (c == '\'' || c == '"') {
                end = pattern.indexOf(c, i + 1);
                if (end < 0) {
                    throw malformed(format);
                }
                out.append(pattern, i + 1, end);
                end++;
            } else if (c == '\\') {
                if (end == pattern.length()) {
                    throw malformed(format);
                }
                out.append(pattern.charAt(end));
                end++;
            } else if (c == '%') {
                // Only makes a single letter a custom format.
                if (end == pattern.length() || pattern.charAt(end) == '%') {
                    throw malformed(format);
                }
            } else {
                while (end < pattern.length() && pattern.charAt(end) == c) {
                    end++;
                }
                part(time, c, end - i, out, format);
            }
            i = end;
        }
        return out.toString();
    }

    private static EvaluationFailure malformed(String format) {
        return new EvaluationFailure("'" + format + "' is no date format");
    }

    private static void part(
            OffsetDateTime time, char letter, int count, StringBuilder out, String format)
            throws EvaluationFailure {
        switch (letter) {
            case 'd' -> {
                if (count < 3) {
                    number(time.getDayOfMonth(), count, out);
                } else {
                    out.append(time.getDayOfWeek().getDisplayName(style(count), Locale.ENGLISH));
                }
            }
            case 'M' -> {
                if (count < 3) {
                    number(time.getMonthValue(), count, out);
                } else {
                    out.append(time.getMonth().getDisplayName(style(count), Locale.ENGLISH));
                }
            }
            case 'y' -> number(count < 3 ? time.getYear() % 100 : time.getYear(), count, out);
            case 'H' -> number(time.getHour(), Math.min(count, 2), out);
            case 'h' -> number((time.getHour() + 11) % 12 + 1, Math.min(count, 2), out);
            case 'm' -> number(time.getMinute(), Math.min(count, 2), out);
            case 's' -> number(time.getSecond(), Math.min(count, 2), out);
            case 't' -> out.append((time.getHour() < 12 ? "AM" : "PM"), 0, Math.min(count, 2));
            case 'f', 'F' -> {
                if (count > 7) {
                    throw malformed(format);
                }
                fraction(time, letter, count, out);
            }
            case 'z' -> out.append(count == 1 ? "+0" : count == 2 ? "+00" : "+00:00");
            case 'K' -> out.append("Z".repeat(count));
            case 'g' -> out.append("A.D.");
            default -> out.append(String.valueOf(letter).repeat(count));
        }
    }

    private static TextStyle style(int count) {
        return count == 3 ? TextStyle.SHORT : TextStyle.FULL;
    }

    private static void number(int value, int width, StringBuilder out) {
        String digits = Integer.toString(value);
        out.append("0".repeat(Math.max(0, width - digits.length()))).append(digits);
    }

    /// `F` leaves zeros at the end out, and the point before them where nothing is left.
    private static void fraction(OffsetDateTime time, char letter, int count, StringBuilder out) {
        var all = new StringBuilder();
        number((int) Math.floorMod(Ticks.of(time.toInstant()), Ticks.PER_SECOND), 7, all);
        String digits = all.substring(0, count);
        if (letter == 'f') {
            out.append(digits);
            return;
        }
        String kept = digits.replaceFirst("0+$", "");
        if (kept.isEmpty() && !out.isEmpty() && out.charAt(out.length() - 1) == '.') {
            out.setLength(out.length() - 1);
        }
        out.append(kept);
    }
}
