package io.muster.core.diagnostic;

/// A stretch of a [SourceText]: offsets in UTF-16 units, `end` exclusive.
public record SourceSpan(int start, int end) {
    public SourceSpan {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("span " + start + ".." + end);
        }
    }

    public static SourceSpan at(int offset) {
        return new SourceSpan(offset, offset);
    }

    /// From the start of this to the end of the other.
    public SourceSpan to(SourceSpan other) {
        return new SourceSpan(Math.min(start, other.start), Math.max(end, other.end));
    }
}
