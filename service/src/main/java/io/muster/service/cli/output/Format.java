package io.muster.service.cli.output;

import io.muster.core.column.Table;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.service.query.Rows;
import java.io.PrintStream;
import java.util.List;
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
            var rows = Rows.objects(table, 0, Long.MAX_VALUE);
            out.println(
                    rows.isEmpty()
                            ? "[]"
                            : rows.stream()
                                    .map(Json::write)
                                    .collect(Collectors.joining(",\n  ", "[\n  ", "\n]")));
        }
    },
    /// One JSON object a line.
    JSONL {
        @Override
        void print(Table table, int width, PrintStream out) {
            Rows.objects(table, 0, Long.MAX_VALUE).forEach(row -> out.println(Json.write(row)));
        }
    },
    /// Comma-separated values as in RFC 4180, with a line of names.
    CSV {
        @Override
        void print(Table table, int width, PrintStream out) {
            line(out, names(table), ",", "", Format::quoted);
            Rows.forEach(
                    table,
                    0,
                    Long.MAX_VALUE,
                    cells -> line(out, texts(cells), ",", "", Format::quoted));
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

    private static String quoted(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|").replace("\r", "").replace("\n", "<br>");
    }
}
