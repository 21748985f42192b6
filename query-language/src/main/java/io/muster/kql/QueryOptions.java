package io.muster.kql;

import io.muster.core.value.Dynamic;
import io.muster.kql.syntax.SyntaxLimits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// How a query is read and run.
///
/// @param defaultTable what a query without a table of its own reads
/// @param parameters values by name: of `declare query_parameters`, and of names that nothing else defines
/// @param clock says what `now()` is
/// @param seed of `rand()`, `new_guid()` and their kin; null: each query has another
/// @param timeLimit of one run
/// @param memoryLimit bytes, by estimate, that one run may hold
/// @param maxRows of a result; more is an error, so callers page with `take`
/// @param pool where parts of a run work at once; null: on the caller's thread alone
/// @param parallelRows a table of fewer rows is read on one thread: that is about a millisecond of work, and handing it over costs more
///     than it gains
/// @param measured keeps rows and time of each step for [PreparedQuery#explain]
public record QueryOptions(
        String defaultTable,
        Map<String, Dynamic> parameters,
        InstantSource clock,
        @Nullable Long seed,
        Duration timeLimit,
        long memoryLimit,
        long maxRows,
        SyntaxLimits syntaxLimits,
        @Nullable ForkJoinPool pool,
        long parallelRows,
        boolean measured) {
    public static final QueryOptions DEFAULT =
            new QueryOptions(
                    "resources",
                    Map.of(),
                    InstantSource.system(),
                    null,
                    Duration.ofSeconds(60),
                    1L << 30,
                    5_000_000,
                    SyntaxLimits.DEFAULT,
                    null,
                    100_000,
                    false);

    public QueryOptions {
        parameters = Map.copyOf(parameters);
    }

    public QueryOptions withParameters(Map<String, Dynamic> values) {
        return new QueryOptions(
                defaultTable,
                values,
                clock,
                seed,
                timeLimit,
                memoryLimit,
                maxRows,
                syntaxLimits,
                pool,
                parallelRows,
                measured);
    }

    public QueryOptions withClock(InstantSource other) {
        return new QueryOptions(
                defaultTable,
                parameters,
                other,
                seed,
                timeLimit,
                memoryLimit,
                maxRows,
                syntaxLimits,
                pool,
                parallelRows,
                measured);
    }

    public QueryOptions withSeed(long number) {
        return new QueryOptions(
                defaultTable,
                parameters,
                clock,
                number,
                timeLimit,
                memoryLimit,
                maxRows,
                syntaxLimits,
                pool,
                parallelRows,
                measured);
    }

    /// The seed, or one by chance.
    long drawnSeed() {
        return seed == null ? ThreadLocalRandom.current().nextLong() : seed;
    }

    public QueryOptions withTimeLimit(Duration limit) {
        return new QueryOptions(
                defaultTable,
                parameters,
                clock,
                seed,
                limit,
                memoryLimit,
                maxRows,
                syntaxLimits,
                pool,
                parallelRows,
                measured);
    }

    public QueryOptions withMemoryLimit(long bytes) {
        return new QueryOptions(
                defaultTable,
                parameters,
                clock,
                seed,
                timeLimit,
                bytes,
                maxRows,
                syntaxLimits,
                pool,
                parallelRows,
                measured);
    }

    public QueryOptions withMaxRows(long rows) {
        return new QueryOptions(
                defaultTable,
                parameters,
                clock,
                seed,
                timeLimit,
                memoryLimit,
                rows,
                syntaxLimits,
                pool,
                parallelRows,
                measured);
    }

    public QueryOptions withPool(@Nullable ForkJoinPool workers) {
        return withPool(workers, parallelRows);
    }

    public QueryOptions withPool(@Nullable ForkJoinPool workers, long fromRows) {
        return new QueryOptions(
                defaultTable,
                parameters,
                clock,
                seed,
                timeLimit,
                memoryLimit,
                maxRows,
                syntaxLimits,
                workers,
                fromRows,
                measured);
    }

    public QueryOptions withMeasured(boolean kept) {
        return new QueryOptions(
                defaultTable,
                parameters,
                clock,
                seed,
                timeLimit,
                memoryLimit,
                maxRows,
                syntaxLimits,
                pool,
                parallelRows,
                kept);
    }
}
