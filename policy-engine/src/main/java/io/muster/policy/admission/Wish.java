package io.muster.policy.admission;

import io.muster.policy.change.PropertyOperation;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.EvaluatedExpression;
import java.util.List;

/// What one modify policy would do to a request.
///
/// @param trace why it matched
/// @param denies whether it refuses a request in which it cannot have its way; else it yields
record Wish(
        AssignedPolicy policy,
        List<EvaluatedExpression> trace,
        List<PropertyOperation> operations,
        boolean denies) {
    Wish {
        operations = List.copyOf(operations);
    }
}
