package io.muster.service.http.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.service.MusterServer;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.PolicyStateRecords;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetSources;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The query options of policy states over HTTP: 1,200 machines, of which every third lies in the wrong place, under an initiative of one definition in two groups.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyStatesQueryTest {
    private static final String SUBSCRIPTION =
            "/subscriptions/11111111-1111-1111-1111-111111111111";
    private static final String DEFINITION =
            "/providers/Microsoft.Authorization/policyDefinitions/east";
    private static final String SET =
            "/providers/Microsoft.Authorization/policySetDefinitions/places";
    private static final String ASSIGNMENT =
            SUBSCRIPTION + "/providers/Microsoft.Authorization/policyAssignments/east";
    private static final String STATES =
            "/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults";

    private final HttpClient client = HttpClient.newHttpClient();
    private Instant now = Instant.parse("2026-11-21T08:00:00Z");
    private MusterServer server;

    @BeforeAll
    void machines(@TempDir Path data) throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data), () -> now, Map.of(), FleetSources.NONE);
        put(
                FleetCompliance.Kind.DEFINITION,
                DEFINITION,
                "{'properties':{'mode':'Indexed','policyRule':{'if':{'allOf':[{'field':'type','equals':'Microsoft.Compute/virtualMachines'},{'field':'location','notEquals':'eastus'}]},'then':{'effect':'audit'}}}}");
        put(
                FleetCompliance.Kind.SET_DEFINITION,
                SET,
                "{'properties':{'policyDefinitionGroups':[{'name':'first'},{'name':'second'}],'policyDefinitions':[{'policyDefinitionId':'%s','policyDefinitionReferenceId':'east','groupNames':['first','second']}]}}"
                        .formatted(DEFINITION));
        put(
                FleetCompliance.Kind.ASSIGNMENT,
                ASSIGNMENT,
                "{'properties':{'policyDefinitionId':'%s'}}".formatted(SET));
        change(IntStream.range(0, 1_200).mapToObj(i -> vm(i, i % 3 == 0)).toList());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (Exception fault) {
            throw new AssertionError(text, fault);
        }
    }

    private static String vmId(int i) {
        return SUBSCRIPTION
                + "/resourceGroups/%s/providers/Microsoft.Compute/virtualMachines/m%d"
                        .formatted(i % 2 == 0 ? "rg" : "RG", i);
    }

    private static Dynamic vm(int i, boolean wrong) {
        return json(
                "{'id':'%s','name':'m%d','type':'Microsoft.Compute/virtualMachines','location':'%s'}"
                        .formatted(vmId(i), i, wrong ? "westus" : "eastus"));
    }

    private void put(FleetCompliance.Kind kind, String id, String text) {
        var document =
                json(text)
                        .with("id", Dynamic.of(id))
                        .with("name", Dynamic.of(id.substring(id.lastIndexOf('/') + 1)));
        assertThat(server.bean(FleetCompliance.class).put(kind, document)).isEmpty();
    }

    private void change(List<Dynamic> machines) throws Exception {
        var fleet = server.bean(Fleet.class);
        fleet.publish(
                ResourceHistory.STANDARD.record(
                        fleet.snapshot(),
                        fleet.snapshot().with(machines, Set.of(), now),
                        HistoryEntry.Cause.COLLECTION));
        server.bean(FleetCompliance.class).scan();
    }

    private HttpResponse<String> post(String url) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> send(String path, String... options) throws Exception {
        var url = new StringBuilder(server.httpUrl() + path + "?api-version=2024-10-01");
        for (int i = 0; i < options.length; i += 2) {
            url.append('&')
                    .append(options[i])
                    .append('=')
                    .append(URLEncoder.encode(options[i + 1], StandardCharsets.UTF_8));
        }
        return post(url.toString());
    }

    private Dynamic ask(String path, String... options) throws Exception {
        var answer = send(path, options);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private String refused(String path, String... options) throws Exception {
        var answer = send(path, options);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var error = Json.parse(answer.body()).get("error");
        assertThat(error.get("code").textOr("")).isEqualTo("InvalidQueryParameter");
        return error.get("message").textOr("");
    }

    @Test
    void whatIsCountedIsFilteredBefore() throws Exception {
        var counted =
                ask(
                        SUBSCRIPTION + STATES,
                        "$filter",
                        "IsCompliant eq false and 'SECOND' IN PolicyDefinitionGroupNames",
                        "$apply",
                        "groupby((PolicyAssignmentId, ResourceGroup, ResourceId))/groupby((PolicyAssignmentId, ResourceGroup), aggregate($count as NumNonCompliantResources))");
        assertThat(counted.get("value").items()).hasSize(1);
        var one = counted.get("value").get(0);
        assertThat(one.get("NumNonCompliantResources")).isEqualTo(Dynamic.of(400));
        assertThat(one.get("policyAssignmentId")).isEqualTo(Dynamic.of(ASSIGNMENT));
        assertThat(one.get("@odata.context").textOr("")).endsWith("#latest/$entity");
    }

    @Test
    void pagesGoOnWhereTheyWereThoughAScanComesInBetween() throws Exception {
        String filter = "ComplianceState eq 'NonCompliant' or ComplianceState eq 'Compliant'";
        var first = ask(SUBSCRIPTION + STATES, "$filter", filter, "$select", "ResourceId");
        assertThat(first.get("value").items()).hasSize(1_000);
        now = now.plusSeconds(600);
        change(List.of(vm(0, false), vm(1, true)));
        var found = new ArrayList<String>();
        String link = first.get("@odata.nextLink").textOr("");
        first.get("value").items().forEach(r -> found.add(r.get("resourceId").textOr("")));
        while (!link.isEmpty()) {
            var page = Json.parse(post(link).body());
            page.get("value").items().forEach(r -> found.add(r.get("resourceId").textOr("")));
            link = page.get("@odata.nextLink").textOr("");
        }
        change(List.of(vm(0, true), vm(1, false)));
        assertThat(found).hasSize(1_200).doesNotHaveDuplicates();
    }

    @Test
    void pagesGoOnWhereTheyWereThoughAnObjectIsPutInBetween() throws Exception {
        for (String name : List.of("zulu", "alpha")) {
            put(
                    FleetCompliance.Kind.ASSIGNMENT,
                    ASSIGNMENT.replace("/east", "/" + name),
                    "{'properties':{'policyDefinitionId':'%s'}}".formatted(DEFINITION));
        }
        now = now.plusSeconds(60);
        change(List.of());
        var link = new ArrayList<String>();
        var found = records(SUBSCRIPTION + STATES, link);
        now = now.plusSeconds(60);
        put(
                FleetCompliance.Kind.DEFINITION,
                DEFINITION.replace("east", "another"),
                "{'properties':{'mode':'All','policyRule':{'if':{'field':'location','equals':'x'},'then':{'effect':'audit'}}}}");
        found.addAll(rest(link.getFirst()));
        for (String name : List.of("zulu", "alpha")) {
            server.bean(FleetCompliance.class).delete(ASSIGNMENT.replace("/east", "/" + name));
        }
        change(List.of());
        assertThat(found).hasSize(3_600).doesNotHaveDuplicates();
    }

    @Test
    void pagesOfAllRecordsAreTheSameThoughAScanComesInBetween() throws Exception {
        now = now.plusSeconds(60);
        change(List.of(vm(2, true)));
        now = now.plusSeconds(60);
        change(List.of());
        String every = STATES.replace("latest", "default");
        var whole = records(SUBSCRIPTION + every, new ArrayList<>(), "$top", "5000");
        var link = new ArrayList<String>();
        var found = records(SUBSCRIPTION + every, link);
        now = now.plusSeconds(60);
        change(List.of());
        found.addAll(rest(link.getFirst()));
        change(List.of(vm(2, false)));
        assertThat(found.stream().filter(one -> !whole.contains(one))).isEmpty();
        assertThat(whole.stream().filter(one -> !found.contains(one))).isEmpty();
        assertThat(found).hasSameSizeAs(whole).doesNotHaveDuplicates();
    }

    /// The first page, a text each record.
    ///
    /// @param link is told where the next one is
    private List<String> records(String path, List<String> link, String... options)
            throws Exception {
        var page = ask(path, options);
        link.add(page.get("@odata.nextLink").textOr(""));
        return texts(page);
    }

    private List<String> rest(String first) throws Exception {
        var found = new ArrayList<String>();
        for (String link = first; !link.isEmpty(); ) {
            var page = Json.parse(post(link).body());
            found.addAll(texts(page));
            link = page.get("@odata.nextLink").textOr("");
        }
        return found;
    }

    private static List<String> texts(Dynamic page) {
        return page.get("value").items().stream()
                .map(r ->
                        r.get("resourceId").textOr("")
                                + ' '
                                + r.get("policyAssignmentName").textOr("")
                                + ' '
                                + r.get("complianceState").textOr("")
                                + ' '
                                + r.get("timestamp").textOr(""))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    @Test
    void addressesAreRightWhateverNamesAndLettersAPathHas() throws Exception {
        for (String path :
                List.of(
                        SUBSCRIPTION
                                + "/resourceGroups/summarize/providers/Microsoft.PolicyInsights/policyStates/latest/summarize",
                        (SUBSCRIPTION + STATES.replace("queryResults", "summarize"))
                                .toUpperCase(Locale.ROOT))) {
            var summary = ask(path).get("value").get(0);
            String uri = summary.path("results", "queryResultsUri").textOr("");
            var answer = post(uri + "&$apply=aggregate($count%20as%20n)");
            assertThat(answer.statusCode()).as(uri + answer.body()).isEqualTo(200);
            assertThat(Json.parse(answer.body()).get("value").get(0).get("n"))
                    .isEqualTo(summary.path("results", "nonCompliantResources"));
            assertThat(summary.get("@odata.context").textOr(""))
                    .endsWithIgnoringCase("/latest/$metadata#summary/$entity");
        }
    }

    @Test
    void topIsAllThereIs() throws Exception {
        var top = ask(SUBSCRIPTION + STATES, "$top", "3", "$orderby", "ResourceId asc");
        assertThat(top.get("value").items()).hasSize(3);
        assertThat(top.get("@odata.nextLink").isNull()).isTrue();
        assertThat(ask(SUBSCRIPTION + STATES, "$top", "1100").get("value").items()).hasSize(1_100);
    }

    @Test
    void aSelectedRecordIsExplainedAllTheSame() throws Exception {
        var one =
                ask(
                                vmId(3) + STATES,
                                "$expand",
                                "PolicyEvaluationDetails",
                                "$select",
                                "ComplianceState, PolicyEvaluationDetails")
                        .get("value")
                        .get(0);
        assertThat(one.members().keySet())
                .containsExactly(
                        "@odata.id",
                        "@odata.context",
                        "complianceState",
                        "policyEvaluationDetails");
        assertThat(one.path("policyEvaluationDetails", "evaluatedExpressions").items()).hasSize(2);

        assertThat(
                        ask(
                                        vmId(3) + STATES,
                                        "$expand",
                                        "PolicyEvaluationDetails",
                                        "$apply",
                                        "aggregate($count as n)")
                                .get("value")
                                .get(0)
                                .get("n"))
                .isEqualTo(Dynamic.of(1));
    }

    @Test
    void theCauseOfAVerdictIsKnownRightAfterTheScanHoweverFineTheClock() throws Exception {
        var whole = now.plusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
        now = whole.plusNanos(700);
        change(List.of(vm(6, false)));
        var one = ask(vmId(6) + STATES, "$expand", "PolicyEvaluationDetails").get("value").get(0);
        change(List.of(vm(6, true)));
        assertThat(one.get("complianceState")).isEqualTo(Dynamic.of("Compliant"));
        assertThat(one.get("stateSince")).isEqualTo(Dynamic.of(whole.toString()));
        assertThat(one.get("stateCause")).isEqualTo(Dynamic.of("resource"));
    }

    @Test
    void aRecordHasNoOtherPropertiesThanThoseThatAQueryCanName() throws Exception {
        var record = ask(vmId(3) + STATES).get("value").get(0);
        assertThat(record.members().keySet())
                .filteredOn(name -> !name.startsWith("@"))
                .isNotEmpty()
                .allMatch(PolicyStateRecords.PROPERTIES::contains);
    }

    @Test
    void whatIsMisspeltIsRefused() throws Exception {
        assertThat(refused(SUBSCRIPTION + STATES, "$filter", "ComplianceStat eq 'x'"))
                .contains("there is no property 'ComplianceStat'");
        assertThat(refused(SUBSCRIPTION + STATES, "$fitler", "IsCompliant eq false"))
                .contains("'$fitler' is not supported");
        assertThat(refused(SUBSCRIPTION + STATES, "$expand", "PolicyEvaluation"))
                .contains("PolicyEvaluationDetails or components");
        assertThat(refused(SUBSCRIPTION + STATES, "$from", "yesterday")).contains("ISO 8601");
        assertThat(
                        refused(
                                SUBSCRIPTION + STATES.replace("queryResults", "summarize"),
                                "$filter",
                                "nosuch eq 1"))
                .contains("there is no property 'nosuch'");
    }

    @Test
    void theAddressesOfASummaryAskForTheRecordsItCounted() throws Exception {
        var summary =
                ask(
                                SUBSCRIPTION + STATES.replace("queryResults", "summarize"),
                                "$filter",
                                "'first' IN PolicyDefinitionGroupNames",
                                "$to",
                                "2026-11-21 09:00:00Z")
                        .get("value")
                        .get(0);
        var assignment = summary.get("policyAssignments").get(0);
        for (var results :
                List.of(
                        summary.get("results"),
                        assignment.get("results"),
                        assignment.get("policyDefinitions").get(0).get("results"),
                        assignment.get("policyGroups").get(0).get("results"))) {
            String uri = results.get("queryResultsUri").textOr("");
            var answer = post(uri + "&$apply=aggregate($count%20as%20n)");
            assertThat(answer.statusCode()).as(uri + answer.body()).isEqualTo(200);
            assertThat(Json.parse(answer.body()).get("value").get(0).get("n"))
                    .as(URLDecoder.decode(uri, StandardCharsets.UTF_8))
                    .isEqualTo(results.get("nonCompliantResources"));
        }
        assertThat(
                        URLDecoder.decode(
                                assignment
                                        .get("policyDefinitions")
                                        .get(0)
                                        .path("results", "queryResultsUri")
                                        .textOr(""),
                                StandardCharsets.UTF_8))
                .contains("$filter=('first' IN PolicyDefinitionGroupNames) and")
                .contains("PolicyAssignmentId eq '" + ASSIGNMENT + "'")
                .contains("PolicyDefinitionReferenceId eq 'east'");
    }

    @Test
    void reportsAndRecordsTellTheEffectsThatOverridesGiveSomeLocations() throws Exception {
        String definition = DEFINITION.replace("east", "tier");
        String assignment = ASSIGNMENT.replace("/east", "/tier");
        put(
                FleetCompliance.Kind.DEFINITION,
                definition,
                "{'properties':{'mode':'Indexed','parameters':{'effect':{'type':'String','defaultValue':'Audit','allowedValues':['Audit','Deny']}},'policyRule':{'if':{'field':'type','equals':'Microsoft.Compute/virtualMachines'},'then':{'effect':'[parameters(\\u0027effect\\u0027)]'}}}}");
        put(
                FleetCompliance.Kind.ASSIGNMENT,
                assignment,
                "{'properties':{'policyDefinitionId':'%s','overrides':[{'kind':'policyEffect','value':'Deny','selectors':[{'kind':'resourceLocation','in':['westus']}]}]}}"
                        .formatted(definition));
        change(List.of());
        var report =
                Json.parse(
                        client.send(
                                        HttpRequest.newBuilder(
                                                        URI.create(
                                                                server.httpUrl()
                                                                        + "/api/report?format=json"))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .body());
        var actions =
                ask(
                        SUBSCRIPTION + STATES,
                        "$filter",
                        "PolicyAssignmentName eq 'tier'",
                        "$apply",
                        "groupby((PolicyDefinitionAction), aggregate($count as n))",
                        "$orderby",
                        "n desc");
        server.bean(FleetCompliance.class).delete(assignment);
        change(List.of());

        var told =
                report.get("policies").items().stream()
                        .filter(p -> p.get("policyAssignmentId").equals(Dynamic.of(assignment)))
                        .findFirst()
                        .orElseThrow();
        assertThat(told.get("effects").items())
                .containsExactly(Dynamic.of("audit"), Dynamic.of("deny"));
        assertThat(actions.get("value").items().stream().map(a -> a.get("policyDefinitionAction")))
                .containsExactly(Dynamic.of("audit"), Dynamic.of("deny"));
    }

    @Test
    void aLongFilterIsTaken() throws Exception {
        String filter =
                String.join(
                        " or ",
                        IntStream.range(0, 300)
                                .mapToObj(i -> "ResourceId eq '" + vmId(i) + "'")
                                .toList());
        assertThat(ask(SUBSCRIPTION + STATES, "$filter", filter).get("value").items()).hasSize(300);
    }
}
