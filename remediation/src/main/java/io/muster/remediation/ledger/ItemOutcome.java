package io.muster.remediation.ledger;

/// How a resource ended.
public enum ItemOutcome {
    /// It was changed, read again and found to be as wanted.
    VERIFIED("Succeeded"),
    /// It was as wanted before anything was sent.
    ALREADY_COMPLIANT("Succeeded"),
    /// It is no longer what the task is about: gone, or no longer subject to the policy.
    NOT_APPLICABLE("Succeeded"),
    /// Nothing was sent: it would have failed.
    REFUSED("Failed"),
    /// The change failed, or did not have its effect.
    FAILED("Failed"),
    /// The change was carried out, and then somebody else undid it.
    DRIFTED("Failed"),
    /// Nothing was changed: its turn never came before the task was cancelled or stopped at its failure threshold, or Azure had told it to wait when the task was
    /// cancelled.
    CANCELED("Canceled");

    private final String deploymentStatus;

    ItemOutcome(String deploymentStatus) {
        this.deploymentStatus = deploymentStatus;
    }

    /// Policy Insights' `status` of a remediation deployment.
    public String deploymentStatus() {
        return deploymentStatus;
    }

    public boolean isFailure() {
        return deploymentStatus.equals("Failed");
    }

    public boolean isSuccess() {
        return deploymentStatus.equals("Succeeded");
    }
}
