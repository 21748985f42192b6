package io.muster.service.cli.output;

import io.muster.core.column.Table;
import io.muster.service.query.Rows;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Aligned columns: numbers to the right, the widest columns cut with an ellipsis until a line fits the terminal.
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
        var names = fields.stream().map(f -> f.name()).toList();
        measure(names, widths);
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
        if (terminalWidth > 0) {
            fit(widths, terminalWidth);
        }
        line(names, widths, numbers, out);
        line(Arrays.stream(widths).mapToObj("-"::repeat).toList(), widths, numbers, out);
        Rows.forEach(
                table,
                0,
                Long.MAX_VALUE,
                cells -> {
                    var texts = new ArrayList<String>(columns);
                    cells.forEach(cell -> texts.add(clean(Cells.text(cell))));
                    line(texts, widths, numbers, out);
                });
    }

    private static void measure(List<String> names, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = length(names.get(i));
        }
    }

    /// Takes from the widest column until all fit or all are narrow.
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
        return text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String clean(String text) {
        return text.replace('\n', ' ').replace('\r', ' ').replace('\t', ' ');
    }
}
