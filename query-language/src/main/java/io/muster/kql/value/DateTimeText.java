package io.muster.kql.value;

import io.muster.core.value.Ticks;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Reads dates and times: a scanner over the text, one method a part. Confined to one thread.
final class DateTimeText {
    private static final List<String> MONTHS =
            List.of(
                    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                    "dec");

    private final String text;
    private int at;

    private DateTimeText(String text) {
        this.text = text;
    }

    static OptionalLong parse(String source) {
        String s = source.strip();
        if (s.length() < 4 || s.length() > 60) {
            return OptionalLong.empty();
        }
        try {
            return new DateTimeText(s).read();
        } catch (DateTimeException outOfRange) {
            return OptionalLong.empty();
        }
    }

    private OptionalLong read() {
        // "Sat, 08 Nov 2014 ..." and "Saturday, 08-Nov-14 ...": the weekday says nothing new.
        int comma = text.indexOf(',');
        if (comma > 0 && text.chars().limit(comma).allMatch(Character::isLetter)) {
            at = comma + 1;
            blanks();
        }
        LocalDate date = date();
        if (date == null) {
            return OptionalLong.empty();
        }
        long ticks = (date.toEpochDay() - LocalDate.of(1, 1, 1).toEpochDay()) * Ticks.PER_DAY;
        if (at == text.length()) {
            return inRange(ticks);
        }
        char separator = text.charAt(at);
        if (separator == 'Z' || separator == 'z') {
            return at + 1 == text.length() ? inRange(ticks) : OptionalLong.empty();
        }
        if (separator != 'T' && separator != 't' && separator != ' ') {
            return OptionalLong.empty();
        }
        at++;
        blanks();
        long time = time();
        if (time < 0) {
            return OptionalLong.empty();
        }
        blanks();
        long offset = zone();
        return at == text.length() && offset != Long.MIN_VALUE
                ? inRange(ticks + time - offset)
                : OptionalLong.empty();
    }

    private static OptionalLong inRange(long ticks) {
        return ticks >= 0 && ticks <= Ticks.MAX_DATETIME
                ? OptionalLong.of(ticks)
                : OptionalLong.empty();
    }

    private @Nullable LocalDate date() {
        int start = at;
        int first = number(8);
        int digits = at - start;
        if (digits == 8) {
            return LocalDate.of(first / 10_000, first / 100 % 100, first % 100);
        }
        if (digits == 4) {
            if (at == text.length()) {
                return LocalDate.of(first, 1, 1);
            }
            blanksBefore('-');
            char separator = peek();
            if (separator != '-' && separator != '/' && separator != '.' && separator != ',') {
                return null;
            }
            at++;
            blanks();
            int month = Character.isDigit(peek()) ? number(2) : monthName();
            if (month <= 0) {
                return null;
            }
            blanksBefore('-');
            if (at == text.length() || text.charAt(at) != separator) {
                return LocalDate.of(first, month, 1);
            }
            at++;
            blanks();
            int day = number(2);
            return day < 0 ? null : LocalDate.of(first, month, day);
        }
        if (digits == 1 || digits == 2) {
            char separator = peek();
            if (separator == '/') {
                at++;
                int day = number(2);
                if (day < 0 || peek() != '/') {
                    return null;
                }
                at++;
                return LocalDate.of(year(), first, day);
            }
            if (separator == '-'
                    && at + 1 < text.length()
                    && Character.isDigit(text.charAt(at + 1))) {
                // "12-02-2022": month first, as with slashes.
                at++;
                int day = number(2);
                if (peek() != '-') {
                    return null;
                }
                at++;
                return LocalDate.of(year(), first, day);
            }
            if (separator == ' ' || separator == '-') {
                at++;
                int month = monthName();
                if (month <= 0 || (peek() != ' ' && peek() != '-')) {
                    return null;
                }
                at++;
                return LocalDate.of(year(), month, first);
            }
            return null;
        }
        if (digits == 0) {
            // "Nov 8, 2014" and "Nov 8 2014"
            int month = monthName();
            if (month <= 0) {
                return null;
            }
            blanks();
            int day = number(2);
            if (day < 0) {
                return null;
            }
            if (peek() == ',') {
                at++;
            }
            blanks();
            return LocalDate.of(year(), month, day);
        }
        return null;
    }

    private int year() {
        int start = at;
        int year = number(4);
        return at - start == 2 ? (year < 30 ? 2000 : 1900) + year : year;
    }

    private int monthName() {
        int start = at;
        while (at < text.length() && Character.isLetter(text.charAt(at))) {
            at++;
        }
        if (at - start < 3) {
            return -1;
        }
        return MONTHS.indexOf(text.substring(start, start + 3).toLowerCase(Locale.ROOT)) + 1;
    }

    private long time() {
        int hour = number(2);
        if (hour < 0 || hour > 24) {
            return -1;
        }
        int minute = 0;
        int second = 0;
        long fraction = 0;
        if (peek() == ':') {
            at++;
            minute = number(2);
            if (peek() == ':') {
                at++;
                second = number(2);
                if (peek() == '.' || peek() == ',') {
                    at++;
                    int start = at;
                    while (Character.isDigit(peek())) {
                        at++;
                    }
                    fraction = ScalarText.fraction(text.substring(start, at));
                }
            }
        }
        if (minute < 0 || minute > 59 || second < 0 || second > 59 || fraction < 0) {
            return -1;
        }
        blanks();
        String rest = text.substring(at).toUpperCase(Locale.ROOT);
        if (rest.startsWith("AM") || rest.startsWith("PM")) {
            at += 2;
            if (hour < 1 || hour > 12) {
                return -1;
            }
            hour = hour % 12 + (rest.startsWith("P") ? 12 : 0);
        }
        if (hour == 24 && (minute != 0 || second != 0 || fraction != 0)) {
            return -1;
        }
        return hour * Ticks.PER_HOUR
                + minute * Ticks.PER_MINUTE
                + second * Ticks.PER_SECOND
                + fraction;
    }

    /// Ticks east of UTC; `Long.MIN_VALUE` for what is no zone.
    private long zone() {
        if (at == text.length()) {
            return 0;
        }
        String rest = text.substring(at).toUpperCase(Locale.ROOT);
        if (rest.equals("Z") || rest.equals("GMT") || rest.equals("UTC")) {
            at = text.length();
            return 0;
        }
        if (rest.charAt(0) == '+' || rest.charAt(0) == '-') {
            try {
                var offset =
                        ZoneOffset.of(
                                rest.length() == 3 || rest.contains(":")
                                        ? rest
                                        : rest.substring(0, rest.length() - 2)
                                                + ":"
                                                + rest.substring(rest.length() - 2));
                at = text.length();
                return offset.getTotalSeconds() * Ticks.PER_SECOND;
            } catch (DateTimeException notAZone) {
                return Long.MIN_VALUE;
            }
        }
        return Long.MIN_VALUE;
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    /// Passes over blanks that stand before that character, and no others.
    private void blanksBefore(char next) {
        int start = at;
        blanks();
        if (peek() != next) {
            at = start;
        }
    }

    private void blanks() {
        while (peek() == ' ') {
            at++;
        }
    }

    /// The digits here, at most so many; -1 when there are none.
    private int number(int most) {
        int start = at;
        int value = 0;
        while (at - start < most && ScalarText.isDigit(peek())) {
            value = value * 10 + (text.charAt(at) - '0');
            at++;
        }
        return at == start ? -1 : value;
    }
}
