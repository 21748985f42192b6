/// Tests of the values that everything is made of.
@NullMarked
package io.muster.core.value;

import org.jspecify.annotations.NullMarked;
