/// Field names to places in a resource: alias catalogue, its import formats, the convention for names it does not know.
///
/// Start at [io.muster.policy.alias.FieldResolver], the port the evaluators ask, and [io.muster.policy.alias.AliasCatalog]
/// (azure-policy.md section 6).
@NullMarked
package io.muster.policy.alias;

import org.jspecify.annotations.NullMarked;
