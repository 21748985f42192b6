package io.muster.inventory.source.json;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A named stream of bytes.
///
/// @param name as shown in messages
public record JsonInput(String name, Opener opener) {

    /// Opens the stream; the reader closes it.
    @FunctionalInterface
    public interface Opener {
        InputStream open() throws IOException;
    }

    public static JsonInput file(Path path) {
        return new JsonInput(path.toString(), () -> Files.newInputStream(path));
    }
}
