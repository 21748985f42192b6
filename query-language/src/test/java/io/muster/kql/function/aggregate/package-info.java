/// Tests of the aggregates by themselves.
@NullMarked
package io.muster.kql.function.aggregate;

import org.jspecify.annotations.NullMarked;
