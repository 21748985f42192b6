package io.muster.core.column;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// Distinct times as text, `2026-05-03T11:19:20Z` and the like, four or eight bytes each. All end alike (`Z`, `+00:00` or nothing); each gives
/// back just the digits it came with.
public final class InstantDictionary implements Dictionary {
    private static final long TICKS = 10_000_000;

    /// Seconds of 2000-01-01, which 32 bits count from 1932 to 2068.
    private static final long EPOCH = 946_684_800;

    /// Seconds since [#EPOCH], of texts without fractions; null when the longs hold.
    private final int @Nullable [] seconds;

    /// Eight times the ticks of 100 ns since 1970, and the number of digits behind the point; null when the seconds hold.
    private final long @Nullable [] ticks;

    private final String suffix;

    /// Takes the array over: exactly one is given.
    InstantDictionary(int @Nullable [] seconds, long @Nullable [] ticks, String suffix) {
        if ((seconds == null) == (ticks == null)) {
            throw new IllegalArgumentException("seconds or ticks");
        }
        this.seconds = seconds;
        this.ticks = ticks;
        this.suffix = suffix;
    }

    /// Null unless every text is a time of this form.
    static @Nullable InstantDictionary compress(TextDictionary texts) {
        String first = texts.get(0);
        String suffix = first.endsWith("Z") ? "Z" : first.endsWith("+00:00") ? "+00:00" : "";
        long[] all = new long[texts.size()];
        boolean whole = true;
        for (int i = 0; i < all.length; i++) {
            long packed = parse(texts.utf8(), texts.offsets()[i], texts.offsets()[i + 1], suffix);
            if (packed == Long.MIN_VALUE) {
                return null;
            }
            all[i] = packed;
            long second = (packed >> 3) / TICKS - EPOCH;
            whole &= (packed & 7) == 0 && second == (int) second;
        }
        if (!whole) {
            return new InstantDictionary(null, all, suffix);
        }
        int[] seconds = new int[all.length];
        for (int i = 0; i < all.length; i++) {
            seconds[i] = (int) ((all[i] >> 3) / TICKS - EPOCH);
        }
        return new InstantDictionary(seconds, null, suffix);
    }

    /// `Long.MIN_VALUE` when it is no such time.
    private static long parse(byte[] utf8, int from, int to, String suffix) {
        int end = to - suffix.length();
        int length = end - from;
        if (length < 19 || length == 20 || length > 27) {
            return Long.MIN_VALUE;
        }
        for (int i = 0; i < suffix.length(); i++) {
            if (utf8[end + i] != suffix.charAt(i)) {
                return Long.MIN_VALUE;
            }
        }
        for (int i = 0; i < length; i++) {
            byte b = utf8[from + i];
            boolean fits =
                    switch (i) {
                        case 4, 7 -> b == '-';
                        case 10 -> b == 'T';
                        case 13, 16 -> b == ':';
                        case 19 -> b == '.';
                        default -> b >= '0' && b <= '9';
                    };
            if (!fits) {
                return Long.MIN_VALUE;
            }
        }
        int year = number(utf8, from, 4);
        int month = number(utf8, from + 5, 2);
        int day = number(utf8, from + 8, 2);
        int hour = number(utf8, from + 11, 2);
        int minute = number(utf8, from + 14, 2);
        int second = number(utf8, from + 17, 2);
        if (year < 1600
                || month < 1
                || month > 12
                || day < 1
                || day > LocalDate.of(year, month, 1).lengthOfMonth()
                || hour > 23
                || minute > 59
                || second > 59) {
            return Long.MIN_VALUE;
        }
        int digits = length == 19 ? 0 : length - 20;
        long fraction = 0;
        for (int i = 0; i < 7; i++) {
            fraction = fraction * 10 + (i < digits ? utf8[from + 20 + i] - '0' : 0);
        }
        long seconds =
                LocalDate.of(year, month, day).toEpochDay() * 86_400
                        + hour * 3600L
                        + minute * 60L
                        + second;
        long ticks = seconds * TICKS + fraction;
        // The years up to 4800 fit besides the three bits of the number of digits.
        return Math.abs(ticks) >= 1L << 59 ? Long.MIN_VALUE : ticks << 3 | digits;
    }

    private static int number(byte[] utf8, int from, int digits) {
        int n = 0;
        for (int i = from; i < from + digits; i++) {
            n = n * 10 + utf8[i] - '0';
        }
        return n;
    }

    @Override
    public int size() {
        return seconds != null ? seconds.length : ticks != null ? ticks.length : 0;
    }

    @Override
    public boolean isDistinct() {
        return true;
    }

    @Override
    public String get(int code) {
        if (seconds != null) {
            return text(EPOCH + seconds[code], 0, 0);
        }
        if (ticks == null) {
            throw new IndexOutOfBoundsException(code);
        }
        long packed = ticks[code];
        long all = packed >> 3;
        return text(Math.floorDiv(all, TICKS), Math.floorMod(all, TICKS), (int) (packed & 7));
    }

    /// The time behind a code in ticks of 100 ns since 1970.
    public long ticks(int code) {
        if (seconds != null) {
            return (EPOCH + seconds[code]) * TICKS;
        }
        if (ticks == null) {
            throw new IndexOutOfBoundsException(code);
        }
        return ticks[code] >> 3;
    }

    private String text(long second, long fraction, int digits) {
        var date = LocalDate.ofEpochDay(Math.floorDiv(second, 86_400L));
        int ofDay = Math.floorMod(second, 86_400);
        char[] out = new char[19 + (digits == 0 ? 0 : digits + 1) + suffix.length()];
        put(out, 0, 4, date.getYear());
        out[4] = '-';
        put(out, 5, 2, date.getMonthValue());
        out[7] = '-';
        put(out, 8, 2, date.getDayOfMonth());
        out[10] = 'T';
        put(out, 11, 2, ofDay / 3600);
        out[13] = ':';
        put(out, 14, 2, ofDay / 60 % 60);
        out[16] = ':';
        put(out, 17, 2, ofDay % 60);
        int at = 19;
        if (digits > 0) {
            out[at++] = '.';
            long rest = fraction;
            for (int i = digits; i < 7; i++) {
                rest /= 10;
            }
            put(out, at, digits, (int) rest);
            at += digits;
        }
        suffix.getChars(0, suffix.length(), out, at);
        return new String(out);
    }

    private static void put(char[] out, int at, int digits, int value) {
        int rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            out[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /// Not to be written.
    int @Nullable [] seconds() {
        return seconds;
    }

    /// Not to be written.
    long @Nullable [] ticks() {
        return ticks;
    }

    String suffix() {
        return suffix;
    }
}
