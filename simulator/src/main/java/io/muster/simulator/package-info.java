/// A simulated Azure: ARM over an estate in memory. Knows no HTTP server.
@NullMarked
package io.muster.simulator;

import org.jspecify.annotations.NullMarked;
