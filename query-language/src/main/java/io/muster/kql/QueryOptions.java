package io.muster.kql;

import io.muster.core.value.Dynamic;
import io.muster.kql.syntax.SyntaxLimits;
import io.muster.kql.value.ValueLimits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How a query is read and run.
///
/// @param defaultTable what a query without a table of its own reads
/// @param parameters values by name: of `declare query_parameters`, and of names that nothing else defines
/// @param clock says what `now()` is
/// @param seed of `rand()`, `new_guid()` and their kin; null: each query has another
/// @param timeLimit of reading, planning and running a query; of each run after the first alone
/// @param memoryLimit bytes, by estimate, that one run may hold
/// @param maxRows of a result; more is an error, so callers page with `take`
/// @param valueLimits of texts, arrays and property bags that a query makes
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
        ValueLimits valueLimits,
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
                    ValueLimits.DEFAULT,
                    null,
                    100_000,
                    false);

    public QueryOptions {
        parameters = Map.copyOf(parameters);
    }

    public QueryOptions withParameters(Map<String, Dynamic> values) {
        return with(options -> options.parameters = values);
    }

    public QueryOptions withClock(InstantSource other) {
        return with(options -> options.clock = other);
    }

    public QueryOptions withSeed(long number) {
        return with(options -> options.seed = number);
    }

    public QueryOptions withTimeLimit(Duration limit) {
        return with(options -> options.timeLimit = limit);
    }

    public QueryOptions withMemoryLimit(long bytes) {
        return with(options -> options.memoryLimit = bytes);
    }

    public QueryOptions withMaxRows(long rows) {
        return with(options -> options.maxRows = rows);
    }

    public QueryOptions withSyntaxLimits(SyntaxLimits limits) {
        return with(options -> options.syntaxLimits = limits);
    }

    public QueryOptions withValueLimits(ValueLimits limits) {
        return with(options -> options.valueLimits = limits);
    }

    public QueryOptions withPool(@Nullable ForkJoinPool workers) {
        return with(options -> options.pool = workers);
    }

    public QueryOptions withPool(@Nullable ForkJoinPool workers, long fromRows) {
        return with(options -> {
            options.pool = workers;
            options.parallelRows = fromRows;
        });
    }

    public QueryOptions withMeasured(boolean kept) {
        return with(options -> options.measured = kept);
    }

    /// The seed, or one by chance.
    long drawnSeed() {
        return seed == null ? ThreadLocalRandom.current().nextLong() : seed;
    }

    private QueryOptions with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /// Options of which one is about to be another.
    private static final class Draft {
        private final String defaultTable;
        private Map<String, Dynamic> parameters;
        private InstantSource clock;
        private @Nullable Long seed;
        private Duration timeLimit;
        private long memoryLimit;
        private long maxRows;
        private SyntaxLimits syntaxLimits;
        private ValueLimits valueLimits;
        private @Nullable ForkJoinPool pool;
        private long parallelRows;
        private boolean measured;

        Draft(QueryOptions from) {
            defaultTable = from.defaultTable;
            parameters = from.parameters;
            clock = from.clock;
            seed = from.seed;
            timeLimit = from.timeLimit;
            memoryLimit = from.memoryLimit;
            maxRows = from.maxRows;
            syntaxLimits = from.syntaxLimits;
            valueLimits = from.valueLimits;
            pool = from.pool;
            parallelRows = from.parallelRows;
            measured = from.measured;
        }

        QueryOptions options() {
            return new QueryOptions(
                    defaultTable,
                    parameters,
                    clock,
                    seed,
                    timeLimit,
                    memoryLimit,
                    maxRows,
                    syntaxLimits,
                    valueLimits,
                    pool,
                    parallelRows,
                    measured);
        }
    }
}
