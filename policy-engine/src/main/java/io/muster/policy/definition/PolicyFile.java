package io.muster.policy.definition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileVisitOption;
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

    /// How much of a folder is read.
    ///
    /// @param depth of folders in folders, the one that was named included
    /// @param bytes of one file
    public record Limits(int depth, long bytes) {
        public static final Limits STANDARD = new Limits(32, 64L << 20);

        public Limits {
            if (depth < 1 || bytes < 1) {
                throw new IllegalArgumentException("limits must be positive");
            }
        }
    }

    /// Every `.json` file at or below a path, in the order of their paths; a single file too. Links are followed.
    ///
    /// @throws IOException when one cannot be read, is larger than [Limits#STANDARD] has it, or lies deeper
    public static List<PolicyFile> below(Path path) throws IOException {
        return below(path, Limits.STANDARD);
    }

    /// The same with other limits. What lies deeper is refused by name, for a policy left out in silence would be one not enforced.
    public static List<PolicyFile> below(Path path, Limits limits) throws IOException {
        List<Path> found;
        try (var walk = Files.walk(path, limits.depth(), FileVisitOption.FOLLOW_LINKS)) {
            var all = walk.sorted().toList();
            for (var each : all) {
                if (Files.isDirectory(each)
                        && !each.equals(path)
                        && path.relativize(each).getNameCount() >= limits.depth()) {
                    throw new IOException(
                            "%s lies below %d folders: deeper ones are not read"
                                    .formatted(each, limits.depth()));
                }
            }
            found =
                    all.stream()
                            .filter(Files::isRegularFile)
                            .filter(f -> f.toString().toLowerCase(Locale.ROOT).endsWith(".json"))
                            .toList();
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
        var files = new ArrayList<PolicyFile>(found.size());
        for (var file : found) {
            if (Files.size(file) > limits.bytes()) {
                throw new IOException(file + " is larger than " + limits.bytes() + " bytes");
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
