@NullMarked
package io.muster.inventory.source;

import org.jspecify.annotations.NullMarked;
