/// What keeping costs: fleets with their past, and verdicts, in an H2 store.
@NullMarked
package io.muster.benchmarks.store;

import org.jspecify.annotations.NullMarked;
