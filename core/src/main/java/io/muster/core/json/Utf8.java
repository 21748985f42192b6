package io.muster.core.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Stretches of UTF-8 looked at eight bytes at a time.
public final class Utf8 {
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private Utf8() {}

    /// The place of the first such byte in `bytes[from .. to)`, `to` when there is none.
    public static int indexOf(byte[] bytes, int from, int to, byte wanted) {
        long pattern = (wanted & 0xFF) * ONES;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long difference = word(bytes, at) ^ pattern;
            long found = difference - ONES & ~difference & HIGHS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == wanted) {
                return at;
            }
        }
        return to;
    }

    /// Whether two stretches of one length hold the same bytes.
    public static boolean isEqual(byte[] a, int fromA, byte[] b, int fromB, int length) {
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            if (word(a, fromA + at) != word(b, fromB + at)) {
                return false;
            }
        }
        for (; at < length; at++) {
            if (a[fromA + at] != b[fromB + at]) {
                return false;
            }
        }
        return true;
    }

    /// A hash of `bytes[from .. to)`.
    public static int hash(byte[] bytes, int from, int to) {
        long hash = 0;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            hash = mixed(hash, word(bytes, at));
        }
        return finished(mixed(hash, tail(bytes, at, to)), to - from);
    }

    /// A hash of 64 bits that is the same for texts which differ in the case of ASCII letters; 0 when a byte is no ASCII.
    ///
    /// @param secret what makes the hash one that nobody outside can aim at
    public static long hashIgnoringCase(byte[] bytes, int from, int to, long secret) {
        long hash = secret;
        long seen = 0;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long word = word(bytes, at);
            seen |= word;
            hash = folded(hash, lowerCase(word), secret);
        }
        long rest = tail(bytes, at, to);
        return ((seen | rest) & HIGHS) != 0 ? 0 : closed(hash, lowerCase(rest), to - from, secret);
    }

    /// A hash of 64 bits, never 0.
    ///
    /// @param secret as above
    public static long hash(byte[] bytes, int from, int to, long secret) {
        long hash = secret;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            hash = folded(hash, word(bytes, at), secret);
        }
        return closed(hash, tail(bytes, at, to), to - from, secret);
    }

    /// All 128 bits of a product count: what differs in a word is not undone by the next, unless one knows the secret.
    private static long folded(long hash, long word, long secret) {
        long a = word ^ secret;
        long b = hash ^ MULTIPLIER;
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static long closed(long hash, long rest, int length, long secret) {
        long all = folded(folded(hash, rest, secret), length, secret * MULTIPLIER);
        return all == 0 ? 1 : all;
    }

    /// Capitals of eight ASCII bytes made small: a byte of 'A' to 'Z' has its high bit set by the first sum and not by the second.
    private static long lowerCase(long word) {
        long fromA = word + (0x80 - 'A') * ONES;
        long beyondZ = word + (0x80 - 'Z' - 1) * ONES;
        return word | (fromA & ~beyondZ & HIGHS) >>> 2;
    }

    static long mixed(long hash, long word) {
        long mixed = (hash ^ word) * MULTIPLIER;
        return mixed ^ mixed >>> 32;
    }

    static int finished(long hash, int length) {
        long mixed = (hash ^ length) * MULTIPLIER;
        return (int) (mixed >>> 32);
    }

    /// Eight bytes, the first in the lowest bits.
    static long word(byte[] bytes, int at) {
        return (long) WORDS.get(bytes, at);
    }

    /// Fewer than eight bytes as a word, zeros above them.
    private static long tail(byte[] bytes, int at, int to) {
        int count = to - at;
        if (count == 0) {
            return 0;
        }
        if (at + 8 <= bytes.length) {
            return word(bytes, at) & -1L >>> (8 - count) * 8;
        }
        long word = 0;
        for (int i = count - 1; i >= 0; i--) {
            word = word << 8 | bytes[at + i] & 0xFF;
        }
        return word;
    }

    /// The bytes of a word that equal the byte repeated in `pattern`, by the high bit of each; only the lowest is certain.
    static long matches(long word, long pattern) {
        long difference = word ^ pattern;
        return difference - ONES & ~difference & HIGHS;
    }

    /// The bytes of a word below a space, by the high bit of each; only the lowest is certain.
    static long controls(long word) {
        return word - 0x20 * ONES & ~word & HIGHS;
    }

    static boolean isAscii(long word) {
        return (word & HIGHS) == 0;
    }

    static long repeated(char ascii) {
        return ascii * ONES;
    }

    /// Whether the stretch is UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
    static boolean isValid(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int lead = bytes[at++];
            if (lead >= 0) {
                continue;
            }
            int more = lead >= -62 && lead < -32 ? 1 : lead >= -32 && lead < -16 ? 2 : 3;
            if (lead < -62 || lead > -12 || at + more > to) {
                return false;
            }
            int second = bytes[at] & 0xFF;
            int least = lead == -32 ? 0xA0 : lead == -16 ? 0x90 : 0x80;
            int most = lead == -19 ? 0x9F : lead == -12 ? 0x8F : 0xBF;
            if (second < least || second > most) {
                return false;
            }
            for (int i = 1; i < more; i++) {
                if ((bytes[at + i] & 0xC0) != 0x80) {
                    return false;
                }
            }
            at += more;
        }
        return true;
    }
}
