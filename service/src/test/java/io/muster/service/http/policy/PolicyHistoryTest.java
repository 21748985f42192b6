package io.muster.service.http.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Segment;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.service.MusterServer;
import io.muster.service.cli.Muster;
import io.muster.service.cli.Streams;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetSources;
import io.muster.service.query.FleetCatalog;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// States, events and summaries of Policy Insights over a fleet that changes, also after a restart.
class PolicyHistoryTest {
    private static final String SUBSCRIPTION =
            "/subscriptions/11111111-1111-1111-1111-111111111111";
    private static final String OTHER = "/subscriptions/22222222-2222-2222-2222-222222222222";
    private static final String DEFINITION =
            "/providers/Microsoft.Authorization/policyDefinitions/east";
    private static final String ASSIGNMENT =
            SUBSCRIPTION + "/providers/Microsoft.Authorization/policyAssignments/east";
    private static final String INSIGHTS = "/providers/Microsoft.PolicyInsights/";

    private final HttpClient client = HttpClient.newHttpClient();
    private Instant now = Instant.parse("2026-11-21T07:00:00Z");
    @TempDir private Path data;
    private MusterServer server;

    @BeforeEach
    void threeMachinesOneInTheWrongPlace() throws Exception {
        start();
        put(FleetCompliance.Kind.DEFINITION, DEFINITION, definition());
        put(
                FleetCompliance.Kind.ASSIGNMENT,
                ASSIGNMENT,
                "{'properties':{'policyDefinitionId':'%s'}}".formatted(DEFINITION));
        now = Instant.parse("2026-11-21T08:00:00Z");
        change(List.of(vm("a", "eastus"), vm("b", "eastus"), vm("c", "westus")), Set.of());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void start() throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data), () -> now, Map.of(), FleetSources.NONE);
    }

    private static String definition() {
        return "{'properties':{'mode':'Indexed','policyRule':{'if':{'allOf':[{'field':'type','equals':'Microsoft.Compute/virtualMachines'},{'field':'location','notEquals':'eastus'}]},'then':{'effect':'audit'}}}}";
    }

    private static Dynamic json(String text) throws Exception {
        return Json.parse(text.replace('\'', '"'));
    }

    private static String vmId(String name) {
        return SUBSCRIPTION
                + "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/"
                + name;
    }

    private static Dynamic vm(String name, String location) throws Exception {
        return json(
                "{'id':'%s','name':'%s','type':'Microsoft.Compute/virtualMachines','location':'%s'}"
                        .formatted(vmId(name), name, location));
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

    private Dynamic post(String scope, String path, Map<String, String> options) throws Exception {
        var answer = send(scope, path, options);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private HttpResponse<String> send(String scope, String path, Map<String, String> options)
            throws Exception {
        var url =
                new StringBuilder(server.httpUrl())
                        .append(scope)
                        .append(INSIGHTS)
                        .append(path)
                        .append("?api-version=2024-10-01");
        options.forEach((name, value) ->
                url.append('&')
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return client.send(
                HttpRequest.newBuilder(URI.create(url.toString()))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> told(Dynamic answer) {
        return answer.get("value").items().stream()
                .map(record -> {
                    String id = record.get("resourceId").textOr("");
                    return id.substring(id.lastIndexOf('/') + 1)
                            + ' '
                            + record.get("complianceState").textOr("")
                            + ' '
                            + record.get("timestamp").textOr("");
                })
                .toList();
    }

    private int nonCompliant(Map<String, String> options) throws Exception {
        return (int)
                post(SUBSCRIPTION, "policyStates/latest/summarize", options)
                        .get("value")
                        .items()
                        .getFirst()
                        .path("results", "nonCompliantResources")
                        .longOr(-1);
    }

    /// What `policyresources` says of a machine's state.
    private String sinceByQuery(String machine) throws Exception {
        var rows =
                Kql.run(
                                "policyresources | where type =~ 'microsoft.policyinsights/policystates' | where tostring(properties.resourceId) endswith '/%s' | project strcat(tostring(properties.stateSince), ' ', tostring(properties.stateCause))"
                                        .formatted(machine),
                                server.bean(FleetCatalog.class)
                                        .over(server.bean(Fleet.class).snapshot()),
                                QueryOptions.DEFAULT)
                        .table();
        return rows.scan().getFirst().column(0).dynamic(0).textOr("");
    }

    @Test
    void detailsSaySinceWhenWhyAndWhatWouldHelp() throws Exception {
        now = Instant.parse("2026-11-21T09:00:00Z");
        change(List.of(vm("a", "westeurope")), Set.of());

        var record =
                post(
                                vmId("a"),
                                "policyStates/latest/queryResults",
                                Map.of("$expand", "PolicyEvaluationDetails"))
                        .get("value")
                        .get(0);

        assertThat(record.get("stateSince").textOr("")).isEqualTo("2026-11-21T09:00:00Z");
        assertThat(record.get("stateCause").textOr("")).isEqualTo("resource");
        assertThat(sinceByQuery("a")).isEqualTo("2026-11-21T09:00:00Z resource");
        assertThat(sinceByQuery("b")).isEqualTo(" ");
        var remedy = record.path("policyEvaluationDetails", "remedy");
        assertThat(remedy.get("exactness").textOr("")).isEqualTo("smallest");
        assertThat(remedy.path("changes").get(0).get("path").textOr("")).isEqualTo("location");
        assertThat(remedy.path("changes").get(0).get("newValue").textOr("")).isEqualTo("eastus");

        assertThat(explained())
                .contains(
                        "since 2026-11-21T09:00:00Z, cause: resource",
                        "location: \"westeurope\" -> \"eastus\"");
    }

    @Test
    void aStateOfThePastIsExplainedByTheResourceAsItWasThen() throws Exception {
        now = Instant.parse("2026-11-21T09:00:00Z");
        change(List.of(vm("a", "westeurope")), Set.of());
        now = Instant.parse("2026-11-21T10:00:00Z");
        change(List.of(vm("a", "eastus")), Set.of(vmId("c")));
        now = Instant.parse("2026-11-21T11:00:00Z");
        change(List.of(vm("a", "uksouth")), Set.of());
        var explained = Map.of("$expand", "PolicyEvaluationDetails");
        var then =
                Map.of(
                        "$expand", "PolicyEvaluationDetails",
                        "$to", "2026-11-21T09:30:00Z");

        var record = post(vmId("a"), "policyStates/latest/queryResults", then).get("value").get(0);
        assertThat(record.get("complianceState").textOr("")).isEqualTo("NonCompliant");
        assertThat(seen(record)).contains("westeurope").doesNotContain("uksouth");
        assertThat(record.get("stateSince").textOr("")).isEqualTo("2026-11-21T09:00:00Z");
        assertThat(
                        record.path("policyEvaluationDetails", "remedy", "changes")
                                .get(0)
                                .get("currentValue")
                                .textOr(""))
                .isEqualTo("westeurope");
        var gone = post(vmId("c"), "policyStates/latest/queryResults", then).get("value");
        assertThat(seen(gone.get(0))).contains("westus");

        for (String view : List.of("policyStates/default", "policyEvents/default")) {
            var turned = post(vmId("a"), view + "/queryResults", explained).get("value");
            assertThat(turned.items().stream().map(PolicyHistoryTest::seen))
                    .as(view)
                    .satisfiesExactly(
                            one -> assertThat(one).contains("uksouth"),
                            one -> assertThat(one).contains("eastus"),
                            one -> assertThat(one).contains("westeurope"));
            assertThat(turned.items().stream().map(one -> one.get("stateSince").textOr("")))
                    .as(view)
                    .containsExactly(
                            "2026-11-21T11:00:00Z", "2026-11-21T10:00:00Z", "2026-11-21T09:00:00Z");
        }

        assertThat(explained("--as-of", "2026-11-21T09:30:00Z"))
                .contains("since 2026-11-21T09:00:00Z", "\"westeurope\"")
                .doesNotContain("uksouth");
        assertThat(explained()).contains("uksouth");
    }

    @Test
    void aStateOfThePastIsExplainedByThePolicyAsItWasThen() throws Exception {
        var then =
                Map.of(
                        "$expand", "PolicyEvaluationDetails",
                        "$to", "2026-11-21T09:30:00Z");
        now = Instant.parse("2026-11-21T10:00:00Z");
        put(FleetCompliance.Kind.DEFINITION, DEFINITION, definition().replace("eastus", "westus"));
        server.bean(FleetCompliance.class).scan();
        now = Instant.parse("2026-11-21T11:00:00Z");
        assertThat(server.bean(FleetCompliance.class).delete(ASSIGNMENT)).isTrue();
        server.bean(FleetCompliance.class).scan();
        assertThat(nonCompliant(Map.of())).isZero();
        server.close();
        start();

        // Between the two changes the rule was the other one.
        assertThat(nonCompliant(Map.of("$to", "2026-11-21T10:30:00Z"))).isEqualTo(2);
        assertThat(nonCompliant(Map.of("$to", "2026-11-21T09:30:00Z"))).isEqualTo(1);
        var record = post(vmId("c"), "policyStates/latest/queryResults", then).get("value").get(0);
        assertThat(record.get("complianceState").textOr("")).isEqualTo("NonCompliant");
        assertThat(Json.write(record.get("policyEvaluationDetails")))
                .contains("\"targetValue\":\"eastus\"")
                .doesNotContain("another than the one");
        assertThat(post(vmId("a"), "policyStates/latest/queryResults", then).get("value").items())
                .singleElement()
                .satisfies(a ->
                        assertThat(a.get("complianceState").textOr("")).isEqualTo("Compliant"));
    }

    /// The values that the conditions of a record met.
    private static String seen(Dynamic record) {
        return record.path("policyEvaluationDetails", "evaluatedExpressions").items().stream()
                .map(one -> one.get("expressionValue").textOr(""))
                .toList()
                .toString();
    }

    /// What `explain` prints of a machine.
    private String explained(String... options) {
        var out = new ByteArrayOutputStream();
        var arguments = new ArrayList<>(List.of("explain", vmId("a")));
        arguments.addAll(List.of("--server", server.httpUrl()));
        arguments.addAll(List.of(options));
        int code =
                Muster.run(
                        new Streams(
                                InputStream.nullInputStream(),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(out, true, StandardCharsets.UTF_8)),
                        () -> now,
                        arguments.toArray(String[]::new));
        assertThat(code).isEqualTo(1);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aStateThatTurnedIsAnEventWithItsTimeAndTheFirstScanIsNone() throws Exception {
        assertThat(told(post(SUBSCRIPTION, "policyEvents/default/queryResults", Map.of())))
                .isEmpty();
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "westus"), vm("d", "eastus")), Set.of(vmId("b")));

        assertThat(told(post(SUBSCRIPTION, "policyEvents/default/queryResults", Map.of())))
                .containsExactlyInAnyOrder(
                        "a NonCompliant 2026-11-21T08:10:00Z", "d Compliant 2026-11-21T08:10:00Z");
        assertThat(told(post(OTHER, "policyEvents/default/queryResults", Map.of()))).isEmpty();
        assertThat(
                        told(
                                post(
                                        SUBSCRIPTION,
                                        "policyEvents/default/queryResults",
                                        Map.of("$to", "2026-11-21T08:09:59Z"))))
                .isEmpty();
    }

    @Test
    void whatTurnedBeforeItsResourceWasDeletedIsStillAnEvent() throws Exception {
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "westus")), Set.of());
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "eastus")), Set.of());
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("b", "westus")), Set.of(vmId("a")));

        assertThat(told(post(SUBSCRIPTION, "policyEvents/default/queryResults", Map.of())))
                .containsExactlyInAnyOrder(
                        "b NonCompliant 2026-11-21T08:30:00Z",
                        "a Compliant 2026-11-21T08:20:00Z",
                        "a NonCompliant 2026-11-21T08:10:00Z");
    }

    @Test
    void thePastIsAnsweredAsItWasAlsoAfterARestart() throws Exception {
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "westus")), Set.of());
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "eastus"), vm("c", "eastus")), Set.of());
        server.close();
        start();
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("b", "westus")), Set.of());

        assertThat(nonCompliant(Map.of())).isEqualTo(1);
        assertThat(nonCompliant(Map.of("$to", "2026-11-21T08:25:00Z"))).isZero();
        assertThat(nonCompliant(Map.of("$to", "2026-11-21T08:15:00Z"))).isEqualTo(2);
        assertThat(nonCompliant(Map.of("$to", "2026-11-21T08:05:00Z"))).isEqualTo(1);
    }

    @Test
    void defaultStatesHaveEveryRecordOfTheIntervalAndLatestOneForEach() throws Exception {
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "westus")), Set.of());
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "eastus")), Set.of());
        var onlyA = Map.of("$filter", "endswith(resourceId, '/a')");

        assertThat(told(post(SUBSCRIPTION, "policyStates/latest/queryResults", onlyA)))
                .containsExactly("a Compliant 2026-11-21T08:20:00Z");
        assertThat(told(post(SUBSCRIPTION, "policyStates/default/queryResults", onlyA)))
                .containsExactly(
                        "a Compliant 2026-11-21T08:20:00Z", "a NonCompliant 2026-11-21T08:10:00Z");
    }

    @Test
    void aRecordOfThePastHasTheTimeOfItsScanAndBeforeTheFirstThereIsNone() throws Exception {
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "westus")), Set.of());
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(), Set.of());
        now = now.plus(Duration.ofMinutes(10));
        change(List.of(vm("a", "eastus")), Set.of());

        for (String view : List.of("latest", "default")) {
            var onlyA =
                    Map.of(
                            "$filter",
                            "endswith(resourceId, '/a')",
                            "$to",
                            "2026-11-21T08:25:00Z",
                            "$from",
                            "2026-11-21T08:15:00Z");
            assertThat(told(post(SUBSCRIPTION, "policyStates/" + view + "/queryResults", onlyA)))
                    .containsExactly("a NonCompliant 2026-11-21T08:20:00Z");
            // The assignment was there, but nobody had looked yet.
            assertThat(
                            told(
                                    post(
                                            SUBSCRIPTION,
                                            "policyStates/" + view + "/queryResults",
                                            Map.of("$to", "2026-11-21T07:30:00Z"))))
                    .isEmpty();
        }
        assertThat(nonCompliant(Map.of("$to", "2026-11-21T07:30:00Z"))).isZero();
        assertThat(nonCompliant(Map.of("$to", "2026-11-21T08:00:00Z"))).isEqualTo(1);
    }

    @Test
    void aSummaryCountsOnlyWhatItsFilterPasses() throws Exception {
        assertThat(nonCompliant(Map.of())).isEqualTo(1);
        assertThat(nonCompliant(Map.of("$filter", "policyAssignmentName eq 'nosuch'"))).isZero();
        assertThat(nonCompliant(Map.of("$filter", "resourceLocation eq 'westus'"))).isEqualTo(1);
        assertThat(
                        send(
                                        SUBSCRIPTION,
                                        "policyStates/latest/summarize",
                                        Map.of("$from", "garbage"))
                                .body())
                .contains("InvalidQueryParameter", "garbage");
    }

    @Test
    void aManagementGroupIsAskedForWhatIsBelowItAndOneWithoutSubscriptionsForNothing()
            throws Exception {
        var subscription =
                json(
                        "{'id':'%s','name':'1','type':'Microsoft.Resources/subscriptions','properties':{'managementGroupAncestorsChain':[{'name':'corp'},{'name':'root'}]}}"
                                .formatted(SUBSCRIPTION));
        change(List.of(subscription), Set.of());
        String groups = "/providers/Microsoft.Management/managementGroups/";

        for (String above : List.of("corp", "ROOT")) {
            assertThat(told(post(groups + above, "policyStates/latest/queryResults", Map.of())))
                    .as(above)
                    .hasSize(3);
        }
        assertThat(told(post(groups + "empty", "policyStates/latest/queryResults", Map.of())))
                .isEmpty();
    }

    @Test
    void onlyTheRecordsThatAQueryIsForAreMade() throws Exception {
        assertThat(made("type", "Microsoft.PolicyInsights/policyStates")).isEqualTo(3);
        assertThat(made("properties.complianceState", "noncompliant")).isEqualTo(1);
        assertThat(made("properties.policyDefinitionName", "east")).isEqualTo(3);
        assertThat(made("properties.policyAssignmentId", "another")).isZero();
        assertThat(made("properties.resourceId", vmId("B"))).isEqualTo(1);
        assertThat(made("properties.resourceType", "microsoft.compute/virtualmachines"))
                .isEqualTo(3);
        assertThat(made("subscriptionId", "another")).isZero();
        assertThat(made("resourceGroup", "RG")).isEqualTo(3);
        assertThat(
                        Kql.run(
                                        "policyresources | where type =~ 'microsoft.policyinsights/policystates' and properties.complianceState == 'NonCompliant' and properties.resourceGroup =~ 'RG' | project tostring(properties.resourceId)",
                                        server.bean(FleetCatalog.class)
                                                .over(server.bean(Fleet.class).snapshot()),
                                        QueryOptions.DEFAULT)
                                .rowCount())
                .isEqualTo(1);
    }

    /// How many states the table makes for a query with that condition.
    private int made(String column, String value) {
        var wanted =
                List.of(
                        new ScanRequest.ColumnIn(
                                column.equals("type") ? "none" : "type",
                                Set.of("microsoft.policyinsights/policystates"),
                                true),
                        new ScanRequest.ColumnIn(column, Set.of(value), true));
        return server
                .bean(FleetCatalog.class)
                .over(server.bean(Fleet.class).snapshot())
                .table("policyresources")
                .orElseThrow()
                .scan(new ScanRequest(Optional.empty(), wanted))
                .stream()
                .mapToInt(Segment::liveSize)
                .sum();
    }

    @Test
    void anAssignmentOfTheSameNameElsewhereIsNotMeant() throws Exception {
        var below = Map.<String, String>of();
        assertThat(
                        told(
                                post(
                                        OTHER
                                                + "/providers/Microsoft.Authorization/policyAssignments/east",
                                        "policyStates/latest/queryResults",
                                        below)))
                .isEmpty();
        assertThat(told(post(ASSIGNMENT, "policyStates/latest/queryResults", below))).hasSize(3);
        assertThat(
                        told(
                                post(
                                        SUBSCRIPTION
                                                + "/providers/Microsoft.Authorization/policyDefinitions/east",
                                        "policyStates/latest/queryResults",
                                        below)))
                .hasSize(3);
    }
}
