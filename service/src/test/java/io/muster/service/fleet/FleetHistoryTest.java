package io.muster.service.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.service.MusterServer;
import io.muster.service.cli.Muster;
import io.muster.service.cli.Streams;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.config.ServerOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
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
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// History as callers see it: by Resource Graph's REST, by webhooks, by the command line over what is kept.
class FleetHistoryTest {
    private static final List<String> DOORS =
            List.of("/api/events", "/api/webhooks/activitylog", "/api/webhooks/eventgrid");
    private static final String SIZES =
            "resources | where type =~ 'Microsoft.Compute/virtualMachines' | project name, size ="
                    + " tostring(properties.vmSize) | order by name asc";
    private static final Duration LONG = Duration.ofMinutes(1);
    private final HttpClient client = HttpClient.newHttpClient();

    private static MusterServer start(Path data, MemorySource estate) throws Exception {
        return MusterServer.start(
                ServerOptions.onFreePorts(data),
                estate.clock(),
                Map.of(),
                new FleetSources(List.of(estate)));
    }

    private HttpResponse<String> post(MusterServer server, String path, Dynamic body)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.httpUrl() + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> ask(MusterServer server, String query, Dynamic options)
            throws Exception {
        return post(
                server,
                "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01",
                Dynamic.bag().put("query", query).put("options", options).build());
    }

    private List<String> rows(MusterServer server, String query, Dynamic options) throws Exception {
        var answer = ask(server, query, options);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body()).get("data").items().stream()
                .map(row -> Json.write(row).replace('"', '\''))
                .toList();
    }

    private static Dynamic asOf(Instant instant) {
        return Dynamic.bag().put("asOf", instant.toString()).build();
    }

    @Test
    void anyQueryCanBeAskedAsOfAnInstantAndAsADifference(@TempDir Path data) throws Exception {
        var estate = new MemorySource();
        Instant first;
        Instant second;
        try (var server = start(data, estate)) {
            var rounds = server.bean(FleetRounds.class);
            estate.put("a", "S1");
            estate.put("b", "S1");
            rounds.run();
            first = estate.clock().instant();
            estate.tick();
            estate.put("a", "S2");
            estate.remove("b");
            estate.put("c", "S1");
            rounds.run();
            second = estate.clock().instant();
            estate.tick();
            estate.put("c", "S3");
            rounds.run();

            assertThat(rows(server, SIZES, Dynamic.EMPTY_BAG))
                    .containsExactly("{'name':'a','size':'S2'}", "{'name':'c','size':'S3'}");
            assertThat(rows(server, SIZES, asOf(first)))
                    .containsExactly("{'name':'a','size':'S1'}", "{'name':'b','size':'S1'}");
            assertThat(rows(server, SIZES, asOf(second.plusSeconds(30))))
                    .containsExactly("{'name':'a','size':'S2'}", "{'name':'c','size':'S1'}");
            assertThat(rows(server, SIZES, Dynamic.bag().put("since", first.toString()).build()))
                    .containsExactly(
                            "{'change':'Removed','name':'a','size':'S1'}",
                            "{'change':'Removed','name':'b','size':'S1'}",
                            "{'change':'Added','name':'a','size':'S2'}",
                            "{'change':'Added','name':'c','size':'S3'}");
            assertThat(
                            rows(
                                    server,
                                    "resourcechanges | extend p = properties | order by"
                                            + " tostring(p.changeAttributes.timestamp) asc, id asc |"
                                            + " project kind = tostring(p.changeType), by ="
                                            + " tostring(p.changeAttributes.changedBy), what ="
                                            + " tostring(split(tostring(p.targetResourceId), '/')[-1]),"
                                            + " n = toint(p.changeAttributes.changesCount)",
                                    Dynamic.EMPTY_BAG))
                    .containsExactlyInAnyOrder(
                            "{'kind':'Update','by':'log@contoso.com','what':'a','n':1}",
                            "{'kind':'Delete','by':'log@contoso.com','what':'b','n':0}",
                            "{'kind':'Create','by':'log@contoso.com','what':'c','n':0}",
                            "{'kind':'Update','by':'log@contoso.com','what':'c','n':1}");
            assertThat(rows(server, "resourcechanges | count", asOf(second)))
                    .containsExactly("{'Count':3}");

            var tooEarly = ask(server, SIZES, asOf(first.minusSeconds(3600)));
            assertThat(tooEarly.statusCode()).isEqualTo(400);
            assertThat(tooEarly.body()).contains("InstantNotAvailable", "begins at");
            assertThat(ask(server, SIZES, Dynamic.bag().put("asOf", "yesterday").build()).body())
                    .contains("InvalidQueryOptions", "'asOf' must be a time");
        }
        // The same of what is kept, without a server.
        assertThat(query(data, "--as-of", first.toString(), SIZES))
                .isEqualTo("0 name,size\na,S1\nb,S1\n");
        assertThat(query(data, "--since", second.toString(), SIZES))
                .isEqualTo("0 change,name,size\nRemoved,c,S1\nAdded,c,S3\n");
        assertThat(query(data, "--as-of", "2020-01-01", SIZES)).startsWith("2 error: The fleet as");
        try (var again = start(data, estate)) {
            assertThat(rows(again, SIZES, asOf(first)))
                    .containsExactly("{'name':'a','size':'S1'}", "{'name':'b','size':'S1'}");
        }
    }

    @Test
    void statesOfPoliciesAreThoseOfThePast(@TempDir Path data) throws Exception {
        var estate = new MemorySource();
        String within =
                "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Authorization/";
        try (var server = start(data, estate)) {
            var compliance = server.bean(FleetCompliance.class);
            assertThat(
                            compliance.put(
                                    FleetCompliance.Kind.DEFINITION,
                                    Json.parse(
                                            """
                                            {"id":"%spolicyDefinitions/no-b","name":"no-b","properties":{"mode":"All",
                                             "policyRule":{"if":{"field":"name","equals":"b"},"then":{"effect":"audit"}}}}
                                            """
                                                    .formatted(within))))
                    .isEmpty();
            assertThat(
                            compliance.put(
                                    FleetCompliance.Kind.ASSIGNMENT,
                                    Json.parse(
                                            """
                                            {"id":"%spolicyAssignments/no-b","name":"no-b","properties":{"policyDefinitionId":"%spolicyDefinitions/no-b"}}
                                            """
                                                    .formatted(within, within))))
                    .isEmpty();
            estate.put("a", "S1");
            estate.put("b", "S1");
            server.bean(FleetRounds.class).run();
            Instant first = estate.clock().instant();
            estate.tick();
            estate.remove("b");
            server.bean(FleetRounds.class).run();
            String states =
                    "policyresources | where type =~ 'Microsoft.PolicyInsights/policyStates'"
                            + " | project r = tostring(split(tostring(properties.resourceId), '/')[-1]), s = tostring(properties.complianceState)"
                            + " | order by r asc";
            assertThat(rows(server, states, Dynamic.EMPTY_BAG))
                    .containsExactly("{'r':'a','s':'Compliant'}");
            assertThat(rows(server, states, asOf(first)))
                    .containsExactly("{'r':'a','s':'Compliant'}", "{'r':'b','s':'NonCompliant'}");
        }
    }

    private static final String WITHIN =
            "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Authorization/";

    private static void put(
            FleetCompliance compliance, FleetCompliance.Kind kind, String id, String properties)
            throws Exception {
        String name = id.substring(id.lastIndexOf('/') + 1);
        assertThat(
                        compliance.put(
                                kind,
                                Json.parse(
                                        "{\"id\":\"%s\",\"name\":\"%s\",\"properties\":%s}"
                                                .formatted(
                                                        id, name, properties.replace('\'', '"')))))
                .isEmpty();
    }

    private static String rule(String name) {
        return "{'mode':'All','policyRule':{'if':{'field':'name','equals':'%s'},'then':{'effect':'audit'}}}"
                .formatted(name);
    }

    @Test
    void policiesOfThePastJudgeTheFleetOfThePastAtItsTime(@TempDir Path data) throws Exception {
        var estate = new MemorySource();
        String states =
                "policyresources | where type =~ 'Microsoft.PolicyInsights/policyStates' | project r ="
                        + " tostring(split(tostring(properties.resourceId), '/')[-1]), s ="
                        + " tostring(properties.complianceState) | order by r asc";
        String rules =
                "policyresources | where type =~ 'Microsoft.Authorization/policyDefinitions' | project"
                        + " r = tostring(properties.policyRule['if'].equals)";
        String assigned =
                "policyresources | where type =~ 'Microsoft.Authorization/policyAssignments' | count";
        Instant first;
        Instant second;
        try (var server = start(data, estate)) {
            var compliance = server.bean(FleetCompliance.class);
            first = estate.clock().instant();
            put(
                    compliance,
                    FleetCompliance.Kind.DEFINITION,
                    WITHIN + "policyDefinitions/no",
                    rule("b"));
            put(
                    compliance,
                    FleetCompliance.Kind.ASSIGNMENT,
                    WITHIN + "policyAssignments/no",
                    "{'policyDefinitionId':'%spolicyDefinitions/no'}".formatted(WITHIN));
            put(
                    compliance,
                    FleetCompliance.Kind.EXEMPTION,
                    MemorySource.idOf("b")
                            + "/providers/Microsoft.Authorization/policyExemptions/while",
                    "{'policyAssignmentId':'%spolicyAssignments/no','exemptionCategory':'Waiver','expiresOn':'%s'}"
                            .formatted(WITHIN, first.plusSeconds(30)));
            estate.put("a", "S1");
            estate.put("b", "S1");
            server.bean(FleetRounds.class).run();
            estate.tick();
            put(
                    compliance,
                    FleetCompliance.Kind.DEFINITION,
                    WITHIN + "policyDefinitions/no",
                    rule("a"));
            estate.put("b", "S2");
            server.bean(FleetRounds.class).run();
            second = estate.clock().instant();
            estate.tick();
            // The fleet stays as it is.
            assertThat(compliance.delete(WITHIN + "policyAssignments/no")).isTrue();
            compliance.scan();

            assertThat(rows(server, states, Dynamic.EMPTY_BAG)).isEmpty();
            assertThat(rows(server, states, asOf(second)))
                    .containsExactly("{'r':'a','s':'NonCompliant'}", "{'r':'b','s':'Compliant'}");
            // Its exemption ended between two readings of the fleet.
            assertThat(rows(server, states, asOf(first.plusSeconds(45))))
                    .containsExactly("{'r':'a','s':'Compliant'}", "{'r':'b','s':'NonCompliant'}");
            assertThat(rows(server, states, asOf(first)))
                    .containsExactly("{'r':'a','s':'Compliant'}", "{'r':'b','s':'Exempt'}");
            assertThat(rows(server, rules, asOf(first))).containsExactly("{'r':'b'}");
            assertThat(rows(server, rules, asOf(second))).containsExactly("{'r':'a'}");
            assertThat(rows(server, assigned, asOf(second))).containsExactly("{'Count':1}");
            assertThat(rows(server, assigned, Dynamic.EMPTY_BAG)).containsExactly("{'Count':0}");
            assertThat(
                            rows(
                                    server,
                                    states,
                                    Dynamic.bag()
                                            .put("since", first.toString())
                                            .put("asOf", second.toString())
                                            .build()))
                    .containsExactly(
                            "{'change':'Removed','r':'a','s':'Compliant'}",
                            "{'change':'Removed','r':'b','s':'Exempt'}",
                            "{'change':'Added','r':'a','s':'NonCompliant'}",
                            "{'change':'Added','r':'b','s':'Compliant'}");
        }
        assertThat(query(data, "--as-of", first.toString(), states))
                .isEqualTo("0 r,s\na,Compliant\nb,Exempt\n");
        assertThat(query(data, "--as-of", second.toString(), rules)).isEqualTo("0 r\na\n");
        assertThat(query(data, "--since", second.toString(), assigned))
                .isEqualTo("0 change,Count\nRemoved,1\nAdded,0\n");
        assertThat(scan(data, first)).startsWith("0 ");
        assertThat(scan(data, first.plusSeconds(45))).startsWith("1 ").contains("/b");
    }

    @Test
    void whatWasKeptOfThePastIsKeptAsLongAsItsFleet(@TempDir Path data) throws Exception {
        var estate = new MemorySource();
        try (var server = start(data, estate)) {
            var compliance = server.bean(FleetCompliance.class);
            put(
                    compliance,
                    FleetCompliance.Kind.DEFINITION,
                    WITHIN + "policyDefinitions/no",
                    rule("b"));
            estate.put("b", "S1");
            server.bean(FleetRounds.class).run();
            Instant first = estate.clock().instant();
            estate.tick();
            assertThat(compliance.delete(WITHIN + "policyDefinitions/no")).isTrue();
            // No change for longer than history is kept: the step to what followed reaches back.
            estate.pass(Duration.ofDays(20));
            estate.put("b", "S2");
            server.bean(FleetRounds.class).run();

            String definitions =
                    "policyresources | where type =~ 'Microsoft.Authorization/policyDefinitions' | count";
            assertThat(rows(server, SIZES, asOf(first)))
                    .containsExactly("{'name':'b','size':'S1'}");
            assertThat(rows(server, definitions, asOf(first))).containsExactly("{'Count':1}");
        }
    }

    /// The exit code and what was printed.
    private static String query(Path data, String... more) {
        var args = new ArrayList<>(List.of("query", "--data", data.toString(), "--format", "csv"));
        args.addAll(List.of(more));
        return muster(args);
    }

    private static String scan(Path data, Instant at) {
        return muster(List.of("scan", "--data", data.toString(), "--as-of", at.toString()));
    }

    private static String muster(List<String> args) {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int code =
                Muster.run(
                        new Streams(new ByteArrayInputStream(new byte[0]), print, print),
                        Instant::now,
                        args.toArray(String[]::new));
        return code + " " + out.toString(StandardCharsets.UTF_8).replace("\r", "");
    }

    @Test
    void webhooksHaveJustThoseResourcesReadAgain(@TempDir Path data) throws Exception {
        var estate = new MemorySource();
        try (var server = start(data, estate)) {
            estate.put("a", "S1");
            estate.put("b", "S1");
            server.bean(FleetRounds.class).run();
            estate.tick();

            var handshake =
                    post(
                            server,
                            "/api/webhooks/eventgrid",
                            Json.parse(
                                    """
                                    [{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"c0de"}}]
                                    """));
            assertThat(handshake.body()).isEqualTo("{\"validationResponse\":\"c0de\"}");
            var options =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    server.httpUrl() + "/api/webhooks/eventgrid"))
                                    .header("WebHook-Request-Origin", "eventgrid.azure.net")
                                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(options.headers().firstValue("WebHook-Allowed-Origin"))
                    .contains("eventgrid.azure.net");

            // Both changed, one is told of.
            estate.put("a", "S2");
            estate.put("b", "S2");
            var told =
                    post(
                            server,
                            "/api/webhooks/eventgrid",
                            Json.parse(
                                    """
                                    [{"eventType":"Microsoft.Resources.ResourceWriteSuccess","eventTime":"2026-11-21T08:01:00Z",
                                      "data":{"resourceUri":"%s","operationName":"Microsoft.Compute/virtualMachines/write",
                                              "claims":{"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":"ann@contoso.com"}}}]
                                    """
                                            .formatted(MemorySource.idOf("a"))));
            assertThat(told.body()).isEqualTo("{\"accepted\":1,\"passedOver\":0}");
            await(server, SIZES, "{'name':'a','size':'S2'}", "{'name':'b','size':'S1'}");

            estate.tick();
            estate.remove("b");
            post(
                    server,
                    "/api/webhooks/activitylog",
                    Json.parse(
                            """
                            {"schemaId":"Microsoft.Insights/activityLogs","data":{"status":"Activated","context":{"activityLog":
                             {"status":"Succeeded","resourceId":"%s","caller":"bob@contoso.com",
                              "operationName":"Microsoft.Compute/virtualMachines/delete"}}}}
                            """
                                    .formatted(MemorySource.idOf("b"))));
            await(server, SIZES, "{'name':'a','size':'S2'}");
            assertThat(
                            rows(
                                    server,
                                    "resourcechanges | project by ="
                                            + " tostring(properties.changeAttributes.changedBy) | order"
                                            + " by by asc",
                                    Dynamic.EMPTY_BAG))
                    .containsExactly("{'by':'ann@contoso.com'}", "{'by':'bob@contoso.com'}");

            // A batch of cloud events: one twice, and an earlier one behind it.
            estate.tick();
            estate.put("a", "S3");
            String latest = cloudEvent("a", "2026-11-21T08:09:00Z", "eve@contoso.com");
            var batch =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    server.httpUrl() + "/api/webhooks/eventgrid"))
                                    .header("Content-Type", "application/cloudevents-batch+json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "[%s,%s,%s]"
                                                            .formatted(
                                                                    latest,
                                                                    latest,
                                                                    cloudEvent(
                                                                            "a",
                                                                            "2026-11-21T08:05:00Z",
                                                                            "mal@contoso.com"))))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(batch.body()).isEqualTo("{\"accepted\":3,\"passedOver\":0}");
            await(server, SIZES, "{'name':'a','size':'S3'}");
            assertThat(
                            rows(
                                    server,
                                    "resourcechanges | where properties.changes has 'S3' | project by ="
                                            + " tostring(properties.changeAttributes.changedBy)",
                                    Dynamic.EMPTY_BAG))
                    .containsExactly("{'by':'eve@contoso.com'}");
            assertThat(
                            client.send(
                                            HttpRequest.newBuilder(
                                                            URI.create(
                                                                    server.httpUrl()
                                                                            + "/api/webhooks/eventgrid"))
                                                    .header("Content-Type", "application/json")
                                                    .POST(
                                                            HttpRequest.BodyPublishers.ofString(
                                                                    "{not json"))
                                                    .build(),
                                            HttpResponse.BodyHandlers.ofString())
                                    .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void everyDoorTakesEveryFormWithTheSameMeaning(@TempDir Path data) throws Exception {
        var estate = new MemorySource();
        try (var server = start(data, estate)) {
            estate.put("a", "S0");
            server.bean(FleetRounds.class).run();
            int step = 0;
            for (String door : DOORS) {
                for (String form :
                        List.of(
                                """
                                [{"eventType":"Microsoft.Resources.ResourceWriteSuccess","data":{"resourceUri":"%s","claims":{"appid":"%s"}}}]
                                """,
                                """
                                {"specversion":"1.0","type":"Microsoft.Resources.ResourceWriteSuccess","data":{"resourceUri":"%s","claims":{"appid":"%s"}}}
                                """,
                                """
                                {"data":{"context":{"activityLog":{"status":"Succeeded","resourceId":"%s","caller":"%s"}}}}
                                """)) {
                    step++;
                    estate.tick();
                    estate.put("a", "S" + step);
                    var taken =
                            post(
                                    server,
                                    door,
                                    Json.parse(
                                            form.formatted(MemorySource.idOf("a"), "by" + step)));
                    assertThat(taken.body()).isEqualTo("{\"accepted\":1,\"passedOver\":0}");
                    await(
                            server,
                            "resourcechanges | where properties.changes has 'S%d' and properties.changeAttributes.changedBy == 'by%d' | summarize n = count()"
                                    .formatted(step, step),
                            // The next change names the value, too, as the one before.
                            "{'n':1}");
                }
                assertThat(
                                post(
                                                server,
                                                door,
                                                Json.parse(
                                                        """
                                                        [{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"c0de"}}]
                                                        """))
                                        .body())
                        .isEqualTo("{\"validationResponse\":\"c0de\"}");
                var refused = post(server, door, Json.parse("[{\"hello\":1}]"));
                assertThat(refused.statusCode()).isEqualTo(400);
                assertThat(refused.body()).contains("InvalidRequestContent", "/0 is neither");
            }
        }
    }

    @Test
    void whatWasAcceptedAndCouldNotBeReadIsNamedAndReadByTheNextProcess(@TempDir Path data)
            throws Exception {
        var estate = new MemorySource();
        try (var server = start(data, estate)) {
            estate.put("a", "S1");
            server.bean(FleetRounds.class).run();
            estate.tick();
            estate.put("a", "S2");
            estate.refuse("HTTP 403");
            assertThat(
                            post(
                                            server,
                                            DOORS.getLast(),
                                            Json.parse(
                                                    cloudEvent(
                                                            "a",
                                                            "2026-11-21T08:01:00Z",
                                                            "ann@contoso.com")))
                                    .statusCode())
                    .isEqualTo(200);
            await(
                    server,
                    "collections | where completeness != 'Complete' | project because",
                    "{'because':'HTTP 403'}");
            assertThat(rows(server, SIZES, Dynamic.EMPTY_BAG))
                    .containsExactly("{'name':'a','size':'S1'}");
        }
        estate.refuse("");
        estate.tick();
        try (var server = start(data, estate)) {
            await(server, SIZES, "{'name':'a','size':'S2'}");
            await(
                    server,
                    "resourcechanges | project by = tostring(properties.changeAttributes.changedBy)",
                    "{'by':'ann@contoso.com'}");
            await(server, "collections | where completeness != 'Complete' | project because");
        }
    }

    @Test
    void aBurstOfEventsDoesNotUseUpTheTriesOfOneThatCannotBeReadJustNow(@TempDir Path data)
            throws Exception {
        var estate = new MemorySource();
        try (var server = start(data, estate)) {
            estate.put("a", "S1");
            estate.put("b", "S1");
            server.bean(FleetRounds.class).run();
            estate.tick();
            estate.refuse("HTTP 429", Set.of("a"));
            estate.put("a", "S2");
            String time = "2026-11-21T08:01:00Z";
            String door = DOORS.getLast();
            post(server, door, Json.parse(cloudEvent("a", time, "ann@contoso.com")));
            for (int i = 2; i < 10; i++) {
                estate.put("b", "S" + i);
                post(server, door, Json.parse(cloudEvent("b", time, "bob@contoso.com")));
                await(
                        server,
                        SIZES,
                        "{'name':'a','size':'S1'}",
                        "{'name':'b','size':'S" + i + "'}");
            }
            assertThat(server.bean(CampaignStore.class).changes())
                    .anySatisfy(kept ->
                            assertThat(kept.happening().resources())
                                    .containsExactly(ResourceId.parse(MemorySource.idOf("a"))));

            // A later one, of another, finds the first due again.
            estate.refuse("");
            estate.tick();
            post(server, door, Json.parse(cloudEvent("b", time, "bob@contoso.com")));
            await(server, SIZES, "{'name':'a','size':'S2'}", "{'name':'b','size':'S9'}");
        }
    }

    private static String cloudEvent(String name, String time, String caller) {
        return """
        {"specversion":"1.0","id":"1","source":"/subscriptions/s","type":"Microsoft.Resources.ResourceWriteSuccess","time":"%s","subject":"%s",
         "data":{"resourceUri":"%s","operationName":"Microsoft.Compute/virtualMachines/write",
                 "claims":{"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":"%s"}}}
        """
                .formatted(time, MemorySource.idOf(name), MemorySource.idOf(name), caller);
    }

    private void await(MusterServer server, String query, String... expected) throws Exception {
        long end = System.nanoTime() + LONG.toNanos();
        while (!rows(server, query, Dynamic.EMPTY_BAG).equals(List.of(expected))) {
            assertThat(System.nanoTime()).as("%s never became %s", query, expected).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void anAnswerSaysWhatOfItWasNotCollectedWhole(@TempDir Path data) throws Exception {
        var estate = new MemorySource();
        try (var server = start(data, estate)) {
            estate.put("a", "S1");
            var rounds = server.bean(FleetRounds.class);
            rounds.run();
            assertThat(ask(server, SIZES, Dynamic.EMPTY_BAG).headers().map())
                    .doesNotContainKey("x-muster-not-whole");
            estate.tear("pages kept differing");
            estate.remove("a");
            rounds.run();
            var answer = ask(server, SIZES, Dynamic.EMPTY_BAG);
            assertThat(answer.headers().firstValue("x-muster-not-whole").orElse(""))
                    .contains("resources of / from memory is partial", "pages kept differing");
            assertThat(answer.body()).contains("\"name\":\"a\"");
            assertThat(ask(server, "authorizationresources", Dynamic.EMPTY_BAG).headers().map())
                    .doesNotContainKey("x-muster-not-whole");

            // Verdicts rest on all that was read.
            for (String answered : List.of("queryResults", "summarize")) {
                assertThat(
                                post(
                                                server,
                                                "/subscriptions/11111111-1111-1111-1111-111111111111"
                                                        + "/providers/Microsoft.PolicyInsights/policyStates/latest/"
                                                        + answered
                                                        + "?api-version=2024-10-01",
                                                Dynamic.EMPTY_BAG)
                                        .headers()
                                        .firstValue("x-muster-not-whole"))
                        .as(answered)
                        .isPresent();
            }

            // On the same server, Resource Graph's paging and words.
            estate.put("a", "S1");
            estate.put("b", "S1");
            rounds.run();
            var one = Dynamic.bag().put("$top", 1).build();
            var paged = Json.parse(ask(server, "resources | project id, name", one).body());
            assertThat(paged.get("$skipToken").textOr("")).isNotEmpty();
            assertThat(paged.get("resultTruncated").textOr("")).isEqualTo("false");
            var limited = Json.parse(ask(server, "resources | project id | take 2", one).body());
            assertThat(limited.get("$skipToken").isNull()).isTrue();
            assertThat(limited.get("resultTruncated").textOr("")).isEqualTo("true");
            assertThat(ask(server, "nowhere | take 1", one).body())
                    .contains("InvalidQuery", "DisallowedLogicalTableName");
        }
    }
}
