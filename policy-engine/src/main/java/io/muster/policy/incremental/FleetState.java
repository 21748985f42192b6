package io.muster.policy.incremental;

import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.evaluate.Verdicts;
import java.time.Instant;

/// A finished scan with all that it saw.
///
/// @param verdicts of the snapshot under the engine at that time
/// @param at what the clock said when it was decided
public record FleetState(PolicyEngine engine, Snapshot snapshot, Verdicts verdicts, Instant at) {
    public FleetState {
        if (verdicts.snapshotVersion() != snapshot.version()) {
            throw new IllegalArgumentException(
                    "verdicts of snapshot %d beside snapshot %d"
                            .formatted(verdicts.snapshotVersion(), snapshot.version()));
        }
    }

    /// Judges a whole snapshot.
    public static FleetState scanned(PolicyEngine engine, Snapshot snapshot) {
        var at = engine.now();
        return new FleetState(engine, snapshot, engine.scan(snapshot), at);
    }
}
