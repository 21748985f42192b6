package io.muster.service.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.DynamicColumn;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormatTest {
    /// Rows of texts; null for none.
    private static Table table(List<String> names, String[]... rows) {
        var columns = new DynamicColumn[names.size()];
        for (int c = 0; c < columns.length; c++) {
            int at = c;
            columns[c] =
                    new DynamicColumn(
                            Arrays.stream(rows)
                                    .map(row ->
                                            row[at] == null ? Dynamic.NULL : Dynamic.of(row[at]))
                                    .toArray(Dynamic[]::new));
        }
        return new Table(
                "t",
                new Schema(names.stream().map(n -> new Field(n, KqlType.STRING)).toList()),
                List.of(new Segment(rows.length, List.of(columns))));
    }

    private static List<String> printed(Format format, Table table, int width) {
        var out = new ByteArrayOutputStream();
        format.print(table, width, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void noLineIsWiderThanTheTerminalAndWhatIsLeftOutIsNamed() {
        var names = List.of("first", "second", "third", "fourth", "fifth");
        String[] row = names.stream().map(n -> n.repeat(5)).toArray(String[]::new);
        var lines = printed(Format.TABLE, table(names, row), 40);
        assertThat(lines.subList(0, 3)).allMatch(line -> line.length() <= 40);
        assertThat(lines.getFirst()).contains("first", "fourth").doesNotContain("fifth");
        assertThat(lines.getLast()).startsWith("(1 more columns: fifth;");
        assertThat(printed(Format.TABLE, table(names, row), 0).getFirst()).contains("fifth");
    }

    @Test
    void aNameCannotSteerTheTerminal() {
        var lines =
                printed(
                        Format.TABLE,
                        table(List.of("name"), new String[] {"a\u001b[2Jb\u202ec\nd\u0007"}),
                        80);
        assertThat(lines).last().isEqualTo("a\ufffd[2Jb\ufffdc d\ufffd");
    }

    @Test
    void wideCharactersTakeTwoCells() {
        var lines =
                printed(
                        Format.TABLE,
                        table(
                                List.of("a", "b"),
                                new String[] {"日本", "x"},
                                new String[] {"e\u0301", "y"}),
                        80);
        assertThat(lines).containsExactly("a     b", "----  -", "日本  x", "e\u0301     y");
    }

    @Test
    void csvQuotesWhatPartsCellsAndKeepsALineOfNothing() {
        assertThat(
                        printed(
                                Format.CSV,
                                table(
                                        List.of("a", "b"),
                                        new String[] {"x,y", "say \"no\""},
                                        new String[] {null, ""}),
                                0))
                .containsExactly("a,b", "\"x,y\",\"say \"\"no\"\"\"", ",");
        assertThat(
                        printed(
                                Format.CSV,
                                table(List.of("a"), new String[] {""}, new String[] {"x"}),
                                0))
                .containsExactly("a", "\"\"", "x");
    }

    @Test
    void markdownShowsTextsAsTheyAre() {
        assertThat(
                        printed(
                                Format.MARKDOWN,
                                table(
                                        List.of("vm_name"),
                                        new String[] {"a\\|b"},
                                        new String[] {"*x* `y` <z> & _w_ vm_1"},
                                        new String[] {"one\r\ntwo"}),
                                0))
                .containsExactly(
                        "| vm_name |",
                        "| --- |",
                        "| a\\\\\\|b |",
                        "| \\*x\\* \\`y\\` &lt;z> &amp; \\_w\\_ vm_1 |",
                        "| one<br>two |");
    }

    @Test
    void jsonIsAnArrayHoweverManyRowsThereAre() {
        assertThat(printed(Format.JSON, table(List.of("a")), 0)).containsExactly("[]");
        assertThat(
                        printed(
                                Format.JSON,
                                table(List.of("a"), new String[] {"x"}, new String[] {null}),
                                0))
                .containsExactly("[", "  {\"a\":\"x\"},", "  {\"a\":null}", "]");
    }
}
