package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// `Microsoft.Compute/virtualMachineScaleSets/virtualMachines`: uniform instances, their actions and views. Guarded by the simulator's lock.
final class InstanceRoutes implements ResourceRoutes {
    private final Cloud cloud;
    private final Access access;
    private final ScaleSetWrites scaleSets;
    private final ScaleSetInstances instances;
    private final MachineWrites machines;
    private final Power power;
    private final DataDisks disks;
    private final MachineParts parts;

    InstanceRoutes(
            Cloud cloud,
            Access access,
            ScaleSetWrites scaleSets,
            ScaleSetInstances instances,
            MachineWrites machines,
            Power power,
            DataDisks disks,
            MachineParts parts) {
        this.cloud = cloud;
        this.access = access;
        this.scaleSets = scaleSets;
        this.instances = instances;
        this.machines = machines;
        this.power = power;
        this.disks = disks;
        this.parts = parts;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        return switch (request.method()) {
            case "GET" -> scaleSets.instance(request, id);
            case "PUT" -> instances.put(request, id);
            case "DELETE" -> delete(request, id);
            default -> throw ArmFault.notAllowed(request);
        };
    }

    private ArmResponse delete(ArmRequest request, ResourceId id) {
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()) {
            return ArmResponse.empty(204);
        }
        Cloud.requireMatch(request, stored);
        return scaleSets.actOnInstance(request, id, ScaleSetWrites.Action.DELETE);
    }

    @Override
    public Optional<ArmResponse> action(ArmRequest request, ResourceId id, String word) {
        var turned = MachineRoutes.power(request, word);
        if (turned.isPresent()) {
            return Optional.of(power.act(request, id, turned.get()));
        }
        return switch (word) {
            case "reimage", "reimageall" ->
                    Optional.of(
                            scaleSets.actOnInstance(request, id, ScaleSetWrites.Action.REIMAGE));
            case "attachdetachdatadisks" -> Optional.of(disks.attachDetach(request, id));
            default -> parts.unserved(id, word);
        };
    }

    @Override
    public Optional<ArmResponse> view(ArmRequest request, ResourceId id, String word) {
        if (word.equals("instanceview")) {
            access.require(request, id, "instanceView/read");
            return Optional.of(machines.instanceView(id));
        }
        parts.requireKnown(request, id, word);
        return Optional.empty();
    }
}
