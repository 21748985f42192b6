package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Policies assigned in the estate act on writes.
class AdmissionTest {
    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.gallery();
        bench.application("agent", "Linux");
        bench.version("agent", "1.0.0");
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
        assertThat(tag("any").status()).isEqualTo(200);
        bench.settle();
        assertThat(bench.results("vm1")).isEqualTo(Map.of("agent", "Install SUCCESS"));
    }

    @Test
    void aPutOfAnInstanceIsHeldToPoliciesToo() {
        String set = Bench.GROUP + "/providers/Microsoft.Compute/virtualMachineScaleSets/s";
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
