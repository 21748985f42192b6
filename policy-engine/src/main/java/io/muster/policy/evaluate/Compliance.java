package io.muster.policy.evaluate;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// Distinct resources by rolled-up state.
public record Compliance(Map<ComplianceState, Integer> counts) {
    public Compliance {
        var copy = new EnumMap<ComplianceState, Integer>(ComplianceState.class);
        copy.putAll(counts);
        counts = Collections.unmodifiableMap(copy);
    }

    public int count(ComplianceState state) {
        return counts.getOrDefault(state, 0);
    }

    /// (Compliant + Exempt + Unknown) / (those + NonCompliant + Conflict + Error), times 100; Protected counts in neither. 100 when there is nothing to count.
    public double percentage() {
        int good =
                count(ComplianceState.COMPLIANT)
                        + count(ComplianceState.EXEMPT)
                        + count(ComplianceState.UNKNOWN);
        int all =
                good
                        + count(ComplianceState.NON_COMPLIANT)
                        + count(ComplianceState.CONFLICT)
                        + count(ComplianceState.ERROR);
        return all == 0 ? 100 : 100.0 * good / all;
    }
}
