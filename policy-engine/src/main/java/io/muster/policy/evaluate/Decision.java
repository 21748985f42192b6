package io.muster.policy.evaluate;

/// What a rule says of one resource.
public sealed interface Decision {

    /// No state: the rule is not about the resource, or yields no compliance data.
    record NotApplicable(String reason) implements Decision {}

    /// A state.
    ///
    /// @param matched whether the `if` held (and, for if-not-exists effects, nothing related satisfied)
    record Decided(ComplianceState state, boolean matched, EvaluationDetails details)
            implements Decision {}

    /// The evaluation failed: the state Error.
    record Failed(String message, EvaluationDetails details) implements Decision {}
}
