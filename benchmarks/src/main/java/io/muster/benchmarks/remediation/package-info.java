/// How fast remediation plans, and how much of what latency and parallelism allow it uses.
@NullMarked
package io.muster.benchmarks.remediation;

import org.jspecify.annotations.NullMarked;
