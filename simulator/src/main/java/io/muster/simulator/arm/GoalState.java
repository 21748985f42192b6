package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ApplicationProfile;

/// What a machine is to take.
///
/// @param extensions of a scale set's model for its instance; null value for a machine, whose extensions are resources of their own
record GoalState(ApplicationProfile profile, Dynamic extensions) {
    static GoalState of(ApplicationProfile profile) {
        return new GoalState(profile, Dynamic.NULL);
    }

    /// The model of a scale set.
    static GoalState ofModel(Dynamic set) {
        return new GoalState(
                ApplicationProfile.ofResource(set), Dynamic.array(ScaleSetExtensions.of(set)));
    }

    Dynamic toJson() {
        return Dynamic.bag()
                .put("profile", profile.toDynamic())
                .put("extensions", extensions)
                .build();
    }

    static GoalState ofJson(Dynamic json) {
        return new GoalState(ApplicationProfile.read(json.get("profile")), json.get("extensions"));
    }
}
