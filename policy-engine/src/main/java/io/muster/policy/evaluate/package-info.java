/// Rules against resources: the row-wise evaluator that explains, applicability, compliance states.
///
/// Start at [io.muster.policy.evaluate.RuleEvaluator] for what a condition means, and at
/// [io.muster.policy.evaluate.ComplianceState] for what follows from it (azure-policy.md sections 5 to 14).
@NullMarked
package io.muster.policy.evaluate;

import org.jspecify.annotations.NullMarked;
