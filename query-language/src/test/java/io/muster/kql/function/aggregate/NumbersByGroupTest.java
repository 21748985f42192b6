package io.muster.kql.function.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.EvaluationContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Extremes and percentiles of numbers against rows that are looked at one by one.
class NumbersByGroupTest {
    private static final long[][] VALUES = {
        {0, 1, 2, 25},
        {-1, 0, 255, 256},
        {Long.MIN_VALUE},
        {Long.MAX_VALUE},
        {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, Long.MAX_VALUE - 1, Long.MAX_VALUE},
    };

    private static final EvaluationContext CONTEXT = new EvaluationContext(Instant.EPOCH, () -> {});

    private final Random random = new Random(11);

    /// @param group -1 for a row that is left out
    /// @param place of the row among all
    private record Row(int group, @Nullable Long value, long place) {}

    /// Batches of rows; in each all rows or some have a number, and all or some are counted.
    private List<List<Row>> batches(long[] values, int groups) {
        var batches = new ArrayList<List<Row>>();
        long place = 0;
        for (int b = 0; b < 8; b++) {
            int rows = List.of(1, 2, 40, 3_000).get(random.nextInt(4));
            boolean nulls = random.nextInt(3) == 0;
            boolean leftOut = random.nextInt(3) == 0;
            var batch = new ArrayList<Row>();
            for (int i = 0; i < rows; i++) {
                int group = leftOut && random.nextInt(3) == 0 ? -1 : random.nextInt(groups);
                boolean none = nulls && random.nextBoolean();
                batch.add(
                        new Row(
                                group,
                                none ? null : values[random.nextInt(values.length)],
                                place++));
            }
            batches.add(batch);
        }
        return batches;
    }

    private static Accumulator accumulator(String function, List<KqlType> types) {
        return AggregateFunctions.get(function)
                .factory()
                .create(types, types.getFirst(), List.of());
    }

    private static void add(
            Accumulator into, List<Row> batch, int groups, List<Arguments.Argument> more) {
        int rows = batch.size();
        var present = new Bits.Builder(rows);
        long[] values = new long[rows];
        long[] places = new long[rows];
        for (int i = 0; i < rows; i++) {
            var value = batch.get(i).value();
            places[i] = batch.get(i).place();
            if (value != null) {
                values[i] = value;
                present.set(i);
            }
        }
        var arguments = new ArrayList<Arguments.Argument>();
        arguments.add(column(new LongColumn(KqlType.LONG, values, present.build(rows))));
        if (more.isEmpty()) {
            arguments.add(column(new LongColumn(KqlType.LONG, places, Bits.all(rows))));
        }
        arguments.addAll(more);
        into.add(
                batch.stream().mapToInt(Row::group).toArray(),
                groups,
                new Arguments(rows, arguments, KqlType.LONG, CONTEXT));
    }

    private static Arguments.Argument column(Column column) {
        return new Arguments.Argument(KqlType.LONG, null, column);
    }

    /// Two states, each of some batches, as one.
    private Accumulator merged(
            String function,
            List<KqlType> types,
            List<List<Row>> batches,
            int groups,
            List<Arguments.Argument> more) {
        var first = accumulator(function, types);
        var second = accumulator(function, types);
        int cut = random.nextInt(batches.size() + 1);
        for (int b = 0; b < batches.size(); b++) {
            add(b < cut ? first : second, batches.get(b), groups, more);
        }
        first.merge(second, IntStream.range(0, groups).toArray(), groups);
        return first;
    }

    private static @Nullable Row best(List<List<Row>> batches, int group, int sign) {
        Row best = null;
        for (var batch : batches) {
            for (var row : batch) {
                if (row.group() != group) {
                    continue;
                }
                var value = row.value();
                var before = best == null ? null : best.value();
                if (best == null
                        || value != null
                                && (before == null || sign * value.compareTo(before) > 0)) {
                    best = row;
                }
            }
        }
        return best;
    }

    @Test
    void theFirstOfTheGreatestAndOfTheLeastIsKept() {
        for (int round = 0; round < 200; round++) {
            int groups = List.of(1, 3, 60, 500).get(round % 4);
            var batches = batches(VALUES[round % VALUES.length], groups);
            for (int sign : new int[] {1, -1}) {
                var results =
                        merged(
                                        sign > 0 ? "arg_max" : "arg_min",
                                        List.of(KqlType.LONG, KqlType.LONG),
                                        batches,
                                        groups,
                                        List.of())
                                .results(groups);
                for (int group = 0; group < groups; group++) {
                    var wanted = best(batches, group, sign);
                    var value = wanted == null ? null : wanted.value();
                    assertThat(results.getFirst().dynamic(group))
                            .isEqualTo(value == null ? Dynamic.NULL : Dynamic.of(value));
                    assertThat(results.getLast().dynamic(group))
                            .isEqualTo(wanted == null ? Dynamic.NULL : Dynamic.of(wanted.place()));
                }
            }
        }
    }

    @Test
    void percentilesAreValuesAtTheirRank() {
        var half = new Arguments.Argument(KqlType.LONG, Dynamic.of(50L), null);
        for (int round = 0; round < 100; round++) {
            int groups = List.of(1, 3, 60, 5_000).get(round % 4);
            var batches = batches(VALUES[round % VALUES.length], groups);
            var result =
                    merged(
                                    "percentile",
                                    List.of(KqlType.LONG, KqlType.LONG),
                                    batches,
                                    groups,
                                    List.of(half))
                            .results(groups)
                            .getFirst();
            var all = new ArrayList<List<Long>>();
            for (int group = 0; group < groups; group++) {
                all.add(new ArrayList<>());
            }
            batches.stream()
                    .flatMap(List::stream)
                    .filter(row -> row.group() >= 0 && row.value() != null)
                    .forEach(row -> all.get(row.group()).add(row.value()));
            for (int group = 0; group < groups; group++) {
                var sorted = all.get(group).stream().sorted().toList();
                assertThat(result.dynamic(group))
                        .isEqualTo(
                                sorted.isEmpty()
                                        ? Dynamic.NULL
                                        : Dynamic.of(sorted.get((sorted.size() + 1) / 2 - 1)));
            }
        }
    }
}
