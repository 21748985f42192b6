package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.arm.SharedGalleries.Kind;
import io.muster.simulator.arm.SharedGalleries.Seen;
import io.muster.simulator.estate.StoredResource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// `{subscription}/providers/Microsoft.Compute/locations/{region}/sharedGalleries` and `communityGalleries`, with the images and versions in them: read alone. Guarded by
/// the simulator's lock.
final class SharedGalleryRoutes implements ResourceRoutes {
    private final Cloud cloud;
    private final Access access;
    private final SharedGalleries galleries;

    SharedGalleryRoutes(Cloud cloud, Access access, SharedGalleries galleries) {
        this.cloud = cloud;
        this.access = access;
        this.galleries = galleries;
    }

    /// The types that are read here, in lower case.
    static List<String> types() {
        return Stream.of("sharedgalleries", "communitygalleries")
                .map(kind -> "microsoft.compute/locations/" + kind)
                .flatMap(type -> Stream.of(type, type + "/images", type + "/images/versions"))
                .toList();
    }

    /// Those shared with the subscription, or with `?sharedTo=tenant` its tenant. Communities are not listed: who knows no name finds none.
    ArmResponse list(ArmRequest request, ResourceId region) {
        access.require(request, region, "sharedGalleries/read");
        return cloud.page(
                request,
                galleries
                        .with(
                                subscription(region),
                                region.name(),
                                request.parameter("sharedTo")
                                        .filter("tenant"::equalsIgnoreCase)
                                        .isPresent())
                        .stream()
                        .map(galleries::gallery)
                        .toList());
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        request.requireMethod("GET");
        cloud.requireContainer(id);
        var seen = seen(id);
        var names = id.names();
        return ArmResponse.of(
                200,
                switch (names.size()) {
                    case 2 -> galleries.gallery(seen);
                    case 3 ->
                            galleries.image(seen, named(galleries.images(seen), names.get(2), id));
                    default ->
                            galleries.version(
                                    seen,
                                    named(
                                            galleries.versions(seen, names.get(2)),
                                            names.get(3),
                                            id));
                });
    }

    @Override
    public Optional<ArmResponse> view(ArmRequest request, ResourceId id, String word) {
        var names = id.names();
        boolean images = names.size() == 2 && word.equals("images");
        boolean versions = names.size() == 3 && word.equals("versions");
        if (!images && !versions) {
            return Optional.empty();
        }
        cloud.requireContainer(id);
        access.require(request, id, word + "/read");
        var seen = seen(id);
        if (images) {
            return Optional.of(
                    cloud.page(
                            request,
                            galleries.images(seen).stream()
                                    .map(image -> galleries.image(seen, image))
                                    .toList()));
        }
        var image = named(galleries.images(seen), names.get(2), id);
        return Optional.of(
                cloud.page(
                        request,
                        galleries.versions(seen, image.id().name()).stream()
                                .map(version -> galleries.version(seen, version))
                                .toList()));
    }

    private static ResourceId subscription(ResourceId id) {
        return ResourceId.parse("/subscriptions/" + id.subscriptionId().orElse(""));
    }

    /// The gallery that an id begins with.
    private Seen seen(ResourceId id) {
        var kind = id.valueOf(Kind.COMMUNITY.wireName()).isPresent() ? Kind.COMMUNITY : Kind.SHARED;
        return galleries
                .find(kind, subscription(id), id.names().get(0), id.names().get(1))
                .orElseThrow(() -> ArmFault.notFound(id));
    }

    private static StoredResource named(List<StoredResource> there, String name, ResourceId id) {
        return there.stream()
                .filter(stored -> stored.id().name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> ArmFault.notFound(id));
    }
}
