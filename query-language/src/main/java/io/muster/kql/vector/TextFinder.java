package io.muster.kql.vector;

import org.jspecify.annotations.Nullable;

/// Finds one text in another. Where both are long, in steps of their lengths together, looking now and then whether the run must stop:
/// [String#indexOf(String)] takes as many as one length times the other where much of the text is like the beginning of what is looked for.
public final class TextFinder {
    /// Units of a needle, and steps, that are left to the plain search.
    private static final int SHORT = 16;

    private static final long FEW = 1 << 22;
    private static final int CHUNK = 1 << 16;

    private final String text;
    private final String needle;

    /// By the length of what matches: the longest end of it that the needle also begins with.
    private int @Nullable [] borders;

    private int found = -1;

    public TextFinder(String text, String needle) {
        this.text = text;
        this.needle = needle;
    }

    /// Whether the text holds the needle.
    public static boolean isIn(String text, String needle) {
        return find(text, needle, 0) >= 0;
    }

    /// The first place of the needle from there on; -1 where there is none.
    public static int find(String text, String needle, int from) {
        return isPlain(text, needle)
                ? text.indexOf(needle, from)
                : new TextFinder(text, needle).from(from);
    }

    private static boolean isPlain(String text, String needle) {
        return needle.length() < SHORT
                || needle.length() > text.length()
                || (long) needle.length() * text.length() < FEW;
    }

    /// The first place of the needle from there on; -1 where there is none. Asked for one behind the other, all places take no more than one reading of
    /// the text.
    public int from(int from) {
        if (isPlain(text, needle)) {
            return text.indexOf(needle, from);
        }
        int[] table = borders;
        if (table == null) {
            table = borders(needle);
            borders = table;
        }
        // Right behind the last place, what is already known to match is not read again.
        boolean goesOn = found >= 0 && from == found + 1;
        int matched = goesOn ? table[needle.length()] : 0;
        int at = goesOn ? found + needle.length() : Math.max(0, from);
        var pace = new MemoryMeter.Pace();
        for (int stop; at < text.length(); pace.did(CHUNK)) {
            for (stop = Math.min(text.length(), at + CHUNK); at < stop; at++) {
                while (matched > 0 && text.charAt(at) != needle.charAt(matched)) {
                    matched = table[matched];
                }
                if (text.charAt(at) == needle.charAt(matched) && ++matched == needle.length()) {
                    found = at + 1 - matched;
                    return found;
                }
            }
        }
        found = -1;
        return -1;
    }

    private static int[] borders(String needle) {
        MemoryMeter.current().charge(0);
        int[] table = new int[needle.length() + 1];
        int border = 0;
        for (int at = 1; at < needle.length(); at++) {
            while (border > 0 && needle.charAt(at) != needle.charAt(border)) {
                border = table[border];
            }
            border += needle.charAt(at) == needle.charAt(border) ? 1 : 0;
            table[at + 1] = border;
        }
        return table;
    }
}
