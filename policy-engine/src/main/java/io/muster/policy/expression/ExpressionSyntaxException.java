package io.muster.policy.expression;

/// A text in brackets is no template expression. `offset` counts UTF-16 units from the opening bracket.
public final class ExpressionSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int offset;

    public ExpressionSyntaxException(String message, int offset) {
        super(message, null, false, false);
        this.offset = offset;
    }

    public int offset() {
        return offset;
    }
}
