/// Runs plans: one class an operator, over batches of columns. A relation is a list of morsels that any thread may run; operators that
/// need all rows (`summarize`, `sort`, a join's right side) gather them and merge in order. Start at [Executor].
@NullMarked
package io.muster.kql.exec;

import org.jspecify.annotations.NullMarked;
