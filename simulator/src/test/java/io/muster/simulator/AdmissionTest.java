package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Policies assigned in the estate act on writes.
class AdmissionTest {
    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private void assign(String rule, String more) {
        Bench.must(define(rule));
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.GROUP + "/providers/Microsoft.Authorization/policyAssignments/a1",
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"identity\":{\"type\":\"SystemAssigned\"},\"properties\":{\"policyDefinitionId\":\""
                                        + Bench.SUBSCRIPTION
                                        + "/providers/Microsoft.Authorization/policyDefinitions/p1\""
                                        + more
                                        + "}}")));
    }

    private ArmResponse define(String rule) {
        return bench.send(
                "PUT",
                Bench.SUBSCRIPTION + "/providers/Microsoft.Authorization/policyDefinitions/p1",
                Bench.parse("{\"properties\":{\"mode\":\"All\",\"policyRule\":" + rule + "}}"));
    }

    private ArmResponse tag(String value) {
        return bench.send(
                "PATCH",
                Bench.machineId("vm1"),
                Bench.parse("{\"tags\":{\"stage\":\"" + value + "\"}}"));
    }

    private static final String DENY =
            "{\"if\":{\"field\":\"tags['stage']\",\"equals\":\"wild\"},\"then\":{\"effect\":\"deny\"}}";

    @Test
    void denyRefusesTheWriteAndTellsWhichPolicyAndWhy() {
        assign(DENY, ",\"nonComplianceMessages\":[{\"message\":\"Be tame.\"}]");
        var answer = tag("wild");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(Bench.code(answer)).isEqualTo("RequestDisallowedByPolicy");
        assertThat(Bench.message(answer))
                .startsWith("Resource 'vm1' was disallowed by policy. Reasons: 'Be tame.'.");
        var info = Bench.error(answer).get("additionalInfo").get(0);
        assertThat(info.get("type").textOr("")).isEqualTo("PolicyViolation");
        assertThat(info.path("info", "policyAssignmentName").textOr("")).isEqualTo("a1");
        assertThat(info.path("info", "policyDefinitionEffect").textOr("")).isEqualTo("deny");
        assertThat(info.path("info", "evaluationDetails", "evaluatedExpressions").items())
                .isNotEmpty();
        assertThat(bench.json("GET", Bench.machineId("vm1")).path("tags", "stage").isNull())
                .isTrue();
        assertThat(tag("tame").status()).isEqualTo(200);
    }

    @Test
    void assignmentThatIsNotEnforcedLetsWritesPass() {
        assign(DENY, ",\"enforcementMode\":\"DoNotEnforce\"");
        assertThat(tag("wild").status()).isEqualTo(200);
    }

    @Test
    void modifyInjectsTheApplicationAndTheGuestInstallsIt() {
        assign(
                """
                {"if":{"allOf":[{"field":"type","equals":"Microsoft.Compute/virtualMachines"},
                  {"count":{"field":"Microsoft.Compute/virtualMachines/applicationProfile.galleryApplications[*]",
                    "where":{"field":"Microsoft.Compute/virtualMachines/applicationProfile.galleryApplications[*].packageReferenceId","contains":"/applications/agent/"}},"equals":0}]},
                 "then":{"effect":"modify","details":{"roleDefinitionIds":["/providers/microsoft.authorization/roleDefinitions/9980e02c-c2be-4d73-94e8-173b1dc7cf3c"],
                  "operations":[{"operation":"add","field":"Microsoft.Compute/virtualMachines/applicationProfile.galleryApplications",
                    "value":{"packageReferenceId":"%s","order":1}}]}}}
                """
                        .formatted(Bench.versionId("agent", "latest")),
                "");
        assertThat(prioritise().status()).isEqualTo(200);
        bench.settle();
        assertThat(bench.results("vm1")).isEqualTo(Map.of("agent", "Install SUCCESS"));
    }

    @Test
    void aPutOfAnInstanceIsHeldToPoliciesToo() {
        String set = Bench.setId("s");
        Bench.must(
                bench.send(
                        "PUT",
                        set,
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"sku\":{\"name\":\"Standard_D2s_v5\",\"capacity\":1},\"properties\":{\"orchestrationMode\":\"Uniform\",\"virtualMachineProfile\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}}")));
        bench.settle();
        assign(
                DENY.replace(
                        "Microsoft.Compute/virtualMachines",
                        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"),
                "");
        String instance = set + "/virtualMachines/0";
        var refused =
                bench.send(
                        "PUT",
                        instance,
                        Bench.parse("{\"location\":\"westeurope\",\"tags\":{\"stage\":\"wild\"}}"));
        assertThat(Bench.code(refused)).isEqualTo("RequestDisallowedByPolicy");
        assertThat(bench.json("GET", instance).path("tags", "stage").isNull()).isTrue();
        Bench.must(
                bench.send(
                        "PUT",
                        instance,
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"tags\":{\"stage\":\"tame\"}}")));
    }

    private static final String MODIFY =
            """
            {"if":{"field":"type","equals":"Microsoft.Compute/virtualMachines"},"then":{"effect":"modify","details":{
              "roleDefinitionIds":["/providers/microsoft.authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"],
              "conflictEffect":"%s","operations":[{"operation":"addOrReplace","field":"%s","value":%s}]}}}
            """;

    /// Two policies want a tag to have different values.
    private void contest(String one, String other) {
        for (var each : Map.of("one", one, "other", other).entrySet()) {
            String definition =
                    Bench.SUBSCRIPTION
                            + "/providers/Microsoft.Authorization/policyDefinitions/"
                            + each.getKey();
            Bench.must(
                    bench.send(
                            "PUT",
                            definition,
                            Bench.parse(
                                    "{\"properties\":{\"mode\":\"Indexed\",\"policyRule\":"
                                            + MODIFY.formatted(
                                                    each.getValue(),
                                                    "tags.env",
                                                    "\"" + each.getKey() + "\"")
                                            + "}}")));
            Bench.must(
                    bench.send(
                            "PUT",
                            Bench.GROUP
                                    + "/providers/Microsoft.Authorization/policyAssignments/"
                                    + each.getKey(),
                            Bench.parse(
                                    "{\"location\":\"westeurope\",\"identity\":{\"type\":\"SystemAssigned\"},\"properties\":{\"policyDefinitionId\":\""
                                            + definition
                                            + "\"}}")));
        }
    }

    private ArmResponse prioritise() {
        return bench.send(
                "PATCH",
                Bench.machineId("vm1"),
                Bench.parse("{\"properties\":{\"priority\":\"Regular\"}}"));
    }

    private Dynamic environment() {
        return bench.json("GET", Bench.machineId("vm1")).path("tags", "env");
    }

    @Test
    void twoModifiesThatDenyRefuseTheWriteAndOneThatDeniesHasItsWay() {
        contest("deny", "deny");
        assertThat(Bench.code(prioritise())).isEqualTo("RequestDisallowedByPolicy");
        contest("audit", "deny");
        assertThat(prioritise().status()).isEqualTo(200);
        assertThat(environment()).isEqualTo(Dynamic.of("other"));
        contest("audit", "audit");
        assertThat(prioritise().status()).isEqualTo(200);
    }

    @Test
    void aPatchOfTagsAloneIsDecidedByRulesAboutTags() {
        assign(
                "{\"if\":{\"field\":\"type\",\"equals\":\"Microsoft.Compute/virtualMachines\"},\"then\":{\"effect\":\"deny\"}}",
                "");
        assertThat(tag("any").status()).isEqualTo(200);
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.machineId("vm1") + "/providers/Microsoft.Resources/tags/default",
                        Bench.parse(
                                "{\"operation\":\"Merge\",\"properties\":{\"tags\":{\"stage\":\"other\"}}}")));
        assertThat(Bench.code(prioritise())).isEqualTo("RequestDisallowedByPolicy");
    }

    @Test
    void anOperationOnAnObjectThatTheRequestLeavesOutIsSkipped() {
        assign(
                MODIFY.formatted(
                        "deny",
                        "Microsoft.Compute/virtualMachines/securityProfile.encryptionAtHost",
                        "true"),
                "");
        assertThat(prioritise().status()).isEqualTo(200);
        assertThat(
                        bench.json("GET", Bench.machineId("vm1"))
                                .path("properties", "securityProfile")
                                .isNull())
                .isTrue();
    }

    @Test
    void aRuleSeesTheRequestsApiVersionAndItsCaller() {
        assign(
                """
                {"if":{"allOf":[{"field":"type","equals":"Microsoft.Compute/virtualMachines"},
                  {"value":"[requestContext().identity.oid]","exists":true},
                  {"value":"[requestContext().apiVersion]","less":"9999"}]},"then":{"effect":"deny"}}
                """,
                "");
        // No token, nobody known.
        assertThat(prioritise().status()).isEqualTo(200);
        String claims =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                "{\"oid\":\"0b9c4f6e-0000-4000-8000-000000000001\"}"
                                        .getBytes(StandardCharsets.UTF_8));
        var answer =
                bench.send(
                        "PATCH",
                        Bench.machineId("vm1"),
                        Bench.parse("{\"properties\":{\"priority\":\"Regular\"}}"),
                        Map.of("Authorization", "Bearer e30." + claims + ".c2ln"));
        assertThat(Bench.code(answer)).isEqualTo("RequestDisallowedByPolicy");
    }

    @Test
    void exemptionLetsAWritePass() {
        assign(DENY, "");
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.machineId("vm1")
                                + "/providers/Microsoft.Authorization/policyExemptions/e1",
                        Bench.parse(
                                "{\"properties\":{\"exemptionCategory\":\"Waiver\",\"policyAssignmentId\":\""
                                        + Bench.GROUP
                                        + "/providers/Microsoft.Authorization/policyAssignments/a1\"}}")));
        assertThat(tag("wild").status()).isEqualTo(200);
    }

    @Test
    void deletedAssignmentHoldsNoMore() {
        assign(DENY, "");
        var gone =
                bench.send(
                        "DELETE",
                        Bench.GROUP + "/providers/Microsoft.Authorization/policyAssignments/a1",
                        Dynamic.NULL);
        // The SDKs read what was deleted from the answer.
        assertThat(gone.status()).isEqualTo(200);
        assertThat(Bench.parse(gone.text()).get("name").textOr("")).isEqualTo("a1");
        assertThat(tag("wild").status()).isEqualTo(200);
    }

    @Test
    void policyThatCannotBeReadIsRefused() {
        var answer =
                define(
                        "{\"if\":{\"field\":\"type\",\"nearly\":\"x\"},\"then\":{\"effect\":\"deny\"}}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Bench.code(answer)).isEqualTo("InvalidPolicyRule");
    }
}
