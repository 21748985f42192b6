package io.muster.kql.conformance;

import io.muster.core.column.Catalog;
import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.column.TableSource;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.vector.ColumnBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/// Runs a file of KQL cases, one JSON object a line: `id`, `authority`, `query`, `tables`, `expected` columns and rows, and how exactly they
/// are to be compared.
public final class KqlConformance {
    private static final QueryOptions OPTIONS =
            QueryOptions.DEFAULT.withTimeLimit(Duration.ofSeconds(20));

    private KqlConformance() {}

    /// What became of a case.
    ///
    /// @param status `pass`, `fail`, `error` or `skip`
    public record Outcome(String id, String group, String status, String detail) {}

    /// Runs the cases of a file (`.gz` or plain) and prints a JSON line a case, a summary line a group, and `N passed, N failed` last.
    ///
    /// @return 0 when all passed, else 1
    public static int run(Path file, PrintStream out) throws IOException, JsonException {
        var counts = new TreeMap<String, int[]>();
        int passed = 0;
        int failed = 0;
        for (var testCase : read(file)) {
            var outcome = run(testCase);
            out.println(
                    Json.write(
                            Dynamic.bag()
                                    .put("id", outcome.id())
                                    .put("status", outcome.status())
                                    .put("detail", outcome.detail())
                                    .build()));
            int[] count = counts.computeIfAbsent(outcome.group(), g -> new int[2]);
            boolean ok = outcome.status().equals("pass");
            count[ok ? 0 : 1]++;
            passed += ok ? 1 : 0;
            failed += ok ? 0 : 1;
        }
        for (var group : counts.entrySet()) {
            int[] count = group.getValue();
            out.printf(
                    Locale.ROOT,
                    "%s: %d passed, %d failed (%.1f %%)%n",
                    group.getKey(),
                    count[0],
                    count[1],
                    100.0 * count[0] / (count[0] + count[1]));
        }
        out.println(passed + " passed, " + failed + " failed");
        return failed == 0 ? 0 : 1;
    }

    /// The cases of a file.
    public static List<Dynamic> read(Path file) throws IOException, JsonException {
        var cases = new ArrayList<Dynamic>();
        var raw = Files.newInputStream(file);
        try (var reader =
                new BufferedReader(
                        new InputStreamReader(
                                file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw,
                                StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    cases.add(Json.parse(line));
                }
            }
        }
        return cases;
    }

    /// Runs one case.
    public static Outcome run(Dynamic testCase) {
        String id = testCase.get("id").textOr("?");
        boolean geo =
                testCase.get("needs").items().stream()
                                .anyMatch(n -> n.textOr("").startsWith("geo_"))
                        || testCase.get("query").textOr("").contains("geo_");
        String group = geo ? "geo_*" : testCase.get("authority").textOr("unknown");
        try {
            var result =
                    Kql.run(
                            testCase.get("query").textOr(""),
                            catalog(testCase.get("tables")),
                            OPTIONS);
            var difference = Comparison.difference(testCase, result);
            return difference.isEmpty()
                    ? new Outcome(id, group, "pass", "")
                    : new Outcome(id, group, "fail", difference.get());
        } catch (DiagnosticException refused) {
            return new Outcome(
                    id,
                    group,
                    "error",
                    refused.diagnostics().getFirst().code()
                            + " "
                            + refused.diagnostics().getFirst().message());
        } catch (QueryStoppedException stopped) {
            return new Outcome(id, group, "error", stopped.code() + " " + stopped.getMessage());
        } catch (RuntimeException ours) {
            // A fault of the engine is a result of this case, not the end of the run.
            var at = ours.getStackTrace();
            return new Outcome(id, group, "error", ours + (at.length == 0 ? "" : " at " + at[0]));
        }
    }

    private static Catalog catalog(Dynamic tables) {
        var all = new ArrayList<TableSource>();
        for (Map.Entry<String, Dynamic> entry : tables.members().entrySet()) {
            var fields = new ArrayList<Field>();
            for (var column : entry.getValue().get("columns").items()) {
                fields.add(
                        new Field(
                                column.get("name").textOr(""),
                                KqlType.parse(column.get("type").textOr("dynamic"))
                                        .orElse(KqlType.DYNAMIC)));
            }
            var rows = entry.getValue().get("rows").items();
            var columns = new ArrayList<Column>();
            for (int c = 0; c < fields.size(); c++) {
                var builder = new ColumnBuilder(fields.get(c).type(), rows.size());
                for (var row : rows) {
                    builder.add(Comparison.cell(row.get(c), fields.get(c).type()));
                }
                columns.add(builder.build());
            }
            all.add(
                    new Table(
                            entry.getKey(),
                            new Schema(fields),
                            List.of(new Segment(rows.size(), columns))));
        }
        return Catalog.of(all);
    }
}
