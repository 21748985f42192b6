package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;

/// One step of `$apply`: turns records into records.
sealed interface ApplyStep {

    List<Dynamic> apply(List<Dynamic> rows);

    record FilterRows(Filter filter) implements ApplyStep {
        @Override
        public List<Dynamic> apply(List<Dynamic> rows) {
            return rows.stream().filter(filter::test).toList();
        }
    }

    /// @param keys property names; the answer has them in camel case as the records do
    record GroupBy(List<String> keys, List<Aggregate> aggregates) implements ApplyStep {
        public GroupBy {
            keys = List.copyOf(keys);
            aggregates = List.copyOf(aggregates);
        }

        @Override
        public List<Dynamic> apply(List<Dynamic> rows) {
            var groups = new LinkedHashMap<List<Dynamic>, List<Dynamic>>();
            for (var row : rows) {
                groups.computeIfAbsent(
                                keys.stream().map(row::getIgnoreCase).toList(),
                                _ -> new ArrayList<>())
                        .add(row);
            }
            var out = new ArrayList<Dynamic>();
            groups.forEach((values, members) -> {
                var record = Dynamic.bag();
                for (int i = 0; i < keys.size(); i++) {
                    record.put(keys.get(i), values.get(i));
                }
                for (var aggregate : aggregates) {
                    record.put(aggregate.alias(), aggregate.of(members));
                }
                out.add(record.build());
            });
            return out;
        }
    }

    /// `aggregate(...)` over all records: one record.
    record AggregateAll(List<Aggregate> aggregates) implements ApplyStep {
        public AggregateAll {
            aggregates = List.copyOf(aggregates);
        }

        @Override
        public List<Dynamic> apply(List<Dynamic> rows) {
            var record = Dynamic.bag();
            aggregates.forEach(a -> record.put(a.alias(), a.of(rows)));
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
        Dynamic of(List<Dynamic> rows) {
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
                case COUNTDISTINCT -> Dynamic.of((long) new HashSet<>(values).size());
                case MIN -> values.stream().min(Values::compare).orElse(Dynamic.NULL);
                case MAX -> values.stream().max(Values::compare).orElse(Dynamic.NULL);
                case SUM -> number(values.stream().mapToDouble(Values::number).sum());
                case AVERAGE ->
                        values.isEmpty()
                                ? Dynamic.NULL
                                : Dynamic.of(
                                        values.stream()
                                                .mapToDouble(Values::number)
                                                .average()
                                                .orElse(0));
            };
        }

        private static Dynamic number(double sum) {
            return sum == Math.rint(sum) && Math.abs(sum) < 1e15
                    ? Dynamic.of((long) sum)
                    : Dynamic.of(sum);
        }
    }
}
