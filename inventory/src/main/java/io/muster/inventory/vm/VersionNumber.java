package io.muster.inventory.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The number of an application version. Compares part by part as numbers, never as text; a missing
/// part counts as zero (`1.2` equals `1.2.0`).
///
/// @param parts at least three, each 0 to 2147483647; more only without zeros at the end
public record VersionNumber(List<Integer> parts) implements Comparable<VersionNumber> {
    public VersionNumber {
        var normal = new ArrayList<>(parts);
        while (normal.size() < 3) {
            normal.add(0);
        }
        while (normal.size() > 3 && normal.getLast() == 0) {
            normal.removeLast();
        }
        if (normal.stream().anyMatch(part -> part < 0)) {
            throw new IllegalArgumentException("a version part is negative: " + parts);
        }
        parts = List.copyOf(normal);
    }

    public static VersionNumber of(int major, int minor, int patch) {
        return new VersionNumber(List.of(major, minor, patch));
    }

    /// The number of a gallery version's name: exactly `Major.Minor.Patch`, digits only, each part
    /// an int32.
    public static Optional<VersionNumber> parse(String name) {
        return read(name, 3, 3);
    }

    /// The number that the guest reports or a user writes: up to five parts.
    public static Optional<VersionNumber> parseLenient(String text) {
        return read(text.strip(), 1, 5);
    }

    private static Optional<VersionNumber> read(String text, int fewest, int most) {
        var texts = text.split("\\.", -1);
        if (texts.length < fewest || texts.length > most) {
            return Optional.empty();
        }
        var parts = new ArrayList<Integer>();
        for (var part : texts) {
            // Leading zeros are digits too; ten digits are the most an int32 has without them.
            if (part.isEmpty()
                    || part.length() > 100
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.empty();
            }
            try {
                parts.add(Integer.parseInt(part));
            } catch (NumberFormatException tooLarge) {
                return Optional.empty();
            }
        }
        return Optional.of(new VersionNumber(parts));
    }

    @Override
    public int compareTo(VersionNumber other) {
        int length = Math.max(parts.size(), other.parts.size());
        for (int i = 0; i < length; i++) {
            int mine = i < parts.size() ? parts.get(i) : 0;
            int theirs = i < other.parts.size() ? other.parts.get(i) : 0;
            if (mine != theirs) {
                return Integer.compare(mine, theirs);
            }
        }
        return 0;
    }

    @Override
    public String toString() {
        return parts.stream().map(String::valueOf).collect(Collectors.joining("."));
    }
}
