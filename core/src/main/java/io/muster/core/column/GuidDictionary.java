package io.muster.core.column;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Distinct GUIDs in their lower-case dashed form, 16 bytes each.
public final class GuidDictionary implements Dictionary {
    /// Two a value: the most significant half, then the least.
    private final long[] halves;

    /// Takes the array over.
    GuidDictionary(long[] halves) {
        this.halves = halves;
    }

    /// Null unless every text is a lower-case dashed GUID.
    static @Nullable GuidDictionary compress(Dictionary texts) {
        long[] halves = new long[texts.size() * 2];
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            if (!isCanonical(text)) {
                return null;
            }
            var guid = UUID.fromString(text);
            halves[2 * i] = guid.getMostSignificantBits();
            halves[2 * i + 1] = guid.getLeastSignificantBits();
        }
        return new GuidDictionary(halves);
    }

    private static boolean isCanonical(String text) {
        if (text.length() != 36) {
            return false;
        }
        for (int i = 0; i < 36; i++) {
            char c = text.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? c != '-' : !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int size() {
        return halves.length / 2;
    }

    @Override
    public boolean isDistinct() {
        return true;
    }

    @Override
    public String get(int code) {
        return new UUID(halves[2 * code], halves[2 * code + 1]).toString();
    }

    /// Not to be written.
    long[] halves() {
        return halves;
    }
}
