package io.muster.core.column;

import java.util.ArrayList;
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
