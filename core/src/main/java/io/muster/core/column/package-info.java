/// Columns, segments and tables: the one columnar form that queries and policy evaluation share.
// Start at `Table`.
@NullMarked
package io.muster.core.column;

import org.jspecify.annotations.NullMarked;
