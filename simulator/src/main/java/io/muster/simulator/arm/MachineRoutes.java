package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.PowerAction;
import java.util.Optional;

/// `Microsoft.Compute/virtualMachines`: the machines, their actions, their instance view, and the list of `VMapplications`. Guarded by the simulator's lock.
final class MachineRoutes implements ResourceRoutes {
    private final Cloud cloud;
    private final Access access;
    private final MachineWrites machines;
    private final Power power;
    private final DataDisks disks;
    private final MachineParts parts;

    MachineRoutes(
            Cloud cloud,
            Access access,
            MachineWrites machines,
            Power power,
            DataDisks disks,
            MachineParts parts) {
        this.cloud = cloud;
        this.disks = disks;
        this.access = access;
        this.machines = machines;
        this.power = power;
        this.parts = parts;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        if (request.method().equals("GET")) {
            return machines.get(request, id);
        }
        var before = cloud.estate().find(id);
        var answer = written(request, id);
        disks.follow(before, cloud.estate().find(id));
        return answer;
    }

    private ArmResponse written(ArmRequest request, ResourceId id) {
        return switch (request.method()) {
            case "PUT" -> machines.put(request, id);
            case "PATCH" -> machines.patch(request, id);
            case "DELETE" -> machines.delete(request, id);
            default -> throw ArmFault.notAllowed(request);
        };
    }

    @Override
    public Optional<ArmResponse> action(ArmRequest request, ResourceId id, String word) {
        var turned = power(request, word);
        if (turned.isPresent()) {
            return Optional.of(power.act(request, id, turned.get()));
        }
        return switch (word) {
            case "reapply" -> Optional.of(machines.reapply(request, id));
            case "reimage" -> Optional.of(machines.reimage(request, id));
            case "generalize" -> Optional.of(power.generalize(id));
            case "attachdetachdatadisks" -> Optional.of(disks.attachDetach(request, id));
            default -> parts.unserved(id, word);
        };
    }

    /// What a request's last word and query turn on or off.
    static Optional<PowerAction> power(ArmRequest request, String word) {
        return PowerAction.asked(
                word, request.parameter("hibernate").filter("true"::equalsIgnoreCase).isPresent());
    }

    @Override
    public Optional<ArmResponse> view(ArmRequest request, ResourceId id, String word) {
        return switch (word) {
            case "instanceview" -> {
                access.require(request, id, "instanceView/read");
                yield Optional.of(machines.instanceView(id));
            }
            case "vmapplications" -> {
                access.require(request, id, "VMapplications/read");
                yield Optional.of(machines.applications(request, id));
            }
            default -> {
                parts.requireKnown(request, id, word);
                yield Optional.empty();
            }
        };
    }
}
