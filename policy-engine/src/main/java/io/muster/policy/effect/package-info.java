/// What a rule does when it matches: the effects, one file each, with their details as parsed (azure-policy.md section 12).
///
/// Start at [io.muster.policy.effect.Effect]; [io.muster.policy.effect.EffectKind] is the registry of names.
@NullMarked
package io.muster.policy.effect;

import org.jspecify.annotations.NullMarked;
