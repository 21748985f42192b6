/// The VM agent and VMAppExtension inside a machine: what a goal state does there.
@NullMarked
package io.muster.simulator.guest;

import org.jspecify.annotations.NullMarked;
