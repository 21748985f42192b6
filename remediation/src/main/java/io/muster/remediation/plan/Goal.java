package io.muster.remediation.plan;

import io.muster.remediation.change.ArmResource;
import io.muster.remediation.ledger.ItemHistory;

/// What a resource is to become. A pure function of the fresh read, the history and whatever the
/// inventory says: it sends nothing. Safe for many threads.
@FunctionalInterface
public interface Goal {
    /// The next step.
    ///
    /// @param history what this task has done to the resource before
    Decision decide(ArmResource now, ItemHistory history);
}
