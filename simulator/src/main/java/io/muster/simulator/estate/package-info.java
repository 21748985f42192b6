/// The simulated resources, their virtual clock, and what is due on it.
@NullMarked
package io.muster.simulator.estate;

import org.jspecify.annotations.NullMarked;
