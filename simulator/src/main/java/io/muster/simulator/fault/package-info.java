/// What goes wrong on purpose: throttling, server errors, installs that fail. All from a seed.
@NullMarked
package io.muster.simulator.fault;

import org.jspecify.annotations.NullMarked;
