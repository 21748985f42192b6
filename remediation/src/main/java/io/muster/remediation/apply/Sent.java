package io.muster.remediation.apply;

import java.time.Duration;

/// ARM took a change.
public sealed interface Sent {
    /// It is done already.
    record Done() implements Sent {}

    /// It is under way.
    ///
    /// @param operation where to ask for its state: an absolute address, kept in the ledger
    /// @param retryAfter when to ask first; zero when ARM did not say
    record Started(String operation, Duration retryAfter) implements Sent {}
}
