package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a set's model says beside its applications and how it comes to the instances; what an instance says for itself; what goes with a set.
class ScaleSetModelTest {
    private static final String SET = Bench.setId("web");
    private static final String MONITOR =
            "{\"publisher\":\"Microsoft.Azure.Monitor\",\"type\":\"AzureMonitorLinuxAgent\",\"typeHandlerVersion\":\"%s\",\"protectedSettings\":{\"key\":\"secret\"}}";

    private final Bench bench = new Bench();

    @BeforeEach
    void prepare() {
        bench.group();
        bench.published("agent");
    }

    private void set(String mode, String policy, int capacity) {
        Bench.must(
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                """
                                {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":%d},
                                 "properties":{"orchestrationMode":"%s","upgradePolicy":{"mode":"%s"},
                                  "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}},
                                   "applicationProfile":{"galleryApplications":[{"packageReferenceId":"%s"}]}}}}
                                """
                                        .formatted(
                                                capacity,
                                                mode,
                                                policy,
                                                Bench.versionId("agent", "latest")))));
        bench.settle();
    }

    private void extension(String version) {
        Bench.must(
                bench.send(
                        "PUT",
                        SET + "/extensions/Monitor",
                        Bench.parse("{\"properties\":" + MONITOR.formatted(version) + "}")));
        bench.settle();
    }

    private List<String> ofModel() {
        return bench
                .json("GET", SET)
                .path("properties", "virtualMachineProfile", "extensionProfile", "extensions")
                .items()
                .stream()
                .map(e ->
                        e.get("name").textOr("")
                                + " "
                                + e.path("properties", "typeHandlerVersion").textOr(""))
                .toList();
    }

    private List<String> ofInstance(String instance) {
        return bench
                .json("GET", SET + "/virtualMachines/" + instance + "/instanceView")
                .get("extensions")
                .items()
                .stream()
                .map(e -> e.get("name").textOr("") + " " + e.get("typeHandlerVersion").textOr(""))
                .filter(e -> !e.startsWith("VMAppExtension"))
                .toList();
    }

    private int instances() {
        return bench.json("GET", SET + "/virtualMachines").get("value").items().size();
    }

    private List<Dynamic> machines() {
        return bench.json("GET", Bench.GROUP + "/providers/Microsoft.Compute/virtualMachines")
                .get("value")
                .items();
    }

    private boolean hasLatestModel(String instance) {
        return bench.json("GET", SET + "/virtualMachines/" + instance)
                .path("properties", "latestModelApplied")
                .boolOr(true);
    }

    @Test
    void anExtensionOfASetIsOneThingWithItsModels() {
        set("Uniform", "Manual", 1);
        var created =
                bench.send(
                        "PUT",
                        SET + "/extensions/Monitor",
                        Bench.parse("{\"properties\":" + MONITOR.formatted("1.0") + "}"));
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.headers()).containsKey("Azure-AsyncOperation");
        assertThat(created.text()).doesNotContain("secret").contains("\"Creating\"");
        bench.settle();
        assertThat(ofModel()).containsExactly("Monitor 1.0");
        assertThat(bench.send("GET", SET, Dynamic.NULL).text()).doesNotContain("secret");
        // Its model's extensions replaced: the resources follow.
        Bench.must(
                bench.send(
                        "PATCH",
                        SET,
                        Bench.parse(
                                "{\"properties\":{\"virtualMachineProfile\":{\"extensionProfile\":{\"extensions\":[{\"name\":\"Health\",\"properties\":{\"publisher\":\"p\",\"type\":\"t\",\"typeHandlerVersion\":\"2.0\"}}]}}}}")));
        bench.settle();
        var listed = bench.json("GET", SET + "/extensions").get("value").items();
        assertThat(listed).hasSize(1);
        assertThat(listed.getFirst().get("name").textOr("")).isEqualTo("Health");
        assertThat(listed.getFirst().path("properties", "provisioningState").textOr(""))
                .isEqualTo("Succeeded");
        assertThat(bench.send("GET", SET + "/extensions/Monitor", Dynamic.NULL).status())
                .isEqualTo(404);
        // PATCH of one changes what it names.
        Bench.must(
                bench.send(
                        "PATCH",
                        SET + "/extensions/Health",
                        Bench.parse("{\"properties\":{\"typeHandlerVersion\":\"2.1\"}}")));
        assertThat(ofModel()).containsExactly("Health 2.1");
        assertThat(
                        bench.json("GET", SET + "/extensions/Health")
                                .path("properties", "publisher")
                                .textOr(""))
                .isEqualTo("p");
        var deleted = bench.send("DELETE", SET + "/extensions/Health", Dynamic.NULL);
        assertThat(deleted.status()).isEqualTo(202);
        assertThat(ofModel()).isEmpty();
        assertThat(bench.send("DELETE", SET + "/extensions/Health", Dynamic.NULL).status())
                .isEqualTo(204);
        assertThat(
                        bench.send(
                                        "PATCH",
                                        SET + "/extensions/Health",
                                        Bench.parse("{\"properties\":{}}"))
                                .status())
                .isEqualTo(404);
    }

    @Test
    void extensionsThatASeededModelHasAreResourcesToo() {
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s","name":"web","type":"Microsoft.Compute/virtualMachineScaleSets","location":"westeurope",
                         "properties":{"virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}},
                          "extensionProfile":{"extensions":[{"name":"Health","properties":{"publisher":"p","type":"t","typeHandlerVersion":"1.0"}}]}}}}
                        """
                                .formatted(SET)));
        assertThat(bench.json("GET", SET + "/extensions").get("value").items()).hasSize(1);
        assertThat(
                        bench.json("GET", SET + "/extensions/Health")
                                .path("properties", "publisher")
                                .textOr(""))
                .isEqualTo("p");
        Bench.must(bench.send("DELETE", SET + "/extensions/Health", Dynamic.NULL));
        assertThat(ofModel()).isEmpty();
    }

    @Test
    void extensionsOfTheModelCannotBeNamedTwice() {
        set("Uniform", "Manual", 1);
        var answer =
                bench.send(
                        "PATCH",
                        SET,
                        Bench.parse(
                                "{\"properties\":{\"virtualMachineProfile\":{\"extensionProfile\":{\"extensions\":[{\"name\":\"a\"},{\"name\":\"A\"}]}}}}"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Bench.message(answer)).contains("'a' is named more than once");
    }

    @Test
    void extensionsOfTheModelComeToInstancesByTheUpgradePolicy() {
        set("Uniform", "Automatic", 2);
        extension("1.0");
        assertThat(ofInstance("0")).containsExactly("Monitor 1.0");
        assertThat(ofInstance("1")).containsExactly("Monitor 1.0");
        // What is put on one instance stays its own.
        Bench.must(
                bench.send(
                        "PUT",
                        SET + "/virtualMachines/0/extensions/Own",
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"publisher\":\"p\",\"type\":\"t\",\"typeHandlerVersion\":\"3.0\"}}")));
        extension("2.0");
        assertThat(ofInstance("0")).containsExactlyInAnyOrder("Monitor 2.0", "Own 3.0");
        Bench.must(bench.send("DELETE", SET + "/extensions/Monitor", Dynamic.NULL));
        bench.settle();
        assertThat(ofInstance("0")).containsExactly("Own 3.0");
        assertThat(ofInstance("1")).isEmpty();
        assertThat(
                        bench.send(
                                        "GET",
                                        SET + "/virtualMachines/1/extensions/Monitor",
                                        Dynamic.NULL)
                                .status())
                .isEqualTo(404);
    }

    @Test
    void extensionsOfTheModelWaitForTheManualUpgradeAndNewInstancesHaveThem() {
        set("Uniform", "Manual", 1);
        extension("1.0");
        assertThat(ofInstance("0")).isEmpty();
        assertThat(hasLatestModel("0")).isFalse();
        Bench.must(bench.send("PATCH", SET, Bench.parse("{\"sku\":{\"capacity\":2}}")));
        bench.settle();
        assertThat(ofInstance("1")).containsExactly("Monitor 1.0");
        Bench.must(
                bench.send(
                        "POST", SET + "/manualupgrade", Bench.parse("{\"instanceIds\":[\"*\"]}")));
        bench.settle();
        assertThat(ofInstance("0")).containsExactly("Monitor 1.0");
        assertThat(hasLatestModel("0")).isTrue();
    }

    @Test
    void extensionsOfTheModelComeInTheBatchesOfARollingUpgrade() {
        set("Uniform", "Rolling", 3);
        extension("1.0");
        assertThat(
                        bench.json("GET", SET + "/rollingUpgrades/latest")
                                .path("properties", "progress", "successfulInstanceCount")
                                .longOr(0))
                .isEqualTo(3);
        assertThat(ofInstance("2")).containsExactly("Monitor 1.0");
    }

    @Test
    void newMachinesOfAFlexibleSetHaveTheModelsExtensionsAndOldOnesDoNot() {
        set("Flexible", "Manual", 1);
        extension("1.0");
        Bench.must(bench.send("PATCH", SET, Bench.parse("{\"sku\":{\"capacity\":2}}")));
        bench.settle();
        assertThat(
                        machines().stream()
                                .map(vm ->
                                        bench.send(
                                                        "GET",
                                                        vm.get("id").textOr("")
                                                                + "/extensions/Monitor",
                                                        Dynamic.NULL)
                                                .status())
                                .sorted())
                .containsExactly(200, 404);
    }

    @Test
    void aPutOfAnInstanceSaysWhatIsItsOwn() {
        set("Uniform", "Manual", 2);
        String instance = SET + "/virtualMachines/0";
        var before = bench.json("GET", instance);
        var answer =
                bench.send(
                        "PUT",
                        instance,
                        Bench.parse(
                                """
                                {"location":"westeurope","tags":{"role":"first"},
                                 "properties":{"protectionPolicy":{"protectFromScaleIn":true},"latestModelApplied":false,"vmId":"other",
                                  "applicationProfile":{"galleryApplications":[]},"instanceView":{}}}
                                """));
        assertThat(answer.status()).isEqualTo(200);
        bench.settle();
        assertThat(
                        bench.follow(Bench.header(answer, "Azure-AsyncOperation"))
                                .get("status")
                                .textOr(""))
                .isEqualTo("Succeeded");
        var after = bench.json("GET", instance);
        assertThat(after.path("tags", "role").textOr("")).isEqualTo("first");
        assertThat(after.path("properties", "protectionPolicy", "protectFromScaleIn").boolOr(false))
                .isTrue();
        assertThat(after.path("properties", "vmId")).isEqualTo(before.path("properties", "vmId"));
        assertThat(after.path("properties", "latestModelApplied").boolOr(false)).isTrue();
        assertThat(after.path("properties", "applicationProfile").isNull()).isTrue();
        assertThat(after.path("properties", "modelDefinitionApplied").textOr(""))
                .isEqualTo("VirtualMachineScaleSet");
        assertThat(after.path("properties", "storageProfile"))
                .isEqualTo(before.path("properties", "storageProfile"));
        // Another disk than the model's makes it one of its own kind; what is left out is gone.
        Bench.must(
                bench.send(
                        "PUT",
                        instance,
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"},\"dataDisks\":[{\"lun\":0}]}}}")));
        bench.settle();
        var own = bench.json("GET", instance);
        assertThat(own.path("properties", "modelDefinitionApplied").textOr(""))
                .isEqualTo("Instance");
        assertThat(own.path("properties", "protectionPolicy").isNull()).isTrue();
        assertThat(own.get("tags").isNull()).isTrue();
        assertThat(
                        bench.send(
                                        "PUT",
                                        SET + "/virtualMachines/9",
                                        Bench.parse("{\"location\":\"westeurope\"}"))
                                .status())
                .isEqualTo(404);
    }

    private void protect(String instance, String how) {
        Bench.must(
                bench.send(
                        "PUT",
                        SET + "/virtualMachines/" + instance,
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"protectionPolicy\":{\""
                                        + how
                                        + "\":true}}}")));
        bench.settle();
    }

    @Test
    void aProtectedInstanceStaysWhenTheSetShrinks() {
        set("Uniform", "Manual", 3);
        protect("2", "protectFromScaleIn");
        Bench.must(bench.send("PATCH", SET, Bench.parse("{\"sku\":{\"capacity\":1}}")));
        assertThat(instances()).isEqualTo(1);
        assertThat(bench.send("GET", SET + "/virtualMachines/2", Dynamic.NULL).status())
                .isEqualTo(200);
        var none = bench.send("PATCH", SET, Bench.parse("{\"sku\":{\"capacity\":0}}"));
        assertThat(none.status()).isEqualTo(409);
        assertThat(Bench.message(none)).contains("1 are protected from scale-in");
        assertThat(bench.json("GET", SET).path("sku", "capacity").longOr(0)).isEqualTo(1);
        // Who names it may delete it.
        Bench.must(bench.send("DELETE", SET + "/virtualMachines/2", Dynamic.NULL));
        assertThat(instances()).isZero();
    }

    @Test
    void anInstanceProtectedFromActionsOfItsSetIsLeftOutUnlessItIsNamed() {
        set("Uniform", "Automatic", 2);
        protect("1", "protectFromScaleSetActions");
        extension("1.0");
        assertThat(ofInstance("0")).containsExactly("Monitor 1.0");
        assertThat(ofInstance("1")).isEmpty();
        assertThat(hasLatestModel("1")).isFalse();
        Bench.must(
                bench.send(
                        "POST", SET + "/manualupgrade", Bench.parse("{\"instanceIds\":[\"*\"]}")));
        Bench.must(bench.send("POST", SET + "/deallocate", Dynamic.NULL));
        bench.settle();
        assertThat(ofInstance("1")).isEmpty();
        assertThat(
                        bench.json("GET", SET + "/virtualMachines/1/instanceView")
                                .get("statuses")
                                .get(0)
                                .get("code")
                                .textOr(""))
                .isEqualTo("PowerState/running");
        Bench.must(
                bench.send(
                        "POST", SET + "/manualupgrade", Bench.parse("{\"instanceIds\":[\"1\"]}")));
        bench.settle();
        assertThat(ofInstance("1")).containsExactly("Monitor 1.0");
    }

    @Test
    void aSetTakesItsInstancesWithItWhenItIsDeleted() {
        bench.machine("other", "Linux");
        for (String mode : List.of("Flexible", "Uniform")) {
            set(mode, "Manual", 2);
            extension("1.0");
            Bench.must(bench.send("DELETE", SET, Dynamic.NULL));
            bench.settle();
            assertThat(machines())
                    .as(mode)
                    .extracting(vm -> vm.get("name").textOr(""))
                    .containsExactly("other");
            // Another set of that name begins with nothing of the first one's.
            set(mode, "Manual", 1);
            assertThat(bench.json("GET", SET + "/extensions").get("value").items())
                    .as(mode)
                    .isEmpty();
            Bench.must(bench.send("DELETE", SET, Dynamic.NULL));
        }
    }

    @Test
    void aMachineThatLeavesAFlexibleSetLowersItsCapacity() {
        set("Flexible", "Manual", 2);
        Bench.must(bench.send("DELETE", machines().getFirst().get("id").textOr(""), Dynamic.NULL));
        assertThat(bench.json("GET", SET).path("sku", "capacity").longOr(0)).isEqualTo(1);
    }

    @Test
    void machinesOfAFlexibleSetAreReimagedAndDeletedByTheirNames() {
        set("Flexible", "Manual", 2);
        String name = machines().getFirst().get("name").textOr("");
        var named = Bench.parse("{\"instanceIds\":[\"" + name + "\"]}");
        Bench.must(bench.send("POST", SET + "/reimage", named));
        bench.settle();
        assertThat(bench.results(name)).containsEntry("agent", "Install SUCCESS");
        Bench.must(bench.send("POST", SET + "/delete", named));
        bench.settle();
        assertThat(machines()).hasSize(1);
        assertThat(bench.json("GET", SET).path("sku", "capacity").longOr(0)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "providers", " ", "a?b", "a%2Fb"})
    void anExtensionWhoseNameIsNoResourcesNameIsRefusedBeforeTheSetIsMade(String name) {
        String set = Bench.setId("odd");
        var answer =
                bench.send(
                        "PUT",
                        set,
                        Bench.parse(
                                """
                                {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":1},
                                 "properties":{"orchestrationMode":"Uniform","upgradePolicy":{"mode":"Manual"},
                                  "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}},
                                   "extensionProfile":{"extensions":[{"name":"%s","properties":{"publisher":"p","type":"t"}}]}}}}
                                """
                                        .formatted(name)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(bench.send("GET", set, Dynamic.NULL).status()).isEqualTo(404);
    }
}
