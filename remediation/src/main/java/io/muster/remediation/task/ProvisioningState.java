package io.muster.remediation.task;

import java.util.Optional;

/// Where a remediation task stands (`policyinsights` remediations, `provisioningState`).
public enum ProvisioningState {
    /// Created, or running.
    ACCEPTED("Accepted"),
    /// Finding out which resources are non-compliant.
    EVALUATING("Evaluating"),
    /// No new resource is begun; those in flight come to their end.
    CANCELLING("Cancelling"),
    CANCELED("Canceled"),
    /// More failed than the threshold allows, or it could not be planned.
    FAILED("Failed"),
    /// Finished, some resources failed.
    COMPLETE("Complete"),
    /// Finished, none failed.
    SUCCEEDED("Succeeded");

    private final String wireName;

    ProvisioningState(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /// Whether nothing will happen any more.
    public boolean isTerminal() {
        return switch (this) {
            case ACCEPTED, EVALUATING, CANCELLING -> false;
            case CANCELED, FAILED, COMPLETE, SUCCEEDED -> true;
        };
    }

    public static Optional<ProvisioningState> parse(String name) {
        for (var state : values()) {
            if (state.wireName.equalsIgnoreCase(name)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
