package io.muster.core.column;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// An immutable set of rows 0..size-1, one bit a row. Bits past the size are always zero.
public final class Bits {
    /// So many stretches are passed over at once where a set has none of their rows.
    private static final int STRIDE = 16;

    private final long[] words;
    private final int size;

    private Bits(long[] words, int size) {
        this.words = words;
        this.size = size;
    }

    public static Bits none(int size) {
        return new Bits(new long[words(size)], size);
    }

    public static Bits all(int size) {
        long[] words = new long[words(size)];
        Arrays.fill(words, -1L);
        clearTail(words, size);
        return new Bits(words, size);
    }

    /// Takes the words over: the caller must not write them again.
    public static Bits wrap(long[] words, int size) {
        if (words.length != words(size)) {
            throw new IllegalArgumentException(words.length + " words for " + size + " bits");
        }
        clearTail(words, size);
        return new Bits(words, size);
    }

    Bits shared(Sharing sharing) {
        return new Bits(sharing.same(words), size);
    }

    /// How many words a set of that size has.
    public static int words(int size) {
        return (size + 63) >>> 6;
    }

    private static void clearTail(long[] words, int size) {
        if ((size & 63) != 0) {
            words[words.length - 1] &= -1L >>> -size;
        }
    }

    public int size() {
        return size;
    }

    public boolean get(int row) {
        return (words[row >>> 6] >>> row & 1) != 0;
    }

    public int cardinality() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /// How many rows `from .. to` are in it.
    public int count(int from, int to) {
        if (from >= to) {
            return 0;
        }
        int first = from >>> 6;
        int last = to - 1 >>> 6;
        long head = words[first] & -1L << from;
        if (first == last) {
            return Long.bitCount(head & -1L >>> -to);
        }
        int count = Long.bitCount(head) + Long.bitCount(words[last] & -1L >>> -to);
        for (int w = first + 1; w < last; w++) {
            count += Long.bitCount(words[w]);
        }
        return count;
    }

    /// How many rows of a set some stretches have.
    ///
    /// @param stretches their numbers, ascending, those that have any; null: all stretches, also those that have none
    /// @param counts of each
    public record Counts(int @Nullable [] stretches, int[] counts) {
        /// The stretches that have any, ascending.
        public int[] some() {
            if (stretches != null) {
                return stretches;
            }
            int[] found = new int[counts.length];
            int n = 0;
            for (int i = 0; i < counts.length; i++) {
                found[n] = i;
                n += counts[i] > 0 ? 1 : 0;
            }
            return Arrays.copyOf(found, n);
        }

        /// Where the count of the i-th of [#some] stands.
        public int place(int i, int[] some) {
            return stretches == null ? some[i] : i;
        }
    }

    /// How many rows of each stretch are in it, from one bound to the next; where most have none, of those that have any.
    ///
    /// @param bounds ascending, none above the size
    public Counts counts(int[] bounds) {
        int[] before = new int[words.length + 1];
        for (int w = 0; w < words.length; w++) {
            before[w + 1] = before[w] + Long.bitCount(words[w]);
        }
        return (long) before[words.length] * STRIDE < bounds.length
                ? few(before, bounds)
                : new Counts(null, each(before, bounds));
    }

    private int[] each(int[] before, int[] bounds) {
        int[] counts = new int[bounds.length - 1];
        int last = rank(before, bounds[0]);
        for (int i = 0; i < counts.length; i++) {
            int rank = rank(before, bounds[i + 1]);
            counts[i] = rank - last;
            last = rank;
        }
        return counts;
    }

    /// Most stretches are passed over, many at once.
    private Counts few(int[] before, int[] bounds) {
        int all = bounds.length - 1;
        int[] stretches = new int[before[words.length]];
        int[] counts = new int[stretches.length];
        int n = 0;
        int last = rank(before, bounds[0]);
        for (int from = 0; from < all; from += STRIDE) {
            int to = Math.min(from + STRIDE, all);
            if (rank(before, bounds[to]) == last) {
                continue;
            }
            for (int i = from; i < to; i++) {
                int rank = rank(before, bounds[i + 1]);
                if (rank > last) {
                    stretches[n] = i;
                    counts[n++] = rank - last;
                    last = rank;
                }
            }
        }
        return new Counts(Arrays.copyOf(stretches, n), Arrays.copyOf(counts, n));
    }

    /// How many rows below that one are in it. The same steps whatever the row: where stretches are short, whether one ends in the word it began
    /// in cannot be foretold.
    private int rank(int[] before, int row) {
        int w = row >>> 6;
        return w == words.length
                ? before[w]
                : before[w] + Long.bitCount(words[w] & (1L << row) - 1);
    }

    public boolean isEmpty() {
        for (long word : words) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    public Bits and(Bits other) {
        long[] out = words.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] &= other.words[i];
        }
        return new Bits(out, size);
    }

    public Bits or(Bits other) {
        long[] out = words.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] |= other.words[i];
        }
        return new Bits(out, size);
    }

    public Bits andNot(Bits other) {
        long[] out = words.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] &= ~other.words[i];
        }
        return new Bits(out, size);
    }

    public Bits not() {
        long[] out = new long[words.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = ~words[i];
        }
        clearTail(out, size);
        return new Bits(out, size);
    }

    /// Bit i is that of row `rows[i]`; off for row -1.
    public Bits gather(int[] rows) {
        long[] out = new long[words(rows.length)];
        for (int w = 0; w < out.length; w++) {
            int from = w << 6;
            int to = Math.min(from + 64, rows.length);
            long word = 0;
            for (int i = from; i < to; i++) {
                int row = rows[i];
                if (row >= 0) {
                    word |= (words[row >>> 6] >>> row & 1) << i;
                }
            }
            out[w] = word;
        }
        return new Bits(out, rows.length);
    }

    /// Whether every row is in it.
    public boolean isAll() {
        return cardinality() == size;
    }

    /// The rows of the set, ascending.
    public int[] toArray() {
        int[] rows = new int[cardinality()];
        int n = 0;
        for (int w = 0; w < words.length; w++) {
            for (long word = words[w]; word != 0; word &= word - 1) {
                rows[n++] = (w << 6) + Long.numberOfTrailingZeros(word);
            }
        }
        return rows;
    }

    public void forEach(IntConsumer action) {
        for (int w = 0; w < words.length; w++) {
            for (long word = words[w]; word != 0; word &= word - 1) {
                action.accept((w << 6) + Long.numberOfTrailingZeros(word));
            }
        }
    }

    /// The 64 rows from `index * 64` on, lowest row in the lowest bit.
    public long word(int index) {
        return words[index];
    }

    /// A copy of the words.
    public long[] toWords() {
        return words.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bits bits && size == bits.size && Arrays.equals(words, bits.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words) * 31 + size;
    }

    @Override
    public String toString() {
        return Arrays.toString(toArray());
    }

    /// Collects rows in any order, then becomes a [Bits]; grows as needed. Confined to one thread.
    public static final class Builder {
        private long[] words;

        public Builder(int expectedSize) {
            words = new long[Math.max(1, words(expectedSize))];
        }

        public void set(int row) {
            if (row >>> 6 >= words.length) {
                words = Arrays.copyOf(words, Math.max(words.length * 2, words(row + 1)));
            }
            words[row >>> 6] |= 1L << row;
        }

        public Bits build(int size) {
            return wrap(Arrays.copyOf(words, words(size)), size);
        }
    }
}
