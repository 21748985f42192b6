package io.muster.service.http.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetSources;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Attestations and `checkPolicyRestrictions` over HTTP (policyinsights-attestations and -checkPolicyRestrictions, 2024-10-01).
class PolicyAdmissionRestTest {
    private static final String SUBSCRIPTION =
            "/subscriptions/11111111-1111-1111-1111-111111111111";
    private static final String GROUP = SUBSCRIPTION + "/resourceGroups/rg";
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";
    private static final String INSIGHTS = "/providers/Microsoft.PolicyInsights/";

    private final HttpClient client = HttpClient.newHttpClient();
    @TempDir private Path data;
    private MusterServer server;

    @BeforeEach
    void threePolicies() throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data),
                        () -> Instant.parse("2026-11-21T08:00:00Z"),
                        Map.of(),
                        FleetSources.NONE);
        policy(
                "east",
                "{'if':{'allOf':[{'field':'type','equals':'Microsoft.Compute/virtualMachines'},{'field':'location','notEquals':'eastus'}]},'then':{'effect':'deny'}}");
        policy(
                "owner",
                "{'if':{'field':'tags.owner','exists':false},'then':{'effect':'modify','details':{'roleDefinitionIds':['/providers/Microsoft.Authorization/roleDefinitions/x'],'operations':[{'operation':'add','field':'tags.owner','value':'ops'}]}}}");
        policy(
                "vow",
                "{'if':{'field':'type','equals':'Microsoft.Resources/subscriptions'},'then':{'effect':'manual'}}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void policy(String name, String rule) throws Exception {
        String definition = SUBSCRIPTION + AUTHORIZATION + "policyDefinitions/" + name;
        assertThat(
                        send(
                                        "PUT",
                                        definition,
                                        "{'properties':{'mode':'All','policyRule':" + rule + "}}")
                                .statusCode())
                .isEqualTo(201);
        assertThat(
                        send(
                                        "PUT",
                                        SUBSCRIPTION + AUTHORIZATION + "policyAssignments/" + name,
                                        "{'location':'eastus','identity':{'type':'SystemAssigned'},'properties':{'policyDefinitionId':'"
                                                + definition
                                                + "'}}")
                                .statusCode())
                .isEqualTo(201);
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(
                                URI.create(server.httpUrl() + path + "?api-version=2024-10-01"))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(
                                                body.replace('\'', '"')))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Dynamic check(String body) throws Exception {
        var answer = send("POST", GROUP + INSIGHTS + "checkPolicyRestrictions", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    @Test
    void contentThatADenialRefusesIsToldWithItsReasons() throws Exception {
        var result =
                check(
                        "{'resourceDetails':{'resourceContent':{'type':'Microsoft.Compute/virtualMachines','location':'westus'},'apiVersion':'2024-07-01'}}");
        var evaluations = result.path("contentEvaluationResult", "policyEvaluations");
        assertThat(evaluations.items()).hasSize(1);
        var one = evaluations.get(0);
        assertThat(one.get("evaluationResult").textOr("")).isEqualTo("NonCompliant");
        assertThat(one.path("effectDetails", "policyEffect").textOr("")).isEqualTo("deny");
        assertThat(one.path("policyInfo", "policyAssignmentId").textOr("")).endsWith("/east");
        assertThat(one.path("evaluationDetails", "evaluatedExpressions").items()).hasSize(2);
    }

    @Test
    void pendingFieldsLearnWhatIsRefusedAndWhatIsRequired() throws Exception {
        var result =
                check(
                        "{'resourceDetails':{'resourceContent':{'type':'Microsoft.Compute/virtualMachines'}},'pendingFields':[{'field':'location','values':['eastus','westus','northeurope']},{'field':'tags.owner'}]}");
        var fields = result.get("fieldRestrictions");
        var location = fields.get(0).get("restrictions").get(0);
        assertThat(fields.get(0).get("field").textOr("")).isEqualTo("location");
        assertThat(location.get("result").textOr("")).isEqualTo("Deny");
        assertThat(location.get("values").items())
                .containsExactly(Dynamic.of("westus"), Dynamic.of("northeurope"));
        var owner = fields.get(1).get("restrictions").get(0);
        assertThat(owner.get("result").textOr("")).isEqualTo("Required");
        assertThat(owner.get("defaultValue").textOr("")).isEqualTo("ops");
        assertThat(owner.get("policyEffect").textOr("")).isEqualTo("modify");
    }

    @Test
    void aRequestWithoutAResourceIsRefused() throws Exception {
        var answer = send("POST", GROUP + INSIGHTS + "checkPolicyRestrictions", "{}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("InvalidRequestContent");
    }

    @Test
    void atAManagementGroupTypesAreAskedForWithoutAResource() throws Exception {
        String group = "/providers/Microsoft.Management/managementGroups/corp";
        String definition = group + AUTHORIZATION + "policyDefinitions/types";
        send(
                "PUT",
                definition,
                "{'properties':{'mode':'All','policyRule':{'if':{'not':{'field':'type','in':['Microsoft.Compute/virtualMachines']}},'then':{'effect':'deny'}}}}");
        send(
                "PUT",
                group + AUTHORIZATION + "policyAssignments/types",
                "{'properties':{'policyDefinitionId':'" + definition + "'}}");
        String path = group + INSIGHTS + "checkPolicyRestrictions";

        var answer =
                send(
                        "POST",
                        path,
                        "{'pendingFields':[{'field':'type','values':['Microsoft.Compute/virtualMachines','Microsoft.Network/virtualNetworks']}]}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var result = Json.parse(answer.body());
        var restrictions = result.get("fieldRestrictions").get(0).get("restrictions");
        assertThat(restrictions.items()).hasSize(1);
        assertThat(restrictions.get(0).get("values").items())
                .containsExactly(Dynamic.of("Microsoft.Network/virtualNetworks"));
        assertThat(result.path("contentEvaluationResult", "policyEvaluations").items()).isEmpty();
        assertThat(send("POST", path, "{'pendingFields':[{'field':'type'}]}").statusCode())
                .isEqualTo(200);
        for (String wrong : List.of("{}", "{'pendingFields':[{'field':'location'}]}")) {
            assertThat(send("POST", path, wrong).body()).contains("InvalidRequestContent");
        }
    }

    @Test
    void attestationsArePutReadListedAndDeleted() throws Exception {
        String id = SUBSCRIPTION + INSIGHTS + "attestations/t";
        String body =
                "{'properties':{'policyAssignmentId':'%s','complianceState':'Compliant'}}"
                        .formatted(SUBSCRIPTION + AUTHORIZATION + "policyAssignments/vow");
        assertThat(send("PUT", id, body).statusCode()).isEqualTo(201);
        var again = send("PUT", id, body);
        assertThat(again.statusCode()).isEqualTo(200);
        var read = Json.parse(send("GET", id, "").body());
        assertThat(read.get("type").textOr("")).isEqualTo("Microsoft.PolicyInsights/attestations");
        assertThat(read.path("properties", "provisioningState").textOr("")).isEqualTo("Succeeded");
        var list = Json.parse(send("GET", SUBSCRIPTION + INSIGHTS + "attestations", "").body());
        assertThat(list.get("value").items()).hasSize(1);
        assertThat(send("DELETE", id, "").statusCode()).isEqualTo(200);
        assertThat(send("DELETE", id, "").statusCode()).isEqualTo(204);
        assertThat(send("GET", id, "").statusCode()).isEqualTo(404);
    }

    @Test
    void anAttestationOfNothingIsRefused() throws Exception {
        var answer =
                send(
                        "PUT",
                        SUBSCRIPTION + INSIGHTS + "attestations/t",
                        "{'properties':{'policyAssignmentId':'/nothing','complianceState':'Compliant'}}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("InvalidAttestation");
    }
}
