package io.muster.inventory.source.json;

import io.muster.core.json.JsonLimits;

/// @param keepGoing whether a fault is noted and the rest read, instead of stopping at the first one
/// @param maxLineBytes of one NDJSON line
public record JsonSourceOptions(boolean keepGoing, int maxLineBytes, JsonLimits limits) {
    public static final JsonSourceOptions DEFAULT =
            new JsonSourceOptions(false, 64 << 20, JsonLimits.DEFAULT);

    public JsonSourceOptions withKeepGoing(boolean value) {
        return new JsonSourceOptions(value, maxLineBytes, limits);
    }
}
