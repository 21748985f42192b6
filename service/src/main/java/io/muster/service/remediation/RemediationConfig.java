package io.muster.service.remediation;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.muster.remediation.apply.RunSettings;
import java.time.Duration;
import java.util.Optional;

/// `muster.remediation`: how patient remediation is, and who must be asked.
///
/// @param lease how long a process may be silent before another one takes its tasks and campaigns over
/// @param firstPause before ARM is asked again when it did not say how long to wait
/// @param lookEvery how often unfinished and due work is looked for; five seconds unless it is said
/// @param approval whether every campaign must be approved
@ConfigurationProperties("muster.remediation")
public record RemediationConfig(
        Optional<Duration> lease,
        Optional<Duration> firstPause,
        Optional<Duration> lookEvery,
        Optional<Boolean> approval) {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

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
