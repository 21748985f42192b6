/// The values that queries and policies compute with: types, the JSON-like [io.muster.core.value.Dynamic], text rules.
@NullMarked
package io.muster.core.value;

import org.jspecify.annotations.NullMarked;
