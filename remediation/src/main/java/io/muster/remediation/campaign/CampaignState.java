package io.muster.remediation.campaign;

import java.util.Optional;

/// Where a campaign stands.
public enum CampaignState {
    /// To be planned: its machines are found and put into rings.
    ACCEPTED("Accepted"),
    /// Planned; somebody has to approve it.
    AWAITING_APPROVAL("AwaitingApproval"),
    /// A ring is worked on, or a gate is waited for.
    RUNNING("Running"),
    /// A run is over; the next one comes by a trigger.
    WAITING("Waiting"),
    /// No new machine is begun; those in flight come to their end.
    CANCELLING("Cancelling"),
    CANCELED("Canceled"),
    /// A ring's threshold was exceeded, a gate stayed closed, or it could not be planned.
    FAILED("Failed"),
    /// Every ring was run, some machines failed.
    COMPLETE("Complete"),
    /// Every ring was run, none failed.
    SUCCEEDED("Succeeded");

    private final String wireName;

    CampaignState(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /// Whether nothing will happen any more.
    public boolean isTerminal() {
        return switch (this) {
            case ACCEPTED, AWAITING_APPROVAL, RUNNING, WAITING, CANCELLING -> false;
            case CANCELED, FAILED, COMPLETE, SUCCEEDED -> true;
        };
    }

    public static Optional<CampaignState> parse(String name) {
        for (var state : values()) {
            if (state.wireName.equalsIgnoreCase(name)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
