package io.muster.inventory.source;

import io.muster.core.json.JsonCursor;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import java.io.IOException;

/// Takes resources as a source reads them. Called by one thread at a time.
@FunctionalInterface
public interface ResourceSink {

    /// @param resource has an `id` and a `type` text
    void accept(Dynamic resource);

    /// Takes a resource as its UTF-8 text, for sinks that need no objects of it. The bytes are the caller's and change after the call.
    ///
    /// @throws JsonException when the text is no JSON, or an object of it names a member twice
    default void accept(byte[] utf8, int offset, int length) throws IOException, JsonException {
        try (var cursor = JsonCursor.of(utf8, offset, length, JsonLimits.DEFAULT)) {
            cursor.next();
            var resource = cursor.readUniqueValue();
            if (cursor.next() != JsonCursor.Token.END) {
                throw cursor.fault("nothing may follow the JSON value");
            }
            accept(resource);
        }
    }
}
