package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.Operation;
import io.muster.simulator.guest.GuestFaults;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Upgrades that begin by themselves, and the batches in which sets take them.
class UpgradesTest {
    private static final String SET = Bench.setId("set");

    private final Bench bench = new Bench();

    @BeforeEach
    void prepare() {
        bench.group();
        bench.published("agent");
    }

    private static Dynamic follower() {
        return Bench.entry("agent", "latest", 0, false)
                .with("enableAutomaticUpgrade", Dynamic.TRUE);
    }

    private void set(int capacity, String policy, String profile) {
        Bench.must(
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                """
                                {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":%d},
                                 "properties":{"orchestrationMode":"Uniform","upgradePolicy":{"mode":"Rolling","rollingUpgradePolicy":%s},
                                  "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}}%s}}}
                                """
                                        .formatted(capacity, policy, profile))));
        bench.settle();
    }

    private void upgrade(String application) {
        Bench.must(
                bench.send(
                        "PATCH",
                        SET,
                        Bench.parse(
                                "{\"properties\":{\"virtualMachineProfile\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                                        + Bench.versionId(application, "1.0.0")
                                        + "\",\"treatFailureAsDeploymentFailure\":true}]}}}}")));
    }

    private void step(int seconds) {
        bench.clock.step(Duration.ofSeconds(seconds));
        bench.send("GET", "/subscriptions", Dynamic.NULL);
    }

    private Dynamic rolling() {
        return bench.json("GET", SET + "/rollingUpgrades/latest").get("properties");
    }

    private List<Long> progress() {
        var progress = rolling().get("progress");
        return List.of(
                progress.get("successfulInstanceCount").longOr(-1),
                progress.get("failedInstanceCount").longOr(-1),
                progress.get("inProgressInstanceCount").longOr(-1),
                progress.get("pendingInstanceCount").longOr(-1));
    }

    private String state(String id) {
        return bench.json("GET", id).path("properties", "provisioningState").textOr("");
    }

    @Test
    void aVersionIsPublishedWhateverComesOfTheUpgradesThatFollow() {
        bench.machine("vm1", "Linux");
        Bench.must(bench.profile("vm1", follower()));
        bench.settle();
        Bench.must(bench.send("PUT", Bench.versionId("agent", "2.0.0"), Bench.versionBody("", "")));
        bench.broken = Bench.PROFILES;
        bench.settle();
        bench.broken = "";
        assertThat(state(Bench.versionId("agent", "2.0.0"))).isEqualTo("Succeeded");
        var told = bench.azure.status().get("failedTasks").get("last").get(0);
        assertThat(told.path("task", "kind").textOr("")).isEqualTo("followLatest");
        assertThat(told.path("task", "follower").textOr("")).isEqualTo(Bench.machineId("vm1"));
    }

    @Test
    void whatFollowsIsStillDueInAFork() {
        bench.machine("vm1", "Linux");
        Bench.must(bench.profile("vm1", follower()));
        bench.settle();
        Bench.must(bench.send("PUT", Bench.versionId("agent", "2.0.0"), Bench.versionBody("", "")));
        var clock = bench.clock.beginning(bench.clock.instant());
        var fork = new Bench(bench.azure.fork(clock), clock);
        fork.settle();
        assertThat(fork.extension("vm1").get("statuses").get(0).get("message").textOr(""))
                .contains("2.0.0");
    }

    @Test
    void aChangeOfAVersionThatMakesNoneNewerBeginsNoUpgrade() {
        bench.machine("vm1", "Linux");
        Bench.must(bench.profile("vm1", follower()));
        set(
                2,
                "{}",
                ",\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                        + Bench.versionId("agent", "latest")
                        + "\",\"enableAutomaticUpgrade\":true}]}");
        String tag = bench.json("GET", Bench.machineId("vm1")).get("etag").textOr("");
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.versionId("agent", "1.0.0"),
                        Bench.parse("{\"tags\":{\"by\":\"ci\"}}")));
        bench.settle();
        bench.version("agent", "0.9.0");
        assertThat(bench.json("GET", Bench.machineId("vm1")).get("etag").textOr("")).isEqualTo(tag);
        assertThat(bench.send("GET", SET + "/rollingUpgrades/latest", Dynamic.NULL).status())
                .isEqualTo(404);
        // Nor does the platform take anybody back.
        bench.version("agent", "2.0.0");
        assertThat(progress()).containsExactly(2L, 0L, 0L, 0L);
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.versionId("agent", "2.0.0"),
                        Bench.parse(
                                "{\"properties\":{\"publishingProfile\":{\"excludeFromLatest\":true}}}")));
        bench.settle();
        assertThat(bench.extension("vm1").get("statuses").get(0).get("message").textOr(""))
                .contains("2.0.0");
    }

    @Test
    void anInstanceDeletedDuringItsBatchIsNeitherWellNorIll() {
        set(5, "{\"maxBatchInstancePercent\":20,\"pauseTimeBetweenBatches\":\"PT1H\"}", "");
        upgrade("agent");
        step(6);
        assertThat(progress()).containsExactly(0L, 0L, 1L, 4L);
        Bench.must(bench.send("DELETE", SET + "/virtualMachines/0", Dynamic.NULL));
        step(30);
        assertThat(progress()).containsExactly(0L, 0L, 0L, 4L);
    }

    @Test
    void instancesDeletedBeforeTheirBatchTakeNoPlaceInOne() {
        set(5, "{\"maxBatchInstancePercent\":40,\"pauseTimeBetweenBatches\":\"PT1H\"}", "");
        upgrade("agent");
        step(30);
        assertThat(progress()).containsExactly(2L, 0L, 0L, 3L);
        Bench.must(bench.send("DELETE", SET + "/virtualMachines/2", Dynamic.NULL));
        step(3582);
        assertThat(progress()).containsExactly(2L, 0L, 2L, 0L);
        var clock = bench.clock.beginning(bench.clock.instant());
        var fork = new Bench(bench.azure.fork(clock), clock);
        clock.step(Duration.ofHours(2));
        step(7200);
        assertThat(progress()).containsExactly(4L, 0L, 0L, 0L);
        assertThat(rolling().path("runningStatus", "code").textOr("")).isEqualTo("Completed");
        assertThat(fork.json("GET", SET + "/rollingUpgrades/latest").get("properties"))
                .isEqualTo(rolling());
    }

    @Test
    void oneFailureOfWhatIsLeftIsMeasuredByWhatIsLeft() {
        set(
                5,
                "{\"maxBatchInstancePercent\":40,\"maxUnhealthyInstancePercent\":40,\"maxUnhealthyUpgradedInstancePercent\":100,\"pauseTimeBetweenBatches\":\"PT1H\"}",
                "");
        upgrade("agent");
        step(6);
        bench.outcomes.put(
                "agent " + Operation.Kind.INSTALL.wireName(),
                new GuestFaults.Outcome.Failure("no"));
        Bench.must(bench.send("DELETE", SET + "/virtualMachines/4", Dynamic.NULL));
        Bench.must(bench.send("DELETE", SET + "/virtualMachines/3", Dynamic.NULL));
        Bench.must(bench.send("DELETE", SET + "/virtualMachines/0", Dynamic.NULL));
        step(30);
        // One of two: more than the 40 in a hundred that the policy allows.
        assertThat(progress()).containsExactly(0L, 1L, 0L, 1L);
        step(3600);
        assertThat(rolling().path("runningStatus", "code").textOr("")).isEqualTo("Faulted");
        // Of those upgraded the policy lets all be ill: that share it did not exceed.
        assertThat(rolling().path("error", "code").textOr(""))
                .isEqualTo("MaxUnhealthyInstancePercentExceededInRollingUpgrade");
        assertThat(rolling().path("error", "message").textOr(""))
                .endsWith("1 of 2 instances are unhealthy.");
    }

    @Test
    void behindTheLastBatchThereIsNoPause() {
        set(2, "{\"maxBatchInstancePercent\":100,\"pauseTimeBetweenBatches\":\"PT1H\"}", "");
        upgrade("agent");
        step(60);
        assertThat(progress()).containsExactly(2L, 0L, 0L, 0L);
        assertThat(rolling().path("runningStatus", "code").textOr("")).isEqualTo("Completed");
    }
}
