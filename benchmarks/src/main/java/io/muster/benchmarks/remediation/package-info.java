/// How fast remediation plans, and how much of what latency and parallelism allow it uses, with its ledger in memory and in databases.
@NullMarked
package io.muster.benchmarks.remediation;

import org.jspecify.annotations.NullMarked;
