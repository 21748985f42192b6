package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.guest.GuestFaults;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What happens while something else is under way, and what cannot be changed once it is there.
class RacesTest {
    private static final String SET = Bench.setId("web");
    private static final String DEPLOYMENT =
            Bench.GROUP + "/providers/Microsoft.Resources/deployments/d";

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private void step(long seconds) {
        bench.clock.step(Duration.ofSeconds(seconds));
        bench.send("GET", "/subscriptions", Dynamic.NULL);
    }

    private ArmResponse set(String mode, String policy, String rolling) {
        return bench.send(
                "PUT",
                SET,
                Bench.parse(
                        """
                        {"location":"westeurope","sku":{"name":"s","capacity":4},"properties":{"orchestrationMode":"%s",
                         "upgradePolicy":{"mode":"%s","rollingUpgradePolicy":%s},
                         "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}}}}}
                        """
                                .formatted(mode, policy, rolling)));
    }

    private String upgrade() {
        return bench.json("GET", SET + "/rollingUpgrades/latest")
                .path("properties", "runningStatus", "code")
                .textOr("");
    }

    @Test
    void noOperationEndsBeforeItBegins() {
        Bench.must(
                bench.profile(
                        "vm1",
                        Bench.entry("agent", "latest", 0, false)
                                .with("enableAutomaticUpgrade", Dynamic.TRUE)));
        bench.settle();
        Bench.must(bench.send("PUT", Bench.versionId("agent", "2.0.0"), Bench.versionBody("", "")));
        step(600);
        for (var entry : bench.azure.exportState()) {
            var of = entry.get("of");
            if (entry.get("kind").textOr("").equals("operation") && !of.get("endTime").isNull()) {
                assertThat(Instant.parse(of.get("endTime").textOr("")))
                        .isAfterOrEqualTo(Instant.parse(of.get("startTime").textOr("")));
            }
        }
    }

    @Test
    void aVersionThatIsBeingDeletedDoesNotComeBack() {
        String version = Bench.versionId("agent", "3.0.0");
        var put = bench.send("PUT", version, Bench.versionBody("", ""));
        step(1);
        Bench.must(bench.send("DELETE", version, Dynamic.NULL));
        step(4);
        assertThat(bench.json("GET", version).path("properties", "provisioningState").textOr(""))
                .isEqualTo("Deleting");
        assertThat(bench.send("PUT", version, Bench.versionBody("", "")).status()).isEqualTo(409);
        bench.settle();
        assertThat(bench.send("GET", version, Dynamic.NULL).status()).isEqualTo(404);
        assertThat(
                        bench.follow(Bench.header(put, "Azure-AsyncOperation"))
                                .path("error", "code")
                                .textOr(""))
                .isEqualTo("OperationPreempted");
    }

    @Test
    void aVersionThatIsBeingWrittenIsStillWhatLatestMeans() {
        bench.version("agent", "2.0.0");
        Bench.must(bench.profile("vm1", Bench.entry("agent", "latest", 0, false)));
        bench.settle();
        Bench.must(bench.send("POST", Bench.machineId("vm1") + "/reapply", Dynamic.NULL));
        step(8);
        // Written when the machine's goal state is built, provisioned and replicated before.
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.versionId("agent", "2.0.0"),
                        Bench.parse("{\"tags\":{\"by\":\"ci\"}}")));
        step(3);
        assertThat(bench.extension("vm1").get("statuses").get(0).get("message").textOr(""))
                .contains("\"2.0.0\"")
                .doesNotContain("\"1.0.0\"");
        bench.settle();
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.versionId("agent", "2.0.0"),
                        Bench.parse("{\"tags\":{\"by\":\"cd\"}}")));
        assertThat(bench.profile("vm1", Bench.entry("agent", "2.0.0", 0, false)).status())
                .isEqualTo(200);
    }

    private String state(String id) {
        return bench.json("GET", id).path("properties", "provisioningState").textOr("");
    }

    private Dynamic operation(ArmResponse answer) {
        return bench.follow(Bench.header(answer, "Azure-AsyncOperation"));
    }

    @Test
    void anEarlierWriteOfAMachineDoesNotEndALaterOne() {
        bench.application("other", "Linux");
        bench.version("other", "1.0.0");
        var first = bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false));
        step(6);
        var second = bench.profile("vm1", Bench.entry("other", "1.0.0", 0, false));
        assertThat(operation(first).path("error", "code").textOr(""))
                .isEqualTo("OperationPreempted");
        step(6);
        assertThat(state(Bench.machineId("vm1"))).isEqualTo("Updating");
        assertThat(bench.results("vm1")).isEmpty();
        assertThat(operation(second).get("status").textOr("")).isEqualTo("InProgress");
        step(6);
        assertThat(state(Bench.machineId("vm1"))).isEqualTo("Succeeded");
        assertThat(operation(second).get("status").textOr("")).isEqualTo("Succeeded");
        assertThat(bench.results("vm1")).containsOnlyKeys("other");
    }

    @Test
    void anEarlierWriteOfAVersionDoesNotEndALaterOne() {
        String version = Bench.versionId("agent", "1.0.0");
        var first = bench.send("PATCH", version, Bench.parse("{\"tags\":{\"a\":\"1\"}}"));
        step(3);
        var second =
                bench.send(
                        "PATCH",
                        version,
                        Bench.parse(
                                "{\"properties\":{\"publishingProfile\":{\"targetRegions\":[{\"name\":\"westeurope\"},{\"name\":\"eastus\"}]}}}"));
        step(3);
        assertThat(state(version)).isEqualTo("Updating");
        assertThat(operation(first).path("error", "code").textOr(""))
                .isEqualTo("OperationPreempted");
        assertThat(
                        bench.json("GET", version + "?$expand=ReplicationStatus")
                                .path("properties", "replicationStatus", "aggregatedState")
                                .textOr(""))
                .isEqualTo("InProgress");
        step(3);
        assertThat(state(version)).isEqualTo("Succeeded");
        assertThat(operation(second).get("status").textOr("")).isEqualTo("Succeeded");
    }

    @Test
    void anEarlierWriteOfASetDoesNotEndALaterOne() {
        Bench.must(set("Uniform", "Manual", "{}"));
        bench.settle();
        var first = bench.send("PATCH", SET, Bench.parse("{\"tags\":{\"a\":\"1\"}}"));
        step(3);
        var second = bench.send("PATCH", SET, Bench.parse("{\"tags\":{\"a\":\"2\"}}"));
        step(3);
        assertThat(state(SET)).isEqualTo("Updating");
        assertThat(operation(first).path("error", "code").textOr(""))
                .isEqualTo("OperationPreempted");
        step(3);
        assertThat(state(SET)).isEqualTo("Succeeded");
        assertThat(operation(second).get("status").textOr("")).isEqualTo("Succeeded");
    }

    @Test
    void theWriteOfADeletedMachineDoesNotEndThatOfTheNextOneOfItsName() {
        var first = bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false));
        step(6);
        Bench.must(bench.send("DELETE", Bench.machineId("vm1"), Dynamic.NULL));
        assertThat(operation(first).path("error", "code").textOr(""))
                .isEqualTo("OperationPreempted");
        var second =
                bench.send(
                        "PUT",
                        Bench.machineId("vm1"),
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}"));
        step(6);
        assertThat(state(Bench.machineId("vm1"))).isEqualTo("Creating");
        assertThat(operation(second).get("status").textOr("")).isEqualTo("InProgress");
        step(6);
        assertThat(state(Bench.machineId("vm1"))).isEqualTo("Succeeded");
    }

    @Test
    void aRestartDoesNotEndTheWriteThatGoesOnBesideIt() {
        Bench.must(bench.send("POST", Bench.machineId("vm1") + "/restart", Dynamic.NULL));
        step(6);
        var write = bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false));
        step(6);
        assertThat(state(Bench.machineId("vm1"))).isEqualTo("Updating");
        assertThat(operation(write).get("status").textOr("")).isEqualTo("InProgress");
        step(6);
        assertThat(state(Bench.machineId("vm1"))).isEqualTo("Succeeded");
        assertThat(bench.results("vm1")).containsOnlyKeys("agent");
    }

    @Test
    void aPublishedVersionDoesNotEndTheWriteThatTakesItAnyway() {
        Bench.must(bench.send("PUT", Bench.versionId("agent", "2.0.0"), Bench.versionBody("", "")));
        step(2);
        var write =
                bench.profile(
                        "vm1",
                        Bench.entry("agent", "latest", 0, false)
                                .with("enableAutomaticUpgrade", Dynamic.TRUE));
        bench.settle();
        assertThat(operation(write).get("status").textOr("")).isEqualTo("Succeeded");
        assertThat(bench.extension("vm1").get("statuses").get(0).get("message").textOr(""))
                .contains("\"2.0.0\"");
    }

    @Test
    void aSecondDeletionOfAGroupDoesNotDeleteTheNextGroupOfItsName() {
        var first = bench.send("DELETE", Bench.GROUP, Dynamic.NULL);
        step(3);
        var second = bench.send("DELETE", Bench.GROUP, Dynamic.NULL);
        assertThat(second.status()).isEqualTo(202);
        step(3);
        assertThat(operation(first).get("status").textOr("")).isEqualTo("Succeeded");
        assertThat(operation(second).get("status").textOr("")).isEqualTo("Succeeded");
        Bench.must(bench.send("PUT", Bench.GROUP, Bench.parse("{\"location\":\"westeurope\"}")));
        bench.settle();
        assertThat(bench.send("GET", Bench.GROUP, Dynamic.NULL).status()).isEqualTo(200);
    }

    @Test
    void aTaskThatThrowsFailsWhatItIsAboutAndNobodyElse() {
        bench.machine("vm2", "Linux");
        bench.broken = "agent Install";
        var again = bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false));
        bench.clock.step(Duration.ofMinutes(10));
        // A stranger's request is the first that looks.
        assertThat(bench.send("GET", Bench.machineId("vm2"), Dynamic.NULL).status()).isEqualTo(200);
        assertThat(operation(again).get("status").textOr("")).isEqualTo("Failed");
        assertThat(operation(again).path("error", "code").textOr(""))
                .isEqualTo("InternalExecutionError");
        assertThat(state(Bench.machineId("vm1"))).isEqualTo("Failed");
        var told = bench.azure.status().get("failedTasks");
        assertThat(told.get("count").longOr(0)).isEqualTo(1);
        assertThat(told.get("last").get(0).path("task", "kind").textOr(""))
                .isEqualTo("applyMachine");
        assertThat(told.get("last").get(0).get("fault").textOr("")).contains("broken command");
        assertThat(bench.azure.fork().status().get("failedTasks")).isEqualTo(told);
        bench.broken = "";
        Bench.must(bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false)));
        bench.settle();
        assertThat(state(Bench.machineId("vm1"))).isEqualTo("Succeeded");
        assertThat(bench.results("vm1")).containsOnlyKeys("agent");
    }

    @Test
    void nothingIsPutIntoAnApplicationThatIsBeingDeleted() {
        bench.application("gone", "Linux");
        bench.settle();
        Bench.must(bench.send("DELETE", Bench.applicationId("gone"), Dynamic.NULL));
        var put = bench.send("PUT", Bench.versionId("gone", "1.0.0"), Bench.versionBody("", ""));
        assertThat(put.status()).isEqualTo(409);
        assertThat(Bench.message(put)).contains("marked for deletion");
    }

    @Test
    void aDeploymentOfAnOddNameEnds() {
        Bench.must(
                bench.send(
                        "PUT",
                        DEPLOYMENT,
                        Bench.parse(
                                """
                                {"properties":{"mode":"Incremental","template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0",
                                 "resources":[{"type":"Microsoft.Network/virtualNetworks","apiVersion":"2024-07-01","name":"a|b{c}%","location":"westeurope","properties":{}}]}}}
                                """)));
        bench.settle();
        assertThat(bench.json("GET", DEPLOYMENT).path("properties", "provisioningState").textOr(""))
                .isIn("Succeeded", "Failed");
    }

    @Test
    void aCancelledUpgradeStaysCancelledWhenItsLastBatchFails() {
        Bench.must(set("Uniform", "Rolling", "{\"maxBatchInstancePercent\":25}"));
        bench.settle();
        bench.outcomes.put(
                "agent Install", new GuestFaults.Outcome.Failure("Error executing command"));
        Bench.must(
                bench.send(
                        "PATCH",
                        SET,
                        Bench.parse(
                                "{\"properties\":{\"virtualMachineProfile\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\"%s\",\"treatFailureAsDeploymentFailure\":true}]}}}}"
                                        .formatted(Bench.versionId("agent", "1.0.0")))));
        step(6);
        Bench.must(bench.send("POST", SET + "/rollingUpgrades/cancel", Dynamic.NULL));
        bench.settle();
        assertThat(upgrade()).isEqualTo("Cancelled");
    }

    @Test
    void policiesOfUpgradesAreWhatAzureTakes() {
        for (String rolling :
                List.of(
                        "{\"maxBatchInstancePercent\":4294967316}",
                        "{\"maxBatchInstancePercent\":\"200\"}",
                        "{\"pauseTimeBetweenBatches\":\"PT-5S\"}",
                        "{\"pauseTimeBetweenBatches\":\"PT2562047788015215H\"}")) {
            assertThat(Bench.code(set("Uniform", "Rolling", rolling)))
                    .as(rolling)
                    .isEqualTo("InvalidParameter");
        }
        assertThat(Bench.code(set("Uniform", "Sometimes", "{}"))).isEqualTo("InvalidParameter");
        assertThat(Bench.code(set("Both", "Manual", "{}"))).isEqualTo("InvalidParameter");
    }

    @Test
    void whatIsFixedOfASetAndAGroupStays() {
        Bench.must(set("Uniform", "Manual", "{}"));
        bench.settle();
        assertThat(Bench.code(set("Flexible", "Manual", "{}")))
                .isEqualTo("PropertyChangeNotAllowed");
        assertThat(
                        Bench.code(
                                bench.send(
                                        "PATCH",
                                        SET,
                                        Bench.parse("{\"location\":\"northeurope\"}"))))
                .isEqualTo("InvalidResourceLocation");
        assertThat(
                        Bench.code(
                                bench.send(
                                        "PUT",
                                        Bench.GROUP,
                                        Bench.parse("{\"location\":\"northeurope\"}"))))
                .isEqualTo("InvalidResourceGroupLocation");
    }

    @Test
    void aSetOfAnotherGroupOfThatNameHasNoUpgradeOfTheOneBefore() {
        Bench.must(
                set(
                        "Uniform",
                        "Rolling",
                        "{\"maxBatchInstancePercent\":25,\"pauseTimeBetweenBatches\":\"PT60S\"}"));
        bench.settle();
        Bench.must(
                bench.send(
                        "PATCH",
                        SET,
                        Bench.parse(
                                "{\"properties\":{\"virtualMachineProfile\":{\"licenseType\":\"x\"}}}")));
        step(12);
        assertThat(upgrade()).isEqualTo("RollingForward");
        Bench.must(bench.send("DELETE", Bench.GROUP, Dynamic.NULL));
        bench.settle();
        Bench.must(bench.send("PUT", Bench.GROUP, Bench.parse("{\"location\":\"westeurope\"}")));
        Bench.must(set("Uniform", "Manual", "{}"));
        assertThat(bench.send("GET", SET + "/rollingUpgrades/latest", Dynamic.NULL).status())
                .isEqualTo(404);
    }

    private long operations() {
        return bench.azure.exportState().stream()
                .filter(entry -> entry.get("kind").textOr("").equals("operation"))
                .filter(entry -> !entry.get("of").get("status").isNull())
                .count();
    }

    @Test
    void whatEndedLongAgoIsNotKept() {
        Bench.must(bench.send("PUT", DEPLOYMENT, deployment()));
        bench.settle();
        String first = "";
        for (int day = 0; day < 9; day++) {
            var patched =
                    bench.send(
                            "PATCH",
                            Bench.machineId("vm1"),
                            Bench.parse("{\"tags\":{\"day\":\"" + day + "\"}}"));
            first = first.isEmpty() ? Bench.header(patched, "Azure-AsyncOperation") : first;
            step(3600 * 23);
            if (day == 0) {
                assertThat(bench.follow(first).get("status").textOr("")).isEqualTo("Succeeded");
            }
        }
        assertThat(operations()).isLessThan(5);
        assertThat(bench.send("GET", first, Dynamic.NULL).status()).isEqualTo(404);
        // A deployment stays, in another simulated Azure too.
        var before = bench.json("GET", DEPLOYMENT);
        var other = new Bench();
        other.azure.importState(bench.azure.exportState());
        assertThat(other.json("GET", DEPLOYMENT)).isEqualTo(before);
        assertThat(other.azure.exportState().stream().filter(RacesTest::isDeployment))
                .isNotEmpty()
                .containsExactlyElementsOf(
                        bench.azure.exportState().stream()
                                .filter(RacesTest::isDeployment)
                                .toList());
    }

    private static boolean isDeployment(Dynamic entry) {
        return entry.get("kind").textOr("").equals("deployment");
    }

    private static Dynamic deployment() {
        return Bench.parse(
                """
                {"properties":{"mode":"Incremental","template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                 "contentVersion":"1.0.0.0","resources":[]}}}
                """);
    }

    @Test
    void aDeploymentThatIsOnlyValidatedLeavesNothingUnderWay() {
        long before = operations();
        Bench.must(bench.send("POST", DEPLOYMENT + "/validate", deployment()));
        bench.send("PUT", DEPLOYMENT, Bench.parse("{\"properties\":{\"mode\":\"Incremental\"}}"));
        assertThat(operations()).isEqualTo(before);
    }

    @Test
    void whatIsUnderWayOnAPartKeepsTheWholeInItsPlace() {
        Bench.must(set("Uniform", "Manual", "{}"));
        bench.settle();
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.SUBSCRIPTION + "/resourceGroups/other",
                        Bench.parse("{\"location\":\"westeurope\"}")));
        var move =
                Bench.parse(
                        "{\"resources\":[\"%s\"],\"targetResourceGroup\":\"%s/resourceGroups/other\"}"
                                .formatted(SET, Bench.SUBSCRIPTION));
        Bench.must(bench.send("POST", SET + "/virtualMachines/0/restart", Dynamic.NULL));
        var refused = bench.send("POST", Bench.GROUP + "/moveResources", move);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(Bench.code(refused)).isEqualTo("ResourceNotProvisioned");
        bench.settle();
        Bench.must(bench.send("POST", Bench.GROUP + "/moveResources", move));
    }
}
