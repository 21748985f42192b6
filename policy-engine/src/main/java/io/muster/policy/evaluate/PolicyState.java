package io.muster.policy.evaluate;

import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.CompiledRule;
import java.util.Optional;

/// The state of one resource under one definition in force, with its reasons.
///
/// @param rule the rule that held for the resource, overrides considered
public record PolicyState(
        String resourceId,
        AssignedPolicy policy,
        CompiledRule rule,
        ComplianceState state,
        EvaluationDetails details) {

    /// What the assignment tells people about it.
    public Optional<String> message() {
        return policy.assignment().message(policy.referenceId());
    }

    /// The same with other reasons.
    public PolicyState with(EvaluationDetails other) {
        return new PolicyState(resourceId, policy, rule, state, other);
    }

    /// The same as Conflict with another definition in force.
    public PolicyState conflicting(AssignedPolicy other) {
        return new PolicyState(
                resourceId,
                policy,
                rule,
                ComplianceState.CONFLICT,
                new EvaluationDetails(
                        details.evaluatedExpressions(),
                        details.ifNotExists(),
                        "'%s' modifies the same property otherwise, and neither yields"
                                .formatted(other.definition().displayName()),
                        details.remedy()));
    }
}
