package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.simulator.arm.ArmResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What has not the form of a resource is refused, and leaves what is there as it is.
class BodyFormTest {
    private static final String COMPUTE = Bench.GROUP + "/providers/Microsoft.Compute/";
    private static final String VM = Bench.machineId("vm1");
    private static final String SET = COMPUTE + "virtualMachineScaleSets/s";

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.gallery();
        bench.machine("vm1", "Linux");
    }

    private ArmResponse send(String method, String path, String body) {
        return bench.send(method, path, Bench.parse(body));
    }

    @Test
    void aMemberOfAnotherTypeIsRefusedAndChangesNothing() {
        String before = bench.send("GET", VM, Dynamic.NULL).text();
        String gallery = bench.send("GET", Bench.galleryId(), Dynamic.NULL).text();
        for (String member :
                List.of(
                        "\"properties\":7",
                        "\"Properties\":[]",
                        "\"tags\":7",
                        "\"tags\":{\"a\":{}}",
                        "\"tags\":{\"a\":[1]}",
                        "\"location\":7",
                        "\"identity\":\"SystemAssigned\"",
                        "\"sku\":7")) {
            for (String path : List.of(VM, Bench.galleryId(), SET)) {
                for (String method : List.of("PUT", "PATCH")) {
                    var answer = send(method, path, "{" + member + "}");
                    String as = method + " " + path + " " + member;
                    if (answer.status() == 404) {
                        assertThat(path).as(as).isEqualTo(SET);
                        continue;
                    }
                    assertThat(answer.status()).as(as).isEqualTo(400);
                    assertThat(Bench.code(answer)).as(as).isEqualTo("InvalidRequestContent");
                    assertThat(Bench.message(answer)).as(as).contains(" is not a");
                }
            }
        }
        assertThat(bench.send("GET", VM, Dynamic.NULL).text()).isEqualTo(before);
        assertThat(bench.send("GET", Bench.galleryId(), Dynamic.NULL).text()).isEqualTo(gallery);
    }

    @Test
    void aNullInThePlaceOfEverythingIsNothingThatWasSent() {
        var before = bench.json("GET", VM);
        Bench.must(send("PATCH", VM, "{\"properties\":null,\"location\":null}"));
        bench.settle();
        var after = bench.json("GET", VM);
        assertThat(after.get("properties")).isEqualTo(before.get("properties"));
        assertThat(after.get("location")).isEqualTo(before.get("location"));
    }

    @Test
    void aResourceLiesInARegion() {
        for (String path : List.of(Bench.machineId("vm2"), SET, Bench.galleryId() + "2")) {
            for (String location : List.of("", "\"location\":\"\",", "\"location\":\" \",")) {
                var answer = send("PUT", path, "{" + location + "\"properties\":{}}");
                assertThat(Bench.code(answer)).as(path + location).isEqualTo("LocationRequired");
            }
        }
    }

    @Test
    void numbersAndTruthsAreTextsAsTags() {
        Bench.must(send("PATCH", VM, "{\"tags\":{\"a\":5,\"b\":true}}"));
        assertThat(bench.json("GET", VM).get("tags"))
                .isEqualTo(Bench.parse("{\"a\":\"5\",\"b\":\"true\"}"));
    }

    @Test
    void aSetHasSoManyInstancesAndAMachineProfile() {
        for (String body :
                List.of(
                        "{\"location\":\"westeurope\",\"sku\":{\"capacity\":\"2\"},\"properties\":{}}",
                        "{\"location\":\"westeurope\",\"properties\":{\"virtualMachineProfile\":5}}")) {
            assertThat(Bench.code(send("PUT", SET, body))).as(body).isEqualTo("InvalidParameter");
        }
    }

    @Test
    void namesInGalleriesAreOfPlainLetters() {
        var answer =
                send(
                        "PUT",
                        Bench.applicationId("caf\u00e9"),
                        "{\"location\":\"westeurope\",\"properties\":{\"supportedOSType\":\"Linux\"}}");
        assertThat(Bench.code(answer)).isEqualTo("InvalidParameter");
    }

    @Test
    void aShareNamesWhomItIsFor() {
        var answer =
                send(
                        "POST",
                        Bench.galleryId() + "/share",
                        "{\"operationType\":\"Add\",\"groups\":[{\"type\":\"Subscriptions\",\"ids\":\"x\"}]}");
        assertThat(Bench.code(answer)).isEqualTo("InvalidParameter");
    }

    @Test
    void theApplicationsOfAMachineAreListedAsItsChildren() {
        bench.application("agent", "Linux");
        bench.version("agent", "1.0.0");
        assertThat(bench.json("GET", VM + "/VMapplications").get("value").items()).isEmpty();
        Bench.must(bench.profile("vm1", Bench.entry("agent", "1.0.0", 3, false)));
        var listed = bench.json("GET", VM + "/VMapplications").get("value").items();
        assertThat(listed).hasSize(1);
        assertThat(listed.getFirst()).isEqualTo(bench.json("GET", VM + "/VMapplications/agent"));
        assertThat(
                        bench.send("GET", Bench.machineId("none") + "/VMapplications", Dynamic.NULL)
                                .status())
                .isEqualTo(404);
    }

    @Test
    void aMoveNamesWhatIsMoved() {
        Bench.must(
                send(
                        "PUT",
                        Bench.SUBSCRIPTION + "/resourceGroups/other",
                        "{\"location\":\"westeurope\"}"));
        for (String resources : List.of("", "\"resources\":[],")) {
            var answer =
                    send(
                            "POST",
                            Bench.GROUP + "/moveResources",
                            "{"
                                    + resources
                                    + "\"targetResourceGroup\":\""
                                    + Bench.SUBSCRIPTION
                                    + "/resourceGroups/other\"}");
            assertThat(Bench.code(answer)).isEqualTo("InvalidMoveResources");
        }
    }

    private List<String> listed(String filter) {
        return bench
                .json(
                        "GET",
                        Bench.SUBSCRIPTION + "/resources?$filter=" + filter.replace(" ", "%20"))
                .get("value")
                .items()
                .stream()
                .map(r -> r.get("name").textOr(""))
                .toList();
    }

    @Test
    void listsAreFilteredAsAzureFiltersThem() {
        bench.machine("vm2", "Linux");
        Bench.must(send("PATCH", VM, "{\"tags\":{\"owner\":\"it's us and them\"}}"));
        assertThat(listed("name eq 'vm1' or name eq 'VM2'")).containsExactly("vm1", "vm2");
        assertThat(
                        listed(
                                "resourceType eq 'Microsoft.Compute/virtualMachines' and (name eq 'vm1' or name eq 'gal')"))
                .containsExactly("vm1");
        assertThat(listed("substringof('M', name)")).containsExactly("vm1", "vm2");
        assertThat(listed("tagName eq 'owner' and tagValue eq 'it''s us and them'"))
                .containsExactly("vm1");
        assertThat(listed("startswith(tagName, 'own')")).containsExactly("vm1");
        assertThat(listed("name ne 'vm1' and location eq 'West Europe'"))
                .containsExactly("gal", "vm2");
        for (String bad :
                List.of(
                        "name",
                        "name eq",
                        "name eq vm1",
                        "name eq 'vm1' and",
                        "(name eq 'vm1'",
                        "name eq 'vm1') ",
                        "name like 'vm1'",
                        "colour eq 'red'",
                        "substringof('a', location)",
                        "(".repeat(30) + "name eq 'vm1'" + ")".repeat(30))) {
            var answer =
                    bench.send(
                            "GET",
                            Bench.SUBSCRIPTION + "/resources?$filter=" + bad.replace(" ", "%20"),
                            Dynamic.NULL);
            assertThat(Bench.code(answer)).as(bad).isEqualTo("InvalidFilterInQueryString");
        }
    }

    @Test
    void theEndOfLifeOfAnApplicationIsADate() {
        bench.application("agent", "Linux");
        var nonsense =
                bench.send(
                        "PATCH",
                        Bench.applicationId("agent"),
                        Bench.parse("{\"properties\":{\"endOfLifeDate\":\"nonsense\"}}"));
        assertThat(nonsense.status()).isEqualTo(400);
        assertThat(Bench.message(nonsense)).contains("galleryApplication.properties.endOfLifeDate");
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.applicationId("agent"),
                        Bench.parse(
                                "{\"properties\":{\"endOfLifeDate\":\"2030-01-01T00:00:00Z\"}}")));
    }

    @Test
    void aSafetyProfileThatIsLeftOutForbidsNothingHereAndThere() {
        var version =
                Bench.parse(
                        "{\"id\":\"%s\",\"name\":\"1.0.0\",\"type\":\"Microsoft.Compute/galleries/applications/versions\",\"location\":\"westeurope\",\"properties\":{\"publishingProfile\":{}}}"
                                .formatted(Bench.versionId("agent", "1.0.0")));
        assertThat(GalleryCatalog.of(List.of(version)).versions())
                .allMatch(GalleryApplicationVersion::allowDeletionOfReplicatedLocations)
                .hasSize(1);
    }
}
