/// The aggregates of `summarize`, one file a family; [AggregateFunctions] is the registry. State is kept in primitive arrays by group.
@NullMarked
package io.muster.kql.function.aggregate;

import org.jspecify.annotations.NullMarked;
