package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// What the resources of a type answer: at their own path, to actions, and to reads of what lies below them. Rights, locks and groups that go have been looked at
/// where every resource has the same ones: see [ResourceEndpoint]. Guarded by the simulator's lock.
interface ResourceRoutes {
    /// GET, HEAD, PUT, PATCH or DELETE of `{id}`.
    ArmResponse resource(ArmRequest request, ResourceId id);

    /// POST `{id}/{word}`; the caller may do it, and no lock is in the way.
    ///
    /// @param word in lower case
    /// @return empty when there is no such action
    default Optional<ArmResponse> action(ArmRequest request, ResourceId id, String word) {
        return Optional.empty();
    }

    /// GET `{id}/{word}` where that is more than the list of a child type; whether the caller may read it is asked here.
    ///
    /// @param word in lower case
    /// @return empty when the children of that type are listed
    default Optional<ArmResponse> view(ArmRequest request, ResourceId id, String word) {
        return Optional.empty();
    }
}
