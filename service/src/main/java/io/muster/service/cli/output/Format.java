package io.muster.service.cli.output;

import io.muster.core.column.Table;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.service.query.Rows;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// The forms that a result can be printed in.
public enum Format {
    /// Aligned columns, cut to the width of the terminal.
    TABLE {
        @Override
        void print(Table table, int width, PrintStream out) {
            TextTable.print(table, width, out);
        }
    },
    /// One JSON array of objects.
    JSON {
        @Override
        void print(Table table, int width, PrintStream out) {
            // Row by row: the whole would be a second copy of the answer.
            var names = names(table);
            var rows = new long[1];
            Rows.forEach(
                    table,
                    0,
                    Long.MAX_VALUE,
                    cells -> {
                        out.print(rows[0]++ == 0 ? "[\n  " : ",\n  ");
                        out.print(Json.write(Rows.object(names, cells)));
                    });
            out.println(rows[0] == 0 ? "[]" : "\n]");
        }
    },
    /// One JSON object a line.
    JSONL {
        @Override
        void print(Table table, int width, PrintStream out) {
            var names = names(table);
            Rows.forEach(
                    table,
                    0,
                    Long.MAX_VALUE,
                    cells -> out.println(Json.write(Rows.object(names, cells))));
        }
    },
    /// Comma-separated values as in RFC 4180, with a line of names.
    CSV {
        @Override
        void print(Table table, int width, PrintStream out) {
            var quoting = quoting(table);
            line(out, names(table), ",", "", quoting);
            Rows.forEach(
                    table, 0, Long.MAX_VALUE, cells -> line(out, texts(cells), ",", "", quoting));
        }
    },
    /// A table of GitHub's Markdown.
    MARKDOWN {
        @Override
        void print(Table table, int width, PrintStream out) {
            line(out, names(table), " | ", "| ", Format::escaped);
            out.println("|" + " --- |".repeat(table.schema().size()));
            Rows.forEach(
                    table,
                    0,
                    Long.MAX_VALUE,
                    cells -> line(out, texts(cells), " | ", "| ", Format::escaped));
        }
    };

    /// @param width of the terminal in columns; 0 when there is none
    abstract void print(Table table, int width, PrintStream out);

    public void print(Table table, PrintStream out, int terminalWidth) {
        print(table, terminalWidth, out);
    }

    /// As it is written on a command line and in a request.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static List<String> names(Table table) {
        return table.schema().fields().stream().map(f -> f.name()).toList();
    }

    private static List<String> texts(List<Dynamic> cells) {
        return cells.stream().map(Cells::text).toList();
    }

    private static void line(
            PrintStream out,
            List<String> cells,
            String between,
            String edge,
            UnaryOperator<String> form) {
        out.println(
                cells.stream()
                        .map(form)
                        .collect(Collectors.joining(between, edge, edge.isEmpty() ? "" : " |")));
    }

    /// An answer of one column has a line for a value that is empty, too: readers pass over a blank one.
    private static UnaryOperator<String> quoting(Table table) {
        return table.schema().size() == 1
                ? text -> text.isEmpty() ? "\"\"" : quoted(text)
                : Format::quoted;
    }

    private static String quoted(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    /// What Markdown would read as its own stands for itself; so do the backslashes that say so.
    private static String escaped(String text) {
        var out = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\', '|', '*', '`', '[', ']', '~' -> out.append('\\').append(c);
                case '_' -> out.append(isWithinWord(text, i) ? "_" : "\\_");
                case '<' -> out.append("&lt;");
                case '&' -> out.append("&amp;");
                case '\n' -> out.append("<br>");
                default -> {
                    if (!Character.isISOControl(c)) {
                        out.append(c);
                    }
                }
            }
        }
        return out.toString();
    }

    private static boolean isWithinWord(String text, int at) {
        return at > 0
                && at + 1 < text.length()
                && Character.isLetterOrDigit(text.charAt(at - 1))
                && Character.isLetterOrDigit(text.charAt(at + 1));
    }
}
