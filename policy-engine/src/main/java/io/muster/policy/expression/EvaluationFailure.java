package io.muster.policy.expression;

/// An expression or comparison could not be computed: a denial on a request, the state Error in a scan (azure-policy.md section 11).
///
/// Carries no stack trace: it is an outcome of the user's rule, met once per resource, not a fault of ours.
public final class EvaluationFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean inapplicable;

    public EvaluationFailure(String message) {
        this(message, false);
    }

    private EvaluationFailure(String message, boolean inapplicable) {
        super(message, null, false, false);
        this.inapplicable = inapplicable;
    }

    /// A rule names what is no field: it says nothing of the resource (azure-policy.md section 5).
    public static EvaluationFailure inapplicable(String message) {
        return new EvaluationFailure(message, true);
    }

    /// Whether the rule is not applicable, rather than failed.
    public boolean isInapplicable() {
        return inapplicable;
    }

    /// The message; never null.
    public String reason() {
        return String.valueOf(getMessage());
    }
}
