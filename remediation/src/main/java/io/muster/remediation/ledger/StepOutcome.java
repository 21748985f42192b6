package io.muster.remediation.ledger;

/// How ARM answered a step.
public enum StepOutcome {
    /// Done, and done well.
    SUCCEEDED,
    /// Taken and then failed, or refused outright.
    FAILED,
    /// The resource was no longer as it was read (412): nothing was changed, it is planned anew.
    CHANGED_MEANWHILE,
    /// Its answer was lost and there is no trace of it: it was not carried out, or does no harm twice.
    /// May be sent again.
    NOT_DONE,
    /// ARM took it and then did not say how it ended; the resource's own state decides.
    UNKNOWN
}
