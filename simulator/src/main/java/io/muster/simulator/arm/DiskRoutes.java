package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;

/// `Microsoft.Compute/disks`: as other resources, but one that a machine has does not go. Guarded by the simulator's lock.
final class DiskRoutes implements ResourceRoutes {
    private final DataDisks disks;
    private final ResourceRoutes generic;

    DiskRoutes(DataDisks disks, ResourceRoutes generic) {
        this.disks = disks;
        this.generic = generic;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        if (request.method().equals("DELETE")) {
            disks.requireUnattached(id);
        }
        return generic.resource(request, id);
    }
}
