package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.guest.GuestFaults;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How many instances a set has, what is done to them beside the model, and their extensions.
class ScaleSetInstancesTest {
    private static final String SET = Bench.setId("set");
    private static final String BODY =
            """
            {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":%d},
             "properties":{"orchestrationMode":"%s","upgradePolicy":{"mode":"Manual"},
              "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}},
               "applicationProfile":{"galleryApplications":[{"packageReferenceId":"%s"}]}}}}
            """;

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
    }

    private void set(int capacity, String mode) {
        Bench.must(
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                BODY.formatted(
                                        capacity, mode, Bench.versionId("agent", "latest")))));
        bench.settle();
    }

    private List<String> instances() {
        return bench.json("GET", SET + "/virtualMachines").get("value").items().stream()
                .map(i -> i.get("instanceId").textOr(""))
                .toList();
    }

    private String message(String instance) {
        var view = bench.json("GET", SET + "/virtualMachines/" + instance + "/instanceView");
        return view.get("extensions").get(0).get("statuses").get(0).get("message").textOr("");
    }

    @Test
    void newInstancesHaveTheModelAndTakenAwayOnesAreGone() {
        set(3, "Uniform");
        assertThat(instances()).containsExactly("0", "1", "2");
        assertThat(message("2")).contains("Install SUCCESS");
        Bench.must(bench.send("PATCH", SET, Bench.parse("{\"sku\":{\"capacity\":1}}")));
        bench.settle();
        assertThat(instances()).containsExactly("0");
        bench.version("agent", "2.0.0");
        Bench.must(bench.send("PATCH", SET, Bench.parse("{\"sku\":{\"capacity\":2}}")));
        bench.settle();
        // Scale-out resolves latest anew, for what is new alone.
        assertThat(message("1")).contains("\"version\": \"2.0.0\"");
        assertThat(message("0")).contains("\"version\": \"1.0.0\"");
    }

    @Test
    void membersOfAFlexibleSetAreMachinesOfTheirOwnWithTheModelsProfile() {
        set(2, "Flexible");
        var machines =
                bench.json("GET", Bench.GROUP + "/providers/Microsoft.Compute/virtualMachines")
                        .get("value")
                        .items();
        assertThat(machines).hasSize(2);
        for (var machine : machines) {
            assertThat(machine.path("properties", "virtualMachineScaleSet", "id").textOr(""))
                    .isEqualTo(SET);
            assertThat(bench.results(machine.get("name").textOr("")))
                    .isEqualTo(Map.of("agent", "Install SUCCESS"));
        }
        Bench.must(bench.send("PATCH", SET, Bench.parse("{\"sku\":{\"capacity\":0}}")));
        assertThat(
                        bench.json(
                                        "GET",
                                        Bench.GROUP
                                                + "/providers/Microsoft.Compute/virtualMachines")
                                .get("value")
                                .items())
                .isEmpty();
    }

    @Test
    void reimageBeginsWithNothingAndRetriesWhatFailed() {
        bench.outcomes.put("agent Install", new GuestFaults.Outcome.Failure("exit 1"));
        set(2, "Uniform");
        assertThat(message("0")).contains("Install FAILED exit 1");
        bench.outcomes.clear();
        // A new goal state at the same version does not try again.
        Bench.must(bench.send("POST", SET + "/reapply", Dynamic.NULL));
        bench.settle();
        assertThat(message("0")).contains("Install FAILED exit 1");
        Bench.must(bench.send("POST", SET + "/reimage", Bench.parse("{\"instanceIds\":[\"0\"]}")));
        bench.settle();
        assertThat(message("0")).contains("Install SUCCESS");
        assertThat(message("1")).contains("Install FAILED exit 1");
        Bench.must(bench.send("POST", SET + "/virtualMachines/1/reimageall", Dynamic.NULL));
        bench.settle();
        assertThat(message("1")).contains("Install SUCCESS");
    }

    private static Dynamic model(String version) {
        return Bench.parse(
                "{\"properties\":{\"virtualMachineProfile\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\"%s\"}]}}}}"
                        .formatted(Bench.versionId("agent", version)));
    }

    @Test
    void reapplyGivesAnInstanceTheModelThatItHas() {
        set(2, "Uniform");
        Bench.must(bench.send("PATCH", SET, model("1.0.0")));
        bench.settle();
        Bench.must(
                bench.send(
                        "POST", SET + "/manualupgrade", Bench.parse("{\"instanceIds\":[\"1\"]}")));
        bench.settle();
        bench.version("agent", "2.0.0");
        // The first is of the older model, which follows latest; the second is not.
        Bench.must(bench.send("POST", SET + "/reapply", Dynamic.NULL));
        bench.settle();
        assertThat(message("0")).contains("\"version\": \"2.0.0\"");
        assertThat(message("1")).contains("\"version\": \"1.0.0\"");
        var first = bench.json("GET", SET + "/virtualMachines/0").get("properties");
        assertThat(first.get("latestModelApplied").boolOr(true)).isFalse();
        assertThat(first.get("provisioningState").textOr("")).isEqualTo("Succeeded");
        Bench.must(bench.send("PATCH", SET, model("2.0.0")));
        Bench.must(
                bench.send(
                        "POST", SET + "/manualupgrade", Bench.parse("{\"instanceIds\":[\"*\"]}")));
        bench.settle();
        assertThat(message("1")).contains("\"version\": \"2.0.0\"");
        assertThat(
                        bench.json("GET", SET + "/virtualMachines/0")
                                .path("properties", "latestModelApplied")
                                .boolOr(false))
                .isTrue();
    }

    private String code(String instance) {
        return bench.json("GET", SET + "/virtualMachines/" + instance + "/instanceView")
                .path("extensions")
                .get(0)
                .get("statuses")
                .get(0)
                .get("code")
                .textOr("");
    }

    private String state(String instance) {
        return bench.json("GET", SET + "/virtualMachines/" + instance)
                .path("properties", "provisioningState")
                .textOr("");
    }

    @Test
    void instancesAreTransitioningWhileTheyTakeTheirGoalState() {
        set(1, "Uniform");
        assertThat(code("0")).isEqualTo("ProvisioningState/succeeded");
        var before = message("0");
        Bench.must(bench.send("POST", SET + "/reapply", Dynamic.NULL));
        assertThat(code("0")).isEqualTo("ProvisioningState/transitioning");
        assertThat(message("0")).isEqualTo("Enabling Handler");
        assertThat(state("0")).isEqualTo("Updating");
        bench.settle();
        // Nothing was to do: the status before it is back.
        assertThat(message("0")).isEqualTo(before);
        assertThat(state("0")).isEqualTo("Succeeded");
        Bench.must(
                bench.send(
                        "PATCH",
                        SET,
                        Bench.parse(
                                "{\"sku\":{\"capacity\":2},\"properties\":{\"upgradePolicy\":{\"mode\":\"Rolling\"},\"virtualMachineProfile\":{\"licenseType\":\"x\"}}}")));
        assertThat(code("1")).isEqualTo("ProvisioningState/transitioning");
        assertThat(state("1")).isEqualTo("Creating");
        assertThat(code("0")).isEqualTo("ProvisioningState/succeeded");
        bench.clock.step(Duration.ofSeconds(6));
        assertThat(code("0")).isEqualTo("ProvisioningState/transitioning");
        bench.settle();
        assertThat(code("0")).isEqualTo("ProvisioningState/succeeded");
        assertThat(state("1")).isEqualTo("Succeeded");
    }

    @Test
    void reimageOfAMachineBeginsWithNothing() {
        bench.machine("vm1", "Linux");
        bench.outcomes.put("agent Install", new GuestFaults.Outcome.Failure("exit 1"));
        bench.profile("vm1", Bench.entry("agent", "latest", 0, false));
        bench.settle();
        bench.outcomes.clear();
        Bench.must(bench.send("POST", Bench.machineId("vm1") + "/reapply", Dynamic.NULL));
        bench.settle();
        assertThat(bench.results("vm1")).containsEntry("agent", "Install FAILED exit 1");
        Bench.must(bench.send("POST", Bench.machineId("vm1") + "/reimage", Dynamic.NULL));
        bench.settle();
        assertThat(bench.results("vm1")).containsEntry("agent", "Install SUCCESS");
    }

    @Test
    void deletedInstancesLowerTheCapacity() {
        set(3, "Uniform");
        Bench.must(bench.send("POST", SET + "/delete", Bench.parse("{\"instanceIds\":[\"1\"]}")));
        Bench.must(bench.send("DELETE", SET + "/virtualMachines/0", Dynamic.NULL));
        assertThat(instances()).containsExactly("2");
        assertThat(bench.json("GET", SET).path("sku", "capacity").longOr(0)).isEqualTo(1);
        var unknown = bench.send("POST", SET + "/delete", Bench.parse("{\"instanceIds\":[\"9\"]}"));
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(Bench.message(unknown)).contains("instanceId 9 is not an active");
    }

    @Test
    void moreInstancesThanASetCanHaveAreRefused() {
        var answer =
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                BODY.formatted(
                                        1001, "Uniform", Bench.versionId("agent", "latest"))));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Bench.message(answer)).contains("between 0 and 1000");
    }

    @Test
    void extensionsOfInstancesAreResourcesAndStandInTheInstanceView() {
        set(1, "Uniform");
        String instance = SET + "/virtualMachines/0";
        assertThat(
                        bench.json("GET", instance + "/extensions/VMAppExtension")
                                .path("properties", "type")
                                .textOr(""))
                .isEqualTo("VMApplicationManagerLinux");
        Bench.must(
                bench.send(
                        "PUT",
                        instance + "/extensions/Monitor",
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"publisher\":\"Microsoft.Azure.Monitor\",\"type\":\"AzureMonitorLinuxAgent\",\"typeHandlerVersion\":\"1.0\"}}")));
        assertThat(names(instance)).containsExactly("VMAppExtension", "Monitor");
        assertThat(bench.json("GET", instance).get("resources").items()).hasSize(2);
        Bench.must(bench.send("DELETE", instance + "/extensions/Monitor", Dynamic.NULL));
        assertThat(names(instance)).containsExactly("VMAppExtension");
    }

    private List<String> names(String instance) {
        return bench.json("GET", instance + "/instanceView").get("extensions").items().stream()
                .map(e -> e.get("name").textOr(""))
                .toList();
    }

    @Test
    void whatIsToBeDeletedIsNamedAndOnce() {
        set(3, "Uniform");
        for (String named : List.of("[]", "\"0\"", "[0]", "[\"0\",\"0\"]", "[\"7\"]", "null")) {
            var answer =
                    bench.send(
                            "POST",
                            SET + "/delete",
                            Bench.parse("{\"instanceIds\":" + named + "}"));
            assertThat(answer.status()).as(named).isEqualTo(400);
            assertThat(Bench.code(answer)).as(named).isEqualTo("InvalidParameter");
        }
        assertThat(bench.json("GET", SET + "/virtualMachines").get("value").items()).hasSize(3);
    }
}
