package io.muster.service.cli;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster explain ID`: why a running server finds a resource compliant or not, since when, and what would have to change.
@Command(
        name = "explain",
        description =
                "Says of one resource of a running server which policies it meets, why, since when, and what would have to change.",
        mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
    private static final String QUERY =
            "/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults?api-version=2024-10-01&$expand=PolicyEvaluationDetails";

    private static final String GRAPH =
            "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";

    private final Streams streams;

    @Parameters(index = "0", paramLabel = "ID", description = "The resource")
    private String resource = "";

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description =
                    "The states of an earlier time, as 2026-11-21T08:00:00Z, explained by the resource as it was then")
    private @Nullable Instant asOf;

    @Option(names = "--all", description = "Compliant states, too")
    private boolean all;

    @Option(names = "--json", description = "Print the server's JSON")
    private boolean json;

    @Mixin private ServerOption server = new ServerOption();

    @Mixin private DataOptions data = new DataOptions();

    ExplainCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws Exception {
        if (ResourceId.tryParse(resource).isEmpty()) {
            throw new BadInput("'" + resource + "' is no id of a resource");
        }
        try (var client = new ServerClient(server.required(data.folder()))) {
            var answer =
                    client.postEmpty(
                            ServerClient.path(resource)
                                    + QUERY
                                    + (asOf == null ? "" : "&$to=" + asOf));
            var records =
                    answer.get("value").items().stream()
                            .filter(record ->
                                    record.get("resourceId").textOr("").equalsIgnoreCase(resource))
                            .toList();
            if (records.isEmpty()) {
                checkKnown(client);
                streams.err().println("no policy in force is about this resource");
            }
            if (json) {
                streams.out().println(Json.writePretty(Dynamic.array(records)));
            }
            boolean findings = false;
            for (var record : records) {
                boolean bad = !record.get("isCompliant").boolOr(false);
                findings |= bad;
                if (!json && (bad || all)) {
                    print(record);
                }
            }
            return findings ? ExitCode.FINDINGS : ExitCode.FINE;
        }
    }

    /// An id that is mistyped, or of a time that nothing is known of, is not to look like a resource that nothing is wrong with.
    private void checkKnown(ServerClient client)
            throws BadInput, IOException, InterruptedException {
        var options = Dynamic.bag().put("$top", 1);
        if (asOf != null) {
            options.put("asOf", asOf.toString());
        }
        var found =
                client.post(
                        GRAPH,
                        Dynamic.bag()
                                .put(
                                        "query",
                                        "union * | where id =~ %s | take 1 | project id"
                                                .formatted(Json.write(Dynamic.of(resource))))
                                .put("options", options.build())
                                .build());
        if (found.get("count").longOr(0) == 0) {
            throw new BadInput(
                    "the server knows no resource %s%s"
                            .formatted(resource, asOf == null ? "" : " as of " + asOf));
        }
    }

    private void print(Dynamic record) {
        var out = streams.out();
        String reference = record.get("policyDefinitionReferenceId").textOr("");
        out.printf(
                Locale.ROOT,
                "%s  %s%s of %s%n",
                record.get("complianceState").textOr(""),
                record.get("policyDefinitionName").textOr(""),
                reference.isEmpty() ? "" : " (" + reference + ")",
                record.get("policyAssignmentName").textOr(""));
        String since = record.get("stateSince").textOr("");
        if (!since.isEmpty()) {
            out.printf("  since %s, cause: %s%n", since, record.get("stateCause").textOr(""));
        }
        var details = record.get("policyEvaluationDetails");
        details.get("evaluatedExpressions").items().forEach(e -> print("    ", e));
        for (var candidate : details.path("ifNotExistsDetails", "candidates").items()) {
            out.printf(
                    "    %s %s%n",
                    candidate.get("resourceId").textOr(""),
                    candidate.get("satisfies").boolOr(false) ? "satisfies" : "does not satisfy");
            candidate.get("evaluatedExpressions").items().forEach(e -> print("      ", e));
        }
        if (!details.get("reason").isNull()) {
            out.println("    " + details.get("reason").textOr(""));
        }
        var remedy = details.get("remedy");
        if (!remedy.isNull()) {
            out.printf(
                    "  would be met by %s %s (%s):%n",
                    remedy.get("create").boolOr(false) ? "creating" : "changing",
                    remedy.get("resourceId").textOr(""),
                    remedy.get("exactness").textOr("").equals("smallest")
                            ? "the fewest changes"
                            : "no change can be left out");
            for (var change : remedy.get("changes").items()) {
                out.printf(
                        "    %s: %s -> %s%n",
                        change.get("path").textOr(""),
                        shown(change.get("currentValue")),
                        shown(change.get("newValue")));
            }
        }
    }

    private void print(String indent, Dynamic expression) {
        streams.out()
                .printf(
                        "%s%s %s %s: %s, the value is %s%n",
                        indent,
                        expression.get("expression").textOr(""),
                        expression.get("operator").textOr(""),
                        Json.write(expression.get("targetValue")),
                        expression.get("result").textOr("").toLowerCase(Locale.ROOT),
                        Json.write(expression.get("expressionValue")));
    }

    private static String shown(Dynamic value) {
        return value.isNull() ? "absent" : Json.write(value);
    }
}
