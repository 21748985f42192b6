package io.muster.service.http.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.service.MusterServer;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.FleetCompliance.Kind;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetSources;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Policy objects and their versions over HTTP. Each test has a subscription of its own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyObjectsRestTest {
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";
    private static final String GROUP = "/providers/Microsoft.Management/managementGroups/corp";

    private final HttpClient client = HttpClient.newHttpClient();
    private Instant now = Instant.parse("2026-11-21T08:00:00Z");
    @TempDir private static Path data;
    private MusterServer server;

    @BeforeAll
    void start() throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data), () -> now, Map.of(), FleetSources.NONE);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String subscription(int number) {
        return "/subscriptions/00000000-0000-0000-0000-%012d".formatted(number);
    }

    private record Answer(int status, Dynamic body) {
        String text(String... path) {
            return body.path(path).textOr("");
        }
    }

    private Answer call(String method, String path, String body) throws Exception {
        return at(method, server.httpUrl() + path, body);
    }

    private Answer at(String method, String url, String body) throws Exception {
        String all =
                url.contains("api-version")
                        ? url
                        : url + (url.contains("?") ? "&" : "?") + "api-version=2024-05-01";
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(URI.create(all))
                                .header("Content-Type", "application/json")
                                .method(
                                        method,
                                        body.isEmpty()
                                                ? HttpRequest.BodyPublishers.noBody()
                                                : HttpRequest.BodyPublishers.ofString(
                                                        body.replace('\'', '"')))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return new Answer(
                answer.statusCode(),
                answer.body().isEmpty() ? Dynamic.NULL : Json.parse(answer.body()));
    }

    private static String definition(String version, String location) {
        return "{'properties':{%s'mode':'All','policyRule':{'if':{'field':'location','equals':'%s'},'then':{'effect':'audit'}}}}"
                .formatted(version.isEmpty() ? "" : "'version':'%s',".formatted(version), location);
    }

    private static List<String> names(Answer list) {
        return list.body().get("value").items().stream()
                .map(each -> each.get("name").textOr(""))
                .toList();
    }

    private static List<String> texts(Dynamic array) {
        return array.items().stream().map(each -> each.textOr("")).toList();
    }

    private String inForce(String assignment) {
        return server.bean(FleetCompliance.class).current().engine().policies().stream()
                .filter(policy -> policy.assignment().id().equalsIgnoreCase(assignment))
                .map(policy -> policy.definition().version())
                .findFirst()
                .orElse("none");
    }

    @Test
    void aHigherVersionLeavesTheOneBeforeToThoseThatAskForIt() throws Exception {
        String definition = subscription(1) + AUTHORIZATION + "policyDefinitions/place";
        String pinned = subscription(1) + AUTHORIZATION + "policyAssignments/pinned";
        String latest = subscription(1) + AUTHORIZATION + "policyAssignments/latest";
        assertThat(call("PUT", definition, definition("1.0.0", "east")).status()).isEqualTo(201);
        for (String assignment : List.of(pinned, latest)) {
            assertThat(
                            call(
                                            "PUT",
                                            assignment,
                                            "{'properties':{'policyDefinitionId':'%s'%s}}"
                                                    .formatted(
                                                            definition,
                                                            assignment.equals(pinned)
                                                                    ? ",'definitionVersion':'1.*.*'"
                                                                    : ""))
                                    .status())
                    .isEqualTo(201);
        }

        var second = call("PUT", definition, definition("2.0.0", "west"));

        assertThat(second.status()).isEqualTo(201);
        assertThat(texts(second.body().path("properties", "versions")))
                .containsExactly("2.0.0", "1.0.0");
        assertThat(inForce(pinned)).isEqualTo("1.0.0");
        assertThat(inForce(latest)).isEqualTo("2.0.0");
        assertThat(call("GET", definition, "").text("properties", "version")).isEqualTo("2.0.0");
        var all = call("GET", definition + "/versions", "");
        assertThat(names(all)).containsExactly("2.0.0", "1.0.0");
        var first = call("GET", definition + "/versions/1.0.0", "");
        assertThat(first.text("id")).isEqualTo(definition + "/versions/1.0.0");
        assertThat(first.text("type"))
                .isEqualTo("Microsoft.Authorization/policyDefinitions/versions");
        assertThat(first.body().path("properties", "policyRule", "if", "equals").textOr(""))
                .isEqualTo("east");
        assertThat(names(call("GET", subscription(1) + AUTHORIZATION + "policyDefinitions", "")))
                .contains("place")
                .doesNotContain("1.0.0");

        // A version that somebody asks for stays; nobody's goes, and the one before takes the
        // latest's place.
        assertThat(call("DELETE", definition + "/versions/1.0.0", "").text("error", "code"))
                .isEqualTo("PolicyDefinitionVersionInUse");
        assertThat(call("DELETE", definition + "/versions/2.0.0", "").status()).isEqualTo(200);
        assertThat(call("DELETE", definition + "/versions/2.0.0", "").status()).isEqualTo(204);
        assertThat(inForce(latest)).isEqualTo("1.0.0");
        assertThat(call("GET", definition, "").text("properties", "version")).isEqualTo("1.0.0");
        assertThat(call("DELETE", definition + "/versions/1.0.0", "").status()).isEqualTo(409);
    }

    @Test
    void versionsArePutInAnyOrderAndKeptOverARestart() throws Exception {
        String set = subscription(2) + AUTHORIZATION + "policySetDefinitions/places";
        String definition = subscription(2) + AUTHORIZATION + "policyDefinitions/place";
        call("PUT", definition, definition("", "east"));
        for (String version : List.of("1.1.0", "1.0.0", "1.2.0", "1.1.0")) {
            var put =
                    call(
                            "PUT",
                            set + "/versions/" + version,
                            "{'properties':{'displayName':'%s','policyDefinitions':[{'policyDefinitionId':'%s','policyDefinitionReferenceId':'place'}]}}"
                                    .formatted(version, definition));
            assertThat(put.status()).isIn(200, 201);
            assertThat(put.text("properties", "version")).isEqualTo(version);
        }
        assertThat(call("GET", set, "").text("properties", "displayName")).isEqualTo("1.2.0");

        server.close();
        start();

        assertThat(texts(call("GET", set, "").body().path("properties", "versions")))
                .containsExactly("1.2.0", "1.1.0", "1.0.0");
        var catalog = server.bean(FleetCompliance.class).current().engine().catalog();
        assertThat(catalog.set(set, "1.0.*").orElseThrow().displayName()).isEqualTo("1.0.0");
        assertThat(
                        names(
                                call(
                                        "POST",
                                        subscription(2)
                                                + AUTHORIZATION
                                                + "listPolicySetDefinitionVersions",
                                        "")))
                .containsExactly("1.2.0", "1.1.0", "1.0.0");
        assertThat(names(call("POST", AUTHORIZATION + "listPolicySetDefinitionVersions", "")))
                .isEmpty();
        assertThat(call("DELETE", set, "").status()).isEqualTo(200);
        assertThat(call("GET", set + "/versions/1.0.0", "").text("error", "code"))
                .isEqualTo("PolicySetDefinitionNotFound");
    }

    @Test
    void aPutWithoutAVersionReplacesTheLatestWhateverItsMetadataSays() throws Exception {
        String definition = subscription(3) + AUTHORIZATION + "policyDefinitions/place";
        for (String version : List.of("2.0.0", "1.0.0")) {
            var put =
                    call(
                            "PUT",
                            definition,
                            definition("", version)
                                    .replace(
                                            "'mode'",
                                            "'metadata':{'version':'%s'},'mode'"
                                                    .formatted(version)));
            assertThat(put.status()).isEqualTo(201);
            assertThat(texts(put.body().path("properties", "versions"))).containsExactly(version);
            assertThat(
                            server.bean(FleetCompliance.class)
                                    .current()
                                    .engine()
                                    .catalog()
                                    .definition(definition)
                                    .orElseThrow()
                                    .version())
                    .isEqualTo(version);
        }
        call("PUT", definition, definition("3.0.0", "east"));
        var lower = call("PUT", definition, definition("2.9.0", "east"));
        assertThat(lower.status()).isEqualTo(400);
        assertThat(lower.text("error", "code")).isEqualTo("InvalidPolicyDefinitionVersion");
        var without = call("PUT", definition, definition("", "north"));
        assertThat(without.text("properties", "version")).isEqualTo("3.0.0");
        assertThat(texts(without.body().path("properties", "versions"))).containsExactly("3.0.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | policyDefinitions/nosuch/versions | | 404 | PolicyDefinitionNotFound",
                "GET | policyDefinitions/there/versions/9.0.0 | | 404 | PolicyDefinitionVersionNotFound",
                "PUT | policyDefinitions/there/versions/latest | {} | 400 | InvalidPolicyDefinitionVersion",
                "PUT | policyDefinitions/there/versions/1.2.3 | {\"properties\":{\"version\":\"1.2.4\"}} | 400 | InvalidPolicyDefinitionVersion",
                "PUT | policyDefinitions/there/versions/1.2.3 | {\"properties\":{}} | 400 | InvalidPolicyRule",
                "PUT | policyDefinitions/a<b | {} | 400 | InvalidRequestUri",
                "PUT | policyDefinitions/there | [] | 400 | InvalidRequestContent",
                "PUT | policyAssignments/x | {\"properties\":{\"policyDefinitionId\":\"/providers/none\"}} | 404 | PolicyDefinitionNotFound",
                "PUT | policyDefinitions/there | {\"properties\":[]} | 400 | InvalidRequestContent",
                "PUT | policyAssignments/x | {\"properties\":\"x\"} | 400 | InvalidRequestContent",
                "PUT | policyDefinitions/there/versions/1.2.3 | {\"properties\":1} | 400 | InvalidRequestContent",
                "PATCH | policyExemptions/nosuch | {} | 404 | PolicyExemptionNotFound",
                "GET | policyDefinitions?$filter=policyTyp%20eq%20'Custom' | | 400 | InvalidFilterInQueryString",
                "GET | policyDefinitions?$filter=category%20eq | | 400 | InvalidFilterInQueryString",
                "GET | policyDefinitions?$top=0 | | 400 | InvalidQueryParameterValue",
                "GET | policyDefinitions?$top=1001 | | 400 | InvalidQueryParameterValue"
            })
    void whatIsWrongIsRefusedWithACode(
            String method, String path, String body, int status, String code) throws Exception {
        call(
                "PUT",
                subscription(4) + AUTHORIZATION + "policyDefinitions/there",
                definition("1.0.0", "east"));
        var answer =
                call(
                        method,
                        subscription(4) + AUTHORIZATION + path.replace("<", "%3C"),
                        body == null ? "" : body);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
        assertThat(answer.text("error", "code")).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | MissingPolicyParameter",
                "{'place':{'value':'east'},'plaec':{'value':'east'}} | UndefinedPolicyParameter",
                "{'place':{'value':7}} | InvalidPolicyParameters"
            },
            quoteCharacter = '"')
    void anAssignmentThatCannotHoldIsRefusedInAzuresWords(String parameters, String code)
            throws Exception {
        String definition = subscription(9) + AUTHORIZATION + "policyDefinitions/tagged";
        call(
                "PUT",
                definition,
                "{'properties':{'mode':'Indexed','parameters':{'place':{'type':'String'}},'policyRule':{'if':{'field':'location','equals':'[parameters(\\u0027place\\u0027)]'},'then':{'effect':'modify','details':{'roleDefinitionIds':['/providers/Microsoft.Authorization/roleDefinitions/x'],'operations':[{'operation':'add','field':'tags.a','value':'b'}]}}}}}");
        var answer =
                call(
                        "PUT",
                        subscription(9) + AUTHORIZATION + "policyAssignments/tagged",
                        "{'properties':{'policyDefinitionId':'%s','parameters':%s}}"
                                .formatted(definition, parameters));
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(400);
        assertThat(answer.text("error", "code")).isEqualTo(code);
    }

    @Test
    void anObjectKeepsTheLettersThatItWasMadeWithAndIsOneWhateverTheLetters() throws Exception {
        String definition = subscription(10) + AUTHORIZATION + "policyDefinitions/Place";
        for (String version : List.of("2.0.0", "1.0.0")) {
            var put =
                    call(
                            "PUT",
                            version.equals("2.0.0")
                                    ? definition
                                    : definition.replace(
                                            "policyDefinitions/Place", "POLICYDEFINITIONS/pLACE"),
                            definition("", version)
                                    .replace(
                                            "'mode'",
                                            "'metadata':{'version':'%s'},'mode'"
                                                    .formatted(version)));
            assertThat(put.status()).isEqualTo(201);
            assertThat(put.text("id")).isEqualTo(definition);
            assertThat(put.text("name")).isEqualTo("Place");
        }
        var catalog = server.bean(FleetCompliance.class).current().engine().catalog();
        assertThat(catalog.versions(definition)).hasSize(1);
        assertThat(catalog.definition(definition).orElseThrow().version()).isEqualTo("1.0.0");
    }

    @Test
    void aVersionIsOfTheObjectWhateverTheLettersOfItsPath() throws Exception {
        String definition = subscription(11) + AUTHORIZATION + "policyDefinitions/Place";
        call("PUT", definition, definition("1.0.0", "east"));
        for (String version : List.of("2.0.0", "0.9.0")) {
            var put =
                    call(
                            "PUT",
                            definition.replace("Place", "pLACE") + "/versions/" + version,
                            definition(version, "west"));
            assertThat(put.status()).isEqualTo(201);
            assertThat(put.text("id")).isEqualTo(definition + "/versions/" + version);
        }
        assertThat(call("GET", definition, "").text("id")).isEqualTo(definition);
        assertThat(call("GET", definition, "").text("name")).isEqualTo("Place");
    }

    @Test
    void everyVerbIgnoresTheLettersOfAPath() throws Exception {
        String definition = subscription(12) + AUTHORIZATION + "policyDefinitions/place";
        String assignment = subscription(12) + AUTHORIZATION + "policyAssignments/place";
        call("PUT", definition, definition("", "east"));
        String body = "{'properties':{'policyDefinitionId':'%s'}}".formatted(definition);
        for (String path :
                List.of(
                        assignment.toUpperCase(Locale.ROOT),
                        assignment.replace("/subscriptions", "/Subscriptions"))) {
            assertThat(call("PUT", path, body).status()).isEqualTo(201);
            assertThat(call("PATCH", path, "{'properties':{'description':'one'}}").status())
                    .isEqualTo(200);
            assertThat(call("GET", path, "").text("properties", "description")).isEqualTo("one");
            assertThat(
                            call(
                                            "POST",
                                            path
                                                    + "/PROVIDERS/MICROSOFT.POLICYINSIGHTS/POLICYSTATES/LATEST/SUMMARIZE",
                                            "")
                                    .status())
                    .isEqualTo(200);
            assertThat(call("DELETE", path, "").status()).isEqualTo(200);
        }
        String atTenant = "/PROVIDERS/MICROSOFT.AUTHORIZATION/POLICYDEFINITIONS";
        assertThat(call("GET", atTenant, "").status()).isEqualTo(200);
        assertThat(call("GET", atTenant + "/none", "").text("error", "code"))
                .isEqualTo("PolicyDefinitionNotFound");
    }

    @Test
    void twoPatchesOfOneObjectAtOnceBothHold() throws Exception {
        String definition = subscription(13) + AUTHORIZATION + "policyDefinitions/place";
        String assignment = subscription(13) + AUTHORIZATION + "policyAssignments/place";
        call("PUT", definition, definition("", "east"));
        call("PUT", assignment, "{'properties':{'policyDefinitionId':'%s'}}".formatted(definition));
        try (var both = Executors.newFixedThreadPool(2)) {
            var done = new ArrayList<Future<List<String>>>();
            for (String property : List.of("displayName", "description")) {
                done.add(both.submit(() -> lost(assignment, property)));
            }
            for (var each : done) {
                assertThat(each.get()).isEmpty();
            }
        }
    }

    /// Writes a property again and again; what it found to be another than it had written.
    private List<String> lost(String assignment, String property) throws Exception {
        var lost = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            String value = property + i;
            call("PATCH", assignment, "{'properties':{'%s':'%s'}}".formatted(property, value));
            String found = call("GET", assignment, "").text("properties", property);
            if (!found.equals(value)) {
                lost.add(value + " became " + found);
            }
        }
        return lost;
    }

    @Test
    void definitionsStandAtSubscriptionsAndManagementGroupsAlone() throws Exception {
        var answer =
                call(
                        "PUT",
                        subscription(5)
                                + "/resourceGroups/rg"
                                + AUTHORIZATION
                                + "policyDefinitions/x",
                        definition("", "east"));
        assertThat(answer.text("error", "code")).isEqualTo("InvalidScope");
        call("PUT", GROUP + AUTHORIZATION + "policyDefinitions/place", definition("", "east"));
        var assignment =
                call(
                        "PUT",
                        GROUP + AUTHORIZATION + "policyAssignments/" + "a".repeat(25),
                        "{'properties':{'policyDefinitionId':'%s'}}"
                                .formatted(GROUP + AUTHORIZATION + "policyDefinitions/place"));
        assertThat(assignment.text("error", "message")).contains("longer than 24 characters");
    }

    @Test
    void listsComeInPagesAndByTheirFilters() throws Exception {
        String at = subscription(6) + AUTHORIZATION + "policyDefinitions";
        var faults = new ArrayList<>();
        for (int i = 0; i < 502; i++) {
            var document =
                    Json.parse(
                                    definition("", "east")
                                            .replace(
                                                    "'mode'",
                                                    "'policyType':'%s','metadata':{'category':'It''s and this'},'mode'"
                                                            .replace("''", "\\u0027")
                                                            .formatted(
                                                                    i == 0 ? "BuiltIn" : "Custom"))
                                            .replace('\'', '"'))
                            .with("id", Dynamic.of(at + "/d%03d".formatted(i)))
                            .with("name", Dynamic.of("d%03d".formatted(i)));
            faults.addAll(server.bean(FleetCompliance.class).put(Kind.DEFINITION, document));
        }
        assertThat(faults).isEmpty();
        var first = call("GET", at, "");
        assertThat(names(first)).hasSize(500);
        var second = at("GET", first.text("nextLink"), "");
        assertThat(names(second)).containsExactly("d500", "d501");
        assertThat(second.body().get("nextLink").isNull()).isTrue();
        assertThat(names(call("GET", at + "?$top=2", ""))).containsExactly("d000", "d001");
        for (String filter :
                List.of("policyType eq 'BuiltIn'", "PolicyType -eq BuiltIn and atExactScope()")) {
            assertThat(names(call("GET", at + "?$filter=" + encode(filter), "")))
                    .as(filter)
                    .containsExactly("d000");
        }
        assertThat(
                        names(
                                call(
                                        "GET",
                                        at
                                                + "?$filter="
                                                + encode(
                                                        "Category eq 'it''s and THIS' and policyType eq 'BuiltIn'"),
                                        "")))
                .containsExactly("d000");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void anExemptionIsPatchedAndDatedAndDeletedWithoutABody() throws Exception {
        String definition = subscription(7) + AUTHORIZATION + "policyDefinitions/place";
        String assignment = subscription(7) + AUTHORIZATION + "policyAssignments/place";
        String exemption = subscription(7) + AUTHORIZATION + "policyExemptions/one";
        call("PUT", definition, definition("", "east"));
        call("PUT", assignment, "{'properties':{'policyDefinitionId':'%s'}}".formatted(definition));
        var put =
                call(
                        "PUT",
                        exemption,
                        "{'systemData':{'createdAt':'1999-01-01T00:00:00Z'},'properties':{'policyAssignmentId':'%s','exemptionCategory':'Waiver'}}"
                                .formatted(assignment));
        assertThat(put.status()).isEqualTo(201);
        assertThat(put.text("systemData", "createdAt")).isEqualTo("2026-11-21T08:00:00Z");
        now = now.plusSeconds(60);
        var patched =
                call(
                        "PATCH",
                        exemption,
                        "{'properties':{'resourceSelectors':[{'name':'west','selectors':[{'kind':'resourceLocation','in':['westus']}]}]}}");
        assertThat(patched.status()).as(patched.body().toString()).isEqualTo(200);
        assertThat(patched.text("properties", "exemptionCategory")).isEqualTo("Waiver");
        assertThat(patched.body().path("properties", "resourceSelectors").items()).hasSize(1);
        assertThat(patched.text("systemData", "createdAt")).isEqualTo("2026-11-21T08:00:00Z");
        assertThat(patched.text("systemData", "lastModifiedAt")).isEqualTo("2026-11-21T08:01:00Z");

        assertThat(call("DELETE", exemption, "")).isEqualTo(new Answer(200, Dynamic.NULL));
        assertThat(call("DELETE", exemption, "").status()).isEqualTo(204);
        assertThat(call("DELETE", definition, "").text("error", "code"))
                .isEqualTo("PolicyDefinitionInUse");
        assertThat(call("DELETE", assignment, "").text("name")).isEqualTo("place");
        assertThat(call("DELETE", definition, "")).isEqualTo(new Answer(200, Dynamic.NULL));
    }

    @Test
    void metadataAreWhatTheGroupsOfInitiativesSay() throws Exception {
        String metadata = "/providers/Microsoft.PolicyInsights/policyMetadata";
        String definition = subscription(8) + AUTHORIZATION + "policyDefinitions/place";
        call("PUT", definition, definition("", "east"));
        assertThat(
                        call(
                                        "PUT",
                                        subscription(8)
                                                + AUTHORIZATION
                                                + "policySetDefinitions/nist",
                                        "{'properties':{'policyDefinitionGroups':[{'name':'AC-2','displayName':'Account Management','category':'Access control','description':'Who may','additionalMetadataId':'%s/NIST_AC-2'}],'policyDefinitions':[{'policyDefinitionId':'%s','groupNames':['AC-2']}]}}"
                                                .formatted(metadata, definition))
                                .status())
                .isEqualTo(201);
        var listed = call("GET", metadata, "").body().get("value").get(0);
        assertThat(listed.get("name").textOr("")).isEqualTo("NIST_AC-2");
        assertThat(listed.get("properties").members()).doesNotContainKey("description");
        var one = call("GET", metadata + "/nist_ac-2", "");
        assertThat(one.text("properties", "title")).isEqualTo("Account Management");
        assertThat(one.text("properties", "description")).isEqualTo("Who may");
        assertThat(call("GET", metadata + "/none", "").text("error", "code"))
                .isEqualTo("PolicyMetadataNotFound");
    }
}
