package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.guest.GuestFaults;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Turning machines on and off, and what their guests do about it: nothing while they are off, all of it when they come on.
class PowerTest {
    private static final String SET = Bench.setId("web");

    private final Bench bench = new Bench();

    @BeforeEach
    void prepare() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private ArmResponse act(String id, String action) {
        return bench.send("POST", id + "/" + action, Dynamic.NULL);
    }

    private void turn(String id, String action) {
        var answer = act(id, action);
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        bench.settle();
        assertThat(
                        bench.follow(Bench.header(answer, "Azure-AsyncOperation"))
                                .get("status")
                                .textOr(""))
                .isEqualTo("Succeeded");
    }

    private String power(String id) {
        for (var status : bench.json("GET", id + "/instanceView").get("statuses").items()) {
            if (status.get("code").textOr("").startsWith("PowerState/")) {
                return status.get("code").textOr("");
            }
        }
        return "";
    }

    private static String vm() {
        return Bench.machineId("vm1");
    }

    private void wants(String version) {
        Bench.must(bench.profile("vm1", Bench.entry("agent", version, 0, true)));
        bench.settle();
    }

    private void uniform(int capacity, String policy) {
        set(capacity, "Uniform", policy);
    }

    private void set(int capacity, String mode, String policy) {
        Bench.must(
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                """
                                {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":%d},
                                 "properties":{"orchestrationMode":"%s","upgradePolicy":{"mode":"%s"},
                                  "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}}}}}
                                """
                                        .formatted(capacity, mode, policy))));
        bench.settle();
    }

    private void model(String version) {
        Bench.must(
                bench.send(
                        "PATCH",
                        SET,
                        Bench.parse(
                                "{\"properties\":{\"virtualMachineProfile\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                                        + Bench.versionId("agent", version)
                                        + "\"}]}}}}")));
        bench.settle();
    }

    private Map<String, String> guest(String id) {
        var out = new TreeMap<String, String>();
        for (var extension : bench.json("GET", id + "/instanceView").get("extensions").items()) {
            if (extension.get("name").textOr("").equals("VMAppExtension")) {
                ExtensionMessage.parse(extension.get("statuses").get(0).get("message").textOr(""))
                        .registry()
                        .orElse(List.of())
                        .forEach(a -> out.put(a.name(), a.version() + " " + a.result().text()));
            }
        }
        return out;
    }

    private List<String> members() {
        return bench
                .json("GET", Bench.GROUP + "/providers/Microsoft.Compute/virtualMachines")
                .get("value")
                .items()
                .stream()
                .filter(vm -> !vm.path("properties", "virtualMachineScaleSet").isNull())
                .map(vm -> vm.get("id").textOr(""))
                .toList();
    }

    private List<String> codes() {
        return bench.json("GET", vm() + "/instanceView").get("statuses").items().stream()
                .map(s -> s.get("code").textOr(""))
                .toList();
    }

    @Test
    void aMachineMadeForItIsHibernatedAndWakesUp() {
        var refused = bench.send("POST", vm() + "/deallocate?hibernate=true", Dynamic.NULL);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(Bench.code(refused)).isEqualTo("OperationNotAllowed");
        assertThat(power(vm())).isEqualTo("PowerState/running");
        Bench.must(
                bench.send(
                        "PATCH",
                        vm(),
                        Bench.parse(
                                "{\"properties\":{\"additionalCapabilities\":{\"hibernationEnabled\":true}}}")));
        bench.settle();
        turn(vm(), "deallocate?hibernate=true");
        assertThat(codes()).contains("PowerState/deallocated", "HibernationState/Hibernated");
        assertThat(
                        Bench.message(
                                bench.send(
                                        "POST", vm() + "/deallocate?hibernate=true", Dynamic.NULL)))
                .contains("that is not running");
        turn(vm(), "start");
        assertThat(codes()).containsExactly("PowerState/running");
        turn(vm(), "deallocate?hibernate=false");
        assertThat(codes()).containsExactly("PowerState/deallocated");
        assertThat(bench.send("POST", vm() + "/hibernate", Dynamic.NULL).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "capture",
                "assessPatches",
                "installPatches",
                "convertToManagedDisks",
                "retrieveBootDiagnosticsData",
                "runCommand",
                "simulateEviction"
            })
    void whatActsOnDisksAndPatchesIsRefusedByName(String action) {
        var answer = bench.send("POST", vm() + "/" + action, Dynamic.NULL);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(Bench.code(answer)).isEqualTo("OperationNotAllowed");
        assertThat(Bench.message(answer)).contains("'" + action + "'", "'vm1'");
        assertThat(
                        Bench.code(
                                bench.send(
                                        "POST",
                                        Bench.machineId("none") + "/" + action,
                                        Dynamic.NULL)))
                .isEqualTo("ResourceNotFound");
    }

    @ParameterizedTest
    @ValueSource(strings = {"powerOff", "deallocate"})
    void aMachineThatIsOffAppliesNothingAndCatchesUpWhenItIsStarted(String off) {
        wants("1.0.0");
        bench.version("agent", "2.0.0");
        turn(vm(), off);
        wants("2.0.0");
        assertThat(bench.json("GET", vm()).path("properties", "provisioningState").textOr(""))
                .isEqualTo("Succeeded");
        assertThat(guest(vm())).containsExactly(Map.entry("agent", "1.0.0 Install SUCCESS"));
        turn(vm(), "start");
        assertThat(guest(vm())).containsExactly(Map.entry("agent", "2.0.0 Install SUCCESS"));
    }

    @Test
    void theInstanceViewShowsThePowerStateMeanwhileAndAfterwards() {
        assertThat(power(vm())).isEqualTo("PowerState/running");
        act(vm(), "deallocate");
        assertThat(power(vm())).isEqualTo("PowerState/deallocating");
        bench.settle();
        assertThat(power(vm())).isEqualTo("PowerState/deallocated");
        assertThat(agent()).isEqualTo("Not Ready");
        // There is nothing left to stop.
        turn(vm(), "powerOff");
        assertThat(power(vm())).isEqualTo("PowerState/deallocated");
        act(vm(), "start");
        assertThat(power(vm())).isEqualTo("PowerState/starting");
        bench.settle();
        assertThat(power(vm())).isEqualTo("PowerState/running");
        assertThat(agent()).isEqualTo("Ready");
        act(vm(), "poweroff");
        assertThat(power(vm())).isEqualTo("PowerState/stopping");
        bench.settle();
        assertThat(power(vm())).isEqualTo("PowerState/stopped");
        turn(vm(), "restart");
        assertThat(power(vm())).isEqualTo("PowerState/running");
    }

    private String agent() {
        return bench.json("GET", vm() + "/instanceView")
                .path("vmAgent", "statuses")
                .get(0)
                .get("displayStatus")
                .textOr("");
    }

    @Test
    void whatHasNoHardwareIsStartedNotRestarted() {
        turn(vm(), "deallocate");
        var answer = act(vm(), "restart");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(Bench.code(answer)).isEqualTo("OperationNotAllowed");
        turn(vm(), "redeploy");
        assertThat(power(vm())).isEqualTo("PowerState/running");
        assertThat(act(Bench.machineId("nobody"), "start").status()).isEqualTo(404);
    }

    @Test
    void aStartThatHasNothingToCatchUpWithLeavesLatestAsItWas() {
        wants("latest");
        bench.version("agent", "2.0.0");
        for (String action : List.of("restart", "redeploy", "performMaintenance")) {
            turn(vm(), action);
        }
        turn(vm(), "deallocate");
        turn(vm(), "start");
        assertThat(guest(vm())).containsExactly(Map.entry("agent", "1.0.0 Install SUCCESS"));
        // The goal state that it gets while it is off is built when it is on.
        turn(vm(), "deallocate");
        turn(vm(), "reapply");
        bench.version("agent", "3.0.0");
        turn(vm(), "start");
        assertThat(guest(vm())).containsExactly(Map.entry("agent", "3.0.0 Install SUCCESS"));
    }

    @Test
    void aStartFailsWithTheApplicationThatFailsTheDeployment() {
        turn(vm(), "deallocate");
        wants("1.0.0");
        bench.outcomes.put("agent Install", new GuestFaults.Outcome.Failure("exit 1"));
        var answer = act(vm(), "start");
        bench.settle();
        var operation = bench.follow(Bench.header(answer, "Azure-AsyncOperation"));
        assertThat(operation.get("status").textOr("")).isEqualTo("Failed");
        assertThat(operation.path("error", "code").textOr(""))
                .isEqualTo("VMExtensionProvisioningError");
        assertThat(power(vm())).isEqualTo("PowerState/running");
    }

    @Test
    void aRunThatWasUnderWayWhenTheMachineWentOffIsMadeWhenItComesOn() {
        Bench.must(bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false)));
        bench.clock.step(Duration.ofSeconds(1));
        act(vm(), "powerOff");
        bench.settle();
        assertThat(guest(vm())).isEmpty();
        turn(vm(), "start");
        assertThat(guest(vm())).containsExactly(Map.entry("agent", "1.0.0 Install SUCCESS"));
    }

    @Test
    void extensionsOfAMachineThatIsOffCannotBeWritten() {
        String extension = vm() + "/extensions/Monitor";
        var body =
                Bench.parse(
                        "{\"location\":\"westeurope\",\"properties\":{\"publisher\":\"p\",\"type\":\"t\",\"protectedSettings\":{\"key\":\"s\"}}}");
        Bench.must(bench.send("PUT", extension, body));
        assertThat(bench.json("GET", extension).path("properties", "protectedSettings").isNull())
                .isTrue();
        turn(vm(), "powerOff");
        for (String method : List.of("PUT", "PATCH", "DELETE")) {
            var answer = bench.send(method, extension, body);
            assertThat(answer.status()).isEqualTo(409);
            assertThat(Bench.message(answer))
                    .isEqualTo("Cannot modify extensions in the VM when the VM is not running.");
        }
        assertThat(bench.send("GET", extension, Dynamic.NULL).status()).isEqualTo(200);
    }

    @Test
    void aReimageOfAMachineThatIsOffBeginsWithNothingOnceItIsOn() {
        bench.outcomes.put("agent Install", new GuestFaults.Outcome.Failure("exit 1"));
        Bench.must(bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false)));
        bench.settle();
        bench.outcomes.clear();
        turn(vm(), "deallocate");
        turn(vm(), "reimage");
        assertThat(guest(vm())).isEmpty();
        turn(vm(), "start");
        assertThat(guest(vm())).containsExactly(Map.entry("agent", "1.0.0 Install SUCCESS"));
    }

    @Test
    void aMachineWhoseViewNobodyReadIsTurnedOffAndOnToo() {
        bench.azure.seed(
                Bench.parse(
                        "{\"id\":\"%s\",\"name\":\"vm2\",\"type\":\"Microsoft.Compute/virtualMachines\",\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}"
                                .formatted(Bench.machineId("vm2"))));
        turn(Bench.machineId("vm2"), "deallocate");
        Bench.must(bench.profile("vm2", Bench.entry("agent", "1.0.0", 0, false)));
        bench.settle();
        turn(Bench.machineId("vm2"), "start");
        assertThat(guest(Bench.machineId("vm2")))
                .containsExactly(Map.entry("agent", "1.0.0 Install SUCCESS"));
    }

    @Test
    void instancesThatAreOffHaveTheModelAndApplyItWhenTheyCome() {
        uniform(3, "Automatic");
        turn(SET + "/virtualMachines/0", "deallocate");
        model("1.0.0");
        String off = SET + "/virtualMachines/0";
        assertThat(bench.json("GET", off).path("properties", "latestModelApplied").boolOr(false))
                .isTrue();
        assertThat(guest(off)).isEmpty();
        assertThat(guest(SET + "/virtualMachines/1")).containsKey("agent");
        turn(off, "start");
        assertThat(guest(off)).containsExactly(Map.entry("agent", "1.0.0 Install SUCCESS"));
    }

    @Test
    void anInstanceCatchesUpWithTheModelThatItHasNotWithALaterOne() {
        uniform(1, "Manual");
        bench.version("agent", "2.0.0");
        String instance = SET + "/virtualMachines/0";
        turn(instance, "deallocate");
        model("1.0.0");
        Bench.must(
                bench.send(
                        "POST", SET + "/manualupgrade", Bench.parse("{\"instanceIds\":[\"0\"]}")));
        bench.settle();
        model("2.0.0");
        turn(instance, "start");
        assertThat(guest(instance)).containsExactly(Map.entry("agent", "1.0.0 Install SUCCESS"));
        assertThat(
                        bench.json("GET", instance)
                                .path("properties", "latestModelApplied")
                                .boolOr(true))
                .isFalse();
    }

    @Test
    void aSetIsTurnedOffAndOnAsAWholeOrInPart() {
        uniform(3, "Manual");
        turn(SET, "deallocate");
        assertThat(summary()).containsEntry("PowerState/deallocated", 3L);
        var some =
                bench.send("POST", SET + "/start", Bench.parse("{\"instanceIds\":[\"1\",\"2\"]}"));
        assertThat(some.status()).isEqualTo(202);
        bench.settle();
        assertThat(summary())
                .containsEntry("PowerState/deallocated", 1L)
                .containsEntry("PowerState/running", 2L)
                .containsEntry("ProvisioningState/succeeded", 3L);
        var unknown = bench.send("POST", SET + "/start", Bench.parse("{\"instanceIds\":[\"9\"]}"));
        assertThat(unknown.status()).isEqualTo(400);
        // One that cannot refuses for all.
        assertThat(act(SET, "restart").status()).isEqualTo(409);
    }

    private Map<String, Long> summary() {
        var out = new TreeMap<String, Long>();
        bench.json("GET", SET + "/instanceView")
                .path("virtualMachine", "statusesSummary")
                .items()
                .forEach(s -> out.put(s.get("code").textOr(""), s.get("count").longOr(0)));
        return out;
    }

    @Test
    void machinesOfAFlexibleSetAreTurnedByTheirNamesToo() {
        set(2, "Flexible", "Manual");
        var machines = members();
        assertThat(machines).hasSize(2);
        turn(SET, "powerOff");
        assertThat(machines).allMatch(id -> power(id).equals("PowerState/stopped"));
        String name = machines.getFirst().substring(machines.getFirst().lastIndexOf('/') + 1);
        Bench.must(
                bench.send(
                        "POST",
                        SET + "/start",
                        Bench.parse("{\"instanceIds\":[\"" + name + "\"]}")));
        bench.settle();
        assertThat(power(machines.getFirst())).isEqualTo("PowerState/running");
        assertThat(power(machines.getLast())).isEqualTo("PowerState/stopped");
    }
}
