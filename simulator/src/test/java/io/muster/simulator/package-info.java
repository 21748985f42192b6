/// The simulated Azure, asked as a client asks it.
@NullMarked
package io.muster.simulator;

import org.jspecify.annotations.NullMarked;
