/// Plans: tests of what no query can ask for.
@NullMarked
package io.muster.kql.plan;

import org.jspecify.annotations.NullMarked;
