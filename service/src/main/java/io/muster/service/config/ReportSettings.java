package io.muster.service.config;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/// `muster.report`: what reports of compliance may take.
///
/// @param findings that a report lists with their reasons; how many more there are is told
/// @param records that a report may have which lists every one, compliant ones too (JUnit's)
/// @param maxWait how long a report waits for the one before it is made
@ConfigurationProperties("muster.report")
public record ReportSettings(
        @Bindable(defaultValue = "10000") int findings,
        @Bindable(defaultValue = "100000") int records,
        @Bindable(defaultValue = "PT30S") Duration maxWait) {
    public ReportSettings {
        if (findings < 0 || records < 0 || maxWait.isNegative()) {
            throw new IllegalArgumentException(
                    "muster.report: findings, records and max-wait must be at least 0");
        }
    }
}
