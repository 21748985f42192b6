package io.muster.core.column;

import org.jspecify.annotations.Nullable;

/// One dictionary code a row, -1 for null, in the narrowest array that holds them. Immutable.
public final class Codes {
    /// Exactly one of the arrays is set, or none when code = row.
    private final byte @Nullable [] bytes;

    private final short @Nullable [] shorts;
    private final int @Nullable [] ints;
    private final int size;

    /// Whether a row is null: 0 not looked yet, 1 none, 2 some. Whoever looks at the same time sees the same.
    private byte nulls;

    /// Asked for before and kept. Whoever counts at the same time counts the same.
    private @Nullable CodeCounts counts;

    /// A count and a first row, four bytes each, of so many rows.
    private static final int ROWS_A_KEPT_COUNT = 16;

    private Codes(
            byte @Nullable [] bytes, short @Nullable [] shorts, int @Nullable [] ints, int size) {
        this.bytes = bytes;
        this.shorts = shorts;
        this.ints = ints;
        this.size = size;
    }

    /// Row i has code i.
    public static Codes identity(int size) {
        return new Codes(null, null, null, size);
    }

    /// Copies the codes into the narrowest form for a dictionary of that many values.
    public static Codes of(int[] codes, int dictionarySize) {
        int size = codes.length;
        if (dictionarySize <= 128) {
            byte[] narrow = new byte[size];
            for (int i = 0; i < size; i++) {
                narrow[i] = (byte) codes[i];
            }
            return new Codes(narrow, null, null, size);
        }
        if (dictionarySize <= 32768) {
            short[] narrow = new short[size];
            for (int i = 0; i < size; i++) {
                narrow[i] = (short) codes[i];
            }
            return new Codes(null, narrow, null, size);
        }
        return new Codes(null, null, codes.clone(), size);
    }

    /// Takes the array over: the caller must not write it again.
    public static Codes wrap(int[] codes) {
        return new Codes(null, null, codes, codes.length);
    }

    /// [#wrap] of codes below 128.
    static Codes wrap(byte[] codes) {
        return new Codes(codes, null, null, codes.length);
    }

    /// [#wrap] of codes below 32,768.
    static Codes wrap(short[] codes) {
        return new Codes(null, codes, null, codes.length);
    }

    Codes shared(Sharing sharing) {
        return new Codes(
                bytes == null ? null : sharing.same(bytes),
                shorts == null ? null : sharing.same(shorts),
                ints == null ? null : sharing.same(ints),
                size);
    }

    public int size() {
        return size;
    }

    public int get(int row) {
        if (bytes != null) {
            return bytes[row];
        }
        if (shorts != null) {
            return shorts[row];
        }
        return ints != null ? ints[row] : row;
    }

    /// Whether a row is null.
    public boolean hasNulls() {
        // Read once: a second look without a lock might see the byte as it was before.
        byte known = nulls;
        if (known == 0) {
            known = (byte) (findNull() ? 2 : 1);
            nulls = known;
        }
        return known == 2;
    }

    private boolean findNull() {
        // Negative as soon as one code is.
        int signs = 0;
        if (bytes != null) {
            for (byte code : bytes) {
                signs |= code;
            }
        } else if (shorts != null) {
            for (short code : shorts) {
                signs |= code;
            }
        } else if (ints != null) {
            for (int code : ints) {
                signs |= code;
            }
        }
        return signs < 0;
    }

    /// The rows that are not null.
    public Bits present() {
        if (!hasNulls()) {
            return Bits.all(size);
        }
        long[] words = new long[Bits.words(size)];
        for (int w = 0; w < words.length; w++) {
            int to = Math.min((w << 6) + 64, size);
            long word = 0;
            for (int i = w << 6; i < to; i++) {
                word |= (get(i) >= 0 ? 1L : 0L) << i;
            }
            words[w] = word;
        }
        return Bits.wrap(words, size);
    }

    public boolean isIdentity() {
        return bytes == null && shorts == null && ints == null;
    }

    /// The array the codes stand in, the number of rows where code = row.
    Object array() {
        return bytes != null ? bytes : shorts != null ? shorts : ints != null ? ints : size;
    }

    /// The byte form, or null when the codes are wider. Not to be written.
    public byte @Nullable [] bytes() {
        return bytes;
    }

    /// The short form, or null when the codes have another width. Not to be written.
    public short @Nullable [] shorts() {
        return shorts;
    }

    /// The int form, or null when the codes have another width. Not to be written.
    public int @Nullable [] ints() {
        return ints;
    }

    /// A fresh array of all codes.
    public int[] toInts() {
        int[] out = new int[size];
        if (bytes != null) {
            for (int i = 0; i < size; i++) {
                out[i] = bytes[i];
            }
        } else if (shorts != null) {
            for (int i = 0; i < size; i++) {
                out[i] = shorts[i];
            }
        } else if (ints != null) {
            System.arraycopy(ints, 0, out, 0, size);
        } else {
            for (int i = 0; i < size; i++) {
                out[i] = i;
            }
        }
        return out;
    }

    /// The codes of those rows; row -1 gives code -1.
    public Codes gather(int[] rows) {
        int n = rows.length;
        if (bytes != null) {
            byte[] out = new byte[n];
            for (int i = 0; i < n; i++) {
                out[i] = rows[i] < 0 ? -1 : bytes[rows[i]];
            }
            return new Codes(out, null, null, n);
        }
        if (shorts != null) {
            short[] out = new short[n];
            for (int i = 0; i < n; i++) {
                out[i] = rows[i] < 0 ? -1 : shorts[rows[i]];
            }
            return new Codes(null, out, null, n);
        }
        if (ints != null) {
            int[] out = new int[n];
            for (int i = 0; i < n; i++) {
                out[i] = rows[i] < 0 ? -1 : ints[rows[i]];
            }
            return new Codes(null, null, out, n);
        }
        return new Codes(null, null, rows.clone(), n);
    }

    /// The rows whose code the table marks; `table[code]`, nulls never.
    public Bits select(boolean[] table) {
        int marked = 0;
        for (boolean mark : table) {
            marked += mark ? 1 : 0;
        }
        if (marked == 0) {
            return Bits.none(size);
        }
        if (marked == table.length && !hasNulls()) {
            return Bits.all(size);
        }
        long[] words =
                bytes != null
                        ? CodeSelection.words(bytes, table)
                        : shorts != null
                                ? CodeSelection.words(shorts, table)
                                : ints != null
                                        ? CodeSelection.words(ints, table)
                                        : CodeSelection.words(size, table);
        return Bits.wrap(words, size);
    }

    /// The rows that have that code, which is not negative.
    public Bits equal(int code) {
        if (bytes != null) {
            return code > Byte.MAX_VALUE
                    ? Bits.none(size)
                    : Bits.wrap(CodeSelection.comparing(bytes, new int[] {code}), size);
        }
        if (shorts != null) {
            return Bits.wrap(CodeSelection.words(shorts, code), size);
        }
        if (ints != null) {
            return Bits.wrap(CodeSelection.words(ints, code), size);
        }
        var one = new Bits.Builder(size);
        if (code < size) {
            one.set(code);
        }
        return one.build(size);
    }

    /// How often each code comes. Kept with the codes where there are so few values that it takes at most half a byte a row.
    ///
    /// @param dictionarySize of the values that the codes stand for
    public CodeCounts counts(int dictionarySize) {
        var known = counts;
        if (known == null || known.counts().length != dictionarySize + 1) {
            known = CodeCounts.of(this, dictionarySize);
            if ((long) dictionarySize * ROWS_A_KEPT_COUNT <= size) {
                counts = known;
            }
        }
        return known;
    }
}
