package io.muster.service.cli;

import io.muster.core.column.DynamicColumn;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.inventory.derived.InventoryCatalog;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.exec.QueryStoppedException;
import io.muster.service.cli.output.Format;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster query 'KQL'`: answers a query over files, or over a running server's fleet.
@Command(
        name = "query",
        description = "Answers a KQL query over files of resources or a running server's fleet.",
        mixinStandardHelpOptions = true)
final class QueryCommand implements Callable<Integer> {
    private static final int PAGE = 1000;
    private static final int MAX_QUERY_BYTES = 1 << 20;

    private final Streams streams;
    private final InstantSource clock;

    @Parameters(
            arity = "1..*",
            paramLabel = "KQL",
            description =
                    "The query; - reads it from the standard input. Words before it are further input files")
    private List<String> words = new ArrayList<>();

    @Mixin private InputOptions input = new InputOptions();
    @Mixin private DataOptions data = new DataOptions();

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "The server to ask (default: the one running on the data folder)")
    private @Nullable String server;

    @Option(
            names = "--format",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})",
            defaultValue = "table")
    private Format format = Format.TABLE;

    @Option(
            names = "--param",
            paramLabel = "NAME=VALUE",
            description = "A value for a declared query parameter; JSON, or a text")
    private Map<String, String> parameters = new LinkedHashMap<>();

    QueryCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        String query = words.getLast();
        input.add(words.subList(0, words.size() - 1));
        String text = query.equals("-") ? fromInput() : query;
        if (text.isBlank()) {
            throw new BadInput("the query is empty");
        }
        var table = input.isGiven() ? overFiles(text) : overServer(text);
        format.print(table, streams.out(), Terminal.width());
        return ExitCode.FINE;
    }

    private String fromInput() throws IOException, BadInput {
        byte[] bytes = streams.in().readNBytes(MAX_QUERY_BYTES + 1);
        if (bytes.length > MAX_QUERY_BYTES) {
            throw new BadInput("the query on the standard input is longer than a megabyte");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Table overFiles(String text) throws Exception {
        var options = QueryOptions.DEFAULT.withClock(clock).withParameters(values());
        var snapshot = input.read(streams, clock);
        try {
            var prepared = Kql.prepare(text, InventoryCatalog.of(snapshot), options);
            prepared.notes().forEach(note -> streams.err().println(note.render()));
            return prepared.run().table();
        } catch (QueryStoppedException stopped) {
            throw new BadInput("the query was stopped: " + stopped.getMessage(), stopped);
        }
    }

    private Map<String, Dynamic> values() {
        var values = new LinkedHashMap<String, Dynamic>();
        parameters.forEach((name, text) -> values.put(name, valueOf(text)));
        return values;
    }

    /// JSON when it is some, else the text itself: `--param name=abc` needs no quotes.
    private static Dynamic valueOf(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException plainText) {
            return Dynamic.of(text);
        }
    }

    private Table overServer(String text)
            throws BadInput, DiagnosticException, IOException, InterruptedException {
        if (!parameters.isEmpty()) {
            throw new BadInput("--param needs --input: a server takes no query parameters");
        }
        String chosen = server;
        if (chosen == null) {
            var running = RunningServer.of(data.folder());
            chosen =
                    running.orElseThrow(() ->
                                    new BadInput(
                                            "no server runs on %s: give files with --input, or a server with --server"
                                                    .formatted(data.folder())))
                            .url();
        }
        try (var client = new ServerClient(chosen)) {
            return fetch(client, text);
        }
    }

    private static Table fetch(ServerClient client, String text)
            throws BadInput, IOException, InterruptedException {
        var rows = new ArrayList<List<Dynamic>>();
        Schema schema;
        String token = "";
        do {
            var options = Dynamic.bag().put("$top", PAGE).put("resultFormat", "table");
            if (!token.isEmpty()) {
                options.put("$skipToken", token);
            } else if (!rows.isEmpty()) {
                options.put("$skip", rows.size());
            }
            var answer =
                    client.post(
                            "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01",
                            Dynamic.bag()
                                    .put("query", text)
                                    .put("options", options.build())
                                    .build());
            schema = schemaOf(answer.path("data", "columns"));
            answer.path("data", "rows").items().forEach(row -> rows.add(row.items()));
            token = answer.get("$skipToken").textOr("");
            if (token.isEmpty() && answer.get("resultTruncated").textOr("").equals("true")) {
                // No id column: pages are counted off instead.
                continue;
            }
            if (token.isEmpty()) {
                break;
            }
        } while (true);
        return tableOf(schema, rows);
    }

    private static Schema schemaOf(Dynamic columns) {
        return new Schema(
                columns.items().stream()
                        .map(c -> new Field(c.get("name").textOr(""), KqlType.DYNAMIC))
                        .toList());
    }

    private static Table tableOf(Schema schema, List<List<Dynamic>> rows) {
        var columns = new ArrayList<DynamicColumn>();
        for (int c = 0; c < schema.size(); c++) {
            int at = c;
            columns.add(
                    new DynamicColumn(
                            rows.stream().map(row -> row.get(at)).toArray(Dynamic[]::new)));
        }
        return new Table("result", schema, List.of(new Segment(rows.size(), List.copyOf(columns))));
    }
}
