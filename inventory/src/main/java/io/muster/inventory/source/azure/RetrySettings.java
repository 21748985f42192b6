package io.muster.inventory.source.azure;

import java.time.Duration;

/// How a failed request is tried again.
///
/// @param attempts of one request, the first included
/// @param first wait; doubles with each attempt, with jitter down to half of it
/// @param most of one wait of our own
/// @param mostAsked the longest wait that a server may ask for: one who asks for more is not asked again
/// @param scopeAttempts how often a torn scope is read before it is called partial
/// @param seed of the jitter
public record RetrySettings(
        int attempts,
        Duration first,
        Duration most,
        Duration mostAsked,
        int scopeAttempts,
        long seed) {
    public static final RetrySettings DEFAULT =
            new RetrySettings(
                    8,
                    Duration.ofMillis(250),
                    Duration.ofSeconds(60),
                    Duration.ofMinutes(15),
                    3,
                    1);

    public RetrySettings {
        if (attempts < 1 || scopeAttempts < 1) {
            throw new IllegalArgumentException("at least one attempt is needed");
        }
    }
}
