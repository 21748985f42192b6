package io.muster.policy.compile;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Names one definition in force: an assignment, and the member of its initiative ("" when it has none). Equal ignoring case.
public record PolicyKey(String assignmentId, String referenceId) implements Comparable<PolicyKey> {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PolicyKey that
                && assignmentId.equalsIgnoreCase(that.assignmentId)
                && referenceId.equalsIgnoreCase(that.referenceId);
    }

    @Override
    public int hashCode() {
        return assignmentId.toLowerCase(Locale.ROOT).hashCode() * 31
                + referenceId.toLowerCase(Locale.ROOT).hashCode();
    }

    @Override
    public int compareTo(PolicyKey other) {
        int order = assignmentId.compareToIgnoreCase(other.assignmentId);
        return order != 0 ? order : referenceId.compareToIgnoreCase(other.referenceId);
    }
}
