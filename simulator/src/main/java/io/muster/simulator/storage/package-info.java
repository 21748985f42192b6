/// Storage accounts as packages are published from: containers, blobs, public access and shared access signatures. Start at `BlobStore`.
@NullMarked
package io.muster.simulator.storage;

import org.jspecify.annotations.NullMarked;
