/// Resource Graph's tables: which resource types feed each, and how its columns come out of the resources.
@NullMarked
package io.muster.inventory.table;

import org.jspecify.annotations.NullMarked;
