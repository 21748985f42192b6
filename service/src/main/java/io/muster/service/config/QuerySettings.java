package io.muster.service.config;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import io.muster.kql.syntax.SyntaxLimits;
import io.muster.kql.value.ValueLimits;
import java.time.Duration;

/// `muster.query`: what queries may take.
///
/// @param timeLimit of one query
/// @param memoryMegabytes that one query may hold, by estimate; never more than its share of half the heap, so that all that run at once
///     fit together
/// @param maxRows of a result
/// @param maxLength characters of a query; at most [SyntaxLimits#DEFAULT]'s
/// @param maxText characters of a text that a query makes, as [ValueLimits] bounds them
/// @param maxValue units of an array or a property bag that a query makes, as [ValueLimits] counts and bounds them
/// @param concurrent queries that run at once; 0: as many as there are processors
/// @param maxWait how long a query waits for its turn before it is refused
@ConfigurationProperties("muster.query")
public record QuerySettings(
        @Bindable(defaultValue = "PT60S") Duration timeLimit,
        @Bindable(defaultValue = "1024") int memoryMegabytes,
        @Bindable(defaultValue = "5000000") long maxRows,
        @Bindable(defaultValue = "2000000") int maxLength,
        @Bindable(defaultValue = "16777216") int maxText,
        @Bindable(defaultValue = "134217728") long maxValue,
        @Bindable(defaultValue = "0") int concurrent,
        @Bindable(defaultValue = "PT30S") Duration maxWait) {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MOST_CONCURRENT = 1000;

    public QuerySettings {
        if (!timeLimit.isPositive() || timeLimit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "muster.query.time-limit must be a time such as PT60S, a day at most, not "
                            + timeLimit);
        }
        if (memoryMegabytes < 1 || maxRows < 1) {
            throw new IllegalArgumentException(
                    "muster.query: memory-megabytes and max-rows must be at least 1");
        }
        if (concurrent < 0 || concurrent > MOST_CONCURRENT) {
            throw new IllegalArgumentException(
                    "muster.query.concurrent must be from 0 to %d, not %d"
                            .formatted(MOST_CONCURRENT, concurrent));
        }
        if (maxWait.isNegative() || maxWait.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "muster.query.max-wait must be from nothing to a day, not " + maxWait);
        }
        if (maxLength < 1 || maxLength > SyntaxLimits.DEFAULT.maxLength()) {
            throw new IllegalArgumentException(
                    "muster.query.max-length must be from 1 to %,d, not %,d"
                            .formatted(SyntaxLimits.DEFAULT.maxLength(), maxLength));
        }
        try {
            new ValueLimits(maxText, maxValue);
        } catch (IllegalArgumentException outOfBounds) {
            throw new IllegalArgumentException(
                    "muster.query.max-text and max-value: " + outOfBounds.getMessage(),
                    outOfBounds);
        }
    }

    /// What the parser takes.
    public SyntaxLimits syntaxLimits() {
        return new SyntaxLimits(maxLength, SyntaxLimits.DEFAULT.maxDepth());
    }

    public ValueLimits valueLimits() {
        return new ValueLimits(maxText, maxValue);
    }

    /// As many as may run at once.
    public int width() {
        return concurrent == 0 ? Runtime.getRuntime().availableProcessors() : concurrent;
    }

    /// Bytes of one query.
    public long memoryLimit() {
        return Math.min(
                (long) memoryMegabytes << 20, Runtime.getRuntime().maxMemory() / 2 / width());
    }
}
