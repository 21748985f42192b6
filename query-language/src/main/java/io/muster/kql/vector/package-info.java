/// What operators and functions share over columns: one canonical form a type ([Columns]), building ([ColumnBuilder]), keys by
/// number ([KeyInterner]), rows out of several columns ([RowRefs]). Knows no query.
@NullMarked
package io.muster.kql.vector;

import org.jspecify.annotations.NullMarked;
