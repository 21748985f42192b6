package io.muster.core.column;

import java.util.ArrayList;
import java.util.Locale;
import java.util.function.IntToLongFunction;

/// Hashes of texts that need not be put together for it: `String.hashCode` is a polynomial, so the hash of a joined text follows of those of
/// its parts.
public final class TextHashes {
    private static final long HASH = 0xFFFF_FFFFL;

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
        return start(dictionary, code, false, text, text.length()) == 0;
    }

    /// Where a text that ends at `end` of another begins in it; -1 when it does not end there.
    private static int start(Dictionary dictionary, int code, boolean lower, String text, int end) {
        return switch (dictionary) {
            case TextDictionary texts when texts.isAscii() -> {
                byte[] utf8 = texts.utf8();
                int from = texts.offsets()[code];
                int at = end;
                for (int i = texts.offsets()[code + 1] - 1; i >= from; i--) {
                    int b = utf8[i];
                    int own = lower && (b - 'A' & 0xFF) < 26 ? b + 32 : b;
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

    private static IntToLongFunction of(Dictionary dictionary, boolean lower) {
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

    private static long bytes(byte[] utf8, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + utf8[i];
        }
        return (long) (to - from) << 32 | hash & HASH;
    }

    private static long lowerBytes(byte[] utf8, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            int b = utf8[i];
            // 32 more for the letters from A to Z, without a branch.
            hash = hash * 31 + b + ((b - 'A' & 0xFF) < 26 ? 32 : 0);
        }
        return (long) (to - from) << 32 | hash & HASH;
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
    private static long then(long first, long second) {
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
