package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// `Microsoft.Compute/virtualMachineScaleSets`: the sets, their actions, views and rolling upgrades. Guarded by the simulator's lock.
final class ScaleSetRoutes implements ResourceRoutes, Endpoint {
    /// Two segments behind the set, and no type and name.
    private static final Pattern ROLLING_UPGRADE =
            Pattern.compile(
                    "(/subscriptions/.+/virtualMachineScaleSets/[^/]+)/rollingUpgrades/(latest|cancel)",
                    Pattern.CASE_INSENSITIVE);

    private final Access access;
    private final Locks locks;
    private final ScaleSetWrites scaleSets;
    private final MachineParts parts;

    ScaleSetRoutes(Access access, Locks locks, ScaleSetWrites scaleSets, MachineParts parts) {
        this.access = access;
        this.locks = locks;
        this.scaleSets = scaleSets;
        this.parts = parts;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        return switch (request.method()) {
            case "GET" -> scaleSets.get(id);
            case "PUT" -> scaleSets.put(request, id);
            case "PATCH" -> scaleSets.patch(request, id);
            case "DELETE" -> scaleSets.delete(request, id);
            default -> throw ArmFault.notAllowed(request);
        };
    }

    @Override
    public Optional<ArmResponse> action(ArmRequest request, ResourceId id, String word) {
        var turned = MachineRoutes.power(request, word);
        if (turned.isPresent()) {
            return Optional.of(scaleSets.turn(request, id, turned.get()));
        }
        return switch (word) {
            case "reapply" -> acted(request, id, ScaleSetWrites.Action.REAPPLY);
            case "reimage", "reimageall" -> acted(request, id, ScaleSetWrites.Action.REIMAGE);
            case "delete" -> acted(request, id, ScaleSetWrites.Action.DELETE);
            case "manualupgrade" -> Optional.of(scaleSets.manualUpgrade(request, id));
            case "osrollingupgrade", "extensionrollingupgrade" ->
                    Optional.of(scaleSets.startRollingUpgrade(request, id));
            default -> parts.unserved(id, word);
        };
    }

    private Optional<ArmResponse> acted(
            ArmRequest request, ResourceId id, ScaleSetWrites.Action action) {
        return Optional.of(scaleSets.actOn(request, id, action));
    }

    @Override
    public Optional<ArmResponse> view(ArmRequest request, ResourceId id, String word) {
        switch (word) {
            case "instanceview" -> {
                access.require(request, id, "instanceView/read");
                return Optional.of(scaleSets.instanceView(id));
            }
            case "virtualmachines" -> {
                access.require(request, id, "virtualMachines/read");
                return Optional.of(scaleSets.instances(request, id));
            }
            case "extensions" -> scaleSets.showExtensions(id);
            default -> parts.requireKnown(request, id, word);
        }
        return Optional.empty();
    }

    /// `{set}/rollingUpgrades/latest` and `cancel`.
    @Override
    public Optional<ArmResponse> answer(ArmRequest request) {
        var upgrade = ROLLING_UPGRADE.matcher(request.path());
        if (!upgrade.matches()) {
            return Optional.empty();
        }
        var set =
                ResourceId.tryParse(upgrade.group(1))
                        .filter(id -> id.isOfType(Machine.SCALE_SET_TYPE))
                        .orElseThrow(() ->
                                new ArmFault(
                                        404,
                                        "NotFound",
                                        "'" + upgrade.group(1) + "' is no scale set."));
        boolean cancel = upgrade.group(2).toLowerCase(Locale.ROOT).equals("cancel");
        request.requireMethod(cancel ? "POST" : "GET");
        access.require(request, set, cancel ? "rollingUpgrades/action" : "rollingUpgrades/read");
        locks.check(request, set);
        return Optional.of(
                cancel
                        ? scaleSets.cancelRollingUpgrade(request, set)
                        : scaleSets.rollingUpgrade(set));
    }
}
