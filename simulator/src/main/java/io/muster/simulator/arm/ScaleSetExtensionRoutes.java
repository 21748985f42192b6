package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;

/// `Microsoft.Compute/virtualMachineScaleSets/extensions`: those of the set's model. Guarded by the simulator's lock.
final class ScaleSetExtensionRoutes implements ResourceRoutes {
    private final ScaleSetWrites scaleSets;
    private final ResourceRoutes generic;

    ScaleSetExtensionRoutes(ScaleSetWrites scaleSets, ResourceRoutes generic) {
        this.scaleSets = scaleSets;
        this.generic = generic;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        return switch (request.method()) {
            case "PUT", "PATCH", "DELETE" -> scaleSets.writeExtension(request, id);
            default -> {
                id.parent().ifPresent(scaleSets::showExtensions);
                yield generic.resource(request, id);
            }
        };
    }
}
