/// Tests of the query language.
@NullMarked
package io.muster.kql;

import org.jspecify.annotations.NullMarked;
