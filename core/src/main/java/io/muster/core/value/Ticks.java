package io.muster.core.value;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.OptionalLong;

/// Kusto's time unit: ticks of 100 ns, counted for dates from 0001-01-01T00:00:00Z.
public final class Ticks {
    public static final long PER_MICROSECOND = 10;
    public static final long PER_MILLISECOND = 10_000;
    public static final long PER_SECOND = 10_000_000;
    public static final long PER_MINUTE = 60 * PER_SECOND;
    public static final long PER_HOUR = 60 * PER_MINUTE;
    public static final long PER_DAY = 24 * PER_HOUR;

    /// 9999-12-31T23:59:59.9999999Z.
    public static final long MAX_DATETIME = 3_155_378_975_999_999_999L;

    private static final long EPOCH_SECONDS_OF_YEAR_1 = -62_135_596_800L;

    /// Of 1970-01-01T00:00:00Z.
    public static final long OF_1970 = -EPOCH_SECONDS_OF_YEAR_1 * PER_SECOND;

    private Ticks() {}

    public static long of(Instant instant) {
        return (instant.getEpochSecond() - EPOCH_SECONDS_OF_YEAR_1) * PER_SECOND
                + instant.getNano() / 100;
    }

    public static Instant toInstant(long ticks) {
        return Instant.ofEpochSecond(
                Math.floorDiv(ticks, PER_SECOND) + EPOCH_SECONDS_OF_YEAR_1,
                Math.floorMod(ticks, PER_SECOND) * 100);
    }

    public static LocalDateTime toUtc(long ticks) {
        return LocalDateTime.ofInstant(toInstant(ticks), ZoneOffset.UTC);
    }

    /// `2020-01-01T00:00:00.0000000Z`: always seven digits of fraction.
    public static String formatDateTime(long ticks) {
        var t = toUtc(ticks);
        var out = new StringBuilder(28);
        pad(out, t.getYear(), 4);
        out.append('-');
        pad(out, t.getMonthValue(), 2);
        out.append('-');
        pad(out, t.getDayOfMonth(), 2);
        out.append('T');
        pad(out, t.getHour(), 2);
        out.append(':');
        pad(out, t.getMinute(), 2);
        out.append(':');
        pad(out, t.getSecond(), 2);
        out.append('.');
        pad(out, Math.floorMod(ticks, PER_SECOND), 7);
        return out.append('Z').toString();
    }

    /// `[-][d.]hh:mm:ss[.fffffff]`, the fraction only when it is not zero.
    public static String formatTimespan(long ticks) {
        var out = new StringBuilder(26);
        if (ticks < 0) {
            out.append('-');
        }
        // Long.MIN_VALUE has no positive twin: divide first, negate the parts.
        long days = Math.abs(ticks / PER_DAY);
        long rest = Math.abs(ticks % PER_DAY);
        if (days != 0) {
            out.append(days).append('.');
        }
        pad(out, rest / PER_HOUR, 2);
        out.append(':');
        pad(out, rest / PER_MINUTE % 60, 2);
        out.append(':');
        pad(out, rest / PER_SECOND % 60, 2);
        long fraction = rest % PER_SECOND;
        if (fraction != 0) {
            out.append('.');
            pad(out, fraction, 7);
        }
        return out.toString();
    }

    /// Ticks of an ISO 8601 date or date-time (`2020-01-01`, `...T10:00`, `...T10:00:00.1234567+02:00`); no zone means UTC.
    public static OptionalLong parseIso(String text) {
        String s = text.trim();
        if (s.length() < 10 || s.charAt(4) != '-' || s.charAt(7) != '-') {
            return OptionalLong.empty();
        }
        try {
            if (s.length() == 10) {
                return OptionalLong.of(
                        of(LocalDateTime.parse(s + "T00:00:00").toInstant(ZoneOffset.UTC)));
            }
            char separator = s.charAt(10);
            if (separator != 'T' && separator != ' ' && separator != 't') {
                return OptionalLong.empty();
            }
            String iso = s.substring(0, 10) + 'T' + s.substring(11);
            int zone = Math.max(iso.indexOf('+', 11), iso.indexOf('-', 11));
            boolean zulu = iso.endsWith("Z") || iso.endsWith("z");
            var instant =
                    zulu || zone > 0
                            ? OffsetDateTime.parse(
                                            zulu ? iso.substring(0, iso.length() - 1) + 'Z' : iso)
                                    .toInstant()
                            : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
            return OptionalLong.of(of(instant));
        } catch (DateTimeException notADate) {
            return OptionalLong.empty();
        }
    }

    private static void pad(StringBuilder out, long value, int width) {
        String digits = Long.toString(value);
        out.repeat('0', Math.max(0, width - digits.length())).append(digits);
    }
}
