package io.muster.service.cli.output;

import io.muster.core.column.Table;
import io.muster.service.query.Rows;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Aligned columns: numbers to the right, the widest columns cut with an ellipsis until a line fits the terminal. Where even narrow ones do
/// not, the last are left out and named below.
final class TextTable {
    private static final int GAP = 2;
    private static final int NARROWEST = 8;

    /// Rows that the widths are measured on.
    private static final int MEASURED = 1000;

    private TextTable() {}

    static void print(Table table, int terminalWidth, PrintStream out) {
        var fields = table.schema().fields();
        int columns = fields.size();
        int[] widths = new int[columns];
        boolean[] numbers = new boolean[columns];
        Arrays.fill(numbers, true);
        var names = fields.stream().map(f -> clean(f.name())).toList();
        for (int i = 0; i < columns; i++) {
            widths[i] = length(names.get(i));
        }
        Rows.forEach(
                table,
                0,
                MEASURED,
                cells -> {
                    for (int i = 0; i < columns; i++) {
                        widths[i] = Math.max(widths[i], length(clean(Cells.text(cells.get(i)))));
                        numbers[i] &= cells.get(i).isNull() || Cells.isNumber(cells.get(i));
                    }
                });
        int[] shown = terminalWidth > 0 ? fitting(widths, terminalWidth) : widths;
        line(names, shown, numbers, out);
        line(Arrays.stream(shown).mapToObj("-"::repeat).toList(), shown, numbers, out);
        Rows.forEach(
                table,
                0,
                Long.MAX_VALUE,
                cells -> {
                    var texts = new ArrayList<String>(columns);
                    cells.forEach(cell -> texts.add(clean(Cells.text(cell))));
                    line(texts, shown, numbers, out);
                });
        if (shown.length < columns) {
            out.println(
                    "(%d more columns: %s; a wider terminal or another --format shows them)"
                            .formatted(
                                    columns - shown.length,
                                    String.join(", ", names.subList(shown.length, columns))));
        }
    }

    /// Takes from the widest column until all fit or all are narrow, then the last columns away.
    private static int[] fitting(int[] all, int terminalWidth) {
        int[] widths = all.clone();
        fit(widths, terminalWidth);
        int columns = widths.length;
        while (columns > 1
                && Arrays.stream(widths, 0, columns).sum() + GAP * (columns - 1) > terminalWidth) {
            columns--;
        }
        if (columns < widths.length) {
            // What remains may be as wide as it was, within what there is now.
            widths = Arrays.copyOf(all, columns);
            fit(widths, terminalWidth);
        }
        return widths;
    }

    private static void fit(int[] widths, int terminalWidth) {
        int total = Arrays.stream(widths).sum() + GAP * (widths.length - 1);
        while (total > terminalWidth) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                if (widths[i] > widths[widest]) {
                    widest = i;
                }
            }
            if (widths[widest] <= NARROWEST) {
                return;
            }
            widths[widest]--;
            total--;
        }
    }

    private static void line(List<String> texts, int[] widths, boolean[] numbers, PrintStream out) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String text = cut(texts.get(i), widths[i]);
            String padding = " ".repeat(Math.max(0, widths[i] - length(text)));
            line.append(numbers[i] ? padding + text : text + padding);
            line.append(" ".repeat(GAP));
        }
        out.println(line.toString().stripTrailing());
    }

    private static String cut(String text, int width) {
        if (length(text) <= width) {
            return text;
        }
        int end = 0;
        for (int taken = 0; end < text.length(); ) {
            int c = text.codePointAt(end);
            taken += cells(c);
            if (taken > width - 1) {
                break;
            }
            end += Character.charCount(c);
        }
        return text.substring(0, end) + "…";
    }

    /// In cells of a terminal.
    private static int length(String text) {
        return text.codePoints().map(TextTable::cells).sum();
    }

    /// Two for what East Asia writes wide and for pictures, none for marks upon other characters.
    private static int cells(int codePoint) {
        if (codePoint < 0x300) {
            return 1;
        }
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
            default ->
                    codePoint >= 0x1100 && codePoint <= 0x115F
                                    || codePoint >= 0x2E80 && codePoint <= 0xA4CF
                                    || codePoint >= 0xAC00 && codePoint <= 0xD7A3
                                    || codePoint >= 0xF900 && codePoint <= 0xFAFF
                                    || codePoint >= 0xFE30 && codePoint <= 0xFE6F
                                    || codePoint >= 0xFF00 && codePoint <= 0xFF60
                                    || codePoint >= 0xFFE0 && codePoint <= 0xFFE6
                                    || codePoint >= 0x1F300 && codePoint <= 0x1FAFF
                                    || codePoint >= 0x20000 && codePoint <= 0x3FFFD
                            ? 2
                            : 1;
        };
    }

    /// Without the characters that steer a terminal: a name or tag must not move its cursor or colour what follows.
    private static String clean(String text) {
        if (text.codePoints().noneMatch(TextTable::steers)) {
            return text;
        }
        var out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c ->
                        out.appendCodePoint(
                                c == '\n' || c == '\r' || c == '\t'
                                        ? ' '
                                        : steers(c) ? '\uFFFD' : c));
        return out.toString();
    }

    /// Control characters, and those that turn the direction of writing.
    private static boolean steers(int c) {
        return Character.isISOControl(c)
                || c >= 0x202A && c <= 0x202E
                || c >= 0x2066 && c <= 0x2069;
    }
}
