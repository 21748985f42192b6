package io.muster.service.remediation;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.muster.remediation.apply.RunSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/// `muster.remediation`: how patient remediation is, and who must be asked.
///
/// @param lease how long a process may be silent before another one takes its tasks and campaigns over
/// @param firstPause before ARM is asked again when it did not say how long to wait
/// @param lookEvery how often unfinished and due work is looked for; five seconds unless it is said
/// @param retention how long the ledger keeps the lines of a task that is over; half a year unless it is said, for ever when it is zero
/// @param approval whether every campaign must be approved
@ConfigurationProperties("muster.remediation")
public record RemediationConfig(
        Optional<Duration> lease,
        Optional<Duration> firstPause,
        Optional<Duration> lookEvery,
        Optional<Duration> retention,
        Optional<Boolean> approval) {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private static final Duration RETENTION = Duration.ofDays(180);

    public RemediationConfig {
        if (lease.filter(Predicate.not(Duration::isPositive)).isPresent()
                || firstPause.filter(Predicate.not(Duration::isPositive)).isPresent()) {
            throw new IllegalArgumentException(
                    "muster.remediation: lease and first-pause must be longer than nothing");
        }
        if (lookEvery.filter(Duration::isNegative).isPresent()
                || retention.filter(Duration::isNegative).isPresent()) {
            throw new IllegalArgumentException(
                    "muster.remediation: look-every and retention must not be negative");
        }
    }

    /// Empty for ever.
    Optional<Duration> retentionIfAny() {
        return Optional.of(retention.orElse(RETENTION)).filter(Duration::isPositive);
    }

    Duration lookEveryOrStandard() {
        return lookEvery.filter(Duration::isPositive).orElse(LOOK_EVERY);
    }

    RunSettings settings() {
        var standard = RunSettings.DEFAULT;
        return new RunSettings(
                firstPause.orElse(standard.firstPause()),
                standard.longestPause(),
                standard.attempts(),
                standard.operationTimeout(),
                standard.guestTimeout(),
                standard.steps(),
                lease.orElse(standard.leaseFor()));
    }
}
