package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.estate.AzureLimits;
import io.muster.simulator.estate.SimulatorSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Limits beside those of VM Applications: what is refused with small ones, and the ones that hold by default.
class AzureLimitsTest {
    private static final AzureLimits SMALL =
            new AzureLimits(1, 2, 3, 100, 2, 1, 2, 5, 6, 2, 2, 1, 4, 3);
    private static final String SOURCE =
            "/subscriptions/x/resourceGroups/y/providers/Microsoft.Compute/images/z";
    private static final String COMPUTE = Bench.GROUP + "/providers/Microsoft.Compute";

    private final Bench bench = new Bench(SMALL);

    AzureLimitsTest() {
        bench.group();
    }

    private ArmResponse put(String id, String body) {
        return bench.send("PUT", id, Bench.parse(body));
    }

    private static void refused(ArmResponse answer, String code, String message) {
        assertThat(Bench.code(answer) + ": " + Bench.message(answer))
                .startsWith(code)
                .contains(message);
    }

    private static String definition(String sku) {
        return "{\"location\":\"westeurope\",\"properties\":{\"osType\":\"Linux\",\"osState\":\"Generalized\",\"identifier\":{\"publisher\":\"p\",\"offer\":\"o\",\"sku\":\"%s\"}}}"
                .formatted(sku);
    }

    private static String version(String source, int replicas) {
        return "{\"location\":\"westeurope\",\"properties\":{\"publishingProfile\":{\"replicaCount\":%d},\"storageProfile\":{\"source\":{\"id\":\"%s\"}}}}"
                .formatted(replicas, source);
    }

    @Test
    void imageDefinitionsVersionsReplicasAndDisksHaveTheirLimits() {
        bench.gallery();
        String image = Bench.galleryId() + "/images/i";
        Bench.must(put(image, definition("s")));
        refused(put(Bench.galleryId() + "/images/j", definition("t")), "QuotaExceeded", "is 1.");
        refused(
                put(image + "/versions/1.0.0", version(SOURCE, 4)),
                "InvalidParameter",
                "between 1 and 3");
        String disk = COMPUTE + "/disks/";
        Bench.must(
                put(
                        disk + "fits",
                        "{\"location\":\"westeurope\",\"properties\":{\"diskSizeGB\":100}}"));
        Bench.must(
                put(
                        disk + "large",
                        "{\"location\":\"westeurope\",\"properties\":{\"diskSizeGB\":101}}"));
        refused(
                put(image + "/versions/1.0.0", version(disk + "large", 1)),
                "InvalidParameter",
                "has 101 GB; the maximum of an image version's disks is 100 GB");
        Bench.must(put(image + "/versions/1.0.0", version(disk + "fits", 1)));
        Bench.must(put(image + "/versions/2.0.0", version(SOURCE, 3)));
        refused(put(image + "/versions/3.0.0", version(SOURCE, 1)), "QuotaExceeded", "is 2.");
    }

    @Test
    void instancesOfASetHaveTheirLimits() {
        String set =
                "{\"location\":\"westeurope\",\"sku\":{\"name\":\"Standard_D2s_v5\",\"capacity\":%d},\"properties\":{\"virtualMachineProfile\":{\"storageProfile\":{\"imageReference\":{\"id\":\"%s\"},\"osDisk\":{\"osType\":\"Linux\"}}}}}";
        String id = COMPUTE + "/virtualMachineScaleSets/s";
        refused(put(id, set.formatted(3, "")), "InvalidParameter", "between 0 and 2");
        refused(put(id, set.formatted(2, SOURCE)), "InvalidParameter", "between 0 and 1");
        Bench.must(put(id, set.formatted(2, "")));
    }

    @Test
    void tagsHaveTheirLimitsHoweverTheyAreWritten() {
        String body = "{\"location\":\"westeurope\",\"tags\":%s,\"properties\":{}}";
        String id = Bench.GROUP + "/providers/Microsoft.Network/virtualNetworks/n";
        refused(
                put(id, body.formatted("{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}")),
                "TooManyTags",
                "at most 2");
        refused(put(id, body.formatted("{\"abcdef\":\"1\"}")), "InvalidTagNameLength", "1 to 5");
        refused(put(id, body.formatted("{\"a\":\"1234567\"}")), "InvalidTagValueLength", "most 6");
        Bench.must(put(id, body.formatted("{\"a\":\"1\",\"b\":\"2\"}")));
        refused(
                bench.send(
                        "PATCH",
                        id + "/providers/Microsoft.Resources/tags/default",
                        Bench.parse(
                                "{\"operation\":\"Merge\",\"properties\":{\"tags\":{\"c\":\"3\"}}}")),
                "TooManyTags",
                "at most 2");
    }

    @Test
    void roleAssignmentsHaveTheirLimits() {
        String body =
                "{\"properties\":{\"principalId\":\"%s\",\"roleDefinitionId\":\"/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"}}";
        String at =
                "/providers/Microsoft.Authorization/roleAssignments/11111111-0000-4000-8000-00000000000";
        Bench.must(put(Bench.SUBSCRIPTION + at + 1, body.formatted("p1")));
        Bench.must(put(Bench.GROUP + at + 2, body.formatted("p2")));
        refused(
                put(Bench.GROUP + at + 3, body.formatted("p3")),
                "RoleAssignmentLimitExceeded",
                "The limit is 2.");
        // One that is there can be put again.
        assertThat(put(Bench.GROUP + at + 2, body.formatted("p2")).status()).isEqualTo(201);
        String group = "/providers/Microsoft.Management/managementGroups/mg";
        Bench.must(put(group, "{\"properties\":{}}"));
        Bench.must(put(group + at + 4, body.formatted("p1")));
        refused(
                put(group + at + 5, body.formatted("p2")),
                "RoleAssignmentLimitExceeded",
                "The limit is 1.");
    }

    @Test
    void managementGroupsAndDeploymentNamesHaveTheirLimits() {
        String groups = "/providers/Microsoft.Management/managementGroups/";
        String below = "{\"properties\":{\"details\":{\"parent\":{\"id\":\"%s\"}}}}";
        Bench.must(put(groups + "a", "{\"properties\":{}}"));
        Bench.must(put(groups + "b", below.formatted(groups + "a")));
        // The topmost one is no level.
        Bench.must(put(groups + "c", below.formatted(groups + "b")));
        refused(
                put(groups + "d", below.formatted(groups + "c")),
                "MaxDepthExceeded",
                "2 levels deep");
        refused(
                put(
                        Bench.GROUP + "/providers/Microsoft.Resources/deployments/12345",
                        "{\"properties\":{\"mode\":\"Incremental\",\"template\":{\"resources\":[]}}}"),
                "InvalidDeployment",
                "at most 4");
    }

    private ArmResponse deploy(String name) {
        return put(
                Bench.GROUP + "/providers/Microsoft.Resources/deployments/" + name,
                """
                {"properties":{"mode":"Incremental","template":{"resources":[
                  {"type":"Microsoft.Compute/galleries","apiVersion":"2023-07-03","name":"[deployment().name]","location":"westeurope","properties":{}}]}}}
                """);
    }

    private List<String> deployments() {
        return bench
                .json("GET", Bench.GROUP + "/providers/Microsoft.Resources/deployments")
                .get("value")
                .items()
                .stream()
                .map(d -> d.get("name").textOr(""))
                .toList();
    }

    @Test
    void theOldestDeploymentsGoByThemselvesAsTheHistoryFills() {
        for (String name : List.of("d", "b", "c")) {
            Bench.must(deploy(name));
            bench.settle();
        }
        // One that is there already takes no place.
        Bench.must(deploy("c"));
        bench.settle();
        assertThat(deployments()).containsExactly("b", "c", "d");
        Bench.must(deploy("a"));
        bench.settle();
        assertThat(deployments()).containsExactly("a", "b", "c");
    }

    @Test
    void deploymentsThatALockHoldsDoNotGoByThemselves() {
        for (String name : List.of("a", "b", "c")) {
            Bench.must(deploy(name));
            bench.settle();
        }
        String lock = Bench.GROUP + "/providers/Microsoft.Authorization/locks/l";
        Bench.must(put(lock, "{\"properties\":{\"level\":\"CanNotDelete\"}}"));
        refused(deploy("d"), "DeploymentQuotaExceeded", "quota of '3'");
        Bench.must(bench.send("DELETE", lock, Dynamic.NULL));
        Bench.must(deploy("d"));
        assertThat(deployments()).containsExactly("b", "c", "d");
    }

    @Test
    void historiesOfDeploymentsAreFilteredByTheirState() {
        Bench.must(deploy("a"));
        bench.settle();
        String list = Bench.GROUP + "/providers/Microsoft.Resources/deployments?$filter=";
        assertThat(
                        bench.json("GET", list + "provisioningState%20eq%20'succeeded'")
                                .get("value")
                                .items())
                .hasSize(1);
        assertThat(
                        bench.json("GET", list + "provisioningState%20eq%20'Failed'")
                                .get("value")
                                .items())
                .isEmpty();
        refused(
                bench.send("GET", list + "name%20eq%20'a'", Dynamic.NULL),
                "InvalidFilterInQueryString",
                "name eq 'a'");
    }

    @Test
    void deploymentsThatAreUnderWayDoNotGo() {
        for (String name : List.of("a", "b", "c")) {
            Bench.must(deploy(name));
        }
        refused(
                deploy("d"),
                "DeploymentQuotaExceeded",
                "would exceed the quota of '3'. The current deployment count is '3'");
        bench.settle();
        Bench.must(deploy("d"));
    }

    @Test
    void byDefaultTheLimitsAreAzuresOfToday() {
        assertThat(SimulatorSettings.DEFAULT.azureLimits())
                .isEqualTo(
                        new AzureLimits(
                                1_000, 10_000, 10, 1_024, 1_000, 600, 50, 512, 256, 6, 4_000, 500,
                                64, 800));
        assertThatThrownBy(() -> new AzureLimits(0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settingsKeepThemInAnExportedState() {
        var settings =
                new SimulatorSettings(
                        1,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        0,
                        0,
                        25,
                        VmApplicationLimits.PREVIEW_2021,
                        SimulatorSettings.PackageChecks.ALL,
                        ResolutionSettings.DEFAULT,
                        SMALL);
        assertThat(SimulatorSettings.ofJson(settings.toJson())).isEqualTo(settings);
        assertThat(settings.instantly().azureLimits()).isEqualTo(SMALL);
        assertThat(SimulatorSettings.ofJson(Dynamic.EMPTY_BAG))
                .isEqualTo(SimulatorSettings.DEFAULT);
    }
}
