package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/// One step of `$apply`: turns records into records.
sealed interface ApplyStep {

    List<Dynamic> apply(List<Dynamic> rows) throws ODataException;

    record FilterRows(Filter filter) implements ApplyStep {
        @Override
        public List<Dynamic> apply(List<Dynamic> rows) {
            return rows.stream().filter(filter::test).toList();
        }
    }

    /// @param keys property names as the records spell them
    record GroupBy(List<String> keys, List<Aggregate> aggregates) implements ApplyStep {
        public GroupBy {
            keys = List.copyOf(keys);
            aggregates = List.copyOf(aggregates);
        }

        @Override
        public List<Dynamic> apply(List<Dynamic> rows) throws ODataException {
            var groups = new LinkedHashMap<List<Dynamic>, List<Dynamic>>();
            for (var row : rows) {
                groups.computeIfAbsent(
                                keys.stream()
                                        .map(key -> Values.folded(row.getIgnoreCase(key)))
                                        .toList(),
                                _ -> new ArrayList<>())
                        .add(row);
            }
            var out = new ArrayList<Dynamic>();
            for (var members : groups.values()) {
                var record = Dynamic.bag();
                // Names of one thing may differ in case: the first spelling stands for all.
                keys.forEach(key -> record.put(key, members.getFirst().getIgnoreCase(key)));
                for (var aggregate : aggregates) {
                    record.put(aggregate.alias(), aggregate.of(members));
                }
                out.add(record.build());
            }
            return out;
        }
    }

    /// `aggregate(...)` over all records: one record.
    record AggregateAll(List<Aggregate> aggregates) implements ApplyStep {
        public AggregateAll {
            aggregates = List.copyOf(aggregates);
        }

        @Override
        public List<Dynamic> apply(List<Dynamic> rows) throws ODataException {
            var record = Dynamic.bag();
            for (var aggregate : aggregates) {
                record.put(aggregate.alias(), aggregate.of(rows));
            }
            return List.of(record.build());
        }
    }

    /// The methods of an aggregate.
    enum Method {
        SUM,
        MIN,
        MAX,
        AVERAGE,
        COUNTDISTINCT,
        COUNT
    }

    /// @param property empty for `$count`
    record Aggregate(String property, Method method, String alias) {
        Dynamic of(List<Dynamic> rows) throws ODataException {
            if (method == Method.COUNT) {
                return Dynamic.of((long) rows.size());
            }
            var values =
                    rows.stream()
                            .map(r -> r.getIgnoreCase(property))
                            .filter(v -> !v.isNull())
                            .toList();
            return switch (method) {
                case COUNT -> Dynamic.of((long) rows.size());
                case COUNTDISTINCT ->
                        Dynamic.of(values.stream().map(Values::folded).distinct().count());
                case MIN -> values.stream().min(Values.ORDER).orElse(Dynamic.NULL);
                case MAX -> values.stream().max(Values.ORDER).orElse(Dynamic.NULL);
                case SUM -> values.isEmpty() ? Dynamic.NULL : sum(values);
                case AVERAGE ->
                        values.isEmpty()
                                ? Dynamic.NULL
                                : Dynamic.of(number(sum(values), property, method) / values.size());
            };
        }

        /// Whole as long as all are and the sum can be.
        private Dynamic sum(List<Dynamic> values) throws ODataException {
            long whole = 0;
            double real = 0;
            boolean exact = true;
            for (var value : values) {
                real += number(value, property, method);
                if (exact && value instanceof Dynamic.Whole(var n)) {
                    long next = whole + n;
                    exact = ((whole ^ next) & (n ^ next)) >= 0;
                    whole = next;
                } else {
                    exact = false;
                }
            }
            return exact ? Dynamic.of(whole) : Dynamic.of(real);
        }

        private static double number(Dynamic value, String property, Method method)
                throws ODataException {
            if (!Values.isNumber(value)) {
                throw new ODataException(
                        "$apply",
                        "%s with %s".formatted(property, method.name().toLowerCase(Locale.ROOT)),
                        0,
                        "'%s' is no number.".formatted(Values.text(value)));
            }
            return Values.number(value);
        }
    }
}
