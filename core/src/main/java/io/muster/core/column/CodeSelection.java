package io.muster.core.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The rows whose code a table marks, 64 at a time. Where few codes are marked, or all but few, codes of one byte are compared eight at once.
final class CodeSelection {
    private static final VarHandle EIGHT =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// One in each of eight bytes.
    private static final long ONES = 0x0101010101010101L;

    /// All but the highest bit of each byte.
    private static final long LOW = 0x7F7F7F7F7F7F7F7FL;

    /// Multiplied with the lowest bits of eight bytes, it brings them together in the highest byte.
    private static final long GATHER = 0x0102040810204080L;

    /// With more marked codes than this, looking each row up is less work than comparing it with each code.
    private static final int FEW = 4;

    private CodeSelection() {}

    /// The words of the rows whose code the table marks; null never is.
    static long[] words(byte[] codes, boolean[] table) {
        int marked = 0;
        int known = Math.min(table.length, 128);
        for (int code = 0; code < known; code++) {
            marked += table[code] ? 1 : 0;
        }
        if (marked <= FEW) {
            return comparing(codes, codes(table, true, marked));
        }
        if (known - marked < FEW) {
            // Null is one of those left out.
            long[] words = comparing(codes, codes(table, false, known - marked));
            long[] nulls = comparing(codes, new int[] {-1});
            for (int w = 0; w < words.length; w++) {
                words[w] = ~(words[w] | nulls[w]);
            }
            return words;
        }
        return lookedUp(codes, table, known);
    }

    private static int[] codes(boolean[] table, boolean marked, int count) {
        int[] found = new int[count];
        int n = 0;
        for (int code = 0; n < count; code++) {
            if (table[code] == marked) {
                found[n++] = code;
            }
        }
        return found;
    }

    /// Rows that have one of those codes.
    static long[] comparing(byte[] codes, int[] wanted) {
        int size = codes.length;
        long[] words = new long[Bits.words(size)];
        for (int code : wanted) {
            long same = (code & 0xFF) * ONES;
            for (int w = 0; w < size >>> 6; w++) {
                int from = w << 6;
                long word = 0;
                for (int i = 0; i < 64; i += 8) {
                    word |= equal((long) EIGHT.get(codes, from + i) ^ same) << i;
                }
                words[w] |= word;
            }
            for (int row = size & ~63; row < size; row++) {
                words[row >>> 6] |= (codes[row] == code ? 1L : 0L) << row;
            }
        }
        return words;
    }

    /// Eight bits: which of the eight bytes are zero.
    private static long equal(long bytes) {
        long zero = ~((bytes & LOW) + LOW | bytes | LOW);
        return (zero >>> 7) * GATHER >>> 56;
    }

    private static long[] lookedUp(byte[] codes, boolean[] table, int known) {
        // By the byte without its sign, so that null, 255, needs no branch.
        byte[] marks = new byte[256];
        for (int code = 0; code < known; code++) {
            marks[code] = (byte) (table[code] ? 1 : 0);
        }
        int size = codes.length;
        long[] words = new long[Bits.words(size)];
        for (int w = 0; w < size >>> 6; w++) {
            int from = w << 6;
            long word = 0;
            for (int i = 0; i < 64; i += 4) {
                word |=
                        (marks[codes[from + i] & 0xFF]
                                        | (long) marks[codes[from + i + 1] & 0xFF] << 1
                                        | (long) marks[codes[from + i + 2] & 0xFF] << 2
                                        | (long) marks[codes[from + i + 3] & 0xFF] << 3)
                                << i;
            }
            words[w] = word;
        }
        for (int row = size & ~63; row < size; row++) {
            words[row >>> 6] |= (long) marks[codes[row] & 0xFF] << row;
        }
        return words;
    }

    /// As [#words(byte[], boolean[])].
    static long[] words(short[] codes, boolean[] table) {
        byte[] marks = marks(table);
        int size = codes.length;
        long[] words = new long[Bits.words(size)];
        for (int w = 0; w < size >>> 6; w++) {
            int from = w << 6;
            long word = 0;
            for (int i = 0; i < 64; i += 4) {
                word |=
                        (marks[codes[from + i] + 1]
                                        | (long) marks[codes[from + i + 1] + 1] << 1
                                        | (long) marks[codes[from + i + 2] + 1] << 2
                                        | (long) marks[codes[from + i + 3] + 1] << 3)
                                << i;
            }
            words[w] = word;
        }
        for (int row = size & ~63; row < size; row++) {
            words[row >>> 6] |= (long) marks[codes[row] + 1] << row;
        }
        return words;
    }

    /// As [#words(byte[], boolean[])].
    static long[] words(int[] codes, boolean[] table) {
        byte[] marks = marks(table);
        int size = codes.length;
        long[] words = new long[Bits.words(size)];
        for (int w = 0; w < words.length; w++) {
            int from = w << 6;
            int to = Math.min(from + 64, size);
            long word = 0;
            for (int i = from; i < to; i++) {
                word |= (long) marks[codes[i] + 1] << i;
            }
            words[w] = word;
        }
        return words;
    }

    /// Of code = row.
    static long[] words(int size, boolean[] table) {
        long[] words = new long[Bits.words(size)];
        for (int row = 0; row < Math.min(size, table.length); row++) {
            words[row >>> 6] |= (table[row] ? 1L : 0L) << row;
        }
        return words;
    }

    /// By code + 1, so that null needs no branch.
    private static byte[] marks(boolean[] table) {
        byte[] marks = new byte[table.length + 1];
        for (int code = 0; code < table.length; code++) {
            marks[code + 1] = (byte) (table[code] ? 1 : 0);
        }
        return marks;
    }

    /// The words of the rows that have that code, which may be -1 for null.
    static long[] words(short[] codes, int code) {
        int size = codes.length;
        long[] words = new long[Bits.words(size)];
        for (int w = 0; w < size >>> 6; w++) {
            int from = w << 6;
            long word = 0;
            for (int i = 0; i < 64; i++) {
                word |= (codes[from + i] == code ? 1L : 0L) << i;
            }
            words[w] = word;
        }
        for (int row = size & ~63; row < size; row++) {
            words[row >>> 6] |= (codes[row] == code ? 1L : 0L) << row;
        }
        return words;
    }

    /// As [#words(short[], int)].
    static long[] words(int[] codes, int code) {
        int size = codes.length;
        long[] words = new long[Bits.words(size)];
        for (int w = 0; w < words.length; w++) {
            int from = w << 6;
            int to = Math.min(from + 64, size);
            long word = 0;
            for (int i = from; i < to; i++) {
                word |= (codes[i] == code ? 1L : 0L) << i;
            }
            words[w] = word;
        }
        return words;
    }
}
