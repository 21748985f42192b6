/// The `if` of a rule: its tree, its operators, its fields, and the reader that turns JSON into them (azure-policy.md sections 4 to 9).
///
/// Start at [io.muster.policy.condition.Constraint]. Nothing here knows a resource; `evaluate` does.
@NullMarked
package io.muster.policy.condition;

import org.jspecify.annotations.NullMarked;
