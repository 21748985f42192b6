package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who may do everything in one group gets nothing out of another one, by whatever he names in what he writes, and no secret out of his own.
class RightsAcrossScopesTest {
    private static final String STRANGER = "11111111-2222-3333-4444-555555555555";
    private static final String CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
    private static final String MINE = Bench.SUBSCRIPTION + "/resourceGroups/mine";
    private static final String COMPUTE = "/providers/Microsoft.Compute/";
    private static final String THEIR_DISK = Bench.GROUP + COMPUTE + "disks/theirs";
    private static final String MY_VM = MINE + COMPUTE + "virtualMachines/vm";
    private static final String MY_DISK = MINE + COMPUTE + "disks/mine";
    private static final String DISK = "{\"location\":\"westeurope\",\"properties\":{}}";
    private static final String TEMPLATE =
            "\"$schema\":\"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\"contentVersion\":\"1.0.0.0\",\"resources\":[]";

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        put(MINE, "{\"location\":\"westeurope\"}");
        put(THEIR_DISK, DISK);
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/roleAssignments/r","name":"r","type":"Microsoft.Authorization/roleAssignments",
                         "properties":{"principalId":"%s","roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/%s"}}
                        """
                                .formatted(MINE, STRANGER, CONTRIBUTOR)));
    }

    private void put(String id, String body) {
        Bench.must(bench.send("PUT", id, Bench.parse(body)));
    }

    private ArmResponse as(String method, String path, String body) {
        return bench.send(
                method,
                path,
                body.isEmpty() ? Dynamic.NULL : Bench.parse(body),
                Map.of("Authorization", "Bearer " + Bench.token(STRANGER)));
    }

    private static String machine(String disk) {
        return """
        {"location":"westeurope","properties":{"storageProfile":{"osDisk":{"osType":"Linux"},
         "dataDisks":[{"lun":0,"createOption":"Attach","deleteOption":"Delete","managedDisk":{"id":"%s"}}]}}}
        """
                .formatted(disk);
    }

    private static final String BARE =
            "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}";

    private static void refused(ArmResponse answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(Bench.code(answer)).isEqualTo(code);
    }

    @Test
    void aModelTakesNoDiskThatItsWriterMayNotWrite() {
        refused(as("PUT", MY_VM, machine(THEIR_DISK)), 403, "LinkedAuthorizationFailed");
        Bench.must(as("PUT", MY_VM, BARE));
        bench.settle();
        refused(as("PATCH", MY_VM, machine(THEIR_DISK)), 403, "LinkedAuthorizationFailed");
        refused(
                as(
                        "POST",
                        MY_VM + "/attachDetachDataDisks",
                        "{\"dataDisksToAttach\":[{\"diskId\":\"" + THEIR_DISK + "\"}]}"),
                403,
                "LinkedAuthorizationFailed");
        Bench.must(as("PUT", MY_DISK, DISK));
        Bench.must(as("PATCH", MY_VM, machine(MY_DISK)));
        assertThat(bench.json("GET", THEIR_DISK).get("managedBy").isNull()).isTrue();
    }

    @Test
    void aModelTakesNoDiskOfAnotherMachine() {
        put(MY_VM, machine(THEIR_DISK));
        refused(
                bench.send("PUT", Bench.machineId("vm2"), Bench.parse(machine(THEIR_DISK))),
                409,
                "ConflictingUserInput");
        bench.settle();
        // What it has already it may go on having, and the model is written again.
        put(MY_VM, machine(THEIR_DISK));
        bench.settle();
        Bench.must(bench.send("DELETE", MY_VM, Dynamic.NULL));
        assertThat(bench.send("GET", THEIR_DISK, Dynamic.NULL).status()).isEqualTo(404);
    }

    @Test
    void aDiskThatALockHoldsStaysWhenItsMachineGoes() {
        put(MY_VM, machine(THEIR_DISK));
        bench.settle();
        put(
                THEIR_DISK + "/providers/Microsoft.Authorization/locks/l",
                "{\"properties\":{\"level\":\"CanNotDelete\"}}");
        Bench.must(bench.send("DELETE", MY_VM, Dynamic.NULL));
        assertThat(bench.json("GET", THEIR_DISK).path("properties", "diskState").textOr(""))
                .isEqualTo("Unattached");
    }

    @Test
    void aTemplateReadsWhatItsCallerMayRead() {
        put(
                THEIR_DISK,
                "{\"location\":\"westeurope\",\"properties\":{\"encryption\":\"theirs alone\"}}");
        Bench.must(as("PUT", MY_DISK, DISK));
        String deployment = MINE + "/providers/Microsoft.Resources/deployments/d";
        for (String id : List.of(THEIR_DISK, MY_DISK)) {
            Bench.must(
                    as(
                            "PUT",
                            deployment,
                            "{\"properties\":{\"mode\":\"Incremental\",\"template\":{"
                                    + TEMPLATE
                                    + ",\"outputs\":{\"group\":{\"type\":\"string\",\"value\":\"[resourceGroup().location]\"},\"out\":{\"type\":\"object\",\"value\":\"[reference('"
                                    + id
                                    + "', '2024-03-02')]\"}}}}}"));
            bench.settle();
            assertThat(
                            bench.json("GET", deployment)
                                    .path("properties", "provisioningState")
                                    .textOr(""))
                    .as(bench.json("GET", deployment).toString())
                    .isEqualTo(id.equals(MY_DISK) ? "Succeeded" : "Failed");
            assertThat(bench.json("GET", deployment).toString()).doesNotContain("theirs alone");
        }
    }

    @Test
    void secureParametersAndPasswordsAreNotReadBack() {
        String deployment = MINE + "/providers/Microsoft.Resources/deployments/d";
        put(
                deployment,
                "{\"properties\":{\"mode\":\"Incremental\",\"parameters\":{\"p\":{\"value\":\"hunter2\"},\"q\":{\"value\":\"plain\"}},\"template\":{"
                        + TEMPLATE
                        + ",\"parameters\":{\"p\":{\"type\":\"secureString\"},\"q\":{\"type\":\"string\"}},\"outputs\":{\"o\":{\"type\":\"secureString\",\"value\":\"[parameters('p')]\"}}}}}");
        bench.settle();
        assertThat(bench.json("GET", deployment).toString())
                .contains("Succeeded")
                .doesNotContain("hunter2");
        var shown = bench.json("GET", deployment).path("properties", "parameters");
        assertThat(shown.path("p", "value").isNull()).isTrue();
        assertThat(shown.path("q", "value").textOr("")).isEqualTo("plain");

        String profile =
                "\"osProfile\":{\"computerName\":\"vm\",\"adminUsername\":\"me\",\"AdminPassword\":\"hunter2\",\"customData\":\"aHVudGVyMg==\"}";
        put(MY_VM, BARE.replace("\"storageProfile\"", profile + ",\"storageProfile\""));
        String set = MINE + COMPUTE + "virtualMachineScaleSets/s";
        put(
                set,
                "{\"location\":\"westeurope\",\"sku\":{\"name\":\"Standard_D2s_v5\",\"capacity\":1},\"properties\":{\"virtualMachineProfile\":{"
                        + profile
                        + ",\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}}");
        bench.settle();
        for (String id : List.of(MY_VM, set, set + "/virtualMachines")) {
            assertThat(bench.json("GET", id).toString())
                    .as(id)
                    .contains("westeurope")
                    .doesNotContain("hunter2")
                    .doesNotContain("aHVudGVyMg");
        }
        assertThat(
                        bench.json("GET", MY_VM)
                                .path("properties", "osProfile", "adminUsername")
                                .textOr(""))
                .isEqualTo("me");
        assertThat(bench.azure.exportState().toString()).doesNotContain("aHVudGVyMg");
    }

    @Test
    void anOperationIsSeenByWhoStartedItAndWhoMayReadOperationsThere() {
        var theirs = bench.send("DELETE", Bench.GROUP, Dynamic.NULL);
        for (String name : List.of("Azure-AsyncOperation", "Location")) {
            refused(as("GET", Bench.header(theirs, name), ""), 403, "AuthorizationFailed");
        }
        var mine = as("PUT", MY_VM, BARE);
        String followed = Bench.header(mine, "Azure-AsyncOperation");
        assertThat(as("GET", followed, "").status()).isEqualTo(200);
        assertThat(bench.send("GET", followed, Dynamic.NULL).status()).isEqualTo(200);
        var twin = new Bench(bench.azure.fork(), bench.clock);
        assertThat(
                        twin.send(
                                        "GET",
                                        followed,
                                        Dynamic.NULL,
                                        Map.of("Authorization", "Bearer " + Bench.token(STRANGER)))
                                .status())
                .isEqualTo(200);
        // Not by way of another subscription.
        String elsewhere = "/subscriptions/b2000000-0000-4000-8000-000000000002";
        assertThat(
                        bench.send(
                                        "GET",
                                        followed.replace(Bench.SUBSCRIPTION, elsewhere),
                                        Dynamic.NULL)
                                .status())
                .isEqualTo(404);
    }

    @Test
    void aDeploymentIsFollowedByTheOperationThatItHas() {
        String deployments = MINE + "/providers/Microsoft.Resources/deployments/";
        String body = "{\"properties\":{\"mode\":\"Incremental\",\"template\":{" + TEMPLATE + "}}}";
        String one =
                Bench.header(
                        bench.send("PUT", deployments + "one", Bench.parse(body)),
                        "Azure-AsyncOperation");
        put(deployments + "two", body);
        assertThat(bench.send("GET", one, Dynamic.NULL).status()).isEqualTo(200);
        refused(
                bench.send("GET", one.replace("/one/", "/two/"), Dynamic.NULL),
                404,
                "DeploymentOperationNotFound");
    }

    @Test
    void deploymentsOfTheTenantAreListedToWhoMayReadThem() {
        String deployments = "/providers/Microsoft.Resources/deployments";
        put(
                deployments + "/d",
                "{\"location\":\"westeurope\",\"properties\":{\"mode\":\"Incremental\",\"template\":{"
                        + TEMPLATE
                        + "}}}");
        assertThat(bench.json("GET", deployments).get("value").items()).hasSize(1);
        var answer = as("GET", deployments, "");
        assertThat(Bench.parse(answer.text()).get("value").items()).isEmpty();
    }

    @Test
    void whatTheCallerMayNotReadIsNamedAsNotExported() {
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/roleAssignments/x","name":"x","type":"Microsoft.Authorization/roleAssignments",
                         "properties":{"principalId":"%s","roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/exporter"}}
                        """
                                .formatted(Bench.GROUP, STRANGER)));
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"/providers/Microsoft.Authorization/roleDefinitions/exporter","name":"exporter","type":"Microsoft.Authorization/roleDefinitions",
                         "properties":{"permissions":[{"actions":["Microsoft.Resources/subscriptions/resourceGroups/*"],"notActions":[]}]}}
                        """));
        var answer =
                as(
                        "POST",
                        Bench.GROUP + "/exportTemplate",
                        "{\"resources\":[\"" + THEIR_DISK + "\"]}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        var exported = Bench.parse(answer.text());
        assertThat(exported.path("template", "resources").items()).isEmpty();
        assertThat(exported.path("error", "details").get(0).get("target").textOr(""))
                .isEqualTo(THEIR_DISK);
    }

    @Test
    void movesGoToGroupsThatStayAndTakeNoLocksAlong() {
        String move = Bench.GROUP + "/moveResources";
        for (String target :
                List.of(Bench.SUBSCRIPTION, MINE + COMPUTE + "disks/none", MINE + "none")) {
            var answer =
                    bench.send(
                            "POST",
                            move,
                            Bench.parse(
                                    "{\"resources\":[\""
                                            + THEIR_DISK
                                            + "\"],\"targetResourceGroup\":\""
                                            + target
                                            + "\"}"));
            assertThat(answer.status()).as(target).isBetween(400, 404);
        }
        String lock = Bench.GROUP + "/providers/Microsoft.Authorization/locks/l";
        bench.azure.seed(
                Bench.parse(
                        "{\"id\":\""
                                + lock
                                + "\",\"name\":\"l\",\"type\":\"Microsoft.Authorization/locks\",\"properties\":{\"level\":\"CanNotDelete\"}}"));
        refused(
                bench.send(
                        "POST",
                        move,
                        Bench.parse(
                                "{\"resources\":[\""
                                        + lock
                                        + "\"],\"targetResourceGroup\":\""
                                        + MINE
                                        + "\"}")),
                400,
                "InvalidMoveResources");
        Bench.must(bench.send("DELETE", MINE, Dynamic.NULL));
        refused(
                bench.send(
                        "POST",
                        move,
                        Bench.parse(
                                "{\"resources\":[\""
                                        + THEIR_DISK
                                        + "\"],\"targetResourceGroup\":\""
                                        + MINE
                                        + "\"}")),
                409,
                "ResourceGroupBeingDeleted");
    }

    @Test
    void machinesAndDisksGoOnNamingEachOtherWhereverTheyMove() {
        String vm = Bench.machineId("vm1");
        put(vm, machine(THEIR_DISK));
        bench.settle();
        String movedVm = vm.replace(Bench.GROUP, MINE);
        Bench.must(
                bench.send(
                        "POST",
                        Bench.GROUP + "/moveResources",
                        Bench.parse(
                                "{\"resources\":[\""
                                        + vm
                                        + "\"],\"targetResourceGroup\":\""
                                        + MINE
                                        + "\"}")));
        assertThat(bench.json("GET", THEIR_DISK).get("managedBy").textOr("")).isEqualTo(movedVm);
        refused(bench.send("DELETE", THEIR_DISK, Dynamic.NULL), 409, "OperationNotAllowed");
        String movedDisk = THEIR_DISK.replace(Bench.GROUP, MINE);
        Bench.must(
                bench.send(
                        "POST",
                        Bench.GROUP + "/moveResources",
                        Bench.parse(
                                "{\"resources\":[\""
                                        + THEIR_DISK
                                        + "\"],\"targetResourceGroup\":\""
                                        + MINE
                                        + "\"}")));
        assertThat(
                        bench.json("GET", movedVm)
                                .path("properties", "storageProfile", "dataDisks")
                                .get(0)
                                .path("managedDisk", "id")
                                .textOr(""))
                .isEqualTo(movedDisk);
        Bench.must(bench.send("DELETE", movedVm, Dynamic.NULL));
        assertThat(bench.send("GET", movedDisk, Dynamic.NULL).status()).isEqualTo(404);
    }

    @Test
    void aDiskOfAMachineThatWentWithItsGroupIsFree() {
        put(MY_VM, machine(THEIR_DISK));
        bench.settle();
        Bench.must(bench.send("DELETE", MINE, Dynamic.NULL));
        bench.settle();
        bench.machine("vm2", "Linux");
        Bench.must(
                bench.send(
                        "POST",
                        Bench.machineId("vm2") + "/attachDetachDataDisks",
                        Bench.parse(
                                "{\"dataDisksToAttach\":[{\"diskId\":\"" + THEIR_DISK + "\"}]}")));
        assertThat(bench.json("GET", THEIR_DISK).get("managedBy").textOr(""))
                .isEqualTo(Bench.machineId("vm2"));
    }

    private String setOfOne() {
        String set = MINE + COMPUTE + "virtualMachineScaleSets/s";
        put(
                set,
                "{\"location\":\"westeurope\",\"sku\":{\"name\":\"Standard_D2s_v5\",\"capacity\":1},\"properties\":{\"virtualMachineProfile\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}}");
        bench.settle();
        return set;
    }

    @Test
    void aRollingUpgradeIsNotCancelledUnderALock() {
        String set = setOfOne();
        put(
                set + "/providers/Microsoft.Authorization/locks/l",
                "{\"properties\":{\"level\":\"ReadOnly\"}}");
        refused(
                bench.send("POST", set + "/rollingUpgrades/cancel", Dynamic.NULL),
                409,
                "ScopeLocked");
    }

    @Test
    void aPartOfAnInstanceThatIsNotThereIsNeitherWrittenNorListed() {
        String set = setOfOne();
        String extensions = set + "/virtualMachines/99/extensions";
        refused(
                bench.send(
                        "PUT",
                        extensions + "/e",
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"publisher\":\"p\",\"type\":\"t\"}}")),
                404,
                "ParentResourceNotFound");
        refused(bench.send("GET", extensions, Dynamic.NULL), 404, "ParentResourceNotFound");
    }

    @Test
    void ofARegionNothingIsListedThatIsNotServed() {
        refused(
                bench.send(
                        "GET",
                        Bench.SUBSCRIPTION + COMPUTE + "locations/westeurope/usages",
                        Dynamic.NULL),
                404,
                "InvalidResourceType");
    }
}
