/// Tests of the tables.
@NullMarked
package io.muster.inventory.table;

import org.jspecify.annotations.NullMarked;
