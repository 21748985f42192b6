/// The adapter against a small server that answers as Azure does.
@NullMarked
package io.muster.inventory.source.azure;

import org.jspecify.annotations.NullMarked;
