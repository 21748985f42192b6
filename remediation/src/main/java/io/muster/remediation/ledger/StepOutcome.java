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
    /// It failed after an answer of it was lost, and the resource did not show it when last looked at: it may have been carried out all the same. Not sent again,
    /// and taken back by a rollback where the resource has it after all.
    UNCERTAIN,
    /// ARM took it and then did not say how it ended; the resource's own state decides.
    UNKNOWN
}
