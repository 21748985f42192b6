package io.muster.simulator.storage;

import java.util.Locale;
import java.util.Optional;

/// A blob without its content: what publishing asks of it.
///
/// @param size bytes
public record Blob(Kind kind, long size) {
    private static final int PAGE = 512;

    public Blob {
        if (size < 0) {
            throw new IllegalArgumentException("a blob's size is negative: " + size);
        }
        if (kind == Kind.PAGE && size % PAGE != 0) {
            throw new IllegalArgumentException("a page blob's size is a multiple of 512: " + size);
        }
    }

    /// As `x-ms-blob-type` names it.
    public enum Kind {
        BLOCK("BlockBlob"),
        PAGE("PageBlob"),
        APPEND("AppendBlob");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        public static Optional<Kind> parse(String text) {
            for (var kind : values()) {
                if (kind.wireName.toLowerCase(Locale.ROOT).equals(text.toLowerCase(Locale.ROOT))) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }
}
