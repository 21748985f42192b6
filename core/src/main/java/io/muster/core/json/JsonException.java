package io.muster.core.json;

/// A text is no JSON, or more than the limits allow. Line and column count from 1; the pointer names the innermost value reached.
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;
    private final long line;
    private final long column;
    private final String pointer;

    public JsonException(String message, long line, long column, String pointer) {
        super(message);
        this.line = line;
        this.column = column;
        this.pointer = pointer;
    }

    public long line() {
        return line;
    }

    public long column() {
        return column;
    }

    public String pointer() {
        return pointer;
    }

    /// `line:column  message`.
    public String describe() {
        return line + ":" + column + "  " + getMessage();
    }
}
