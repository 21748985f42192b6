package io.muster.core.column;

import org.jspecify.annotations.Nullable;

/// The texts that one path had in the segments built so far. A segment whose texts are mostly these takes them over with their codes, texts it
/// does not use included: then all segments have one dictionary.
///
/// @param pool holds all texts of the dictionary by the same codes, and more as soon as a segment brings some
record Vocabulary(TextPool pool, Dictionary dictionary) {
    /// So many rows a text, on average: texts that differ from row to row are not those of the next segment.
    private static final int ROWS_A_TEXT = 16;

    /// A segment may leave a fifth of the texts unused, and bring as many new ones as are an eighth of its own.
    private static final int UNUSED = 5;

    private static final int NEW = 8;

    /// Whether texts of so many rows are likely to come again.
    static boolean isWorthwhile(TextPool texts, int rows) {
        return (long) texts.size() * ROWS_A_TEXT <= rows;
    }

    /// For each code of other texts the code here, unknown texts being added; null when too many are unknown or too few are used.
    int @Nullable [] codes(TextPool texts) {
        int most = texts.size() / NEW;
        if ((long) texts.size() * UNUSED < (long) pool.size() * (UNUSED - 1)
                || TextCompression.width(pool.size() + most, 0)
                        > TextCompression.width(texts.size(), 0)) {
            return null;
        }
        int[] codes = new int[texts.size()];
        int unknown = 0;
        for (int code = 0; code < codes.length; code++) {
            codes[code] = pool.find(texts, code);
            if (codes[code] < 0 && ++unknown > most) {
                return null;
            }
        }
        for (int code = 0; unknown > 0; code++) {
            if (codes[code] < 0) {
                codes[code] = pool.intern(texts, code);
                unknown--;
            }
        }
        return codes;
    }
}
