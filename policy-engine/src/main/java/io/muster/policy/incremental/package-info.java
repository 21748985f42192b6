/// A scan brought up to date: what changed between two states of the fleet decides which verdicts are decided again, and every verdict that turned is told with
/// its cause.
///
/// Start at [io.muster.policy.incremental.Reevaluation]; [io.muster.policy.compile.RuleReads] says what a rule looks at besides the resource itself, and
/// [io.muster.policy.incremental.VerdictHistory] goes back in time.
@NullMarked
package io.muster.policy.incremental;

import org.jspecify.annotations.NullMarked;
