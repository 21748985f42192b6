package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What ARM offers around resources: lists with more of them, whether they are there, moves asked for first, histories that end, filters of the activity log.
class ManagementSurfaceTest {
    private static final String DISK = Bench.GROUP + "/providers/Microsoft.Compute/disks/d1";
    private static final String OTHER = Bench.SUBSCRIPTION + "/resourceGroups/other";
    private static final String DEPLOYMENTS =
            Bench.GROUP + "/providers/Microsoft.Resources/deployments/";
    private static final Dynamic EMPTY_TEMPLATE =
            Bench.parse(
                    "{\"properties\":{\"mode\":\"Incremental\",\"template\":{\"resources\":[]}}}");

    private final Bench bench = new Bench();

    ManagementSurfaceTest() {
        bench.group();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void put(String id, String body) {
        Bench.must(bench.send("PUT", id, Bench.parse(body)));
    }

    private List<String> listed(String filter) {
        return bench
                .json("GET", Bench.GROUP + "/resources?$filter=" + encoded(filter))
                .get("value")
                .items()
                .stream()
                .map(item -> item.get("name").textOr(""))
                .toList();
    }

    @Test
    void aListTellsWhenResourcesCameAndChangedWhereThatIsAskedFor() {
        put(DISK, "{\"location\":\"westeurope\",\"properties\":{}}");
        bench.clock.step(Duration.ofHours(1));
        put(DISK, "{\"location\":\"westeurope\",\"properties\":{\"diskSizeGB\":4}}");
        String list = Bench.GROUP + "/resources";
        assertThat(bench.json("GET", list).get("value").get(0).get("createdTime").isNull())
                .isTrue();
        var item =
                bench.json("GET", list + "?$expand=createdTime,changedTime,provisioningState")
                        .get("value")
                        .get(0);
        assertThat(item.get("createdTime").textOr("")).isEqualTo("2026-11-21T00:00:00Z");
        assertThat(item.get("changedTime").textOr("")).isEqualTo("2026-11-21T01:00:00Z");
        assertThat(item.get("provisioningState").textOr("")).isEqualTo("Succeeded");
        // The times are part of the state.
        var twin = new Bench(bench.azure.fork(), bench.clock);
        assertThat(twin.json("GET", list + "?$expand=createdTime").get("value").get(0))
                .isEqualTo(item.without("changedTime").without("provisioningState"));
    }

    @Test
    void resourcesAreFilteredByTheirIdentitiesAndPlans() {
        put(
                DISK,
                "{\"location\":\"westeurope\",\"plan\":{\"name\":\"p\",\"publisher\":\"me\",\"product\":\"x\"}}");
        put(
                Bench.GROUP + "/providers/Microsoft.Web/sites/s1",
                "{\"location\":\"westeurope\",\"identity\":{\"type\":\"SystemAssigned\"}}");
        String principal =
                bench.json("GET", Bench.GROUP + "/providers/Microsoft.Web/sites/s1")
                        .path("identity", "principalId")
                        .textOr("");
        assertThat(principal).isNotEmpty();
        assertThat(listed("identity/principalId eq '" + principal + "'")).containsExactly("s1");
        assertThat(listed("identity eq 'SystemAssigned'")).containsExactly("s1");
        assertThat(listed("plan/publisher eq 'ME' and plan/name eq 'p'")).containsExactly("d1");
        assertThat(listed("plan eq 'q'")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "virtualMachines/vm1, 204",
        "virtualMachines/none, 404",
        "galleries/gal, 204",
        "galleries/none, 404",
        "disks/none, 404",
        "virtualMachineScaleSets/none, 404"
    })
    void whetherAResourceIsThereIsAskedByHead(String resource, int status) {
        bench.gallery();
        bench.machine("vm1", "Linux");
        var answer =
                bench.send(
                        "HEAD",
                        Bench.GROUP + "/providers/Microsoft.Compute/" + resource,
                        Dynamic.NULL);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEmpty();
    }

    private ArmResponse validated(String resource) {
        return bench.send(
                "POST",
                Bench.GROUP + "/validateMoveResources",
                Bench.parse(
                        "{\"targetResourceGroup\":\""
                                + OTHER
                                + "\",\"resources\":[\""
                                + resource
                                + "\"]}"));
    }

    @Test
    void whetherResourcesCouldMoveIsTheOutcomeOfAnOperationAndNothingMoves() {
        put(OTHER, "{\"location\":\"westeurope\"}");
        put(DISK, "{\"location\":\"westeurope\"}");
        var could = validated(DISK);
        assertThat(could.status()).isEqualTo(202);
        String location = Bench.header(could, "Location");
        assertThat(bench.send("GET", location, Dynamic.NULL).status()).isEqualTo(202);
        bench.settle();
        assertThat(bench.send("GET", location, Dynamic.NULL).status()).isEqualTo(204);
        assertThat(bench.send("GET", DISK, Dynamic.NULL).status()).isEqualTo(200);

        bench.installed("a");
        var refused = validated(Bench.machineId("vm1"));
        assertThat(refused.status()).isEqualTo(202);
        var outcome = bench.send("GET", Bench.header(refused, "Location"), Dynamic.NULL);
        assertThat(outcome.status()).isEqualTo(409);
        assertThat(Bench.code(outcome)).isEqualTo("ResourceMoveNotSupported");
    }

    @Test
    void aResourceThatMovesCameWhenItCame() {
        put(OTHER, "{\"location\":\"westeurope\"}");
        put(DISK, "{\"location\":\"westeurope\"}");
        bench.clock.step(Duration.ofHours(1));
        Bench.must(
                bench.send(
                        "POST",
                        Bench.GROUP + "/moveResources",
                        Bench.parse(
                                "{\"targetResourceGroup\":\""
                                        + OTHER
                                        + "\",\"resources\":[\""
                                        + DISK
                                        + "\"]}")));
        bench.settle();
        assertThat(
                        bench.json("GET", OTHER + "/resources?$expand=createdTime")
                                .get("value")
                                .get(0)
                                .get("createdTime")
                                .textOr(""))
                .isEqualTo("2026-11-21T00:00:00Z");
    }

    @Test
    void aGroupIsExportedAsATemplateThatMakesTheSameAnew() {
        bench.published("a");
        bench.machine("vm1", "Linux");
        Bench.must(bench.profile("vm1", Bench.entry("a", "1.0.0", 0, false)));
        put(
                DISK,
                "{\"location\":\"westeurope\",\"tags\":{\"odd\":\"[x]\"},\"properties\":{\"diskSizeGB\":4}}");
        bench.settle();
        var answer =
                bench.send(
                        "POST",
                        Bench.GROUP + "/exportTemplate",
                        Bench.parse("{\"resources\":[\"*\"]}"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        var template = Bench.parse(answer.text()).get("template");
        assertThat(Bench.parse(answer.text()).get("error").isNull()).isTrue();
        assertThat(template.get("resources").items())
                .extracting(resource -> resource.get("name").textOr(""))
                .containsExactlyInAnyOrder("gal", "gal/a", "gal/a/1.0.0", "vm1", "d1");
        Bench.must(bench.send("DELETE", Bench.GROUP, Dynamic.NULL));
        bench.settle();
        put(OTHER, "{\"location\":\"westeurope\"}");
        Bench.must(
                bench.send(
                        "PUT",
                        OTHER + "/providers/Microsoft.Resources/deployments/again",
                        Dynamic.bag()
                                .put(
                                        "properties",
                                        Dynamic.bag()
                                                .put("mode", "Incremental")
                                                .put(
                                                        "template",
                                                        template.with(
                                                                "resources",
                                                                Dynamic.array(
                                                                        template
                                                                                .get("resources")
                                                                                .items()
                                                                                .stream()
                                                                                .filter(r ->
                                                                                        !r.get(
                                                                                                        "name")
                                                                                                .textOr(
                                                                                                        "")
                                                                                                .equals(
                                                                                                        "vm1"))
                                                                                .toList())))
                                                .build())
                                .build()));
        bench.settle();
        assertThat(
                        bench.json(
                                        "GET",
                                        OTHER + "/providers/Microsoft.Resources/deployments/again")
                                .path("properties", "provisioningState")
                                .textOr(""))
                .isEqualTo("Succeeded");
        assertThat(
                        bench.json("GET", DISK.replace(Bench.GROUP, OTHER))
                                .path("tags", "odd")
                                .textOr(""))
                .isEqualTo("[x]");
        assertThat(
                        bench.send(
                                        "GET",
                                        Bench.versionId("a", "1.0.0").replace(Bench.GROUP, OTHER),
                                        Dynamic.NULL)
                                .status())
                .isEqualTo(200);
    }

    @Test
    void whatCannotBeExportedIsNamed() {
        var answer =
                bench.send(
                        "POST",
                        Bench.GROUP + "/exportTemplate",
                        Bench.parse("{\"resources\":[\"" + DISK + "\"]}"));
        var error = Bench.parse(answer.text()).get("error");
        assertThat(error.get("code").textOr("")).isEqualTo("ExportTemplateCompletedWithErrors");
        assertThat(error.get("details").get(0).get("target").textOr("")).isEqualTo(DISK);
    }

    @ParameterizedTest
    @CsvSource({
        "status eq 'Failed', 1",
        "status eq 'Succeeded', 2",
        "caller eq 'somebody', 0",
        "levels eq 'Error', 1",
        "'levels eq ''Critical,Error''', 1",
        "'eventChannels eq ''Admin, Operation''', 3",
        "operationName eq 'Microsoft.Compute/disks/write', 2",
        "operationName eq 'Microsoft.Compute/disks/delete' and status eq 'Succeeded', 1"
    })
    void theActivityLogIsFilteredByWhatClientsAskFor(String filter, int events) {
        put(DISK, "{\"location\":\"westeurope\"}");
        assertThat(bench.send("PUT", DISK, Bench.parse("[]")).status()).isEqualTo(400);
        Bench.must(bench.send("DELETE", DISK, Dynamic.NULL));
        String log =
                Bench.SUBSCRIPTION + "/providers/Microsoft.Insights/eventtypes/management/values";
        assertThat(bench.json("GET", log + "?$filter=" + encoded(filter)).get("value").items())
                .hasSize(events);
        assertThat(
                        bench.json("GET", log + "?$select=caller,OperationName")
                                .get("value")
                                .get(0)
                                .members())
                .containsOnlyKeys("caller", "operationName");
    }

    @Test
    void theHistoryOfDeploymentsGoesWithItsGroup() {
        Bench.must(bench.send("PUT", DEPLOYMENTS + "d1", EMPTY_TEMPLATE));
        assertThat(
                        bench.json("GET", Bench.GROUP + "/deployments/d1/operations")
                                .get("value")
                                .items())
                .isEmpty();
        Bench.must(bench.send("DELETE", Bench.GROUP, Dynamic.NULL));
        bench.settle();
        put(Bench.GROUP, "{\"location\":\"westeurope\"}");
        var answer = bench.send("GET", DEPLOYMENTS + "d1", Dynamic.NULL);
        assertThat(Bench.code(answer)).isEqualTo("DeploymentNotFound");
    }

    @Test
    void whatFailedWhenItWasDueIsToldOfByAForkToo() {
        bench.published("agent");
        bench.machine("vm1", "Linux");
        bench.broken = "agent Install";
        Bench.must(bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false)));
        bench.settle();
        var told = bench.azure.status().get("failedTasks");
        assertThat(told.get("count").longOr(0)).isEqualTo(1);
        assertThat(bench.azure.fork().status().get("failedTasks")).isEqualTo(told);
    }

    @Test
    void aMachineKeepsTheImageThatItWasMadeOf() {
        String vm = Bench.machineId("vm1");
        String image =
                "\"storageProfile\":{\"imageReference\":{\"publisher\":\"Canonical\",\"offer\":\"o\",\"sku\":\"%s\",\"version\":\"latest\"},\"osDisk\":{\"osType\":\"Linux\"}}";
        put(vm, "{\"location\":\"westeurope\",\"properties\":{" + image.formatted("22_04") + "}}");
        bench.settle();
        var changed =
                bench.send(
                        "PATCH",
                        vm,
                        Bench.parse("{\"properties\":{" + image.formatted("24_04") + "}}"));
        assertThat(changed.status()).isEqualTo(409);
        assertThat(Bench.code(changed)).isEqualTo("PropertyChangeNotAllowed");
        assertThat(Bench.error(changed).get("target").textOr("")).isEqualTo("imageReference");
        put(vm, "{\"location\":\"westeurope\",\"properties\":{\"licenseType\":\"None\"}}");
        assertThat(
                        bench.json("GET", vm)
                                .path("properties", "storageProfile", "imageReference", "sku")
                                .textOr(""))
                .isEqualTo("22_04");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH", "DELETE"})
    void nobodyWritesTheExtensionThatThePlatformOwns(String method) {
        bench.installed("a");
        String extension = Bench.machineId("vm1") + "/extensions/vmappextension";
        var answer =
                bench.send(
                        method,
                        extension,
                        Bench.parse("{\"location\":\"westeurope\",\"properties\":{}}"));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(Bench.message(answer)).contains("galleryApplications");
        assertThat(bench.send("GET", extension, Dynamic.NULL).status()).isEqualTo(200);
        assertThat(bench.results("vm1")).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "reapply", "delete", "manualupgrade"})
    void whoNamesNoInstancesIsToldSo(String action) {
        String set = Bench.setId("s");
        put(
                set,
                "{\"location\":\"westeurope\",\"sku\":{\"name\":\"s\",\"capacity\":2},\"properties\":{\"virtualMachineProfile\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}}");
        bench.settle();
        var answer = bench.send("POST", set + "/" + action, Bench.parse("{\"instanceIds\":[]}"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Bench.code(answer)).isEqualTo("InvalidParameter");
        assertThat(Bench.message(answer)).contains("instanceIds");
    }
}
