package io.muster.policy.incremental;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Resources whose state under one definition in force turned in the same way for the same reason.
///
/// @param from null when there was no record
/// @param to null when there is none any more
/// @param resources their ordinals, never empty; not to be written
public record VerdictChange(
        PolicyKey key,
        Cause cause,
        @Nullable ComplianceState from,
        @Nullable ComplianceState to,
        RoaringBitmap resources) {
    public VerdictChange {
        if (from == to) {
            throw new IllegalArgumentException("a verdict that stayed the same is no change");
        }
        if (resources.isEmpty()) {
            throw new IllegalArgumentException("a change of no resource is no change");
        }
    }
}
