package io.muster.policies;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The library's folder as it lies in the source tree.
final class Library {
    private Library() {}

    static Path root() {
        @Nullable String root = System.getProperty("muster.root");
        return (root == null ? Path.of("") : Path.of(root)).toAbsolutePath().resolve("policies");
    }

    /// Every file of that name (or ending), by path, outside `src` and `target`.
    static List<Path> files(String ending) {
        var root = root();
        try (var all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> {
                        String first = root.relativize(file).getName(0).toString();
                        return !first.equals("src") && !first.equals("target");
                    })
                    .filter(file -> file.getFileName().toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    static Dynamic read(Path file) {
        try {
            return Json.parse(Files.readAllBytes(file));
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        } catch (JsonException fault) {
            throw new AssertionError(file + ": " + fault.getMessage(), fault);
        }
    }
}
