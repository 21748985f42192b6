package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.fault.SeededFaults;
import io.muster.simulator.guest.GuestFaults;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// A state that is exported, written as text and taken by another simulated Azure has the same history from there on, with all that was under way.
class StateTest {
    private static final String SET = Bench.setId("set");
    private static final String DEPLOYMENT =
            Bench.GROUP + "/providers/Microsoft.Resources/deployments/inject";

    private static final String TEMPLATE =
            """
            {"properties":{"mode":"Incremental","template":{"$schema":"x","contentVersion":"1.0.0.0","resources":[
              {"apiVersion":"2021-07-01","type":"Microsoft.Compute/virtualMachines/VMapplications","name":"vm1/app1",
               "properties":{"packageReferenceId":"%s"}},
              {"apiVersion":"2021-07-01","type":"Microsoft.Compute/virtualMachines/VMapplications","name":"vm1/app2",
               "dependsOn":["vm1/app1"],"properties":{"packageReferenceId":"%s"}}],
              "outputs":{"vm":{"type":"string","value":"[reference(resourceId('Microsoft.Compute/virtualMachines','vm1')).vmId]"}}}}}
            """
                    .formatted(
                            Bench.versionId("app1", "latest"), Bench.versionId("app2", "latest"));

    private static Bench begun() {
        var bench = new Bench();
        bench.group();
        bench.gallery();
        bench.application("app1", "Linux");
        bench.application("app2", "Linux");
        bench.version("app1", "1.0.0");
        bench.version("app2", "1.0.0");
        bench.machine("vm1", "Linux");
        Bench.must(
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                """
                                {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":5},
                                 "properties":{"orchestrationMode":"Uniform",
                                  "upgradePolicy":{"mode":"Rolling","rollingUpgradePolicy":{"maxBatchInstancePercent":20,"pauseTimeBetweenBatches":"PT10S"}},
                                  "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}}}}}
                                """)));
        bench.settle();
        return bench;
    }

    @Test
    void aStatusOfAnotherKindHidesNothingThatAGuestHas() {
        var bench = begun();
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s","name":"vm2","type":"Microsoft.Compute/virtualMachines","location":"westeurope",
                         "properties":{"storageProfile":{"osDisk":{"osType":"Linux"}},
                          "instanceView":{"vmAgent":{"vmAgentVersion":"2.13"},"extensions":[{"name":"VMAppExtension","statuses":[
                           {"code":"ComponentStatus/x","message":"well"},
                           {"code":"ProvisioningState/succeeded",
                            "message":"Enable succeeded: {\\"CurrentState\\":[{\\"applicationName\\":\\"app1\\",\\"version\\":\\"1.0.0\\",\\"result\\":\\"Install SUCCESS\\"}],\\"ActionsPerformed\\":[]}"}]}]}}}
                        """
                                .formatted(Bench.machineId("vm2"))));
        Bench.must(
                bench.profile(
                        "vm2",
                        Bench.entry("app1", "1.0.0", 0, false),
                        Bench.entry("app2", "1.0.0", 0, false)));
        bench.settle();
        String message = bench.extension("vm2").get("statuses").get(0).get("message").textOr("");
        assertThat(message.substring(message.indexOf("ActionsPerformed")))
                .contains("app2")
                .doesNotContain("app1");
    }

    private static final List<String> POWER = List.of("start", "powerOff", "deallocate", "restart");

    /// What a history may ask for: each leaves something under way.
    private static void act(Bench bench, SplittableRandom random) {
        String application = "app" + random.nextInt(1, 3);
        switch (random.nextInt(15)) {
            case 0, 1 ->
                    bench.profile(
                            "vm1",
                            Bench.entry(application, "latest", random.nextInt(3), true),
                            Bench.entry(
                                    application.equals("app1") ? "app2" : "app1",
                                    "1.0.0",
                                    random.nextInt(3),
                                    false));
            case 2 -> bench.profile("vm1");
            case 3, 13, 14 ->
                    bench.send(
                            "PUT",
                            Bench.versionId(application, random.nextInt(2, 9) + ".0.0"),
                            Bench.versionBody(
                                    random.nextBoolean() ? "u" : "",
                                    ",\"settings\":{\"scriptBehaviorAfterReboot\":\"Rerun\"}"));
            case 4 -> bench.send("PUT", DEPLOYMENT, Bench.parse(TEMPLATE));
            case 5 ->
                    bench.send(
                            "PATCH",
                            SET,
                            Bench.parse(
                                    "{\"properties\":{\"virtualMachineProfile\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                                            + Bench.versionId(application, "latest")
                                            + "\"}]}}}}"));
            case 6 ->
                    bench.send(
                            "POST",
                            SET + "/manualupgrade",
                            Bench.parse("{\"instanceIds\":[\"*\"]}"));
            case 7 ->
                    bench.send(
                            "PUT",
                            "/_storage/packages/apps/" + application,
                            Dynamic.NULL,
                            Map.of(
                                    "x-ms-blob-type",
                                    "BlockBlob",
                                    "x-ms-blob-content-length",
                                    "1024"));
            case 8 ->
                    bench.send(
                            "PATCH",
                            SET,
                            Bench.parse("{\"sku\":{\"capacity\":" + random.nextInt(2, 8) + "}}"));
            case 9 ->
                    bench.send(
                            "POST",
                            (random.nextBoolean() ? Bench.machineId("vm1") : SET)
                                    + "/"
                                    + POWER.get(random.nextInt(POWER.size())),
                            Dynamic.NULL);
            case 10 ->
                    bench.send(
                            random.nextInt(3) == 0 ? "DELETE" : "PUT",
                            SET + "/extensions/" + application,
                            Bench.parse(
                                    "{\"properties\":{\"publisher\":\"p\",\"type\":\"t\",\"typeHandlerVersion\":\""
                                            + random.nextInt(3)
                                            + ".0\"}}"));
            case 11 ->
                    bench.send(
                            "PUT",
                            SET + "/virtualMachines/1",
                            Bench.parse(
                                    "{\"location\":\"westeurope\",\"properties\":{\"protectionPolicy\":{\"protectFromScaleSetActions\":"
                                            + random.nextBoolean()
                                            + "}}}"));
            default ->
                    bench.send(
                            "DELETE",
                            Bench.versionId(application, random.nextInt(2, 9) + ".0.0"),
                            Dynamic.NULL);
        }
    }

    private static void faults(Bench bench, SplittableRandom random) {
        bench.outcomes.clear();
        if (random.nextInt(6) == 0) {
            bench.outcomes.put(Bench.HOST_READ, new GuestFaults.Outcome.Failure("refused"));
        }
        for (String operation : List.of("Install", "Update", "Remove")) {
            if (random.nextInt(4) == 0) {
                bench.outcomes.put(
                        "app1 " + operation,
                        random.nextBoolean()
                                ? new GuestFaults.Outcome.Failure("exit 1")
                                : new GuestFaults.Outcome.Reboot());
            }
        }
    }

    private static String text(SimulatedAzure azure) {
        return azure.exportState().stream().map(Json::write).collect(Collectors.joining("\n"));
    }

    @Test
    void anImportedStateHasTheHistoryOfTheOriginal() {
        var underWay = new HashSet<String>();
        for (int seed = 1; seed <= (Boolean.getBoolean("muster.exhaustive") ? 300 : 25); seed++) {
            var random = new SplittableRandom(seed);
            var original = begun();
            original.send(
                    "PUT",
                    Bench.GROUP + "/providers/Microsoft.Storage/storageAccounts/packages",
                    Bench.parse("{\"location\":\"westeurope\",\"properties\":{}}"));
            original.send(
                    "PUT",
                    Bench.GROUP
                            + "/providers/Microsoft.Storage/storageAccounts/packages/blobServices/default/containers/apps",
                    Bench.parse("{\"properties\":{\"publicAccess\":\"Blob\"}}"));
            for (int i = 0; i < 6; i++) {
                faults(original, random);
                act(original, random);
                original.clock.step(Duration.ofSeconds(random.nextInt(6)));
            }
            var lines = new ArrayList<Dynamic>();
            for (String line : text(original.azure).lines().toList()) {
                lines.add(Bench.parse(line));
            }
            lines.stream()
                    .map(line -> line.path("of", "task", "kind").textOr(""))
                    .forEach(underWay::add);
            var twin = new Bench();
            twin.azure.importState(lines);
            twin.outcomes.putAll(original.outcomes);
            String at = "seed " + seed;
            assertThat(text(twin.azure)).as(at).isEqualTo(text(original.azure));
            var here = random.split();
            for (int step = 0; step < 12; step++) {
                long now = here.nextLong();
                for (var bench : List.of(original, twin)) {
                    var same = new SplittableRandom(now);
                    bench.clock.step(Duration.ofSeconds(same.nextInt(1, 8)));
                    if (same.nextInt(3) == 0) {
                        faults(bench, same);
                        act(bench, same);
                    }
                }
                assertThat(text(twin.azure))
                        .as(at + " step " + step)
                        .isEqualTo(text(original.azure));
            }
            original.settle();
            twin.settle();
            assertThat(text(twin.azure)).as(at + " settled").isEqualTo(text(original.azure));
        }
        assertThat(underWay)
                .contains(
                        "applyMachine",
                        "showReplication",
                        "settleGallery",
                        "settleScaleSet",
                        "finishBatch",
                        "startBatch",
                        "power",
                        "settleInstance");
    }

    @Test
    void anOperationOfTheOriginalEndsInTheForkAsWell() {
        var original = begun();
        original.machine("vm2", "Linux");
        var answer = original.profile("vm2", Bench.entry("app1", "latest", 0, false));
        String url = Bench.header(answer, "Azure-AsyncOperation");
        original.send("PUT", DEPLOYMENT, Bench.parse(TEMPLATE));
        var clock = VirtualClock.stepped(original.clock.instant());
        var fork = new Bench(original.azure.fork(clock), clock);
        assertThat(fork.follow(url).get("status").textOr("")).isEqualTo("InProgress");
        fork.settle();
        assertThat(fork.follow(url).get("status").textOr("")).isEqualTo("Succeeded");
        assertThat(fork.json("GET", DEPLOYMENT).path("properties", "provisioningState").textOr(""))
                .isEqualTo("Succeeded");
        assertThat(fork.results("vm1")).containsOnlyKeys("app1", "app2");
        // The fork went its own way.
        assertThat(original.follow(url).get("status").textOr("")).isEqualTo("InProgress");
        assertThat(original.results("vm1")).isEmpty();
    }

    @Test
    void faultsOfAForkAreDrawnAsTheOriginalsAndChangeThemNot() {
        var clock = VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z"));
        var original =
                new SimulatedAzure(
                        SimulatorSettings.DEFAULT,
                        clock,
                        (catalog, query) -> {
                            throw new IllegalStateException("no query is asked here");
                        },
                        GuestFaults.seeded(1, 0),
                        new SeededFaults(11, 200, 200, 0));
        statuses(original, 50);
        var twin = original.fork();
        var restored = original.restored(original.exportState());
        var here = statuses(twin, 100);
        assertThat(here).contains(429, 500, 200);
        assertThat(statuses(original, 100)).isEqualTo(here);
        assertThat(statuses(restored, 100)).isEqualTo(here);
    }

    private static List<Integer> statuses(SimulatedAzure azure, int count) {
        var out = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            out.add(
                    azure.handle(
                                    new ArmRequest(
                                            "GET",
                                            URI.create(
                                                    "https://h/subscriptions?api-version=2021-04-01"),
                                            Map.of(),
                                            new byte[0]))
                            .status());
        }
        return out;
    }

    @Test
    void aStateIsTakenWithTheSeedAndSettingsThatStandInIt() {
        var bench = new Bench(VmApplicationLimits.PREVIEW_2021);
        bench.group();
        var empty =
                new SimulatedAzure(
                        SimulatorSettings.DEFAULT,
                        bench.clock,
                        (catalog, query) -> {
                            throw new IllegalStateException("no query is asked here");
                        });
        var taken = empty.restored(bench.azure.exportState());
        assertThat(taken.status().get("settings"))
                .isEqualTo(bench.azure.status().get("settings"))
                .isNotEqualTo(empty.status().get("settings"));
    }

    @Test
    void aStateOfTheFormBeforeIsTakenStill() {
        var bench = begun();
        var older = new ArrayList<Dynamic>();
        for (var entry : bench.azure.exportState()) {
            switch (entry.get("kind").textOr("")) {
                case "simulatedAzure" -> older.add(entry.with("form", Dynamic.of(2)));
                // Counted by assignment, definition and resource then.
                case "policyDeployments" -> {
                    for (String key : List.of("a|d|r", "a|d|s")) {
                        older.add(
                                entry.with(
                                        "of",
                                        Dynamic.bag().put("key", key).put("times", 2).build()));
                    }
                }
                case "end" -> older.add(entry.with("entries", Dynamic.of(older.size())));
                default -> older.add(entry);
            }
        }
        var deployments =
                bench.azure.restored(older).exportState().stream()
                        .filter(e -> e.get("kind").textOr("").equals("policyDeployments"))
                        .toList();
        assertThat(deployments).hasSize(1);
        assertThat(deployments.getFirst().path("of", "times").longOr(0)).isEqualTo(4);
        assertThatThrownBy(() ->
                        bench.azure.restored(List.of(older.getFirst().with("form", Dynamic.of(1)))))
                .hasMessageContaining("forms 2 to 3");
    }

    @Test
    void aStateIsTakenByAnEmptyEstateAlone() {
        var bench = begun();
        var state = bench.azure.exportState();
        assertThatThrownBy(() -> bench.azure.importState(state))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("empty estate");
        assertThatThrownBy(() ->
                        new Bench()
                                .azure.importState(
                                        List.of(Dynamic.bag().put("kind", "other").build())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'other'");
    }
}
