/// A definition with its parameters' values to a rule with nothing left to look up: expressions of constants folded, the effect decided, applicability derived.
///
/// Start at [io.muster.policy.compile.PolicyCompiler].
@NullMarked
package io.muster.policy.compile;

import org.jspecify.annotations.NullMarked;
