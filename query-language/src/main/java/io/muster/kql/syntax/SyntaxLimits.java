package io.muster.kql.syntax;

/// What the parser accepts from outside.
///
/// @param maxLength UTF-16 units of one query text
/// @param maxDepth nesting of brackets, and of operators within one expression
public record SyntaxLimits(int maxLength, int maxDepth) {
    public static final SyntaxLimits DEFAULT = new SyntaxLimits(2_000_000, 200);
}
