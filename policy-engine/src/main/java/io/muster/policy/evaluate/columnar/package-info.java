/// Scans over columns: rules as and/or/not over bitmaps of rows, comparisons once per distinct text, leaves shared between rules.
///
/// Means exactly what [io.muster.policy.evaluate.RuleEvaluator] means; what columns cannot express is asked of it, row by row. Start at
/// [io.muster.policy.evaluate.columnar.SegmentScan].
@NullMarked
package io.muster.policy.evaluate.columnar;

import org.jspecify.annotations.NullMarked;
