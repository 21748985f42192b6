package io.muster.kql.regex;

import com.google.re2j.PatternSyntaxException;

/// The characters of a pattern that may ignore case: RE2/J goes through their cases one by one, through some without an end.
final class FoldedRanges {
    /// Letters whose cases RE2/J goes through without an end.
    private static final int ENDLESS = 0x1C80;

    private static final int LAST_ENDLESS = 0x1C88;

    /// Characters in ranges whose case is ignored, at most: RE2/J goes through them one by one.
    private static final int MOST_RANGED = 1 << 22;

    private final RegexText text;
    private final boolean folds;
    private int ranged;

    /// @throws PatternSyntaxException if one of those letters stands in it as it is
    FoldedRanges(RegexText text) {
        this.text = text;
        this.folds = setsFlag(text.regex, 'i');
        if (folds && text.regex.chars().anyMatch(FoldedRanges::isEndless)) {
            throw endless();
        }
    }

    private static boolean isEndless(int c) {
        return c >= ENDLESS && c <= LAST_ENDLESS;
    }

    private PatternSyntaxException endless() {
        return text.refused(
                "the characters U+1C80 to U+1C88 are not offered where case is ignored");
    }

    private static boolean setsFlag(String regex, char flag) {
        for (int i = regex.indexOf("(?"); i >= 0; i = regex.indexOf("(?", i + 2)) {
            for (int f = i + 2; f < regex.length() && RegexText.isLetter(regex.charAt(f)); f++) {
                if (regex.charAt(f) == flag) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Refuses what was written from there on if it is one of those letters.
    void checkOne(int from) {
        if (folds && isEndless(codeAt(from))) {
            throw endless();
        }
    }

    /// Takes out of the range just written, from `low` to the end, what RE2/J cannot ignore the case of.
    ///
    /// @param high where its other end was written
    void check(int low, int high) {
        int from = codeAt(low);
        int to = codeAt(high);
        if (!folds || from < 0) {
            return;
        }
        ranged += Math.max(0, to - from);
        if (ranged > MOST_RANGED) {
            throw text.refused("too many characters in ranges for a pattern that ignores case");
        }
        if (from > LAST_ENDLESS || to < ENDLESS) {
            return;
        }
        if (isEndless(from) || isEndless(to)) {
            throw endless();
        }
        text.out.insert(
                high,
                "%s%x}%s%x}-"
                        .formatted(
                                RegexText.CODE_POINT,
                                ENDLESS - 1,
                                RegexText.CODE_POINT,
                                LAST_ENDLESS + 1));
    }

    /// The character written there; 0 for an escape that is no code, which is one of ASCII; -1 for one that is a class, which begins no range.
    private int codeAt(int from) {
        if (from >= text.out.length()) {
            return 0;
        }
        if (text.out.charAt(from) != '\\') {
            return text.out.codePointAt(from);
        }
        if (from + 1 < text.out.length() && "dDsSwWpP".indexOf(text.out.charAt(from + 1)) >= 0) {
            return -1;
        }
        int close = text.out.indexOf("}", from);
        int open = text.out.indexOf("{", from);
        if (close < 0
                || open != from + RegexText.CODE_POINT.length() - 1
                || text.out.charAt(from + 1) != 'x') {
            return 0;
        }
        try {
            return Integer.parseInt(
                    text.out.substring(from + RegexText.CODE_POINT.length(), close), 16);
        } catch (NumberFormatException noCode) {
            // RE2 tells it.
            return 0;
        }
    }
}
