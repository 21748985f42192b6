/// Snapshots: building, changing, keeping.
@NullMarked
package io.muster.inventory.snapshot;

import org.jspecify.annotations.NullMarked;
