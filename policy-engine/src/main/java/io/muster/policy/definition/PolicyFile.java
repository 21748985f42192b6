package io.muster.policy.definition;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A `.json` file of a folder of policies, as it was read.
///
/// @param path where it lies; its folder and its name tell what belongs together and what an object without a name is called
/// @param text null when the file is no UTF-8
public record PolicyFile(Path path, @Nullable String text) {
    private static final int MAX_BYTES = 64 << 20;
    private static final int MAX_DEPTH = 32;

    /// Every `.json` file at or below a path, in the order of their paths; a single file too.
    ///
    /// @throws IOException when one cannot be read, or is larger than 64 MiB
    public static List<PolicyFile> below(Path path) throws IOException {
        List<Path> found;
        try (var walk = Files.walk(path, MAX_DEPTH)) {
            found =
                    walk.filter(Files::isRegularFile)
                            .filter(f -> f.toString().toLowerCase(Locale.ROOT).endsWith(".json"))
                            .sorted()
                            .toList();
        }
        var files = new ArrayList<PolicyFile>(found.size());
        for (var file : found) {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
            }
            files.add(new PolicyFile(file, text(file)));
        }
        return files;
    }

    private static @Nullable String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException noText) {
            return null;
        }
    }

    Path folder() {
        return Optional.ofNullable(path.getParent()).orElse(Path.of(""));
    }

    /// Its name without `.json`.
    String stem() {
        String name = String.valueOf(path.getFileName());
        return name.substring(0, name.length() - ".json".length());
    }

    /// What to call an object that has no name: the file's, or the folder's when the file has a name that every folder has.
    String objectName() {
        String stem = stem().toLowerCase(Locale.ROOT);
        boolean common =
                stem.equals("policy")
                        || stem.equals("policyset")
                        || stem.equals("assignment")
                        || stem.startsWith("azurepolicy");
        var parent = path.toAbsolutePath().getParent();
        return common && parent != null && parent.getFileName() != null
                ? parent.getFileName().toString()
                : stem();
    }
}
