package io.muster.kql.function.aggregate;

import io.muster.kql.function.AggregateFunction;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The registry of aggregates. Names are case-sensitive.
public final class AggregateFunctions {
    private static final Map<String, AggregateFunction> BY_NAME = index();

    /// `count` of rows that stand for as many as its argument says.
    public static final AggregateFunction COUNT_OF_ROWS = Counting.ofRows();

    private AggregateFunctions() {}

    private static Map<String, AggregateFunction> index() {
        var all = new LinkedHashMap<String, AggregateFunction>();
        for (var family :
                List.of(
                        Counting.functions(),
                        Sums.functions(),
                        Extremes.functions(),
                        Lists.functions(),
                        Percentiles.functions(),
                        Sketches.functions())) {
            for (var function : family) {
                if (all.put(function.name(), function) != null) {
                    throw new IllegalStateException("two aggregates named " + function.name());
                }
            }
        }
        return Collections.unmodifiableMap(all);
    }

    public static Optional<AggregateFunction> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    public static AggregateFunction get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException(name));
    }

    public static Collection<AggregateFunction> all() {
        return BY_NAME.values();
    }
}
