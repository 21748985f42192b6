package io.muster.policy.expression;

/// An expression or comparison could not be computed: a denial on a request, the state Error in a scan (azure-policy.md section 11).
///
/// Carries no stack trace: it is an outcome of the user's rule, met once per resource, not a fault of ours.
public final class EvaluationFailure extends Exception {
    private static final long serialVersionUID = 1L;

    public EvaluationFailure(String message) {
        super(message, null, false, false);
    }

    /// The message; never null.
    public String reason() {
        return String.valueOf(getMessage());
    }
}
