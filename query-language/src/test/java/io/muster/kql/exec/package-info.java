/// Operators: tests of what queries cannot show.
@NullMarked
package io.muster.kql.exec;

import org.jspecify.annotations.NullMarked;
