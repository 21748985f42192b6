/// JSON Schema, as a parameter of a definition may carry one for its values: the assertions and applicators of draft 2019-09. Knows values only, no policies.
/// Start at [io.muster.policy.schema.JsonSchema].
@NullMarked
package io.muster.policy.schema;

import org.jspecify.annotations.NullMarked;
