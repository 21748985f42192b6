package io.muster.remediation.apply;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// ARM took a change.
public sealed interface Sent {
    /// It is done already.
    record Done() implements Sent {}

    /// It is under way.
    ///
    /// @param operation where to ask for its state: an absolute address, kept in the ledger
    /// @param retryAfter when to ask first, zero for at once; null when ARM did not say
    record Started(String operation, @Nullable Duration retryAfter) implements Sent {}
}
