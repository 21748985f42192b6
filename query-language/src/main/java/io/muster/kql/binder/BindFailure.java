package io.muster.kql.binder;

/// Binding cannot go on, for a table's columns are not known; the faults are in the diagnostics.
final class BindFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BindFailure() {
        super("the query does not bind", null, false, false);
    }
}
