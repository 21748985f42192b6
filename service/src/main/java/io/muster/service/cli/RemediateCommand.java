package io.muster.service.cli;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster remediate`: remediations and campaigns of a running server, listed, created, watched and steered.
@Command(
        name = "remediate",
        description =
                "Remediations and campaigns of a running server: list, show, create, dry-run, approve, pause, resume, cancel, rollback, delete, deployments.",
        mixinStandardHelpOptions = true)
final class RemediateCommand implements Callable<Integer> {
    private static final String VERSION = "?api-version=2024-10-01";
    private static final long LOOK_MILLIS = 1_000;

    /// What is to be done.
    enum Action {
        LIST,
        SHOW,
        CREATE,
        DRY_RUN,
        APPROVE,
        PAUSE,
        RESUME,
        CANCEL,
        ROLLBACK,
        DELETE,
        DEPLOYMENTS;

        static Action of(String word) throws BadInput {
            for (var action : values()) {
                if (action.word().equals(word)) {
                    return action;
                }
            }
            throw new BadInput(
                    "'%s' is nothing that remediate does: %s are"
                            .formatted(
                                    word,
                                    Arrays.stream(values())
                                            .map(Action::word)
                                            .collect(Collectors.joining(", "))));
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Streams streams;

    @Parameters(
            index = "0",
            paramLabel = "ACTION",
            defaultValue = "list",
            description =
                    "list, show, create, dry-run, approve, pause, resume, cancel, rollback, delete or deployments")
    private String action = "list";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            description = "Of the remediation or campaign")
    private @Nullable String name;

    @Option(
            names = "--scope",
            paramLabel = "ID",
            description =
                    "Management group, subscription, resource group or resource (default: the server's root management group)")
    private @Nullable String scope;

    @Option(names = "--campaign", description = "A campaign, not a single remediation")
    private boolean campaign;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Body of create and dry-run: {\"properties\": {...}}")
    private @Nullable Path file;

    @Option(
            names = "--policy-assignment",
            paramLabel = "ID",
            description =
                    "create and dry-run of a remediation, instead of --file: what this assignment finds, with Azure's defaults")
    private @Nullable String assignment;

    @Option(
            names = "--definition-reference-id",
            paramLabel = "ID",
            description = "Which member of the assignment's initiative")
    private @Nullable String reference;

    @Option(
            names = "--wait",
            description =
                    "After create, resume or rollback: wait for its end; exits 1 unless it succeeded")
    private boolean wait;

    @Option(
            names = "--resource",
            paramLabel = "ID",
            description = "rollback: only this machine; may be repeated")
    private List<String> resources = List.of();

    @Option(names = "--by", paramLabel = "NAME", description = "approve: who approves")
    private String by = System.getProperty("user.name", "");

    @Option(names = "--json", description = "Print the server's JSON")
    private boolean json;

    @Mixin private ServerOption server = new ServerOption();

    @Mixin private DataOptions data = new DataOptions();

    RemediateCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws Exception {
        var what = Action.of(action);
        try (var client = new ServerClient(address())) {
            if (what == Action.LIST) {
                return list(client);
            }
            String root = root(client);
            return switch (what) {
                case LIST -> throw new IllegalStateException("the list has no name");
                case SHOW -> show(client.get(one(root) + VERSION));
                case CREATE -> await(client, one(root), client.put(one(root) + VERSION, body()));
                case DRY_RUN -> dryRun(client.post(one(root) + "/dryRun" + VERSION, body()));
                case APPROVE -> {
                    asCampaign("approve");
                    yield await(
                            client,
                            one(root),
                            client.post(
                                    one(root) + "/approve" + VERSION,
                                    Dynamic.bag().put("approvedBy", by).build()));
                }
                case PAUSE -> show(steer(client, root));
                case RESUME -> await(client, one(root), steer(client, root));
                case CANCEL -> await(client, one(root), steer(client, root));
                case ROLLBACK -> rollback(client, root);
                case DELETE -> {
                    boolean was = client.delete(one(root) + VERSION);
                    streams.out()
                            .println(
                                    was
                                            ? "deleted " + required()
                                            : "there is no '%s' to delete".formatted(required()));
                    yield ExitCode.FINE;
                }
                case DEPLOYMENTS ->
                        deployments(
                                client.post(
                                        one(root) + "/listDeployments" + VERSION,
                                        Dynamic.EMPTY_BAG));
            };
        }
    }

    private void asCampaign(String what) throws BadInput {
        if (!campaign) {
            throw new BadInput(what + " is for campaigns: add --campaign");
        }
    }

    private String address() throws BadInput, IOException {
        return server.required(data.folder());
    }

    /// Where remediations are created unless it is said: at the root management group, which holds everything.
    private String root(ServerClient client) throws BadInput, IOException, InterruptedException {
        String chosen = scope;
        if (chosen != null) {
            return "/" + chosen.replaceAll("^/+|/+$", "");
        }
        String group = client.get("/api/status").get("managementGroup").textOr("");
        if (group.isEmpty()) {
            throw new BadInput("the server knows no management group: name a scope with --scope");
        }
        return group.startsWith("/")
                ? group
                : "/providers/Microsoft.Management/managementGroups/" + group;
    }

    private String collection(String root, boolean campaigns) {
        return root
                + (campaigns
                        ? "/providers/Muster.Remediation/campaigns"
                        : "/providers/Microsoft.PolicyInsights/remediations");
    }

    private String required() throws BadInput {
        String given = name;
        if (given == null || given.isBlank()) {
            throw new BadInput(action + " needs a name");
        }
        return given;
    }

    private String one(String root) throws BadInput {
        return collection(root, campaign)
                + "/"
                + URLEncoder.encode(required(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Dynamic body() throws BadInput, IOException, JsonException {
        if (file != null) {
            if (assignment != null || reference != null) {
                throw new BadInput("--file is the whole body: it has the assignment in it");
            }
            return Json.parse(Files.readAllBytes(file));
        }
        if (assignment == null || campaign) {
            throw new BadInput(
                    action
                            + " needs --file with the body"
                            + (campaign ? "" : ", or --policy-assignment"));
        }
        var properties = Dynamic.bag().put("policyAssignmentId", assignment);
        if (reference != null) {
            properties.put("policyDefinitionReferenceId", reference);
        }
        return Dynamic.bag().put("properties", properties.build()).build();
    }

    private Dynamic steer(ServerClient client, String root)
            throws BadInput, IOException, InterruptedException {
        return client.post(one(root) + "/" + action + VERSION, Dynamic.EMPTY_BAG);
    }

    /// With a scope those of the scope, else all.
    private int list(ServerClient client) throws BadInput, IOException, InterruptedException {
        var out = streams.out();
        String chosen = scope;
        boolean none = true;
        for (boolean campaigns : new boolean[] {true, false}) {
            var found =
                    chosen == null
                            ? client.get("/api/remediations")
                                    .get(campaigns ? "campaigns" : "remediations")
                            : client.get(collection(root(client), campaigns) + VERSION)
                                    .get("value");
            for (var item : found.items()) {
                none = false;
                out.println(json ? Json.write(item) : line(item));
            }
        }
        if (none) {
            streams.err().println("no remediation or campaign has been started");
        }
        return ExitCode.FINE;
    }

    private static String line(Dynamic item) {
        var properties = item.get("properties");
        boolean ofCampaign = item.get("type").textOr("").startsWith("Muster.");
        long machines = 0;
        long good = 0;
        long bad = 0;
        if (ofCampaign) {
            for (var ring : properties.get("rings").items()) {
                machines += ring.get("machines").longOr(0);
                good += ring.get("successful").longOr(0);
                bad += ring.get("failed").longOr(0);
            }
        } else {
            var counts = properties.get("deploymentStatus");
            machines = counts.get("totalDeployments").longOr(0);
            good = counts.get("successfulDeployments").longOr(0);
            bad = counts.get("failedDeployments").longOr(0);
        }
        return String.format(
                        Locale.ROOT,
                        "%-11s %-34s %-16s %,7d resources %,7d succeeded %,7d failed  %s",
                        ofCampaign ? "campaign" : "remediation",
                        item.get("name").textOr(""),
                        properties.get("provisioningState").textOr("")
                                + (properties.get("paused").boolOr(false) ? " (paused)" : ""),
                        machines,
                        good,
                        bad,
                        properties.get("statusMessage").textOr(""))
                .stripTrailing();
    }

    private int show(Dynamic item) {
        streams.out().println(json ? Json.write(item) : line(item));
        if (!json) {
            for (var ring : item.path("properties", "rings").items()) {
                streams.out()
                        .println(
                                String.format(
                                                Locale.ROOT,
                                                "  %-20s %-10s %,7d machines %,7d succeeded %,7d failed  %s",
                                                ring.get("name").textOr(""),
                                                ring.get("state").textOr("Planned"),
                                                ring.get("machines").longOr(0),
                                                ring.get("successful").longOr(0),
                                                ring.get("failed").longOr(0),
                                                ring.get("message").textOr(""))
                                        .stripTrailing());
            }
        }
        return ExitCode.FINE;
    }

    private int await(ServerClient client, String path, Dynamic first)
            throws BadInput, IOException, InterruptedException {
        var item = first;
        String told = "";
        while (wait && !isOver(item)) {
            String now = line(item);
            if (!now.equals(told)) {
                streams.err().println(now);
                told = now;
            }
            Thread.sleep(Duration.ofMillis(LOOK_MILLIS));
            item = client.get(path + VERSION);
        }
        show(item);
        String state = item.path("properties", "provisioningState").textOr("");
        boolean fine = state.equals("Succeeded") || state.equals("Waiting");
        return wait && !fine ? ExitCode.FINDINGS : ExitCode.FINE;
    }

    /// Over, or nothing happens until somebody does something.
    private static boolean isOver(Dynamic item) {
        var properties = item.get("properties");
        return switch (properties.get("provisioningState").textOr("")) {
            case "Succeeded", "Complete", "Failed", "Canceled", "Waiting", "AwaitingApproval" ->
                    true;
            default -> properties.get("paused").boolOr(false);
        };
    }

    private int rollback(ServerClient client, String root)
            throws BadInput, IOException, InterruptedException {
        asCampaign("rollback");
        var body = Dynamic.bag();
        if (!resources.isEmpty()) {
            body.put("resourceIds", Dynamic.array(resources.stream().map(Dynamic::of).toList()));
        }
        var task = client.post(one(root) + "/rollback" + VERSION, body.build());
        int worst = await(client, task.get("id").textOr(""), task);
        for (var id : task.get("furtherRemediations").items()) {
            String further = id.textOr("");
            worst = Math.max(worst, await(client, further, client.get(further + VERSION)));
        }
        return worst;
    }

    private int dryRun(Dynamic answer) {
        if (json) {
            streams.out().println(Json.write(answer));
            return ExitCode.FINE;
        }
        for (var ring : answer.get("rings").items()) {
            streams.out().println("ring " + ring.get("name").textOr(""));
            ring.get("resources").items().forEach(this::dryLine);
        }
        var lines = answer.get("value").items();
        lines.forEach(this::dryLine);
        long found = answer.get("resourcesFound").longOr(lines.size());
        if (found > lines.size()) {
            streams.err()
                    .printf(
                            Locale.ROOT,
                            "%,d of %,d resources found are left out: resourceCount says how many are taken%n",
                            found - lines.size(),
                            found);
        }
        return ExitCode.FINE;
    }

    private void dryLine(Dynamic line) {
        var out = streams.out();
        out.println(
                "%-13s %s %s"
                        .formatted(
                                line.get("decision").textOr(""),
                                line.get("resourceId").textOr(""),
                                line.get("intent").textOr(line.get("message").textOr("")))
                        .stripTrailing());
        for (var change : line.path("change", "changes").items()) {
            out.println("    " + change.get("path").textOr(""));
            out.println("      before " + Json.write(change.get("before")));
            out.println("      after  " + Json.write(change.get("after")));
        }
    }

    private int deployments(Dynamic answer) {
        Map<String, Integer> counts = new TreeMap<>();
        for (var item : answer.get("value").items()) {
            if (json) {
                streams.out().println(Json.write(item));
                continue;
            }
            String status = item.get("status").textOr("");
            counts.merge(status, 1, Integer::sum);
            streams.out()
                    .println(
                            "%-10s %s %s"
                                    .formatted(
                                            status,
                                            item.get("remediatedResourceId").textOr(""),
                                            item.path("error", "message").textOr(""))
                                    .stripTrailing());
        }
        if (!json) {
            counts.forEach((status, count) -> streams.err().println(count + " " + status));
        }
        return ExitCode.FINE;
    }
}
