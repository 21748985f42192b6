/// The whole estate as one immutable, columnar state: [io.muster.inventory.snapshot.Snapshot], how it is built, changed and kept.
@NullMarked
package io.muster.inventory.snapshot;

import org.jspecify.annotations.NullMarked;
