/// Tests of what Resource Graph would say.
@NullMarked
package io.muster.kql.lint;

import org.jspecify.annotations.NullMarked;
