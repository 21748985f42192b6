package io.muster.core.column;

import java.util.Arrays;

/// Hashes and comparisons of many texts at a time. Texts here and there in a fleet are not in the processor's caches: taken one by one, each
/// waits for its codes, its place and its bytes in turn; taken part by part, many wait at once.
public final class TextBatches {
    /// So many values a head, on average, make it worthwhile to keep the hash of each head.
    private static final int SHARED = 8;

    private TextBatches() {}

    /// For each of the first `n` codes what `get(code).hashCode()` gives.
    public static void hashCodes(Dictionary dictionary, int[] codes, int n, int[] out) {
        long[] hashes = new long[n];
        hashes(dictionary, false, false, codes, n, hashes);
        for (int i = 0; i < n; i++) {
            out[i] = (int) hashes[i];
        }
    }

    /// The hash in the lower 32 bits; the length above, if it is asked for.
    private static void hashes(
            Dictionary dictionary,
            boolean lower,
            boolean withLength,
            int[] codes,
            int n,
            long[] out) {
        switch (dictionary) {
            case KeyDictionary key -> hashes(key.base(), lower, withLength, codes, n, out);
            case LowerDictionary low -> hashes(low.base(), true, withLength, codes, n, out);
            case JoinedDictionary joined -> {
                int[] parts = new int[n];
                gather(joined.tailCodes(), codes, n, parts);
                hashes(joined.tails(), lower, true, parts, n, out);
                gather(joined.headCodes(), codes, n, parts);
                long[] heads = new long[n];
                if (withLength || !isShared(joined)) {
                    hashes(joined.heads(), lower, withLength, parts, n, heads);
                } else {
                    gather(TextHashes.hashCodes(joined.heads(), lower), parts, n, heads);
                }
                long separator = 1L << 32 | joined.separator();
                for (int i = 0; i < n; i++) {
                    out[i] = TextHashes.then(TextHashes.then(heads[i], separator), out[i]);
                }
            }
            default -> {
                var each = TextHashes.of(dictionary, lower);
                for (int i = 0; i < n; i++) {
                    out[i] = each.applyAsLong(codes[i]);
                }
            }
        }
    }

    /// Whether the hashes of the heads, four bytes each, are worth keeping.
    private static boolean isShared(JoinedDictionary joined) {
        return joined.heads() instanceof JoinedDictionary heads
                && heads.size() <= joined.size() / SHARED;
    }

    private static void gather(int[] hashes, int[] places, int n, long[] out) {
        for (int i = 0; i < n; i++) {
            out[i] = hashes[places[i]];
        }
    }

    /// For each of the first `n` pairs of codes whether the texts behind them are the same, as [TextHashes#isEqual] says.
    public static boolean[] isEqual(
            Dictionary left, int[] leftCodes, Dictionary right, int[] rightCodes, int n) {
        boolean[] equal = new boolean[n];
        Arrays.fill(equal, true);
        compare(left, leftCodes, false, right, rightCodes, false, n, equal);
        return equal;
    }

    /// Takes the mark from the pairs that are not equal; those without one need not be looked at.
    private static void compare(
            Dictionary left,
            int[] leftCodes,
            boolean leftLower,
            Dictionary right,
            int[] rightCodes,
            boolean rightLower,
            int n,
            boolean[] equal) {
        if (left == right && leftLower == rightLower && isSame(leftCodes, rightCodes, n)) {
            return;
        }
        if (left instanceof KeyDictionary key) {
            compare(key.base(), leftCodes, leftLower, right, rightCodes, rightLower, n, equal);
        } else if (left instanceof LowerDictionary low) {
            compare(low.base(), leftCodes, true, right, rightCodes, rightLower, n, equal);
        } else if (right instanceof KeyDictionary key) {
            compare(left, leftCodes, leftLower, key.base(), rightCodes, rightLower, n, equal);
        } else if (right instanceof LowerDictionary low) {
            compare(left, leftCodes, leftLower, low.base(), rightCodes, true, n, equal);
        } else if (left instanceof JoinedDictionary one
                && right instanceof JoinedDictionary other
                && one.separator() == other.separator()) {
            compareParts(one, leftCodes, leftLower, other, rightCodes, rightLower, n, equal);
        } else if (left instanceof TextDictionary one
                && right instanceof TextDictionary other
                && one.isAscii()
                && other.isAscii()) {
            for (int i = 0; i < n; i++) {
                equal[i] =
                        equal[i]
                                && TextHashes.isEqual(
                                        one,
                                        leftCodes[i],
                                        leftLower,
                                        other,
                                        rightCodes[i],
                                        rightLower);
            }
        } else {
            for (int i = 0; i < n; i++) {
                equal[i] =
                        equal[i]
                                && TextHashes.isEqual(
                                        left,
                                        leftCodes[i],
                                        leftLower,
                                        right,
                                        rightCodes[i],
                                        rightLower);
            }
        }
    }

    /// No tail has the separator, so equal texts are cut at the same place.
    private static void compareParts(
            JoinedDictionary left,
            int[] leftCodes,
            boolean leftLower,
            JoinedDictionary right,
            int[] rightCodes,
            boolean rightLower,
            int n,
            boolean[] equal) {
        int[] ours = new int[n];
        int[] theirs = new int[n];
        gather(left.tailCodes(), leftCodes, n, ours);
        gather(right.tailCodes(), rightCodes, n, theirs);
        compare(left.tails(), ours, leftLower, right.tails(), theirs, rightLower, n, equal);
        gather(left.headCodes(), leftCodes, n, ours);
        gather(right.headCodes(), rightCodes, n, theirs);
        compare(left.heads(), ours, leftLower, right.heads(), theirs, rightLower, n, equal);
    }

    private static boolean isSame(int[] left, int[] right, int n) {
        return Arrays.mismatch(left, 0, n, right, 0, n) < 0;
    }

    private static void gather(Codes codes, int[] places, int n, int[] out) {
        for (int i = 0; i < n; i++) {
            out[i] = codes.get(places[i]);
        }
    }
}
