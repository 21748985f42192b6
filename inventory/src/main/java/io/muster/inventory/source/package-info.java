/// Where resources come from: the port [io.muster.inventory.source.ResourceSource], what a source says about itself, and the collector that makes a snapshot of what sources give.
@NullMarked
package io.muster.inventory.source;

import org.jspecify.annotations.NullMarked;
