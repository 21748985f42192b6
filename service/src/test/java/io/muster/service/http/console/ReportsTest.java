package io.muster.service.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.service.MusterServer;
import io.muster.service.cli.Muster;
import io.muster.service.cli.Streams;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetSources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reports and trends of a server's fleet, and `muster scan` without files: of a server that runs, and of what one kept.
class ReportsTest {
    private static final String SUBSCRIPTION =
            "/subscriptions/11111111-1111-1111-1111-111111111111";
    private static final String DEFINITION =
            "/providers/Microsoft.Authorization/policyDefinitions/east";
    private static final String ASSIGNMENT =
            SUBSCRIPTION + "/providers/Microsoft.Authorization/policyAssignments/east";

    private final HttpClient client = HttpClient.newHttpClient();
    private Instant now = Instant.parse("2026-11-21T08:00:00Z");
    @TempDir private Path folder;
    private MusterServer server;

    @BeforeEach
    void threeMachinesOneInTheWrongPlaceThatMovesLater() throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(folder.resolve("data")),
                        () -> now,
                        Map.of("muster.report.findings", 1),
                        FleetSources.NONE);
        put(FleetCompliance.Kind.DEFINITION, DEFINITION, definition("eastus"));
        put(
                FleetCompliance.Kind.ASSIGNMENT,
                ASSIGNMENT,
                "{'properties':{'policyDefinitionId':'%s'}}".formatted(DEFINITION));
        change(List.of(vm("a", "eastus"), vm("b", "eastus"), vm("c", "westus")), Set.of());
        now = Instant.parse("2026-11-21T09:00:00Z");
        change(List.of(vm("a", "westus")), Set.of());
        now = Instant.parse("2026-11-21T10:00:00Z");
        change(List.of(vm("a", "eastus"), vm("c", "eastus")), Set.of());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String definition(String location) {
        return "{'name':'east','properties':{'displayName':'In the %s','mode':'Indexed','policyRule':{'if':{'allOf':[{'field':'type','equals':'Microsoft.Compute/virtualMachines'},{'field':'location','notEquals':'%s'}]},'then':{'effect':'audit'}}}}"
                .formatted(location, location);
    }

    private static Dynamic json(String text) throws Exception {
        return Json.parse(text.replace('\'', '"'));
    }

    private static Dynamic vm(String name, String location) throws Exception {
        return json(
                "{'id':'%s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/%s','name':'%s','type':'Microsoft.Compute/virtualMachines','location':'%s'}"
                        .formatted(SUBSCRIPTION, name, name, location));
    }

    private void put(FleetCompliance.Kind kind, String id, String text) throws Exception {
        var document =
                json(text)
                        .with("id", Dynamic.of(id))
                        .with("name", Dynamic.of(id.substring(id.lastIndexOf('/') + 1)));
        assertThat(server.bean(FleetCompliance.class).put(kind, document)).isEmpty();
    }

    private void change(List<Dynamic> upserts, Set<String> deleted) throws Exception {
        var fleet = server.bean(Fleet.class);
        fleet.publish(
                ResourceHistory.STANDARD.record(
                        fleet.snapshot(),
                        fleet.snapshot().with(upserts, deleted, now),
                        HistoryEntry.Cause.COLLECTION));
        server.bean(FleetCompliance.class).scan();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.httpUrl() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private record Run(int exit, String out, String err) {}

    private Run scan(String... options) {
        return muster("scan", options);
    }

    private Run muster(String verb, String... options) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var arguments = new ArrayList<>(List.of(verb));
        arguments.addAll(List.of(options));
        int exit =
                Muster.run(
                        new Streams(
                                InputStream.nullInputStream(),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        () -> now,
                        arguments.toArray(String[]::new));
        return new Run(
                exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private String policies(String location) throws IOException {
        var file = folder.resolve("policies/east/policy.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, definition(location).replace('\'', '"'));
        return folder.resolve("policies").toString();
    }

    @Test
    void aReportIsOfThePoliciesInForceNowOrAsTheyStoodThen() throws Exception {
        var page = get("/api/report");
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.headers().firstValue("x-muster-findings"))
                .contains("NonCompliant=0, Conflict=0, Error=0");
        assertThat(page.body()).contains("Compliance: 100.0 %", "In the eastus");

        var then = get("/api/report?format=json&asOf=2026-11-21T09:30:00Z");
        assertThat(then.headers().firstValue("x-muster-findings"))
                .contains("NonCompliant=2, Conflict=0, Error=0");
        var json = Json.parse(then.body());
        assertThat(json.path("compliance", "NonCompliant").longOr(-1)).isEqualTo(2);
        assertThat(json.get("findings").items())
                .as("muster.report.findings is 1")
                .hasSize(1)
                .first()
                .satisfies(finding ->
                        assertThat(Json.write(finding)).contains("\"westus\"", "NotEquals"));
        assertThat(json.get("findingsNotListed").longOr(-1)).isEqualTo(1);
    }

    @Test
    void aReportIsOfThePoliciesThatJudgedThoughTheyChangedSince() throws Exception {
        now = Instant.parse("2026-11-21T11:00:00Z");
        change(List.of(vm("a", "westus")), Set.of());
        now = Instant.parse("2026-11-21T11:10:00Z");
        put(
                FleetCompliance.Kind.ASSIGNMENT,
                ASSIGNMENT,
                "{'properties':{'policyDefinitionId':'%s','notScopes':['%s/resourceGroups/rg']}}"
                        .formatted(DEFINITION, SUBSCRIPTION));
        now = Instant.parse("2026-11-21T11:20:00Z");
        for (String path :
                List.of("/api/report?format=junit", "/api/report?format=json&asOf=" + now)) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(200);
        }
        var between = get("/api/report?format=json&asOf=2026-11-21T11:05:00Z");
        assertThat(between.headers().firstValue("x-muster-findings"))
                .contains("NonCompliant=1, Conflict=0, Error=0");
        assertThat(between.body()).contains("\"westus\"", "NotEquals");

        assertThat(server.bean(FleetCompliance.class).delete(ASSIGNMENT)).isTrue();
        now = Instant.parse("2026-11-21T11:30:00Z");
        assertThat(get("/api/report?format=json").headers().firstValue("x-muster-findings"))
                .contains("NonCompliant=1, Conflict=0, Error=0");
        assertThat(
                        get("/api/report?format=json&asOf=2026-11-21T11:05:00Z")
                                .headers()
                                .firstValue("x-muster-findings"))
                .contains("NonCompliant=1, Conflict=0, Error=0");
    }

    @Test
    void whatCannotBeReportedIsSaid() throws Exception {
        assertThat(get("/api/report?format=pdf").body()).contains("InvalidQueryParameter", "pdf");
        assertThat(get("/api/report?asOf=yesterday").body())
                .contains("InvalidQueryParameter", "yesterday");
        assertThat(get("/api/report?asOf=2020-01-01").body()).contains("InstantNotAvailable");
        assertThat(get("/api/compliance/trend?points=1").body())
                .contains("InvalidQueryParameter", "points");
    }

    @Test
    void beforeTheFirstScanThereIsNothingToReport() throws Exception {
        server.close();
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(folder.resolve("other")),
                        () -> now,
                        Map.of(),
                        FleetSources.NONE);
        var answer = get("/api/report");
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("NotScanned");
        assertThat(Json.parse(get("/api/compliance/trend").body()).get("points").items()).isEmpty();
    }

    @Test
    void aTrendGoesFromBeforeTheFirstTurnToTheLatestScan() throws Exception {
        var trend = Json.parse(get("/api/compliance/trend?points=3").body());
        assertThat(trend.get("knownSince").textOr("")).isEqualTo("2026-11-21T08:59:59Z");
        assertThat(nonCompliant(trend))
                .containsExactly(
                        "2026-11-21T08:59:59Z 1",
                        "2026-11-21T09:29:59.500Z 2",
                        "2026-11-21T10:00:00Z 0");
        assertThat(
                        nonCompliant(
                                Json.parse(
                                        get("/api/compliance/trend?points=2&from=2026-11-21T09:10:00Z&policyAssignmentId="
                                                        + ASSIGNMENT.toUpperCase(Locale.ROOT))
                                                .body())))
                .containsExactly("2026-11-21T09:10:00Z 2", "2026-11-21T10:00:00Z 0");
        assertThat(
                        nonCompliant(
                                Json.parse(
                                        get("/api/compliance/trend?points=2&policyAssignmentId=another")
                                                .body())))
                .containsExactly("2026-11-21T08:59:59Z 0", "2026-11-21T10:00:00Z 0");
    }

    private static List<String> nonCompliant(Dynamic trend) {
        return trend.get("points").items().stream()
                .map(point ->
                        point.get("at").textOr("")
                                + ' '
                                + point.get("resourceDetails").items().stream()
                                        .filter(detail ->
                                                detail.get("complianceState")
                                                        .textOr("")
                                                        .equals("noncompliant"))
                                        .mapToLong(detail -> detail.get("count").longOr(0))
                                        .sum())
                .toList();
    }

    @Test
    void aScanWithoutFilesAsksTheServerForItsFleet() throws Exception {
        var inForce = scan("--server", server.httpUrl());
        assertThat(inForce.exit()).as(inForce.err()).isEqualTo(0);
        assertThat(inForce.out()).contains("0 of 3 resources are non-compliant");

        var other = scan("--server", server.httpUrl(), "--policies", policies("westus"));
        assertThat(other.exit()).as(other.err()).isEqualTo(1);
        assertThat(other.out()).contains("In the westus", "3 of 3 resources", "and 2 more");

        var then =
                scan(
                        "--server",
                        server.httpUrl(),
                        "--policies",
                        policies("westus"),
                        "--as-of",
                        "2026-11-21T09:30:00Z",
                        "--fail-on",
                        "error");
        assertThat(then.exit()).as(then.err()).isEqualTo(0);
        assertThat(then.out()).contains("1 of 3 resources");
        assertThat(server.bean(FleetCompliance.class).keys()).hasSize(1);
    }

    @Test
    void aPolicyThatIsSentIsNotNamedAfterTheFoldersOfTheServer() throws Exception {
        String rule = definition("westus").replace("'name':'east',", "").replace("'", "\\\"");
        var answer =
                client.send(
                        HttpRequest.newBuilder(URI.create(server.httpUrl() + "/api/scan"))
                                .header("Content-Type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"policies\":[{\"path\":\"policy.json\",\"text\":\"%s\"}]}"
                                                        .formatted(rule)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(Json.parse(answer.body()).path("policies").get(0).get("policyDefinitionId"))
                .isEqualTo(
                        Dynamic.of(
                                "/providers/Microsoft.Authorization/policyDefinitions/policies"));
    }

    @Test
    void aFaultyPolicyIsToldWithItsPlaceAndAsksNobody() throws Exception {
        String policies = policies("westus");
        Files.writeString(folder.resolve("policies/bad.json"), "{\"policyRule\": {\"if\": }");
        var run = scan("--server", "http://127.0.0.1:1", "--policies", policies);
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("bad.json", "1:24");
    }

    @Test
    void anAssignmentThatCannotHoldIsNotLeftOutInSilence() throws Exception {
        String policies = policies("eastus");
        var file = folder.resolve("policies/faulty/assignment.json");
        Files.createDirectories(file.getParent());
        for (String id : List.of("east", "none")) {
            Files.writeString(
                    file.resolveSibling(id + ".json"),
                    "{'id':'%s/providers/Microsoft.Authorization/policyAssignments/%s','name':'%s','type':'Microsoft.Authorization/policyAssignments','properties':{'policyDefinitionId':'/providers/Microsoft.Authorization/policyDefinitions/%s'}}"
                            .formatted(SUBSCRIPTION, id, id, id)
                            .replace('\'', '"'));
        }
        for (String verb : List.of("scan", "what-if")) {
            var resource = folder.resolve("vm.json");
            Files.writeString(resource, Json.write(vm("d", "westus")));
            var options =
                    new ArrayList<>(List.of("--server", server.httpUrl(), "--policies", policies));
            if (verb.equals("what-if")) {
                options.addAll(List.of("--resource", resource.toString()));
            }
            var refused = muster(verb, options.toArray(String[]::new));
            assertThat(refused.exit()).as(verb + refused).isEqualTo(2);
            assertThat(refused.err()).contains("policyDefinitions/none");
            options.add("--keep-going");
            var kept = muster(verb, options.toArray(String[]::new));
            assertThat(kept.err()).as(verb).contains("policyDefinitions/none");
            // Everything is where it should be, but nobody knows by the other.
            assertThat(kept.exit()).as(verb + kept).isEqualTo(verb.equals("scan") ? 1 : 0);
        }
        for (String path : List.of("/api/scan", "/api/what-if")) {
            var sent = Dynamic.bag();
            var files = new ArrayList<Dynamic>();
            for (var each : List.of("policies/east/policy.json", "policies/faulty/none.json")) {
                files.add(
                        Dynamic.bag()
                                .put("path", each)
                                .put("text", Files.readString(folder.resolve(each)))
                                .build());
            }
            var answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(server.httpUrl() + path))
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    Json.write(
                                                            sent.put(
                                                                            "policies",
                                                                            Dynamic.array(files))
                                                                    .put(
                                                                            "content",
                                                                            vm("d", "westus"))
                                                                    .build())))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(400);
            assertThat(answer.body()).contains("InvalidPolicy", "policyDefinitions/none");
        }
    }

    @Test
    void withoutAServerWhatIsKeptIsJudged() throws Exception {
        server.close();
        String data = folder.resolve("data").toString();
        var inForce = scan("--data", data);
        assertThat(inForce.exit()).as(inForce.err()).isEqualTo(0);
        assertThat(inForce.out()).contains("In the eastus", "0 of 3 resources");
        var then =
                scan(
                        "--data",
                        data,
                        "--policies",
                        policies("westus"),
                        "--as-of",
                        "2026-11-21T09:30:00Z");
        assertThat(then.exit()).as(then.err()).isEqualTo(1);
        assertThat(then.out()).contains("1 of 3 resources");
        assertThat(scan("--data", folder.resolve("none").toString()).err())
                .contains("nothing is kept");
    }

    @Test
    void whatIfAsksTheServerOrWhatItKept() throws Exception {
        var patch = folder.resolve("patch.json");
        Files.writeString(
                patch,
                "{\"id\":\"%s\",\"location\":\"westus\"}"
                        .formatted(vm("a", "eastus").get("id").textOr("")));
        String resource = patch.toString();

        var inForce =
                muster("what-if", "--resource", resource, "--patch", "--server", server.httpUrl());
        assertThat(inForce.exit()).as(inForce.err()).isZero();
        assertThat(inForce.out()).contains("allowed", "audited by In the eastus");

        String denies = policies("northeurope");
        Files.writeString(
                Path.of(denies, "east", "policy.json"),
                definition("northeurope").replace('\'', '"').replace("\"audit\"", "\"deny\""));
        var other =
                muster(
                        "what-if",
                        "--resource",
                        resource,
                        "--policies",
                        denies,
                        "--server",
                        server.httpUrl());
        assertThat(other.exit()).as(other.err()).isEqualTo(1);
        assertThat(other.out()).contains("denied", "RequestDisallowedByPolicy");

        Files.writeString(patch, "{\"id\":\"%s/none\"}".formatted(SUBSCRIPTION));
        assertThat(
                        muster(
                                        "what-if",
                                        "--resource",
                                        resource,
                                        "--patch",
                                        "--server",
                                        server.httpUrl())
                                .err())
                .contains("InvalidRequestContent");
    }

    @Test
    void whatIfWithoutAServerReadsWhatItKept() throws Exception {
        server.close();
        var machine = folder.resolve("machine.json");
        Files.writeString(machine, Json.write(vm("d", "westus")));
        String data = folder.resolve("data").toString();

        var kept = muster("what-if", "--resource", machine.toString(), "--data", data);
        assertThat(kept.exit()).as(kept.err()).isZero();
        assertThat(kept.out()).contains("audited by In the eastus");

        var nothing =
                muster(
                        "what-if",
                        "--resource",
                        machine.toString(),
                        "--data",
                        folder.resolve("none").toString(),
                        "--policies",
                        policies("westus"));
        assertThat(nothing.err()).contains("judged as if nothing existed");
        assertThat(nothing.out()).contains("allowed").doesNotContain("audited");
    }
}
