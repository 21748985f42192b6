package io.muster.inventory.source;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.util.Arrays;

/// Takes resources as a source reads them. Called by one thread at a time.
@FunctionalInterface
public interface ResourceSink {

    /// @param resource has an `id` and a `type` text
    void accept(Dynamic resource);

    /// Takes a resource as its UTF-8 text, for sinks that need no objects of it. The bytes are the caller's and change after the call.
    ///
    /// @throws JsonException when the text is no JSON
    default void accept(byte[] utf8, int offset, int length) throws IOException, JsonException {
        accept(Json.parse(Arrays.copyOfRange(utf8, offset, offset + length)));
    }
}
