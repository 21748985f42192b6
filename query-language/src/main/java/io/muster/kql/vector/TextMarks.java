package io.muster.kql.vector;

/// Whether a hash may be among many: one bit a hash, some sixteen bits for each that is there. Small enough to stay in the processor's caches, it
/// tells most texts that are not there without a look at the table. Immutable.
final class TextMarks {
    private static final int BITS_A_HASH = 16;
    private static final int LEAST_BITS = 10;

    /// 16 MB.
    private static final int MOST_BITS = 27;

    private final long[] words;
    private final int shift;

    /// @param hashes the first `count` are there
    TextMarks(int[] hashes, int count) {
        int bits = 64 - Long.numberOfLeadingZeros((long) count * BITS_A_HASH);
        bits = Math.clamp(bits, LEAST_BITS, MOST_BITS);
        shift = Integer.SIZE - bits;
        words = new long[1 << bits - 6];
        for (int i = 0; i < count; i++) {
            int at = place(hashes[i]);
            words[at >>> 6] |= 1L << at;
        }
    }

    private int place(int hash) {
        return hash * 0x9E3779B9 >>> shift;
    }

    /// 1 when it may be there, else 0.
    int of(int hash) {
        int at = place(hash);
        return (int) (words[at >>> 6] >>> at) & 1;
    }

    /// What it holds.
    long bytes() {
        return 8L * words.length;
    }
}
