package io.muster.service.config;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/// `muster.graph`: Resource Graph's REST.
///
/// @param queriesPerWindow that the server answers in a window of five seconds; 0: none
@ConfigurationProperties("muster.graph")
public record GraphSettings(@Bindable(defaultValue = "300") int queriesPerWindow) {
    public GraphSettings {
        if (queriesPerWindow < 0) {
            throw new IllegalArgumentException(
                    "muster.graph.queries-per-window must be at least 0, not " + queriesPerWindow);
        }
    }
}
