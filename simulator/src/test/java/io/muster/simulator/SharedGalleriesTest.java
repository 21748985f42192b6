package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Galleries as those see them with whom they are shared, without a role in the owner's subscription.
class SharedGalleriesTest {
    private static final String THEIRS = "/subscriptions/b2000000-0000-4000-8000-000000000002";
    private static final String REGION =
            THEIRS + "/providers/Microsoft.Compute/locations/westeurope/";
    private static final String UNIQUE = "a1000000-0000-4000-8000-000000000001-GAL";

    private final Bench bench = new Bench();

    SharedGalleriesTest() {
        bench.group();
        bench.azure.seed(
                Bench.parse(
                        "{\"id\":\""
                                + THEIRS
                                + "\",\"name\":\"Theirs\",\"type\":\"Microsoft.Resources/subscriptions\"}"));
        bench.gallery();
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.galleryId() + "/images/os",
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"osType\":\"Linux\",\"osState\":\"Generalized\",\"identifier\":{\"publisher\":\"p\",\"offer\":\"o\",\"sku\":\"s\"}}}")));
        for (String version : List.of("1.0.0", "2.0.0")) {
            Bench.must(
                    bench.send(
                            "PUT",
                            Bench.galleryId() + "/images/os/versions/" + version,
                            Bench.parse(
                                    "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDiskImage\":{\"source\":{\"id\":\"/elsewhere\"},\"hostCaching\":\"None\"}},\"publishingProfile\":{\"targetRegions\":[{\"name\":\"westeurope\"}"
                                            + (version.startsWith("2")
                                                    ? ",{\"name\":\"eastus\"}"
                                                    : "")
                                            + "]}}}")));
        }
        bench.settle();
    }

    private void share(String body) {
        Bench.must(bench.send("POST", Bench.galleryId() + "/share", Bench.parse(body)));
    }

    private void shareWithThem() {
        share(
                "{\"operationType\":\"Add\",\"groups\":[{\"type\":\"Subscriptions\",\"ids\":[\"b2000000-0000-4000-8000-000000000002\"]}]}");
    }

    private List<String> names(String path) {
        return bench.json("GET", path).get("value").items().stream()
                .map(item -> item.get("name").textOr(""))
                .toList();
    }

    private ArmResponse get(String path) {
        return bench.send("GET", path, Dynamic.NULL);
    }

    @Test
    void aGalleryIsSeenWhereItIsSharedAndByNobodyElse() {
        assertThat(
                        bench.json("GET", Bench.galleryId())
                                .path("properties", "identifier", "uniqueName")
                                .textOr(""))
                .isEqualTo(UNIQUE);
        assertThat(names(REGION + "sharedGalleries")).isEmpty();
        assertThat(get(REGION + "sharedGalleries/" + UNIQUE).status()).isEqualTo(404);
        shareWithThem();
        assertThat(names(REGION + "sharedGalleries")).containsExactly(UNIQUE);
        assertThat(names(REGION + "sharedGalleries?sharedTo=tenant")).isEmpty();
        assertThat(
                        names(
                                Bench.SUBSCRIPTION
                                        + "/providers/Microsoft.Compute/locations/westeurope/sharedGalleries"))
                .isEmpty();
        var shown = bench.json("GET", REGION + "sharedGalleries/" + UNIQUE);
        assertThat(shown.path("identifier", "uniqueId").textOr(""))
                .isEqualTo("/SharedGalleries/" + UNIQUE);
        assertThat(shown.get("id").isNull()).isTrue();
        share("{\"operationType\":\"Reset\"}");
        assertThat(names(REGION + "sharedGalleries")).isEmpty();
    }

    @Test
    void itsImagesAndVersionsAreThereWhereTheyAreReplicated() {
        shareWithThem();
        String images = REGION + "sharedGalleries/" + UNIQUE + "/images";
        assertThat(names(images)).containsExactly("os");
        assertThat(
                        bench.json("GET", images + "/os")
                                .path("properties", "identifier", "sku")
                                .textOr(""))
                .isEqualTo("s");
        assertThat(names(images + "/os/versions")).containsExactly("1.0.0", "2.0.0");
        var version = bench.json("GET", images + "/os/versions/2.0.0");
        assertThat(version.path("properties", "storageProfile", "osDiskImage").members())
                .containsOnlyKeys("hostCaching");
        String overseas = images.replace("westeurope", "eastus");
        assertThat(names(overseas + "/os/versions")).containsExactly("2.0.0");
        assertThat(get(overseas + "/os/versions/1.0.0").status()).isEqualTo(404);
        assertThat(get(images.replace("westeurope", "japaneast")).status()).isEqualTo(404);
        assertThat(bench.send("PUT", images + "/os", Dynamic.EMPTY_BAG).status()).isEqualTo(405);
    }

    @Test
    void aCommunityGalleryIsFoundByItsPublicName() {
        share("{\"operationType\":\"EnableCommunity\"}");
        String name =
                bench.json("GET", Bench.galleryId())
                        .path("properties", "sharingProfile", "communityGalleryInfo", "publicNames")
                        .get(0)
                        .textOr("");
        var gallery = bench.json("GET", REGION + "communityGalleries/" + name);
        assertThat(gallery.get("type").textOr(""))
                .isEqualTo("Microsoft.Compute/locations/communityGallery");
        assertThat(gallery.path("properties", "communityMetadata", "publicNames").get(0).textOr(""))
                .isEqualTo(name);
        assertThat(names(REGION + "communityGalleries/" + name + "/images/os/versions")).hasSize(2);
        assertThat(get(REGION + "communityGalleries/" + UNIQUE).status()).isEqualTo(404);
        assertThat(get(REGION + "communityGalleries/none").status()).isEqualTo(404);
    }

    @Test
    void whoMayNotReadInHisSubscriptionSeesNoSharedGalleriesThere() {
        shareWithThem();
        var stranger =
                Map.of(
                        "Authorization",
                        "Bearer " + Bench.token("c3000000-0000-4000-8000-000000000003"));
        for (String path :
                List.of(
                        "sharedGalleries",
                        "sharedGalleries/" + UNIQUE,
                        "sharedGalleries/" + UNIQUE + "/images")) {
            assertThat(bench.send("GET", REGION + path, Dynamic.NULL, stranger).status())
                    .as(path)
                    .isEqualTo(403);
        }
    }
}
