/// Reading, writing and locating JSON.
@NullMarked
package io.muster.core.json;

import org.jspecify.annotations.NullMarked;
