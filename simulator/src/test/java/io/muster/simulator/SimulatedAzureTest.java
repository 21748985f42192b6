package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateNames;
import io.muster.fixtures.estate.EstateSize;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedAzureTest {
    private static final String ORIGIN = "https://127.0.0.1:8443";
    private final VirtualClock clock = VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z"));
    private final List<Dynamic> estate = new EstateGenerator(EstateSize.ofMachines(60), 3).all();
    private final SimulatedAzure azure =
            new SimulatedAzure(
                    new SimulatorSettings(
                            1,
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(5),
                            0,
                            0,
                            25,
                            SimulatorSettings.DEFAULT.limits()),
                    clock,
                    (catalog, query) -> {
                        throw new IllegalStateException("no query is asked here");
                    });

    @BeforeEach
    void seed() {
        estate.forEach(azure::seed);
    }

    private ArmResponse send(
            String method, String path, Dynamic body, Map<String, String> headers) {
        String uri =
                ORIGIN
                        + path.replace(" ", "%20")
                        + (path.contains("?") ? "&" : "?")
                        + "api-version=2024-07-01";
        return azure.handle(
                new ArmRequest(
                        method,
                        URI.create(uri),
                        headers,
                        body.isNull()
                                ? new byte[0]
                                : Json.write(body).getBytes(StandardCharsets.UTF_8)));
    }

    private ArmResponse get(String path) {
        return send("GET", path, Dynamic.NULL, Map.of());
    }

    private static Dynamic json(ArmResponse response) {
        try {
            return Json.parse(response.body());
        } catch (JsonException e) {
            throw new AssertionError(response.text(), e);
        }
    }

    private Dynamic machine(boolean withProfile) {
        return estate.stream()
                .filter(r -> r.get("type").textOr("").equals("Microsoft.Compute/virtualMachines"))
                .filter(r -> r.path("properties", "applicationProfile").isNull() != withProfile)
                .filter(r -> !r.path("properties", "instanceView", "vmAgent").isNull())
                .findFirst()
                .orElseThrow();
    }

    private static Dynamic profile(Dynamic machine, String version) {
        String name =
                machine.path("properties", "storageProfile", "osDisk", "osType")
                                .textOr("")
                                .equals("Windows")
                        ? EstateNames.SECURITY_AGENT_WINDOWS
                        : EstateNames.SECURITY_AGENT_LINUX;
        var entry =
                Dynamic.bag()
                        .put(
                                "packageReferenceId",
                                EstateNames.applicationId(name) + "/versions/" + version)
                        .put("order", 1)
                        .build();
        return Dynamic.bag()
                .put(
                        "properties",
                        Dynamic.bag()
                                .put(
                                        "applicationProfile",
                                        Dynamic.bag()
                                                .put("galleryApplications", Dynamic.array(entry))
                                                .build())
                                .build())
                .build();
    }

    @Test
    void apiVersionIsRequired() {
        var answer =
                azure.handle(
                        new ArmRequest(
                                "GET",
                                URI.create(ORIGIN + "/subscriptions"),
                                Map.of(),
                                new byte[0]));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).path("error", "code").textOr(""))
                .isEqualTo("MissingApiVersionParameter");
    }

    @Test
    void everyPageOfAListIsReachedOnce() {
        var seen = new HashSet<String>();
        String next =
                ORIGIN
                        + "/subscriptions/"
                        + EstateNames.subscription(1)
                        + "/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01";
        int pages = 0;
        while (!next.isEmpty()) {
            var page =
                    json(
                            azure.handle(
                                    new ArmRequest(
                                            "GET", URI.create(next), Map.of(), new byte[0])));
            page.get("value")
                    .items()
                    .forEach(vm -> assertThat(seen.add(vm.get("id").textOr(""))).isTrue());
            next = page.get("nextLink").textOr("");
            pages++;
        }
        assertThat(pages).isGreaterThan(1);
        assertThat(seen).allMatch(id -> id.contains(EstateNames.subscription(1)));
    }

    @Test
    void instanceViewIsShownOnlyWhenAsked() {
        String id = machine(true).get("id").textOr("");
        assertThat(json(get(id)).path("properties", "instanceView").isNull()).isTrue();
        assertThat(
                        json(get(id + "?$expand=instanceView"))
                                .path("properties", "instanceView")
                                .isNull())
                .isFalse();
        assertThat(json(get(id + "/instanceView")).get("statuses").items()).isNotEmpty();
    }

    @Test
    void patchIsALongRunningOperationThatEndsInTheGuest() {
        var vm = machine(false);
        String id = vm.get("id").textOr("");
        var answer = send("PATCH", id, profile(vm, "latest"), Map.of());
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(json(answer).path("properties", "provisioningState").textOr(""))
                .isEqualTo("Updating");
        String operation = answer.headers().getOrDefault("Azure-AsyncOperation", "");
        var poll = new ArmRequest("GET", URI.create(operation), Map.of(), new byte[0]);
        assertThat(json(azure.handle(poll)).get("status").textOr("")).isEqualTo("InProgress");
        clock.step(Duration.ofSeconds(11));
        assertThat(json(azure.handle(poll)).get("status").textOr("")).isEqualTo("Succeeded");
        String view = get(id + "/instanceView").text();
        assertThat(view).contains("VMAppExtension", "Install SUCCESS", "security-agent");
        assertThat(get(id + "/extensions/VMAppExtension").status()).isEqualTo(200);
    }

    @Test
    void patchReplacesTheWholeListAndTheChildUpsertsOne() {
        var vm = machine(true);
        String id = vm.get("id").textOr("");
        int before =
                vm.path("properties", "applicationProfile", "galleryApplications").items().size();
        var entry =
                profile(vm, "latest")
                        .path("properties", "applicationProfile", "galleryApplications")
                        .get(0);
        var put =
                send(
                        "PUT",
                        id + "/VMapplications/" + EstateNames.SECURITY_AGENT_LINUX,
                        Dynamic.bag().put("properties", entry).build(),
                        Map.of());
        assertThat(put.status()).as(put.text()).isEqualTo(200);
        int after =
                json(get(id))
                        .path("properties", "applicationProfile", "galleryApplications")
                        .items()
                        .size();
        assertThat(after).isBetween(before, before + 1);
        send("PATCH", id, profile(vm, "latest"), Map.of());
        assertThat(
                        json(get(id))
                                .path("properties", "applicationProfile", "galleryApplications")
                                .items())
                .hasSize(1);
    }

    @Test
    void staleEtagIsRefusedWith412() {
        var vm = machine(false);
        String id = vm.get("id").textOr("");
        String etag = get(id).headers().getOrDefault("ETag", "");
        assertThat(
                        send(
                                        "PATCH",
                                        id,
                                        Dynamic.bag().put("tags", Dynamic.EMPTY_BAG).build(),
                                        Map.of("If-Match", etag))
                                .status())
                .isEqualTo(200);
        var again =
                send(
                        "PATCH",
                        id,
                        Dynamic.bag().put("tags", Dynamic.EMPTY_BAG).build(),
                        Map.of("if-match", etag));
        assertThat(again.status()).isEqualTo(412);
        assertThat(json(again).path("error", "code").textOr("")).isEqualTo("PreconditionFailed");
    }

    @Test
    void unknownApplicationIsRefusedWithAzuresText() {
        var vm = machine(false);
        var wrong = profile(vm, "9.9.9");
        var answer = send("PATCH", vm.get("id").textOr(""), wrong, Map.of());
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(json(answer).path("error", "message").textOr("")).isNotEmpty();
    }

    @Test
    void missingThingsAreNamed() {
        String group = "/subscriptions/" + EstateNames.subscription(0) + "/resourceGroups/";
        assertThat(
                        json(get(group + "nobody/providers/Microsoft.Compute/virtualMachines/x"))
                                .path("error", "code")
                                .textOr(""))
                .isEqualTo("ResourceGroupNotFound");
        assertThat(
                        json(get(
                                        group
                                                + EstateNames.GALLERY_GROUP
                                                + "/providers/Microsoft.Compute/virtualMachines/x"))
                                .path("error", "code")
                                .textOr(""))
                .isEqualTo("ResourceNotFound");
    }

    @Test
    void scaleSetInstancesFollowByUpgradePolicy() {
        for (var set : estate) {
            if (!set.get("type").textOr("").equals("Microsoft.Compute/virtualMachineScaleSets")
                    || !set.path("properties", "orchestrationMode").textOr("").equals("Uniform")) {
                continue;
            }
            String id = set.get("id").textOr("");
            var wanted =
                    profile(
                            set.with("properties", set.path("properties", "virtualMachineProfile")),
                            "latest");
            var patch =
                    Dynamic.bag()
                            .put(
                                    "properties",
                                    Dynamic.bag()
                                            .put("virtualMachineProfile", wanted.get("properties"))
                                            .build())
                            .build();
            assertThat(send("PATCH", id, patch, Map.of()).status()).isEqualTo(200);
            clock.step(Duration.ofMinutes(2));
            boolean manual =
                    set.path("properties", "upgradePolicy", "mode").textOr("").equals("Manual");
            assertThat(latest(id)).as(id).isEqualTo(!manual);
            if (manual) {
                var all = Dynamic.bag().put("instanceIds", Dynamic.array(Dynamic.of("*"))).build();
                assertThat(send("POST", id + "/manualupgrade", all, Map.of()).status())
                        .isEqualTo(202);
                clock.step(Duration.ofMinutes(2));
                assertThat(latest(id)).isTrue();
            }
            assertThat(get(id + "/virtualMachines/0/instanceView").text())
                    .contains("security-agent");
        }
    }

    private boolean latest(String set) {
        return json(get(set + "/virtualMachines")).get("value").items().stream()
                .allMatch(i -> i.path("properties", "latestModelApplied").boolOr(false));
    }

    @Test
    void newVersionIsReplicatedBeforeLatestMeansIt() {
        String id =
                EstateNames.applicationId(EstateNames.SECURITY_AGENT_LINUX) + "/versions/99.0.0";
        var members = new HashMap<String, Dynamic>();
        members.put("location", Dynamic.of("westeurope"));
        members.put(
                "properties",
                Dynamic.bag()
                        .put(
                                "publishingProfile",
                                Dynamic.bag()
                                        .put(
                                                "source",
                                                Dynamic.bag()
                                                        .put(
                                                                "mediaLink",
                                                                "https://x.blob.core.windows.net/c/p")
                                                        .build())
                                        .put(
                                                "manageActions",
                                                Dynamic.bag()
                                                        .put("install", "i")
                                                        .put("remove", "r")
                                                        .build())
                                        .put(
                                                "targetRegions",
                                                Dynamic.array(
                                                        Dynamic.bag()
                                                                .put("name", "westeurope")
                                                                .build(),
                                                        Dynamic.bag()
                                                                .put("name", "eastus")
                                                                .build()))
                                        .build())
                        .build());
        var answer = send("PUT", id, new Dynamic.Bag(members), Map.of());
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(
                        json(get(id + "?$expand=ReplicationStatus"))
                                .path("properties", "replicationStatus", "aggregatedState")
                                .textOr(""))
                .isEqualTo("InProgress");
        clock.step(Duration.ofSeconds(6));
        assertThat(
                        json(get(id + "?$expand=ReplicationStatus"))
                                .path("properties", "replicationStatus", "aggregatedState")
                                .textOr(""))
                .isEqualTo("Completed");
        var duplicate = members.get("properties");
        assertThat(duplicate).isNotNull();
        assertThat(
                        json(send(
                                        "PUT",
                                        id.replace("99.0.0", "99.0"),
                                        new Dynamic.Bag(members),
                                        Map.of()))
                                .path("error", "message")
                                .textOr(""))
                .contains("version name");
    }

    @Test
    void unknownPathsAndMethodsAreRefusedInArmsWords() {
        assertThat(get("/nowhere").status()).isEqualTo(404);
        assertThat(send("POST", "/subscriptions", Dynamic.EMPTY_BAG, Map.of()).status())
                .isEqualTo(405);
        assertThat(send("PUT", machine(true).get("id").textOr(""), Dynamic.NULL, Map.of()).status())
                .isEqualTo(400);
    }
}
