package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What lies beside a resource's own path needs rights as it does: views, lists, logs, deployments, moves; and what locks say holds however something is deleted.
class RightsOfPartsTest {
    private static final String STRANGER = "11111111-2222-3333-4444-555555555555";
    private static final String CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
    private static final String OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    private static final String SET = Bench.setId("s");
    private static final String DEPLOYMENT =
            Bench.GROUP + "/providers/Microsoft.Resources/deployments/d";
    private static final String OTHER = Bench.SUBSCRIPTION + "/resourceGroups/other";
    private static final String GROUPS = "/providers/Microsoft.Management/managementGroups/";

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.machine("vm1", "Linux");
    }

    private ArmResponse as(String principal, String method, String path, Dynamic body) {
        return bench.send(
                method, path, body, Map.of("Authorization", "Bearer " + Bench.token(principal)));
    }

    private void role(String scope, String role) {
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/roleAssignments/r","name":"r","type":"Microsoft.Authorization/roleAssignments",
                         "properties":{"principalId":"%s","roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/%s"}}
                        """
                                .formatted(scope, STRANGER, role)));
    }

    private static Dynamic deployment(String mode) {
        return Bench.parse(
                """
                {"properties":{"mode":"%s","template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[]}}}
                """
                        .formatted(mode));
    }

    private void lock(String scope, String level) {
        Bench.must(
                bench.send(
                        "PUT",
                        scope + "/providers/Microsoft.Authorization/locks/l",
                        Bench.parse("{\"properties\":{\"level\":\"" + level + "\"}}")));
    }

    @Test
    void viewsListsLogsAndDeploymentsAskForTheRightToRead() {
        Bench.must(
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"sku\":{\"name\":\"Standard_D2s_v5\",\"capacity\":1},\"properties\":{\"virtualMachineProfile\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}}")));
        Bench.must(bench.send("PUT", DEPLOYMENT, deployment("Incremental")));
        bench.settle();
        for (String path :
                List.of(
                        Bench.machineId("vm1") + "/instanceView",
                        SET + "/instanceView",
                        SET + "/virtualMachines",
                        Bench.SUBSCRIPTION
                                + "/providers/Microsoft.Insights/eventtypes/management/values",
                        Bench.GROUP + "/providers/Microsoft.Resources/deployments",
                        DEPLOYMENT + "/operations")) {
            assertThat(as(STRANGER, "GET", path, Dynamic.NULL).status()).as(path).isEqualTo(403);
            assertThat(bench.send("GET", path, Dynamic.NULL).status()).as(path).isEqualTo(200);
        }
        for (String word : List.of("cancel", "validate", "exportTemplate")) {
            assertThat(
                            as(STRANGER, "POST", DEPLOYMENT + "/" + word, deployment("Incremental"))
                                    .status())
                    .as(word)
                    .isEqualTo(403);
        }
    }

    @Test
    void completeModeDeletesAsItsCallerMayAndLocksLet() {
        lock(Bench.machineId("vm1"), "CanNotDelete");
        Bench.must(bench.send("PUT", DEPLOYMENT, deployment("Complete")));
        bench.settle();
        var failed = bench.json("GET", DEPLOYMENT).get("properties");
        assertThat(failed.get("provisioningState").textOr("")).isEqualTo("Failed");
        assertThat(failed.path("error", "details").get(0).get("code").textOr(""))
                .isEqualTo("ScopeLocked");
        assertThat(bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL).status()).isEqualTo(200);
        String lock = Bench.machineId("vm1") + "/providers/Microsoft.Authorization/locks/l";
        Bench.must(bench.send("DELETE", lock, Dynamic.NULL));
        lock(Bench.GROUP + "/providers/Microsoft.Network/virtualNetworks/none", "CanNotDelete");
        Bench.must(bench.send("PUT", DEPLOYMENT, deployment("Complete")));
        bench.settle();
        assertThat(bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL).status()).isEqualTo(404);
    }

    private ArmResponse move(String principal) {
        var body =
                Bench.parse(
                        "{\"resources\":[\"%s\"],\"targetResourceGroup\":\"%s\"}"
                                .formatted(Bench.machineId("vm1"), OTHER));
        String path = Bench.GROUP + "/moveResources";
        return principal.isEmpty()
                ? bench.send("POST", path, body)
                : as(principal, "POST", path, body);
    }

    @Test
    void aMoveNeedsRightsAndNoLockWhereItGoesAndNothingThere() {
        Bench.must(bench.send("PUT", OTHER, Bench.parse("{\"location\":\"westeurope\"}")));
        role(Bench.GROUP, CONTRIBUTOR);
        assertThat(move(STRANGER).status()).isEqualTo(403);
        lock(OTHER, "ReadOnly");
        assertThat(Bench.code(move(""))).isEqualTo("ScopeLocked");
        Bench.must(
                bench.send(
                        "DELETE",
                        OTHER + "/providers/Microsoft.Authorization/locks/l",
                        Dynamic.NULL));
        Bench.must(
                bench.send(
                        "PATCH", Bench.machineId("vm1"), Bench.parse("{\"tags\":{\"a\":\"b\"}}")));
        assertThat(Bench.code(move(""))).isEqualTo("ResourceNotProvisioned");
        bench.settle();
        assertThat(move("").status()).isEqualTo(202);
        bench.settle();
        bench.machine("vm1", "Linux");
        assertThat(Bench.code(move(""))).isEqualTo("ResourceMoveConflict");
    }

    @Test
    void aSubscriptionIsTakenIntoAGroupByWhoMayGiveRightsInItAlone() {
        Bench.must(bench.send("PUT", GROUPS + "mine", Bench.parse("{\"properties\":{}}")));
        role(GROUPS + "mine", OWNER);
        String member =
                GROUPS
                        + "mine/subscriptions/"
                        + Bench.SUBSCRIPTION.substring("/subscriptions/".length());
        assertThat(as(STRANGER, "PUT", member, Dynamic.EMPTY_BAG).status()).isEqualTo(403);
        assertThat(as(STRANGER, "GET", Bench.machineId("vm1"), Dynamic.NULL).status())
                .isEqualTo(403);
        Bench.must(bench.send("PUT", member, Dynamic.EMPTY_BAG));
    }

    @Test
    void roleAssignmentsAreNotPatched() {
        String assignment =
                Bench.GROUP
                        + "/providers/Microsoft.Authorization/roleAssignments/22222222-0000-4000-8000-000000000001";
        Bench.must(
                bench.send(
                        "PUT",
                        assignment,
                        Bench.parse(
                                "{\"properties\":{\"principalId\":\"p1\",\"roleDefinitionId\":\"/providers/Microsoft.Authorization/roleDefinitions/%s\"}}"
                                        .formatted(CONTRIBUTOR))));
        assertThat(
                        bench.send(
                                        "PATCH",
                                        assignment,
                                        Bench.parse("{\"properties\":{\"principalId\":\"p2\"}}"))
                                .status())
                .isEqualTo(405);
    }

    @Test
    void oneLongStepGivesTheHistoryOfManyShortOnes() {
        bench.published("agent");
        bench.machine("vm2", "Linux");
        for (String vm : List.of("vm1", "vm2")) {
            Bench.must(
                    bench.profile(
                            vm,
                            Bench.entry("agent", "latest", 0, false)
                                    .with("enableAutomaticUpgrade", Dynamic.TRUE)));
        }
        bench.settle();
        Bench.must(bench.send("PUT", Bench.versionId("agent", "2.0.0"), Bench.versionBody("", "")));
        bench.clock.step(Duration.ofMinutes(10));
        for (String vm : List.of("vm1", "vm2")) {
            assertThat(bench.extension(vm).get("statuses").get(0).get("message").textOr(""))
                    .contains("2.0.0");
        }
    }
}
