/// Tests of the endpoints' parts.
@NullMarked
package io.muster.simulator.arm;

import org.jspecify.annotations.NullMarked;
