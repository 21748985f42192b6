package io.muster.service.compliance;

import io.muster.core.value.Dynamic;
import io.muster.policy.incremental.VerdictHistory;
import java.io.IOException;
import java.util.List;

/// What `policyresources` is made of, now or at some instant: the policy objects, and what they say of the fleet.
interface PolicyStates {
    /// All kept objects of a kind, by id.
    List<Dynamic> all(FleetCompliance.Kind kind);

    /// The verdicts.
    FleetCompliance.Current current();

    /// Since when and why each of them is what it is.
    ///
    /// @throws IOException when the store cannot be read
    VerdictHistory.LastTurns lastTurns() throws IOException;
}
