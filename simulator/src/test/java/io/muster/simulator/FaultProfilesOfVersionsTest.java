package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a version's tag says of its commands shows on the machines that run them: outcomes, reboots and times.
class FaultProfilesOfVersionsTest {
    private static final String SET = Bench.setId("web");

    private final Bench bench = new Bench();

    @BeforeEach
    void prepare() {
        bench.group();
        bench.gallery();
        bench.application("agent", "Linux");
        bench.machine("vm1", "Linux");
    }

    private void version(String version, String profile, String more) {
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.versionId("agent", version),
                        Bench.versionBody("", more)
                                .with(
                                        "tags",
                                        Dynamic.bag()
                                                .put("muster-guest-faults", profile)
                                                .build())));
        bench.settle();
    }

    private void wants(String version) {
        Bench.must(bench.profile("vm1", Bench.entry("agent", version, 0, false)));
    }

    private void step(int seconds) {
        bench.clock.step(Duration.ofSeconds(seconds));
        bench.send("GET", "/subscriptions", Dynamic.NULL);
    }

    private String state() {
        return bench.json("GET", Bench.machineId("vm1"))
                .path("properties", "provisioningState")
                .textOr("");
    }

    @Test
    void aRunTakesTheTimeOfTheCommandsThatItRuns() {
        version("1.0.0", "InstallSeconds=60, RemoveForUpdateSeconds=30, RemoveSeconds=15", "");
        version("2.0.0", "InstallSeconds=120, RemoveSeconds=600", "");
        wants("1.0.0");
        step(69);
        assertThat(state()).isEqualTo("Updating");
        step(1);
        assertThat(state()).isEqualTo("Succeeded");
        // The old one's removal and the new one's installation.
        wants("2.0.0");
        step(159);
        assertThat(state()).isEqualTo("Updating");
        step(1);
        assertThat(bench.results("vm1")).containsEntry("agent", "Install SUCCESS");
        // Nothing to do takes no more than any run.
        wants("2.0.0");
        step(10);
        assertThat(state()).isEqualTo("Succeeded");
        Bench.must(bench.profile("vm1"));
        step(609);
        assertThat(state()).isEqualTo("Updating");
        step(1);
        assertThat(bench.results("vm1")).isEmpty();
    }

    @Test
    void aRemovalFailsAsItsVersionSaysThoughNobodyWantsItAnyLonger() {
        version("1.0.0", "Remove=1000", "");
        wants("1.0.0");
        bench.settle();
        Bench.must(bench.profile("vm1"));
        bench.settle();
        assertThat(bench.extension("vm1").get("statuses").get(0).get("message").textOr(""))
                .contains("\"operation\": \"Remove\"")
                .contains("Error executing command");
    }

    @Test
    void aMachineRebootsAsOftenAsTheVersionSays() {
        version(
                "1.0.0",
                "InstallReboots=2",
                ",\"settings\":{\"scriptBehaviorAfterReboot\":\"Rerun\"}");
        version(
                "2.0.0",
                "InstallReboots=3",
                ",\"settings\":{\"scriptBehaviorAfterReboot\":\"Rerun\"}");
        wants("1.0.0");
        bench.settle();
        assertThat(bench.results("vm1")).containsEntry("agent", "Install SUCCESS");
        wants("2.0.0");
        bench.settle();
        assertThat(bench.results("vm1").get("agent")).contains("resulted in 3 reboots");
    }

    @Test
    void aBatchOfARollingUpgradeTakesItsSlowestInstancesTime() {
        version("1.0.0", "InstallSeconds=60", "");
        Bench.must(
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                """
                                {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":2},
                                 "properties":{"orchestrationMode":"Uniform","upgradePolicy":{"mode":"Rolling","rollingUpgradePolicy":{"maxBatchInstancePercent":50}},
                                  "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}}}}}
                                """)));
        bench.settle();
        Bench.must(
                bench.send(
                        "PATCH",
                        SET,
                        Bench.parse(
                                "{\"properties\":{\"virtualMachineProfile\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                                        + Bench.versionId("agent", "1.0.0")
                                        + "\"}]}}}}")));
        step(5 + 64);
        assertThat(upgraded()).isZero();
        step(1);
        assertThat(upgraded()).isEqualTo(1);
        step(65);
        assertThat(upgraded()).isEqualTo(2);
    }

    private long upgraded() {
        return bench.json("GET", SET + "/rollingUpgrades/latest")
                .path("properties", "progress", "successfulInstanceCount")
                .longOr(-1);
    }
}
