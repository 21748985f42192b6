/// Names and types resolved: syntax to plan, all faults gathered. Start at [Binder]: statements and tables; then `OperatorBinder`,
/// `ExpressionBinder`, `AggregateBinder`. Diagnostics have Kusto's numbers.
@NullMarked
package io.muster.kql.binder;

import org.jspecify.annotations.NullMarked;
