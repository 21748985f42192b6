/// Round trips and views of columns.
@NullMarked
package io.muster.core.column;

import org.jspecify.annotations.NullMarked;
