package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// `scan`: rows in order against the steps of a sequence, last step first; what each step has matched so far is its state. A row is
/// evaluated against one row of columns: its own, then those of each step.
final class ScanStepsOperator {
    private static final int BATCH = 4096;

    private ScanStepsOperator() {}

    static Relation relation(LogicalPlan.ScanSteps scan, Executor executor) {
        var input = executor.relation(scan.input());
        return Relation.single(sink -> {
            var machine = new Machine(scan, executor);
            boolean more =
                    input.forEach(batch -> {
                        machine.add(batch);
                        return machine.flush(BATCH, sink);
                    });
            if (!more) {
                return false;
            }
            machine.finish();
            return machine.flush(1, sink);
        });
    }

    /// A step ready to run.
    private record Step(
            LogicalPlan.ScanStep step, Compiled condition, List<Compiled> assignments) {}

    /// What a step of one sequence knows: a row of each step up to itself, and the match it belongs to.
    private static final class State {
        private final Dynamic[] @Nullable [] rows;
        private long match;
        private Dynamic @Nullable [] pending;
        private boolean active;

        State(int steps) {
            this.rows = new Dynamic[steps][];
        }
    }

    private static final class Machine {
        private final LogicalPlan.ScanSteps scan;
        private final Executor executor;
        private final List<Step> steps = new ArrayList<>();
        private final List<Compiled> keys = new ArrayList<>();
        private final Dynamic[] defaults;
        private final Schema inner;
        private final int width;
        private final Map<List<Dynamic>, State[]> sequences = new HashMap<>();
        private long nextMatch;
        private long evaluated;
        private List<ColumnBuilder> out = new ArrayList<>();

        Machine(LogicalPlan.ScanSteps scan, Executor executor) {
            this.scan = scan;
            this.executor = executor;
            this.inner = scan.row();
            this.width = inner.size();
            for (var step : scan.steps()) {
                var assignments = new ArrayList<Compiled>();
                for (var assignment : step.assignments()) {
                    assignments.add(Compiled.of(assignment.value(), executor));
                }
                steps.add(new Step(step, Compiled.of(step.condition(), executor), assignments));
            }
            for (var key : scan.keys()) {
                keys.add(Compiled.of(key, executor));
            }
            int read = scan.input().schema().size();
            this.defaults = new Dynamic[width];
            for (int i = 0; i < width; i++) {
                defaults[i] =
                        i < read
                                ? missing(inner.type(i))
                                : executor.constant(scan.defaults().get(i - read));
            }
            start();
        }

        private static Dynamic missing(KqlType type) {
            return type == KqlType.STRING ? Dynamic.of("") : Dynamic.NULL;
        }

        private void start() {
            out = new ArrayList<>();
            for (var field : scan.schema().fields()) {
                out.add(new ColumnBuilder(field.type(), 16));
            }
        }

        void add(Batch batch) {
            int read = scan.input().schema().size();
            var columns = new ArrayList<Column>();
            for (int c = 0; c < read; c++) {
                columns.add(Columns.canonical(batch.column(c), inner.type(c)));
            }
            var partitions = new ArrayList<Column>();
            for (var key : keys) {
                partitions.add(key.column(batch));
            }
            for (int row = 0; row < batch.rows(); row++) {
                executor.context().check();
                var record = defaults.clone();
                for (int c = 0; c < read; c++) {
                    var value = columns.get(c).dynamic(row);
                    record[c] = value.isNull() ? missing(inner.type(c)) : value;
                }
                var key = new ArrayList<Dynamic>();
                for (var partition : partitions) {
                    key.add(partition.dynamic(row));
                }
                match(record, sequences.computeIfAbsent(key, k -> fresh()));
            }
        }

        private State[] fresh() {
            MemoryMeter.current().charge(200L * steps.size());
            var states = new State[steps.size()];
            Arrays.setAll(states, i -> new State(steps.size()));
            return states;
        }

        private void match(Dynamic[] record, State[] states) {
            for (int k = steps.size() - 1; k >= 0; k--) {
                var own = states[k];
                if (k > 0 && states[k - 1].active && holds(k, record, states[k - 1])) {
                    emitPending(own);
                    var before = states[k - 1];
                    Dynamic[] row = extended(k, record, before);
                    emitPending(before);
                    for (int i = 0; i < k; i++) {
                        own.rows[i] = before.rows[i];
                    }
                    own.rows[k] = row;
                    own.match = before.match;
                    own.active = true;
                    Arrays.fill(before.rows, null);
                    before.active = false;
                    matched(k, row, own);
                    continue;
                }
                if ((own.active || k == 0) && holds(k, record, own)) {
                    Dynamic[] row = extended(k, record, own);
                    if (!own.active) {
                        own.match = nextMatch++;
                        own.active = true;
                    }
                    own.rows[k] = row;
                    matched(k, row, own);
                }
            }
        }

        private void matched(int step, Dynamic[] row, State state) {
            switch (steps.get(step).step().output()) {
                case ALL -> emit(row, state.match);
                case LAST -> state.pending = row;
                case NONE -> {}
            }
        }

        private void emitPending(State state) {
            var pending = state.pending;
            if (pending != null) {
                emit(pending, state.match);
                state.pending = null;
            }
        }

        private void emit(Dynamic[] row, long match) {
            for (int i = 0; i < width; i++) {
                out.get(i).add(row[i]);
            }
            if (scan.matchId()) {
                out.get(width).addLong(match);
            }
        }

        void finish() {
            for (var states : sequences.values()) {
                for (var state : states) {
                    emitPending(state);
                }
            }
        }

        private boolean holds(int step, Dynamic[] record, State state) {
            var hit = value(steps.get(step).condition(), record, state, KqlType.BOOL);
            return Dynamic.TRUE.equals(hit);
        }

        private Dynamic[] extended(int step, Dynamic[] record, State state) {
            var row = record.clone();
            var assignments = scan.steps().get(step).assignments();
            for (int i = 0; i < assignments.size(); i++) {
                int column = assignments.get(i).column();
                var value =
                        value(
                                steps.get(step).assignments().get(i),
                                record,
                                state,
                                inner.type(column));
                row[column] = value.isNull() ? missing(inner.type(column)) : value;
            }
            return row;
        }

        private Dynamic value(Compiled expr, Dynamic[] record, State state, KqlType type) {
            var columns = new ArrayList<Column>((steps.size() + 1) * width);
            constants(columns, record);
            for (var row : state.rows) {
                constants(columns, row == null ? defaults : row);
            }
            var value =
                    Compiled.constant(
                                    b -> expr.evaluate(Batch.of(1, columns).at(evaluated++)), type)
                            .constant();
            return value == null ? Dynamic.NULL : value;
        }

        private void constants(List<Column> into, Dynamic[] row) {
            for (int i = 0; i < width; i++) {
                into.add(Columns.constant(row[i], inner.type(i), 1));
            }
        }

        /// Hands on what has come together when it is enough; says whether more is wanted.
        boolean flush(int least, Predicate<Batch> sink) {
            int rows = out.getFirst().size();
            if (rows < least) {
                return true;
            }
            var columns = new ArrayList<Column>();
            for (var builder : out) {
                columns.add(builder.build());
            }
            start();
            return sink.test(Batch.of(rows, columns));
        }
    }
}
