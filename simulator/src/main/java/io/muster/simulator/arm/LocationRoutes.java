package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// `Microsoft.Compute/locations/{region}`: what of a type lies in a region. Guarded by the simulator's lock.
final class LocationRoutes implements ResourceRoutes {
    private final GenericResources generic;
    private final SharedGalleryRoutes shared;

    LocationRoutes(GenericResources generic, SharedGalleryRoutes shared) {
        this.generic = generic;
        this.shared = shared;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        request.requireMethod("GET");
        throw ArmFault.notFound(id);
    }

    @Override
    public Optional<ArmResponse> view(ArmRequest request, ResourceId id, String word) {
        return switch (word) {
            case "sharedgalleries" -> Optional.of(shared.list(request, id));
            case "virtualmachines", "virtualmachinescalesets" ->
                    Optional.of(generic.listInRegion(request, id, "microsoft.compute/" + word));
            // An empty list would say that a region has no images, sizes or quotas.
            default ->
                    throw new ArmFault(
                            404,
                            "InvalidResourceType",
                            "The resource type 'locations/"
                                    + word
                                    + "' could not be found in the namespace 'Microsoft.Compute'"
                                    + " for api version '"
                                    + request.parameter("api-version").orElse("")
                                    + "'.");
        };
    }
}
