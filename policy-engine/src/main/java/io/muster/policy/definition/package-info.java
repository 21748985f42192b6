/// The objects of Azure Policy: definitions, initiatives, assignments, exemptions, attestations, parameters, and their readers
/// (azure-policy.md sections 1 to 3 and 13).
///
/// Start at [io.muster.policy.definition.PolicyDefinition] and its reader; [io.muster.policy.definition.PolicyFolder] finds them in files.
@NullMarked
package io.muster.policy.definition;

import org.jspecify.annotations.NullMarked;
