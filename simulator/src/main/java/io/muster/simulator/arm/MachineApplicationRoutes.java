package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;

/// `Microsoft.Compute/virtualMachines/VMapplications`: one application of a machine's profile. Guarded by the simulator's lock.
///
/// Source: vm-applications.md section 1.
final class MachineApplicationRoutes implements ResourceRoutes {
    private final MachineWrites machines;

    MachineApplicationRoutes(MachineWrites machines) {
        this.machines = machines;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        return switch (request.method()) {
            case "GET" -> machines.getApplication(id);
            case "PUT" -> machines.putApplication(request, id);
            default -> throw ArmFault.notAllowed(request);
        };
    }
}
