package io.muster.service.cli;

import io.muster.core.column.Catalog;
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
import io.muster.inventory.snapshot.Snapshot;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.value.ScalarText;
import io.muster.service.cli.output.Format;
import io.muster.service.compliance.KeptCompliance;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetHistory;
import io.muster.service.query.Difference;
import io.muster.service.query.FleetCatalog;
import io.muster.service.query.Question;
import io.muster.service.query.TouchedTables;
import io.muster.service.store.KeptFleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster query 'KQL'`: answers a query over files, over a running server's fleet, or over what one kept.
@Command(
        name = "query",
        description =
                "Answers a KQL query over files of resources, a running server's fleet, or what is kept of it.",
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
    @Mixin private StoreOptions store = new StoreOptions();

    @Mixin private ServerOption server = new ServerOption();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})",
            defaultValue = "table")
    private Format format = Format.TABLE;

    @Option(
            names = "--param",
            paramLabel = "NAME=VALUE",
            description = "A value for a declared query parameter; JSON, or a text")
    private Map<String, String> parameters = new LinkedHashMap<>();

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Answer for this instant, as 2026-11-21T08:00:00Z, not for now")
    private @Nullable Instant asOf;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description =
                    "Answer with the rows that came or went between this instant and now, or --as-of")
    private @Nullable Instant since;

    QueryCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Option(
            names = "--portability",
            description = "Say first where the real Resource Graph would refuse or cap the query")
    private boolean portability;

    @Option(
            names = "--explain",
            description =
                    "Show the plan too, on the standard error, with the rows and time of each step")
    private boolean explain;

    @Override
    public Integer call() throws Exception {
        String query = words.getLast();
        input.add(words.subList(0, words.size() - 1));
        String text = query.equals("-") ? fromInput() : query;
        if (text.isBlank()) {
            throw new BadInput("the query is empty");
        }
        if (!isSpliced(text)) {
            var unused = inWords(text).unusedName();
            if (unused.isPresent()) {
                throw new BadInput(
                        "--param %s: the query has no such name".formatted(unused.get()));
            }
        }
        if (portability) {
            Kql.portability(text).forEach(warning -> streams.err().println(warning.render()));
        }
        format.print(answer(text), streams.out(), Terminal.width());
        return input.hadFaults() ? ExitCode.FINDINGS : ExitCode.FINE;
    }

    private Table answer(String text) throws Exception {
        if (input.isGiven()) {
            if (asOf != null || since != null) {
                throw new BadInput(
                        "files have no history: --as-of and --since need a server or the store");
            }
            return overFiles(text);
        }
        var url = server.url(store.folder());
        return url.isEmpty() ? overStore(text) : overServer(url.get(), text);
    }

    private String fromInput() throws IOException, BadInput {
        byte[] bytes = streams.in().readNBytes(MAX_QUERY_BYTES + 1);
        if (bytes.length > MAX_QUERY_BYTES) {
            throw new BadInput("the query on the standard input is longer than a megabyte");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        // Some shells put a byte order mark before what they pipe.
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private Table overFiles(String text) throws Exception {
        var snapshot = input.read(streams, clock);
        try (var workers = workers()) {
            return over(
                    snapshot,
                    new FleetCatalog(List.of()).over(snapshot),
                    text,
                    options(text, workers));
        }
    }

    /// As wide as the cores, the asking thread among them: the common pool is one less, and on two cores that is nobody to help.
    static ForkJoinPool workers() {
        return new ForkJoinPool(Runtime.getRuntime().availableProcessors());
    }

    private QueryOptions options(String text, ForkJoinPool workers) throws DiagnosticException {
        return QueryOptions.DEFAULT
                .withClock(clock)
                .withParameters(question(text).parameters())
                .withMemoryLimit(
                        Math.min(
                                QueryOptions.DEFAULT.memoryLimit(),
                                Runtime.getRuntime().maxMemory() / 2))
                .withPool(workers);
    }

    /// A declared type reads the words of the command line as they are: a version `1.10` stays that, and is no number.
    private Question question(String query) throws DiagnosticException {
        var declared = Kql.declaredParameters(query);
        var values = new LinkedHashMap<String, Dynamic>();
        parameters.forEach((name, text) -> {
            boolean json = declared.getOrDefault(name, KqlType.DYNAMIC) == KqlType.DYNAMIC;
            values.put(name, json ? valueOf(text) : Dynamic.of(text));
        });
        return new Question(query, values);
    }

    private Question inWords(String query) {
        var words = new LinkedHashMap<String, Dynamic>();
        parameters.forEach((name, word) -> words.put(name, Dynamic.of(word)));
        return new Question(query, words);
    }

    /// Whether only the server can tell the whole text.
    private static boolean isSpliced(String query) {
        return query.contains("{{");
    }

    /// JSON when it is some, else the text itself: `--param name=abc` needs no quotes.
    private static Dynamic valueOf(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException plainText) {
            return Dynamic.of(text);
        }
    }

    private Table overStore(String text) throws Exception {
        try (var workers = workers()) {
            return overStore(text, options(text, workers));
        }
    }

    /// What is kept, without a server: nothing is written, and the verdicts are those that one kept.
    private Table overStore(String text, QueryOptions options) throws Exception {
        try (var kept = KeptFleet.forReading(store.options())) {
            var snapshots = kept.snapshots();
            var fleet = new Fleet(snapshots, snapshots, clock);
            fleet.damaged()
                    .forEach(damage -> streams.err().println("note: " + damage.getMessage()));
            var history = new FleetHistory(fleet, snapshots);
            var tables =
                    new FleetCatalog(
                            List.of(
                                    KeptCompliance.policyResources(
                                            fleet.snapshot(),
                                            kept.policyObjects(),
                                            kept.verdicts(),
                                            kept.verdictHistory(),
                                            kept.policyObjectHistory(),
                                            kept.remediations(),
                                            clock)));
            var later =
                    asOf == null
                            ? over(fleet.snapshot(), tables.over(fleet.snapshot()), text, options)
                            : asOf(asOf, history, tables, text, options);
            return since == null
                    ? later
                    : Difference.between(asOf(since, history, tables, text, options), later);
        } catch (KeptFleet.UnavailableException unavailable) {
            throw store.unasked(unavailable);
        } catch (FleetHistory.UnknownInstantException unknown) {
            throw new BadInput(String.valueOf(unknown.getMessage()), unknown);
        }
    }

    private Table asOf(
            Instant at,
            FleetHistory history,
            FleetCatalog tables,
            String text,
            QueryOptions options)
            throws Exception {
        var then = history.asOf(at);
        return over(then, tables.asOf(at, then), text, options);
    }

    private Table over(Snapshot snapshot, Catalog tables, String text, QueryOptions options)
            throws Exception {
        var read = new TouchedTables(tables);
        try {
            var prepared = Kql.prepare(text, read, options);
            prepared.notes().forEach(note -> streams.err().println(note.render()));
            if (explain) {
                streams.err().println(prepared.explainRun());
            }
            var table = prepared.run().table();
            read.notWhole(snapshot).forEach(torn -> streams.err().println("note: " + torn));
            return table;
        } catch (QueryStoppedException stopped) {
            throw new BadInput("the query was stopped: " + stopped.getMessage(), stopped);
        }
    }

    private Table overServer(String url, String text)
            throws BadInput, DiagnosticException, IOException, InterruptedException {
        try (var client = new ServerClient(url)) {
            return fetch(client, asked(text));
        } catch (ServerRefusal refusal) {
            var places = refusal.within(text);
            if (places.isEmpty()) {
                throw refusal;
            }
            throw new DiagnosticException(places);
        }
    }

    /// What only the server can splice does not read as a query here: there the words are sent as texts, which it reads by the declared types.
    private Question asked(String text) throws DiagnosticException {
        return parameters.isEmpty() || isSpliced(text) ? inWords(text) : question(text);
    }

    private Table fetch(ServerClient client, Question question)
            throws BadInput, IOException, InterruptedException {
        var rows = new ArrayList<List<Dynamic>>();
        Schema schema;
        String token = "";
        do {
            var options = Dynamic.bag().put("$top", PAGE).put("resultFormat", "table");
            if (asOf != null) {
                options.put("asOf", asOf.toString());
            }
            if (since != null) {
                options.put("since", since.toString());
            }
            if (!question.parameters().isEmpty()) {
                options.put("parameters", new Dynamic.Bag(question.parameters()));
            }
            if (explain && rows.isEmpty()) {
                options.put("explain", true);
            }
            if (!token.isEmpty()) {
                options.put("$skipToken", token);
            } else if (!rows.isEmpty()) {
                options.put("$skip", rows.size());
            }
            var answer =
                    client.post(
                            "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01",
                            Dynamic.bag()
                                    .put("query", question.text())
                                    .put("options", options.build())
                                    .build());
            answer.get("explain").asText().ifPresent(streams.err()::println);
            schema = schemaOf(answer.path("data", "columns"));
            answer.path("data", "rows").items().forEach(row -> rows.add(row.items()));
            token = answer.get("$skipToken").textOr("");
            if (token.isEmpty() && answer.get("resultTruncated").textOr("").equals("true")) {
                if (Kql.limitsItself(question.text())) {
                    // It begins anew at each request: there is no second page.
                    streams.err()
                            .println(
                                    "note: these are the first %d of %s rows; a server does not page a query with a take of its own"
                                            .formatted(
                                                    rows.size(),
                                                    ScalarText.of(answer.get("totalRecords"))));
                    break;
                }
                // No id column: pages are counted off instead.
                continue;
            }
            if (token.isEmpty()) {
                break;
            }
        } while (true);
        client.notWhole().forEach(torn -> streams.err().println("note: " + torn));
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
