/// What a rule changes: the operations of modify, the fields of append, applied to a resource document (azure-policy.md section 12).
///
/// Remediation, admission and the simulator all apply through [io.muster.policy.change.OperationApplier].
@NullMarked
package io.muster.policy.change;

import org.jspecify.annotations.NullMarked;
