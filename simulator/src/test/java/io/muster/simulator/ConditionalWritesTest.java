package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a write may say only of the resource as it stands, and what it may not say at all.
class ConditionalWritesTest {
    private static final String MACHINE =
            "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}";
    private static final String APPLICATION =
            "{\"location\":\"westeurope\",\"properties\":{\"supportedOSType\":\"Linux\",\"description\":\"x\"}}";

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private static void isRefused(ArmResponse answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(412);
        assertThat(Bench.code(answer)).isEqualTo("PreconditionFailed");
    }

    @Test
    void aGallerysThingsMindTheConditionsOfAWrite() {
        for (String id :
                List.of(
                        Bench.galleryId(),
                        Bench.applicationId("agent"),
                        Bench.versionId("agent", "1.0.0"))) {
            var tags = Bench.parse("{\"tags\":{\"a\":\"b\"}}");
            var read = bench.send("GET", id, Dynamic.NULL);
            String etag = Bench.header(read, "ETag");
            isRefused(bench.send("PATCH", id, tags, Map.of("If-Match", "\"nonsense\"")));
            isRefused(bench.send("DELETE", id, Dynamic.NULL, Map.of("If-Match", "\"nonsense\"")));
            isRefused(
                    bench.send(
                            "PUT",
                            id,
                            Bench.parse("{\"location\":\"westeurope\"}"),
                            Map.of("If-None-Match", "*")));
            var patched = bench.send("PATCH", id, tags, Map.of("If-Match", etag));
            assertThat(patched.status()).as(patched.text()).isEqualTo(200);
            isRefused(bench.send("PATCH", id, tags, Map.of("If-Match", etag)));
            // What the answer carries holds for the next write.
            Bench.must(
                    bench.send(
                            "PATCH", id, tags, Map.of("If-Match", Bench.header(patched, "ETag"))));
            bench.settle();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "virtualMachines/vm1",
                "virtualMachineScaleSets/s",
                "virtualMachineScaleSets/s/virtualMachines/0",
                "virtualMachineScaleSets/s/extensions/e",
                "galleries/gal",
                "disks/d"
            })
    void severalTagsAndWeakOnesAreReadAsHttpSays(String resource) {
        String compute = Bench.GROUP + "/providers/Microsoft.Compute/";
        Bench.must(
                bench.send(
                        "PUT",
                        compute + "virtualMachineScaleSets/s",
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"sku\":{\"name\":\"s\",\"capacity\":1},\"properties\":{\"virtualMachineProfile\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}},\"extensionProfile\":{\"extensions\":[{\"name\":\"e\",\"properties\":{\"publisher\":\"p\",\"type\":\"t\",\"typeHandlerVersion\":\"1.0\"}}]}}}}")));
        Bench.must(
                bench.send(
                        "PUT", compute + "disks/d", Bench.parse("{\"location\":\"westeurope\"}")));
        bench.settle();
        String id = compute + resource;
        var body = bench.json("GET", id);
        String etag = Bench.header(bench.send("GET", id, Dynamic.NULL), "ETag");
        isRefused(bench.send("PUT", id, body, Map.of("If-Match", "W/" + etag)));
        isRefused(bench.send("PUT", id, body, Map.of("If-None-Match", etag)));
        isRefused(bench.send("PUT", id, body, Map.of("If-None-Match", "\"x\", W/" + etag)));
        isRefused(bench.send("DELETE", id, Dynamic.NULL, Map.of("If-Match", "\"x\"")));
        assertThat(Bench.header(bench.send("GET", id, Dynamic.NULL), "ETag")).isEqualTo(etag);
        Bench.must(bench.send("PUT", id, body, Map.of("If-Match", "\"x\", " + etag)));
    }

    @Test
    void theDeletionOfASetsExtensionIsFollowedByBothHeaders() {
        String set = Bench.setId("s");
        Bench.must(
                bench.send(
                        "PUT",
                        set,
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"virtualMachineProfile\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}},\"extensionProfile\":{\"extensions\":[{\"name\":\"e\",\"properties\":{}}]}}}}")));
        bench.settle();
        var deleted = bench.send("DELETE", set + "/extensions/e", Dynamic.NULL);
        assertThat(deleted.status()).isEqualTo(202);
        assertThat(deleted.headers()).containsKeys("Azure-AsyncOperation", "Retry-After");
        bench.settle();
        assertThat(bench.send("GET", Bench.header(deleted, "Location"), Dynamic.NULL).status())
                .isEqualTo(200);
    }

    @Test
    void aThingThatIsNotThereMatchesNoEtag() {
        var body = Bench.parse(APPLICATION);
        String id = Bench.applicationId("other");
        isRefused(bench.send("PUT", id, body, Map.of("If-Match", "*")));
        assertThat(bench.send("PUT", id, body, Map.of("If-None-Match", "*")).status())
                .isEqualTo(201);
    }

    @Test
    void theEtagOfAPutThatUninstallsHoldsForTheNextWrite() {
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.machineId("vm1") + "/extensions/mon",
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"publisher\":\"p\",\"type\":\"t\"}}")));
        var put = bench.send("PUT", Bench.machineId("vm1"), Bench.parse(MACHINE));
        assertThat(Bench.parse(put.text()).get("resources").items())
                .extracting(extension -> extension.get("name").textOr(""))
                .doesNotContain("mon");
        assertThat(Bench.header(put, "ETag"))
                .isEqualTo(
                        Bench.header(
                                bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL), "ETag"));
        var again =
                bench.send(
                        "PATCH",
                        Bench.machineId("vm1"),
                        Bench.parse("{\"tags\":{\"a\":\"b\"}}"),
                        Map.of("If-Match", Bench.header(put, "ETag")));
        assertThat(again.status()).as(again.text()).isEqualTo(200);
    }

    @Test
    void aRefusedPutUninstallsNothing() {
        String extension = Bench.machineId("vm1") + "/extensions/mon";
        Bench.must(
                bench.send(
                        "PUT",
                        extension,
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"publisher\":\"p\",\"type\":\"t\"}}")));
        var refused =
                bench.send(
                        "PUT",
                        Bench.machineId("vm1"),
                        Bench.parse(MACHINE),
                        Map.of("If-Match", "\"nonsense\""));
        isRefused(refused);
        assertThat(bench.send("GET", extension, Dynamic.NULL).status()).isEqualTo(200);
    }

    @Test
    void theChildOfAnApplicationMindsTheMachinesEtag() {
        String child = Bench.machineId("vm1") + "/VMapplications/agent";
        var body = Dynamic.bag().put("properties", Bench.entry("agent", "1.0.0", 0, false)).build();
        isRefused(bench.send("PUT", child, body, Map.of("If-Match", "*")));
        var put = bench.send("PUT", child, body, Map.of("If-None-Match", "*"));
        assertThat(put.status()).as(put.text()).isEqualTo(200);
        isRefused(bench.send("PUT", child, body, Map.of("If-None-Match", "*")));
        isRefused(bench.send("PUT", child, body, Map.of("If-Match", "\"nonsense\"")));
        bench.settle();
        String etag = Bench.header(bench.send("GET", child, Dynamic.NULL), "ETag");
        Bench.must(bench.send("PUT", child, body, Map.of("If-Match", etag)));
        isRefused(bench.send("PUT", child, body, Map.of("If-Match", etag)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"properties\":null}",
                "{\"properties\":\"x\"}",
                "{\"properties\":{}}",
                "{\"properties\":{\"packageReferenceId\":\"x\"}}"
            })
    void theChildOfAnApplicationNeedsAnEntry(String body) {
        var answer =
                bench.send(
                        "PUT", Bench.machineId("vm1") + "/VMapplications/agent", Bench.parse(body));
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    }

    @Test
    void theChildOfAnApplicationIsNamedAsTheApplication() {
        String child = Bench.machineId("vm1") + "/VMapplications/other";
        var answer =
                bench.send(
                        "PUT",
                        child,
                        Dynamic.bag()
                                .put("properties", Bench.entry("agent", "1.0.0", 0, false))
                                .build());
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Bench.message(answer))
                .contains("names the application 'agent', the resource is 'other'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"replicaCount\":\"99\"|replicaCount' is invalid: an int32 is expected",
                "\"replicaCount\":1.5|replicaCount' is invalid: an int32 is expected",
                "\"targetRegions\":\"westeurope\"|targetRegions' is invalid: an array is expected",
                "\"targetRegions\":[\"westeurope\"]|targetRegions' is invalid: an array of objects is expected",
                "\"targetRegions\":[null]|targetRegions' is invalid: an array of objects is expected",
                "\"targetRegions\":[{}]|targetRegions.name' is invalid: a string is expected",
                "\"targetRegions\":[{\"name\":\"westeurope\",\"regionalReplicaCount\":\"2\"}]|targetRegions.regionalReplicaCount' is invalid: an int32 is expected",
                "\"targetRegions\":[{\"name\":\"westeurope\",\"excludeFromLatest\":\"true\"}]|targetRegions.excludeFromLatest' is invalid: a boolean is expected",
                "\"excludeFromLatest\":\"true\"|excludeFromLatest' is invalid: a boolean is expected",
                "\"settings\":{\"packageFileName\":7}|settings.packageFileName' is invalid: a string is expected",
                "\"settings\":[]|settings' is invalid: an object is expected",
                "\"advancedSettings\":{\"a\":1}|advancedSettings.a' is invalid: a string is expected",
                "\"storageAccountType\":1|storageAccountType' is invalid: a string is expected",
                "\"endOfLifeDate\":2030|endOfLifeDate' is invalid: a string is expected",
            })
    void membersOfAVersionAreOfTheirTypes(String member, String message) {
        String id = Bench.versionId("agent", "4.0.0");
        var answer = bench.send("PUT", id, Bench.versionBody("", "," + member));
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(Bench.code(answer)).isEqualTo("InvalidParameter");
        assertThat(Bench.message(answer)).contains(message);
        assertThat(bench.send("GET", id, Dynamic.NULL).status()).isEqualTo(404);
    }

    @Test
    void whenAVersionWasPublishedIsAzuresToSay() {
        String id = Bench.versionId("agent", "4.0.0");
        var body = Bench.versionBody("", ",\"publishedDate\":\"1999-01-01T00:00:00Z\"");
        var put = bench.send("PUT", id, body);
        var published =
                Bench.parse(put.text()).path("properties", "publishingProfile", "publishedDate");
        assertThat(published.textOr("")).startsWith("2026-");
        bench.settle();
        for (String method : List.of("PUT", "PATCH")) {
            Bench.must(bench.send(method, id, body));
            bench.settle();
            assertThat(
                            bench.json("GET", id)
                                    .path("properties", "publishingProfile", "publishedDate"))
                    .isEqualTo(published);
        }
    }

    @Test
    void whereAVersionIsReplicatedIsAzuresToSay() {
        String id = Bench.versionId("agent", "4.0.0");
        var body = Bench.versionBody("", "");
        body =
                body.with(
                        "properties",
                        body.get("properties")
                                .with(
                                        "replicationStatus",
                                        Bench.parse(
                                                "{\"aggregatedState\":\"Completed\",\"summary\":[{\"region\":\"westeurope\",\"state\":\"Completed\"}]}")));
        Bench.must(bench.send("PUT", id, body));
        assertThat(
                        bench.json("GET", id + "?$expand=ReplicationStatus")
                                .path("properties", "replicationStatus", "aggregatedState")
                                .textOr(""))
                .isEqualTo("InProgress");
        bench.settle();
        // Where it is complete it stays so while something else of it is written.
        Bench.must(bench.send("PUT", id, Bench.versionBody("", "")));
        assertThat(
                        bench.json("GET", id + "?$expand=ReplicationStatus")
                                .path("properties", "replicationStatus", "aggregatedState")
                                .textOr(""))
                .isEqualTo("Completed");
    }
}
