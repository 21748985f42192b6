package io.muster.service.compliance;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import java.util.List;

/// What `policyresources` is made of: the policy objects, and what they say of a state of the fleet.
interface PolicyStates {
    /// All kept objects of a kind, by id.
    List<Dynamic> all(FleetCompliance.Kind kind);

    /// The verdicts over that state.
    FleetCompliance.Current over(Snapshot snapshot);
}
