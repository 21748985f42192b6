/// How fast rules are judged: a scan of many rules over many machines, one rule never seen, one changed machine; beside a plain interpreter of the same rules over
/// parsed JSON.
@NullMarked
package io.muster.benchmarks.policy;

import org.jspecify.annotations.NullMarked;
