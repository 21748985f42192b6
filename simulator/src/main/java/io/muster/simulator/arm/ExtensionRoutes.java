package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;

/// `extensions` of machines and of uniform instances: written through the agent of a machine that runs, and shown in its instance view. Guarded by the simulator's lock.
final class ExtensionRoutes implements ResourceRoutes {
    private final Cloud cloud;
    private final MachineParts parts;
    private final Power power;
    private final GoalStates goals;
    private final ResourceRoutes generic;

    ExtensionRoutes(
            Cloud cloud,
            MachineParts parts,
            Power power,
            GoalStates goals,
            ResourceRoutes generic) {
        this.parts = parts;
        this.cloud = cloud;
        this.power = power;
        this.goals = goals;
        this.generic = generic;
    }

    /// VMAppExtension is the platform's: it comes with a profile's first application and goes with the last.
    ///
    /// Source: vm-applications.md section 1; the refusal is ours.
    static void requireNotOwned(String extension) {
        if (extension.equalsIgnoreCase(GoalStates.EXTENSION)) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "The extension '"
                            + GoalStates.EXTENSION
                            + "' is the platform's own and follows the applications of the profile:"
                            + " change 'applicationProfile.galleryApplications' instead.");
        }
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        if (request.isRead()) {
            return generic.resource(request, id);
        }
        requireNotOwned(id.name());
        if (!request.method().equals("DELETE")) {
            cloud.requireContainer(id);
            id.parent().ifPresent(parts::requireThere);
        }
        power.requireOn(id);
        var answer = generic.resource(request, id);
        goals.extensions()
                .show(id, cloud.estate().find(id).map(StoredResource::json).orElse(Dynamic.NULL));
        return answer;
    }
}
