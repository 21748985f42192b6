/// What the real Azure Resource Graph would say of a query that is fine here. Looks at trees alone; knows neither tables nor rows.
@NullMarked
package io.muster.kql.lint;

import org.jspecify.annotations.NullMarked;
