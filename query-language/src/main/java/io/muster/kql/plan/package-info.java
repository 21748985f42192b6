/// What a query asks, with every name and type resolved: the algebra of tables ([LogicalPlan]) and of values ([BoundExpr]). How it runs
/// is `exec`'s business. Immutable, shared freely.
@NullMarked
package io.muster.kql.plan;

import org.jspecify.annotations.NullMarked;
