package io.muster.policy.compile;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Names one definition in force: an assignment, and the member of its initiative ("" when it has none). Equal ignoring case. Immutable.
///
/// Verdicts of thousands are looked up by it for every change of a resource, so that it works out its hash once.
public final class PolicyKey implements Comparable<PolicyKey> {
    private final String assignmentId;
    private final String referenceId;
    private final String assignmentLower;
    private final int hash;

    public PolicyKey(String assignmentId, String referenceId) {
        this.assignmentId = assignmentId;
        this.referenceId = referenceId;
        this.assignmentLower = assignmentId.toLowerCase(Locale.ROOT);
        this.hash =
                assignmentLower.hashCode() * 31 + referenceId.toLowerCase(Locale.ROOT).hashCode();
    }

    public String assignmentId() {
        return assignmentId;
    }

    /// The assignment's id in lower case.
    public String assignmentLower() {
        return assignmentLower;
    }

    public String referenceId() {
        return referenceId;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof PolicyKey that
                        && hash == that.hash
                        && assignmentId.equalsIgnoreCase(that.assignmentId)
                        && referenceId.equalsIgnoreCase(that.referenceId));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public int compareTo(PolicyKey other) {
        int order = assignmentId.compareToIgnoreCase(other.assignmentId);
        return order != 0 ? order : referenceId.compareToIgnoreCase(other.referenceId);
    }

    @Override
    public String toString() {
        return referenceId.isEmpty() ? assignmentId : assignmentId + " " + referenceId;
    }
}
