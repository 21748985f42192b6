package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Galleries as those see them with whom they are shared: directly, by the unique name, or with everybody, by a public name. Their images and image versions are
/// there where they are replicated; of applications the descriptions say nothing. Guarded by the simulator's lock.
///
/// Source: compute-sharedGallery-2023-07-03, compute-communityGallery-2023-07-03.
final class SharedGalleries {
    private static final String GALLERY = "microsoft.compute/galleries";
    private static final String VERSION = GALLERY + "/images/versions";

    /// Of a definition what is shown.
    private static final List<String> IMAGE =
            List.of(
                    "osType",
                    "osState",
                    "endOfLifeDate",
                    "identifier",
                    "recommended",
                    "disallowed",
                    "hyperVGeneration",
                    "features",
                    "purchasePlan",
                    "architecture",
                    "privacyStatementUri",
                    "eula");

    /// Of a version what is shown, as it was published.
    private static final List<String> PUBLISHED =
            List.of("publishedDate", "endOfLifeDate", "excludeFromLatest");

    /// How a gallery is shared.
    enum Kind {
        SHARED("sharedGalleries"),
        COMMUNITY("communityGalleries");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }

        private String uniqueId(String path) {
            return "/"
                    + wireName.substring(0, 1).toUpperCase(Locale.ROOT)
                    + wireName.substring(1)
                    + path;
        }
    }

    /// A gallery as it is seen from somewhere.
    ///
    /// @param name by which it was asked for
    /// @param region as it was asked for
    record Seen(Kind kind, StoredResource gallery, String name, String region) {}

    private final Cloud cloud;

    SharedGalleries(Cloud cloud) {
        this.cloud = cloud;
    }

    /// The unique name that a gallery has for those with whom it is shared.
    static String uniqueName(ResourceId gallery) {
        return gallery.subscriptionId().orElse("") + "-" + gallery.name().toUpperCase(Locale.ROOT);
    }

    private static String uniqueName(StoredResource gallery) {
        return gallery.properties()
                .path("identifier", "uniqueName")
                .asText()
                .orElseGet(() -> uniqueName(gallery.id()));
    }

    /// The galleries shared directly with a subscription, or with its tenant.
    List<Seen> with(ResourceId subscription, String region, boolean tenant) {
        return cloud.estate().inGalleries().stream()
                .filter(g -> g.type().equals(GALLERY) && isShared(g, subscription, tenant))
                .filter(g -> reaches(g, region))
                .map(g -> new Seen(Kind.SHARED, g, uniqueName(g), region))
                .toList();
    }

    private static boolean isShared(
            StoredResource gallery, ResourceId subscription, boolean tenant) {
        var sharing = gallery.properties().get("sharingProfile");
        return sharing.get("permissions").textOr("").equalsIgnoreCase("Groups")
                && GallerySharing.isSharedWith(sharing, subscription, tenant);
    }

    /// The gallery of that name, as a subscription sees it in a region; empty when it sees none.
    Optional<Seen> find(Kind kind, ResourceId subscription, String region, String name) {
        Predicate<StoredResource> wanted =
                switch (kind) {
                    case SHARED ->
                            g ->
                                    uniqueName(g).equalsIgnoreCase(name)
                                            && (isShared(g, subscription, false)
                                                    || isShared(g, subscription, true));
                    case COMMUNITY -> g -> isPublic(g, name);
                };
        return cloud.estate().inGalleries().stream()
                .filter(g -> g.type().equals(GALLERY) && wanted.test(g) && reaches(g, region))
                .findFirst()
                .map(g -> new Seen(kind, g, name, region));
    }

    private static boolean isPublic(StoredResource gallery, String name) {
        var sharing = gallery.properties().get("sharingProfile");
        return GallerySharing.isCommunity(sharing)
                && sharing.path("communityGalleryInfo", "publicNames").items().stream()
                        .anyMatch(known -> known.textOr("").equalsIgnoreCase(name));
    }

    /// Whether something lies in a region, or a version in it is replicated there.
    private boolean reaches(StoredResource stored, String region) {
        return Location.same(stored.json().get("location").textOr(""), region)
                || versions(stored.id()).anyMatch(version -> GalleryImages.isIn(version, region));
    }

    private Stream<StoredResource> versions(ResourceId above) {
        return cloud.estate().below(above, VERSION).stream();
    }

    List<StoredResource> images(Seen seen) {
        return cloud.estate().below(seen.gallery().id(), GALLERY + "/images").stream()
                .filter(image -> reaches(image, seen.region()))
                .toList();
    }

    List<StoredResource> versions(Seen seen, String image) {
        return versions(seen.gallery().id().child("images", image))
                .filter(version -> GalleryImages.isIn(version, seen.region()))
                .toList();
    }

    Dynamic gallery(Seen seen) {
        var properties = Dynamic.bag().put("artifactTags", Dynamic.EMPTY_BAG);
        if (seen.kind() == Kind.COMMUNITY) {
            properties.put(
                    "communityMetadata",
                    seen.gallery()
                            .properties()
                            .path("sharingProfile", "communityGalleryInfo")
                            .without("communityGalleryEnabled")
                            .without("publicNamePrefix"));
        }
        return shown(seen, seen.name(), "Gallery", "", properties.build());
    }

    Dynamic image(Seen seen, StoredResource image) {
        var properties = Dynamic.bag();
        for (String member : IMAGE) {
            if (!image.properties().get(member).isNull()) {
                properties.put(member, image.properties().get(member));
            }
        }
        return shown(
                seen,
                image.id().name(),
                "GalleryImage",
                "/Images/" + image.id().name(),
                properties.put("artifactTags", Dynamic.EMPTY_BAG).build());
    }

    Dynamic version(Seen seen, StoredResource version) {
        var publishing = version.properties().get("publishingProfile");
        var properties = Dynamic.bag();
        for (String member : PUBLISHED) {
            if (!publishing.get(member).isNull()) {
                properties.put(member, publishing.get(member));
            }
        }
        var storage = version.properties().get("storageProfile");
        var disks = Dynamic.bag();
        if (!storage.get("osDiskImage").isNull()) {
            disks.put("osDiskImage", storage.get("osDiskImage").without("source"));
        }
        if (!storage.get("dataDiskImages").items().isEmpty()) {
            disks.put(
                    "dataDiskImages",
                    Dynamic.array(
                            storage.get("dataDiskImages").items().stream()
                                    .map(disk -> disk.without("source"))
                                    .toList()));
        }
        String image = version.id().parent().map(ResourceId::name).orElse("");
        return shown(
                seen,
                version.id().name(),
                "GalleryImageVersion",
                "/Images/" + image + "/Versions/" + version.id().name(),
                properties
                        .put("storageProfile", disks.build())
                        .put("artifactTags", Dynamic.EMPTY_BAG)
                        .build());
    }

    private static Dynamic shown(
            Seen seen, String name, String what, String below, Dynamic properties) {
        var out = Dynamic.bag().put("name", name).put("location", seen.region());
        if (seen.kind() == Kind.COMMUNITY) {
            out.put("type", "Microsoft.Compute/locations/community" + what);
        }
        return out.put(
                        "identifier",
                        Dynamic.bag()
                                .put("uniqueId", seen.kind().uniqueId("/" + seen.name() + below))
                                .build())
                .put("properties", properties)
                .build();
    }
}
