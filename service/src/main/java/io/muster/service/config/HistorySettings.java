package io.muster.service.config;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/// `muster.history`: how long what was is kept.
///
/// @param keep of changes and of the states before them; Azure keeps changes for 14 days
@ConfigurationProperties("muster.history")
public record HistorySettings(@Bindable(defaultValue = "P14D") Duration keep) {
    public HistorySettings {
        if (keep.isNegative() || keep.isZero()) {
            throw new IllegalArgumentException(
                    "muster.history.keep must be a time such as P14D, not " + keep);
        }
    }
}
