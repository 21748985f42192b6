/// The fleet as the server holds it: the current snapshot, published by one reference swap and kept in the store.
@NullMarked
package io.muster.service.fleet;

import org.jspecify.annotations.NullMarked;
