package io.muster.core.column;

/// How often each code comes: what a segment's immutable codes are asked again and again, found out once and kept with them.
///
/// @param counts by code + 1, null's first; not to be written
/// @param firsts the row in which each code that comes is met first, ascending; not to be written
public record CodeCounts(int[] counts, int[] firsts) {

    static CodeCounts of(Codes codes, int dictionarySize) {
        int[] counts = new int[dictionarySize + 1];
        byte[] bytes = codes.bytes();
        short[] shorts = codes.shorts();
        int[] ints = codes.ints();
        if (bytes != null) {
            count(bytes, counts);
        } else if (shorts != null) {
            count(shorts, counts);
        } else if (ints != null) {
            for (int code : ints) {
                counts[code + 1]++;
            }
        } else {
            for (int row = 0; row < codes.size(); row++) {
                counts[row + 1]++;
            }
        }
        int distinct = 0;
        for (int count : counts) {
            distinct += count > 0 ? 1 : 0;
        }
        int[] firsts = new int[distinct];
        var seen = new boolean[counts.length];
        for (int n = 0, row = 0; n < distinct; row++) {
            int code = codes.get(row) + 1;
            if (!seen[code]) {
                seen[code] = true;
                firsts[n++] = row;
            }
        }
        return new CodeCounts(counts, firsts);
    }

    /// In four tables by turns: an addition need not wait for the one before, which often has the same code.
    private static void count(byte[] codes, int[] counts) {
        int[] first = new int[256];
        int[] second = new int[256];
        int[] third = new int[256];
        int[] fourth = new int[256];
        int row = 0;
        for (; row < codes.length - 3; row += 4) {
            first[codes[row] & 0xFF]++;
            second[codes[row + 1] & 0xFF]++;
            third[codes[row + 2] & 0xFF]++;
            fourth[codes[row + 3] & 0xFF]++;
        }
        for (; row < codes.length; row++) {
            first[codes[row] & 0xFF]++;
        }
        // Null's are the last ones.
        for (int code = -1; code < Math.min(counts.length - 1, 128); code++) {
            int at = code & 0xFF;
            counts[code + 1] = first[at] + second[at] + third[at] + fourth[at];
        }
    }

    private static void count(short[] codes, int[] counts) {
        int[] other = new int[counts.length];
        int row = 0;
        for (; row < codes.length - 1; row += 2) {
            counts[codes[row] + 1]++;
            other[codes[row + 1] + 1]++;
        }
        for (; row < codes.length; row++) {
            counts[codes[row] + 1]++;
        }
        for (int code = 0; code < counts.length; code++) {
            counts[code] += other[code];
        }
    }
}
