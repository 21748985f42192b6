package io.muster.core.json;

/// What a reader accepts from outside.
///
/// @param maxDepth nesting of arrays and objects
/// @param maxStringLength UTF-16 units of one string; also of one name, whose bytes are counted when bytes are read
/// @param maxDocumentBytes bytes of one document (one line of NDJSON)
public record JsonLimits(int maxDepth, int maxStringLength, long maxDocumentBytes) {
    public static final JsonLimits DEFAULT = new JsonLimits(1000, 20_000_000, 512L << 20);
}
