/// The fleet and its history over a running server.
@NullMarked
package io.muster.service.fleet;

import org.jspecify.annotations.NullMarked;
