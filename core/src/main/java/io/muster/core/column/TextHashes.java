package io.muster.core.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Locale;
import java.util.function.IntToLongFunction;

/// Hashes of texts that need not be put together for it: `String.hashCode` is a polynomial, so the hash of a joined text follows of those of
/// its parts.
public final class TextHashes {
    private static final long HASH = 0xFFFF_FFFFL;

    private static final int UNKNOWN = -2;

    private static final VarHandle EIGHT =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// One in each of eight bytes.
    private static final long EACH = 0x0101010101010101L;

    /// The highest bit of each.
    private static final long HIGH = 0x8080808080808080L;

    private TextHashes() {}

    /// What `get(code).hashCode()` gives, in the lower 32 bits, and the length of the text above. Remembers what texts share. Confined to
    /// one thread.
    public static IntToLongFunction of(Dictionary dictionary) {
        return of(dictionary, false);
    }

    /// As [#of], of every code: by loops over arrays, where most of the texts are wanted.
    public static long[] all(Dictionary dictionary) {
        return all(dictionary, false);
    }

    /// `get(code).hashCode()` of every code, by what [#all] does; those of joined texts, ids above all, are kept with them. Not to be written.
    public static int[] hashCodes(Dictionary dictionary) {
        return hashCodes(dictionary, false);
    }

    static int[] hashCodes(Dictionary dictionary, boolean lower) {
        return switch (dictionary) {
            case KeyDictionary key -> hashCodes(key.base(), lower);
            case LowerDictionary low -> hashCodes(low.base(), true);
            case JoinedDictionary joined ->
                    joined.hashes(lower, () -> withoutLengths(all(joined, lower)));
            default -> withoutLengths(all(dictionary, lower));
        };
    }

    private static int[] withoutLengths(long[] all) {
        int[] hashes = new int[all.length];
        for (int code = 0; code < hashes.length; code++) {
            hashes[code] = (int) all[code];
        }
        return hashes;
    }

    private static long[] all(Dictionary dictionary, boolean lower) {
        return switch (dictionary) {
            case TextDictionary texts when texts.isAscii() -> {
                byte[] utf8 = texts.utf8();
                int[] offsets = texts.offsets();
                long[] out = new long[texts.size()];
                for (int code = 0; code < out.length; code++) {
                    out[code] =
                            lower
                                    ? lowerBytes(utf8, offsets[code], offsets[code + 1])
                                    : bytes(utf8, offsets[code], offsets[code + 1]);
                }
                yield out;
            }
            case JoinedDictionary joined -> {
                long[] heads = all(joined.heads(), lower);
                long separator = 1L << 32 | joined.separator();
                for (int head = 0; head < heads.length; head++) {
                    heads[head] = then(heads[head], separator);
                }
                long[] tails = all(joined.tails(), lower);
                var headCodes = joined.headCodes();
                var tailCodes = joined.tailCodes();
                long[] out = new long[joined.size()];
                for (int code = 0; code < out.length; code++) {
                    out[code] = then(heads[headCodes.get(code)], tails[tailCodes.get(code)]);
                }
                yield out;
            }
            case KeyDictionary key -> all(key.base(), lower);
            case LowerDictionary low -> all(low.base(), true);
            case TextDictionary texts -> each(texts, lower);
            case TokenDictionary tokens -> each(tokens, lower);
            case GuidDictionary guids -> each(guids, lower);
            case InstantDictionary instants -> each(instants, lower);
            case UnionDictionary union -> each(union, lower);
            case PlainDictionary plain -> each(plain, lower);
        };
    }

    private static long[] each(Dictionary dictionary, boolean lower) {
        var hashes = of(dictionary, lower);
        long[] out = new long[dictionary.size()];
        for (int code = 0; code < out.length; code++) {
            out[code] = hashes.applyAsLong(code);
        }
        return out;
    }

    /// Whether the text behind a code is that one, without putting it together.
    public static boolean isEqual(Dictionary dictionary, int code, String text) {
        if (dictionary instanceof TextDictionary texts
                && texts.isAscii()
                && texts.offsets()[code + 1] - texts.offsets()[code] != text.length()) {
            return false;
        }
        return start(dictionary, code, false, text, text.length()) == 0;
    }

    /// Whether the texts behind two codes are the same, without putting them together where they are cut alike.
    public static boolean isEqual(Dictionary left, int leftCode, Dictionary right, int rightCode) {
        return isEqual(left, leftCode, false, right, rightCode, false);
    }

    /// @param leftLower whether the left text is compared in lower case
    static boolean isEqual(
            Dictionary left,
            int leftCode,
            boolean leftLower,
            Dictionary right,
            int rightCode,
            boolean rightLower) {
        if (left == right && leftCode == rightCode && leftLower == rightLower) {
            return true;
        }
        return switch (left) {
            case KeyDictionary key ->
                    isEqual(key.base(), leftCode, leftLower, right, rightCode, rightLower);
            case LowerDictionary low ->
                    isEqual(low.base(), leftCode, true, right, rightCode, rightLower);
            case JoinedDictionary joined ->
                    switch (right) {
                        case KeyDictionary key ->
                                isEqual(
                                        left,
                                        leftCode,
                                        leftLower,
                                        key.base(),
                                        rightCode,
                                        rightLower);
                        case LowerDictionary low ->
                                isEqual(left, leftCode, leftLower, low.base(), rightCode, true);
                        // No tail has the separator, so equal texts are cut at the same place.
                        case JoinedDictionary other when other.separator() == joined.separator() ->
                                isEqual(
                                                joined.tails(),
                                                joined.tailCodes().get(leftCode),
                                                leftLower,
                                                other.tails(),
                                                other.tailCodes().get(rightCode),
                                                rightLower)
                                        && isEqual(
                                                joined.heads(),
                                                joined.headCodes().get(leftCode),
                                                leftLower,
                                                other.heads(),
                                                other.headCodes().get(rightCode),
                                                rightLower);
                        default ->
                                isEqualText(
                                        left, leftCode, leftLower, right, rightCode, rightLower);
                    };
            case TextDictionary texts
                    when texts.isAscii()
                            && right instanceof TextDictionary others
                            && others.isAscii() ->
                    isEqual(texts, leftCode, leftLower, others, rightCode, rightLower);
            case TextDictionary texts when !(right instanceof TextDictionary) ->
                    isEqual(right, rightCode, rightLower, left, leftCode, leftLower);
            default -> isEqualText(left, leftCode, leftLower, right, rightCode, rightLower);
        };
    }

    private static boolean isEqualText(
            Dictionary left,
            int leftCode,
            boolean leftLower,
            Dictionary right,
            int rightCode,
            boolean rightLower) {
        if (right instanceof TextDictionary texts && texts.isAscii()) {
            int from = texts.offsets()[rightCode];
            int to = texts.offsets()[rightCode + 1];
            int start = start(left, leftCode, leftLower, texts.utf8(), from, to, rightLower);
            if (start != UNKNOWN) {
                return start == from;
            }
        }
        String text = right.get(rightCode);
        if (rightLower) {
            text = text.toLowerCase(Locale.ROOT);
        }
        return start(left, leftCode, leftLower, text, text.length()) == 0;
    }

    /// Where a text begins that ends at `to` of ASCII; -1 when it does not end there or would begin before `from`, [#UNKNOWN] when that is not to be
    /// said by its parts.
    private static int start(
            Dictionary dictionary,
            int code,
            boolean lower,
            byte[] other,
            int from,
            int to,
            boolean otherLower) {
        return switch (dictionary) {
            case TextDictionary texts when texts.isAscii() -> {
                int own = texts.offsets()[code];
                int length = texts.offsets()[code + 1] - own;
                yield to - length >= from
                                && isEqual(
                                        texts.utf8(),
                                        own,
                                        lower,
                                        other,
                                        to - length,
                                        otherLower,
                                        length)
                        ? to - length
                        : -1;
            }
            case JoinedDictionary joined -> {
                int tail =
                        start(
                                joined.tails(),
                                joined.tailCodes().get(code),
                                lower,
                                other,
                                from,
                                to,
                                otherLower);
                if (tail < 0) {
                    yield tail;
                }
                yield tail <= from || other[tail - 1] != joined.separator()
                        ? -1
                        : start(
                                joined.heads(),
                                joined.headCodes().get(code),
                                lower,
                                other,
                                from,
                                tail - 1,
                                otherLower);
            }
            default -> UNKNOWN;
        };
    }

    /// As the other one, of ASCII.
    static boolean isEqual(
            TextDictionary left,
            int leftCode,
            boolean leftLower,
            TextDictionary right,
            int rightCode,
            boolean rightLower) {
        int from = left.offsets()[leftCode];
        int other = right.offsets()[rightCode];
        int length = left.offsets()[leftCode + 1] - from;
        return length == right.offsets()[rightCode + 1] - other
                && isEqual(left.utf8(), from, leftLower, right.utf8(), other, rightLower, length);
    }

    private static boolean isEqual(
            byte[] left,
            int leftFrom,
            boolean leftLower,
            byte[] right,
            int rightFrom,
            boolean rightLower,
            int length) {
        int i = 0;
        for (; i <= length - 8; i += 8) {
            long own = (long) EIGHT.get(left, leftFrom + i);
            long theirs = (long) EIGHT.get(right, rightFrom + i);
            if ((leftLower ? lowerEight(own) : own) != (rightLower ? lowerEight(theirs) : theirs)) {
                return false;
            }
        }
        for (; i < length; i++) {
            int own = left[leftFrom + i];
            int theirs = right[rightFrom + i];
            if ((leftLower ? lower(own) : own) != (rightLower ? lower(theirs) : theirs)) {
                return false;
            }
        }
        return true;
    }

    /// A character of ASCII in lower case, without a branch.
    private static int lower(int ascii) {
        return ascii + ((ascii - 'A' & 0xFF) < 26 ? 32 : 0);
    }

    /// Where a text that ends at `end` of another begins in it; -1 when it does not end there.
    private static int start(Dictionary dictionary, int code, boolean lower, String text, int end) {
        return switch (dictionary) {
            case TextDictionary texts when texts.isAscii() -> {
                byte[] utf8 = texts.utf8();
                int from = texts.offsets()[code];
                int at = end;
                for (int i = texts.offsets()[code + 1] - 1; i >= from; i--) {
                    int own = lower ? lower(utf8[i]) : utf8[i];
                    if (--at < 0 || text.charAt(at) != own) {
                        yield -1;
                    }
                }
                yield at;
            }
            case JoinedDictionary joined -> {
                int tail = start(joined.tails(), joined.tailCodes().get(code), lower, text, end);
                yield tail < 1 || text.charAt(tail - 1) != joined.separator()
                        ? -1
                        : start(
                                joined.heads(),
                                joined.headCodes().get(code),
                                lower,
                                text,
                                tail - 1);
            }
            case KeyDictionary key -> start(key.base(), code, lower, text, end);
            case LowerDictionary low -> start(low.base(), code, true, text, end);
            case UnionDictionary union -> {
                int part = union.part(code);
                yield start(union.parts().get(part), code - union.start(part), lower, text, end);
            }
            case TextDictionary texts -> startOfWhole(texts, code, lower, text, end);
            case TokenDictionary tokens -> startOfWhole(tokens, code, lower, text, end);
            case GuidDictionary guids -> startOfWhole(guids, code, lower, text, end);
            case InstantDictionary instants -> startOfWhole(instants, code, lower, text, end);
            case PlainDictionary plain -> startOfWhole(plain, code, lower, text, end);
        };
    }

    private static int startOfWhole(
            Dictionary dictionary, int code, boolean lower, String text, int end) {
        String own = dictionary.get(code);
        if (lower) {
            own = own.toLowerCase(Locale.ROOT);
        }
        int at = end - own.length();
        return at >= 0 && text.startsWith(own, at) ? at : -1;
    }

    private static long of(String text) {
        return (long) text.length() << 32 | text.hashCode() & HASH;
    }

    static IntToLongFunction of(Dictionary dictionary, boolean lower) {
        return switch (dictionary) {
            case TextDictionary texts when texts.isAscii() -> {
                byte[] utf8 = texts.utf8();
                int[] offsets = texts.offsets();
                yield lower
                        ? code -> lowerBytes(utf8, offsets[code], offsets[code + 1])
                        : code -> bytes(utf8, offsets[code], offsets[code + 1]);
            }
            case JoinedDictionary joined -> joined(joined, lower);
            case TokenDictionary tokens -> tokens(tokens, lower);
            case KeyDictionary key -> of(key.base(), lower);
            case LowerDictionary low -> of(low.base(), true);
            case UnionDictionary union -> {
                var parts = new ArrayList<IntToLongFunction>();
                for (var part : union.parts()) {
                    parts.add(of(part, lower));
                }
                yield code -> {
                    int part = union.part(code);
                    return parts.get(part).applyAsLong(code - union.start(part));
                };
            }
            case TextDictionary texts -> whole(texts, lower);
            case GuidDictionary guids -> whole(guids, lower);
            case InstantDictionary instants -> whole(instants, lower);
            case PlainDictionary plain -> whole(plain, lower);
        };
    }

    private static IntToLongFunction whole(Dictionary dictionary, boolean lower) {
        var texts = lower ? new LowerDictionary(dictionary).reader() : dictionary.reader();
        return code -> of(texts.apply(code));
    }

    /// Of ASCII.
    private static long bytes(byte[] utf8, int from, int to) {
        int hash = 0;
        int at = from;
        for (; at <= to - 8; at += 8) {
            hash = then(hash, (long) EIGHT.get(utf8, at));
        }
        for (; at < to; at++) {
            hash = hash * 31 + utf8[at];
        }
        return (long) (to - from) << 32 | hash & HASH;
    }

    /// Of ASCII, in lower case.
    private static long lowerBytes(byte[] utf8, int from, int to) {
        int hash = 0;
        int at = from;
        for (; at <= to - 8; at += 8) {
            hash = then(hash, lowerEight((long) EIGHT.get(utf8, at)));
        }
        for (; at < to; at++) {
            hash = hash * 31 + lower(utf8[at]);
        }
        return (long) (to - from) << 32 | hash & HASH;
    }

    /// Eight characters more, each times its own power of 31, so that none waits for the one before.
    private static int then(int hash, long eight) {
        return hash * -1807454463
                + (int) (eight & 0xFF) * 1742810335
                + (int) (eight >>> 8 & 0xFF) * 887503681
                + (int) (eight >>> 16 & 0xFF) * 28629151
                + (int) (eight >>> 24 & 0xFF) * 923521
                + (int) (eight >>> 32 & 0xFF) * 29791
                + (int) (eight >>> 40 & 0xFF) * 961
                + (int) (eight >>> 48 & 0xFF) * 31
                + (int) (eight >>> 56);
    }

    /// Eight characters of ASCII in lower case: what is at least A and not above Z has its sixth bit set.
    private static long lowerEight(long eight) {
        long atLeast = eight + EACH * (0x80 - 'A');
        long above = eight + EACH * (0x80 - 'Z' - 1);
        return eight | (atLeast & ~above & HIGH) >>> 2;
    }

    private static IntToLongFunction joined(JoinedDictionary joined, boolean lower) {
        var heads = remembered(joined.heads(), lower, joined.size());
        var tails = of(joined.tails(), lower);
        var headCodes = joined.headCodes();
        var tailCodes = joined.tailCodes();
        // One character, and no letter.
        long separator = 1L << 32 | joined.separator();
        return code ->
                then(
                        then(heads.applyAsLong(headCodes.get(code)), separator),
                        tails.applyAsLong(tailCodes.get(code)));
    }

    /// Where values share few heads, each head once.
    private static IntToLongFunction remembered(Dictionary dictionary, boolean lower, int users) {
        var hashes = of(dictionary, lower);
        if ((long) dictionary.size() * 4 > users) {
            return hashes;
        }
        long[] known = new long[dictionary.size()];
        var seen = new boolean[dictionary.size()];
        return code -> {
            if (!seen[code]) {
                seen[code] = true;
                known[code] = hashes.applyAsLong(code);
            }
            return known[code];
        };
    }

    private static IntToLongFunction tokens(TokenDictionary tokens, boolean lower) {
        var pool = of(tokens.pool(), lower);
        int[] starts = tokens.starts();
        long separator = 1L << 32 | tokens.separator();
        return code -> {
            long hash = 0;
            for (int i = starts[code]; i < starts[code + 1]; i++) {
                if (i > starts[code]) {
                    hash = then(hash, separator);
                }
                hash = then(hash, pool.applyAsLong(tokens.tokens().get(i)));
            }
            return hash;
        };
    }

    /// Of one text after another.
    static long then(long first, long second) {
        int length = (int) (second >>> 32);
        int hash = (int) first * power(length) + (int) second;
        return (first >>> 32) + length << 32 | hash & HASH;
    }

    private static final int[] POWERS = new int[64];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = POWERS[i - 1] * 31;
        }
    }

    /// 31 to that power, modulo 2^32.
    private static int power(int exponent) {
        if (exponent < POWERS.length) {
            return POWERS[exponent];
        }
        int result = 1;
        int square = 31;
        for (int rest = exponent; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                result *= square;
            }
            square *= square;
        }
        return result;
    }
}
