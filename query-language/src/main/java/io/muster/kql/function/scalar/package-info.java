/// The scalar functions and operators of KQL, one file a family; [ScalarFunctions] is the registry that names resolve in and that the
/// list of functions is written from.
@NullMarked
package io.muster.kql.function.scalar;

import org.jspecify.annotations.NullMarked;
