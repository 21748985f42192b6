package io.muster.kql.function.scalar;

import io.muster.core.value.Ticks;
import java.util.Locale;

/// The format letters of `format_datetime` and `format_timespan`; every other character stands for itself.
final class TimeFormats {
    private TimeFormats() {}

    static String dateTime(long ticks, String format) {
        var t = Ticks.toUtc(ticks);
        long fraction = Math.floorMod(ticks, Ticks.PER_SECOND);
        var out = new StringBuilder();
        for (int i = 0; i < format.length(); ) {
            char c = format.charAt(i);
            int run = run(format, i);
            switch (c) {
                case 'y' -> pad(out, run <= 2 ? t.getYear() % 100 : t.getYear(), run);
                case 'M' -> twos(out, t.getMonthValue(), run);
                case 'd' -> twos(out, t.getDayOfMonth(), run);
                case 'H' -> pad(out, t.getHour(), run);
                case 'h' -> pad(out, (t.getHour() + 11) % 12 + 1, run);
                case 'm' -> pad(out, t.getMinute(), run);
                case 's' -> pad(out, t.getSecond(), run);
                case 't' -> out.append(t.getHour() < 12 ? "AM" : "PM", 0, Math.min(2, run));
                case 'f', 'F' -> fraction(out, fraction, run, c == 'F');
                default -> out.append(String.valueOf(c).repeat(run));
            }
            i += run;
        }
        return out.toString();
    }

    static String timespan(long ticks, String format) {
        long magnitude = Math.abs(ticks);
        var out = new StringBuilder();
        if (ticks < 0) {
            out.append('-');
        }
        for (int i = 0; i < format.length(); ) {
            char c = format.charAt(i);
            int run = run(format, i);
            switch (c) {
                case 'd' -> pad(out, magnitude / Ticks.PER_DAY, run);
                case 'h', 'H' -> pad(out, magnitude / Ticks.PER_HOUR % 24, run);
                case 'm' -> pad(out, magnitude / Ticks.PER_MINUTE % 60, run);
                case 's' -> pad(out, magnitude / Ticks.PER_SECOND % 60, run);
                case 'f', 'F' -> fraction(out, magnitude % Ticks.PER_SECOND, run, c == 'F');
                default -> out.append(String.valueOf(c).repeat(run));
            }
            i += run;
        }
        return out.toString();
    }

    /// There are no names of months and days: a longer run is the number again, two letters at a time.
    private static void twos(StringBuilder out, long value, int run) {
        for (int left = run; left > 0; left -= 2) {
            pad(out, value, Math.min(2, left));
        }
    }

    private static int run(String format, int from) {
        int to = from + 1;
        while (to < format.length() && format.charAt(to) == format.charAt(from)) {
            to++;
        }
        return to - from;
    }

    private static void pad(StringBuilder out, long value, int width) {
        String digits = Long.toString(value);
        out.repeat('0', Math.max(0, width - digits.length())).append(digits);
    }

    /// `f` keeps zeros, `F` shows nothing for a tail of zeros.
    private static void fraction(StringBuilder out, long ticks, int digits, boolean trim) {
        String all = String.format(Locale.ROOT, "%07d", ticks);
        String shown = all.substring(0, Math.min(7, digits));
        if (trim) {
            shown = shown.replaceFirst("0+$", "");
        }
        out.append(shown);
    }
}
