/// The ten questions of a fleet, asked as KQL through the engine's facade and as SQL of DuckDB over tables that somebody split by hand for
/// them: the peer. Start at [TenQuestions].
@NullMarked
package io.muster.benchmarks.questions;

import org.jspecify.annotations.NullMarked;
