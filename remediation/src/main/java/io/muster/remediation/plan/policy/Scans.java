package io.muster.remediation.plan.policy;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.evaluate.Verdicts;

/// Port: the last scan of the fleet. Safe for many threads.
public interface Scans {
    /// @param verdicts of that snapshot by that engine
    record Scan(PolicyEngine engine, Snapshot snapshot, Verdicts verdicts) {
        public Scan {
            if (verdicts.snapshotVersion() != snapshot.version()) {
                throw new IllegalArgumentException(
                        "verdicts of snapshot "
                                + verdicts.snapshotVersion()
                                + " beside snapshot "
                                + snapshot.version());
            }
        }
    }

    Scan latest();

    /// Collects and evaluates what is at or below a scope, then gives the scan of it all.
    Scan rescan(ResourceId scope);
}
