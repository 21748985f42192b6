package io.muster.remediation.apply;

import java.time.Duration;

/// How patient the runner is.
///
/// @param firstPause before asking again when ARM did not say how long; doubles up to `longestPause`
/// @param longestPause of our own: a longer `Retry-After` is obeyed
/// @param attempts requests in a row that may go unanswered, be throttled or meet a conflict
/// @param operationTimeout how long an operation of ARM may run, and the longest `Retry-After` that is waited for: nothing is sent earlier, it is given up
/// @param guestTimeout how long the guest may be at work after ARM said that all is done
/// @param steps changes of one resource in one task, re-planned ones included
/// @param leaseFor how long a process may be silent before another one takes its tasks over; it says that it lives four times as often
public record RunSettings(
        Duration firstPause,
        Duration longestPause,
        int attempts,
        Duration operationTimeout,
        Duration guestTimeout,
        int steps,
        Duration leaseFor) {
    public static final RunSettings DEFAULT =
            new RunSettings(
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(2),
                    12,
                    Duration.ofMinutes(120),
                    Duration.ofMinutes(30),
                    12,
                    Duration.ofSeconds(30));

    public RunSettings {
        if (attempts < 1 || steps < 1 || !firstPause.isPositive()) {
            throw new IllegalArgumentException("attempts, steps and the first pause are positive");
        }
    }

    /// Whether ARM asked for more patience than there is.
    public boolean isTooLong(Duration retryAfter) {
        return retryAfter.compareTo(operationTimeout) > 0;
    }

    /// Before the attempt after that many in a row: never less than what ARM asked for.
    public Duration pause(int attempt, Duration retryAfter) {
        var own = firstPause;
        for (int i = 1; i < attempt && own.compareTo(longestPause) < 0; i++) {
            own = own.multipliedBy(2);
        }
        if (own.compareTo(longestPause) > 0) {
            own = longestPause;
        }
        return retryAfter.compareTo(own) > 0 ? retryAfter : own;
    }
}
