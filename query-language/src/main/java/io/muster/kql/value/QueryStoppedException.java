package io.muster.kql.value;

/// A query was ended before it was done: a limit was reached or it was cancelled.
public final class QueryStoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    /// @param code `query-cancelled`, `query-timeout`, `query-memory`, `query-rows`, or `query-argument` for a value that only the run could find wrong
    public QueryStoppedException(String code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
