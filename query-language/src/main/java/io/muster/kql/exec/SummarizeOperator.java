package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.Kernels;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `summarize`, `distinct`, `count`: groups by the numbers of key values, each aggregate in arrays by group. Each stretch of
/// morsels that a thread goes through has a state; the states are merged in order.
final class SummarizeOperator {
    private SummarizeOperator() {}

    /// One aggregate's compiled parts.
    record Prepared(
            LogicalPlan.Aggregate aggregate, List<Compiled> arguments, @Nullable Compiled filter) {
        static Prepared of(LogicalPlan.Aggregate aggregate, Executor executor) {
            var arguments = new ArrayList<Compiled>();
            for (var argument : aggregate.arguments()) {
                arguments.add(Compiled.of(argument, executor));
            }
            var filter = aggregate.filter();
            return new Prepared(
                    aggregate, arguments, filter == null ? null : Compiled.of(filter, executor));
        }

        Accumulator accumulator() {
            return aggregate
                    .function()
                    .factory()
                    .create(
                            aggregate.arguments().stream().map(BoundExpr::type).toList(),
                            aggregate.results().getFirst(),
                            aggregate.settings());
        }

        /// A column for each of the results, of which an accumulator that saw no row may know only the first: percentiles are arguments.
        List<Column> results(Accumulator accumulator, int groups) {
            var columns = new ArrayList<>(accumulator.results(groups));
            var types = aggregate.results();
            while (columns.size() < types.size()) {
                columns.add(Columns.nulls(types.get(columns.size()), groups));
            }
            return columns;
        }

        void add(Accumulator into, Batch batch, int[] groups, int count, Executor executor) {
            var values = new ArrayList<Arguments.Argument>();
            for (var argument : arguments) {
                values.add(argument.evaluate(batch));
            }
            int[] counted = groups;
            if (filter != null) {
                Bits hits = Kernels.trueRows(filter.column(batch));
                counted = groups.clone();
                for (int row = 0; row < counted.length; row++) {
                    if (!hits.get(row)) {
                        counted[row] = -1;
                    }
                }
            }
            into.add(
                    counted,
                    count,
                    new Arguments(
                            batch.rows(),
                            values,
                            aggregate.results().getFirst(),
                            executor.context().evaluation()));
        }
    }

    static Relation relation(LogicalPlan.Summarize summarize, Executor executor) {
        var input = executor.relation(summarize.input());
        return Relation.single(sink -> {
            var keys = new ArrayList<Compiled>();
            for (var key : summarize.keys()) {
                keys.add(Compiled.of(key, executor));
            }
            var aggregates = new ArrayList<Prepared>();
            for (var aggregate : summarize.aggregates()) {
                aggregates.add(Prepared.of(aggregate, executor));
            }
            var types = summarize.keys().stream().map(BoundExpr::type).toList();
            var result = run(input, executor, types, keys, aggregates);
            var batch = result.batch();
            return batch.rows() == 0 || sink.test(batch);
        });
    }

    private static State run(
            Relation input,
            Executor executor,
            List<KqlType> types,
            List<Compiled> keys,
            List<Prepared> aggregates) {
        boolean anyCut =
                !input.isParallel() || aggregates.stream().allMatch(a -> a.accumulator().isExact());
        var states =
                executor.fold(
                        input,
                        anyCut,
                        () -> new State(executor, types, keys, aggregates),
                        State::add);
        if (states.isEmpty()) {
            return new State(executor, types, keys, aggregates);
        }
        var first = states.getFirst();
        for (var state : states.subList(1, states.size())) {
            first.merge(state);
        }
        return first;
    }

    /// Groups and what their aggregates have so far. Confined to one thread.
    static final class State {
        private final Executor executor;
        private final List<Compiled> keys;
        private final List<Prepared> aggregates;
        private final List<Accumulator> accumulators = new ArrayList<>();
        private final Groups groups;
        private final MemoryMeter home = MemoryMeter.current();
        private long charged;

        /// Of the batch at hand, the group of each row: used again for the next, since fresh memory costs as much as what is written there.
        private int[] ids = new int[0];

        State(
                Executor executor,
                List<KqlType> types,
                List<Compiled> keys,
                List<Prepared> aggregates) {
            this.executor = executor;
            this.keys = keys;
            this.aggregates = aggregates;
            this.groups = new Groups(types);
            for (var aggregate : aggregates) {
                accumulators.add(aggregate.accumulator());
            }
        }

        void add(Batch batch) {
            executor.context().check();
            if (batch.rows() == 0) {
                return;
            }
            var columns = new ArrayList<Column>();
            for (var key : keys) {
                columns.add(key.column(batch));
            }
            if (aggregates.isEmpty()) {
                groups.meet(columns, batch.rows());
                charge(groups.count());
                return;
            }
            if (ids.length != batch.rows()) {
                ids = new int[batch.rows()];
            }
            groups.write(columns, true, ids);
            int count = groups.count();
            for (int i = 0; i < aggregates.size(); i++) {
                aggregates.get(i).add(accumulators.get(i), batch, ids, count, executor);
            }
            charge(count);
        }

        /// Groups cost by their number; texts of keys and lists are charged where they are kept.
        private void charge(int count) {
            long width = 60L * (1 + keys.size() + aggregates.size());
            long now = count * width;
            if (now > charged) {
                home.charge(now - charged);
                charged = now;
            }
        }

        void merge(State other) {
            int[] groupOf = groups.merge(other.groups);
            for (int i = 0; i < accumulators.size(); i++) {
                accumulators.get(i).merge(other.accumulators.get(i), groupOf, groups.count());
            }
        }

        Batch batch() {
            int count = groups.count();
            var columns = new ArrayList<>(groups.columns());
            for (int i = 0; i < aggregates.size(); i++) {
                columns.addAll(aggregates.get(i).results(accumulators.get(i), count));
            }
            var batch = Batch.of(count, columns);
            var numbers = groups.only();
            return numbers == null ? batch : batch.numbered(0, numbers);
        }
    }
}
