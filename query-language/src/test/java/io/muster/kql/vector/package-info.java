/// What operators share over columns: tests.
@NullMarked
package io.muster.kql.vector;

import org.jspecify.annotations.NullMarked;
