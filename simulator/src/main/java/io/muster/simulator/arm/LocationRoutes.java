package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// `Microsoft.Compute/locations/{region}`: what of a type lies in a region. Guarded by the simulator's lock.
final class LocationRoutes implements ResourceRoutes {
    private final GenericResources generic;

    LocationRoutes(GenericResources generic) {
        this.generic = generic;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        request.requireMethod("GET");
        throw ArmFault.notFound(id);
    }

    @Override
    public Optional<ArmResponse> view(ArmRequest request, ResourceId id, String word) {
        return Optional.of(generic.listInRegion(request, id, "microsoft.compute/" + word));
    }
}
