package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// `Microsoft.Compute/galleries` and what is in them: images, applications, versions of both; `share` of a gallery. Guarded by the simulator's lock.
final class GalleryRoutes implements ResourceRoutes {
    private final GalleryWrites galleries;
    private final GallerySharing sharing;

    GalleryRoutes(GalleryWrites galleries, GallerySharing sharing) {
        this.galleries = galleries;
        this.sharing = sharing;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        return switch (request.method()) {
            case "GET" -> galleries.get(request, id);
            case "PUT" -> galleries.put(request, id, false);
            case "PATCH" -> galleries.put(request, id, true);
            case "DELETE" -> galleries.delete(request, id);
            default -> throw ArmFault.notAllowed(request);
        };
    }

    @Override
    public Optional<ArmResponse> action(ArmRequest request, ResourceId id, String word) {
        return word.equals("share") && id.isOfType("Microsoft.Compute/galleries")
                ? Optional.of(sharing.share(request, id))
                : Optional.empty();
    }
}
