package io.muster.core.diagnostic;

import java.util.Arrays;

/// A text as a user gave it, with a name to call it by. Offsets become line and column only when shown.
public final class SourceText {
    private final String name;
    private final String text;
    private final int[] lineStarts;

    public SourceText(String name, String text) {
        this.name = name;
        this.text = text;
        int[] starts = new int[16];
        int lines = 1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                if (lines == starts.length) {
                    starts = Arrays.copyOf(starts, lines * 2);
                }
                starts[lines++] = i + 1;
            }
        }
        this.lineStarts = Arrays.copyOf(starts, lines);
    }

    public String name() {
        return name;
    }

    public String text() {
        return text;
    }

    /// The line of an offset, from 1.
    public int line(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /// The column of an offset, from 1, in UTF-16 units.
    public int column(int offset) {
        return offset - lineStarts[line(offset) - 1] + 1;
    }

    /// The text of a line (from 1) without its line break.
    public String lineText(int line) {
        int from = lineStarts[line - 1];
        int to = line < lineStarts.length ? lineStarts[line] - 1 : text.length();
        return text.substring(from, to > from && text.charAt(to - 1) == '\r' ? to - 1 : to);
    }
}
