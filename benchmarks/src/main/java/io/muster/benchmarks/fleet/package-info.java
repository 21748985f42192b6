/// Fleets to measure on, and what a fleet costs to load and to hold.
@NullMarked
package io.muster.benchmarks.fleet;

import org.jspecify.annotations.NullMarked;
