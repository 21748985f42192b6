/// Benchmarks: JMH for parts, one runnable for the ten questions.
@NullMarked
package io.muster.benchmarks;

import org.jspecify.annotations.NullMarked;
