package io.muster.kql.plan;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Table;
import io.muster.core.column.TableSource;
import io.muster.core.value.KqlType;
import io.muster.kql.function.AggregateFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A plan that yields a table: what is asked, not how it runs. Every node knows its schema; passes know everything else.
public sealed interface LogicalPlan {
    Schema schema();

    /// The rows of a named table. `request` says what is read of it.
    record Scan(TableSource table, ScanRequest request) implements LogicalPlan {
        @Override
        public Schema schema() {
            return table.schema();
        }
    }

    /// Rows that are there already: what a plugin with a data-dependent schema gave.
    record Values(Table table) implements LogicalPlan {
        @Override
        public Schema schema() {
            return table.schema();
        }
    }

    /// `print`, `datatable`: rows of constants.
    record Rows(Schema schema, List<List<BoundExpr>> rows) implements LogicalPlan {
        public Rows {
            rows = List.copyOf(rows);
        }
    }

    /// `range column from .. to .. step ..`; the three are constants of the column's kind.
    record Range(Schema schema, BoundExpr from, BoundExpr to, BoundExpr step)
            implements LogicalPlan {}

    /// `T | where predicate`: rows for which the predicate is true; null counts as false.
    record Where(LogicalPlan input, BoundExpr predicate) implements LogicalPlan {
        public Where {
            requireBool(predicate);
        }

        @Override
        public Schema schema() {
            return input.schema();
        }
    }

    /// `project`, `extend` and their kin: exactly these columns. `serial`: an item sees the rows around.
    record Project(LogicalPlan input, Schema schema, List<BoundExpr> items, boolean serial)
            implements LogicalPlan {
        public Project {
            items = List.copyOf(items);
            if (items.size() != schema.size()) {
                throw new IllegalArgumentException(items.size() + " items, " + schema);
            }
        }
    }

    record Take(LogicalPlan input, BoundExpr count) implements LogicalPlan {
        @Override
        public Schema schema() {
            return input.schema();
        }
    }

    record Sample(LogicalPlan input, BoundExpr count) implements LogicalPlan {
        @Override
        public Schema schema() {
            return input.schema();
        }
    }

    /// Null is the smallest value; where it goes is said by `nullsFirst`. Stable.
    record SortKey(BoundExpr value, boolean ascending, boolean nullsFirst) {}

    /// With a count, only the first rows of the order (`top`).
    record Sort(LogicalPlan input, List<SortKey> keys, @Nullable BoundExpr count)
            implements LogicalPlan {
        public Sort {
            keys = List.copyOf(keys);
        }

        @Override
        public Schema schema() {
            return input.schema();
        }
    }

    /// One aggregate: arguments of its parameters' types, an optional filter, its result columns' types.
    record Aggregate(
            AggregateFunction function,
            List<BoundExpr> arguments,
            @Nullable BoundExpr filter,
            List<KqlType> results,
            List<Long> settings) {
        public Aggregate {
            arguments = List.copyOf(arguments);
            results = List.copyOf(results);
            settings = List.copyOf(settings);
        }
    }

    /// Keys first, then the aggregates' results. Without keys there is exactly one row.
    record Summarize(
            LogicalPlan input, Schema schema, List<BoundExpr> keys, List<Aggregate> aggregates)
            implements LogicalPlan {
        public Summarize {
            keys = List.copyOf(keys);
            aggregates = List.copyOf(aggregates);
        }
    }

    /// Some rows that agree in a text as one of them, with their number in a last column: together they stand for all rows of the input as long
    /// as only what follows of that text is read. A row may stand for itself alone.
    record Condense(LogicalPlan input, BoundExpr by, Schema schema) implements LogicalPlan {
        public Condense {
            if (schema.size() != input.schema().size() + 1) {
                throw new IllegalArgumentException("no column for the numbers: " + schema);
            }
        }
    }

    enum JoinKind {
        INNERUNIQUE,
        INNER,
        LEFTOUTER,
        RIGHTOUTER,
        FULLOUTER,
        LEFTSEMI,
        RIGHTSEMI,
        LEFTANTI,
        RIGHTANTI;

        public boolean isOneSided() {
            return this == LEFTSEMI || this == RIGHTSEMI || this == LEFTANTI || this == RIGHTANTI;
        }

        public boolean keepsRightSide() {
            return this == RIGHTSEMI || this == RIGHTANTI;
        }
    }

    /// Rows of both sides whose keys, one at least, are equal; null keys are equal. All left columns, then all right ones (one side's for semi and anti).
    record Join(
            JoinKind kind,
            LogicalPlan left,
            LogicalPlan right,
            List<BoundExpr> leftKeys,
            List<BoundExpr> rightKeys,
            Schema schema)
            implements LogicalPlan {
        public Join {
            leftKeys = List.copyOf(leftKeys);
            rightKeys = List.copyOf(rightKeys);
            if (leftKeys.isEmpty() || leftKeys.size() != rightKeys.size()) {
                throw new IllegalArgumentException(
                        leftKeys.size() + " keys and " + rightKeys.size());
            }
        }
    }

    /// One after another; the inputs have this schema, names apart.
    record Union(List<LogicalPlan> inputs, Schema schema) implements LogicalPlan {
        public Union {
            inputs = List.copyOf(inputs);
        }
    }

    /// @param column the output column that takes the elements
    record Expanded(BoundExpr value, @Nullable KqlType type, int column) {}

    /// `mv-expand`: output columns are the input's in order, those of `items` replaced or added, then the item index.
    ///
    /// @param dropNulls a row whose only item is null is left out, not kept with a null
    record MvExpand(
            LogicalPlan input,
            List<Expanded> items,
            boolean bagsAsArrays,
            boolean itemIndex,
            boolean dropNulls,
            @Nullable BoundExpr limit,
            Schema schema)
            implements LogicalPlan {
        public MvExpand {
            items = List.copyOf(items);
            if (dropNulls && items.size() != 1) {
                throw new IllegalArgumentException(items.size() + " items, one to be not null");
            }
        }
    }

    /// Runs `subplan` once a row over that row's expanded elements, which its [Placeholder] stands for. Output: the input's columns named by
    /// `kept`, then the subplan's.
    record MvApply(
            LogicalPlan input,
            MvExpand expansion,
            Placeholder placeholder,
            LogicalPlan subplan,
            List<Integer> kept,
            Schema schema)
            implements LogicalPlan {
        public MvApply {
            kept = List.copyOf(kept);
        }
    }

    /// Runs `subplan` once a distinct value of a column, over the rows that have it.
    record Partition(LogicalPlan input, BoundExpr key, Placeholder placeholder, LogicalPlan subplan)
            implements LogicalPlan {
        @Override
        public Schema schema() {
            return subplan.schema();
        }
    }

    /// The rows that an enclosing operator hands its subplan; told apart by identity.
    final class Placeholder implements LogicalPlan {
        private final Schema schema;

        public Placeholder(Schema schema) {
            this.schema = schema;
        }

        @Override
        public Schema schema() {
            return schema;
        }
    }

    /// Computed once a run however often it is read. What has one identity is computed from whichever of its plans is read first.
    final class Materialize implements LogicalPlan {
        private final LogicalPlan input;
        private final Object identity;

        public Materialize(LogicalPlan input) {
            this(input, new Object());
        }

        private Materialize(LogicalPlan input, Object identity) {
            this.input = input;
            this.identity = identity;
        }

        /// The same rows from a plan that gives them otherwise.
        public Materialize from(LogicalPlan plan) {
            return plan == input ? this : new Materialize(plan, identity);
        }

        public Object identity() {
            return identity;
        }

        public LogicalPlan input() {
            return input;
        }

        @Override
        public Schema schema() {
            return input.schema();
        }
    }

    /// A literal (a regular expression in regex mode), a column (index into the output) or a skip, in order.
    sealed interface PatternPart {
        record Text(String text) implements PatternPart {}

        record Skip() implements PatternPart {}

        record Target(int column, KqlType type) implements PatternPart {}
    }

    /// `parse`, `parse-where`: the schema is the input's with columns replaced or added.
    record Parse(
            LogicalPlan input,
            BoundExpr source,
            String kind,
            String flags,
            List<PatternPart> pattern,
            boolean dropMisses,
            Schema schema)
            implements LogicalPlan {
        public Parse {
            pattern = List.copyOf(pattern);
        }
    }

    /// @param targets name in the text and column of the output
    record ParseKv(
            LogicalPlan input,
            BoundExpr source,
            List<KvTarget> targets,
            KvOptions options,
            Schema schema)
            implements LogicalPlan {
        public ParseKv {
            targets = List.copyOf(targets);
        }
    }

    record KvTarget(String key, int column, KqlType type) {}

    record KvOptions(
            String pairDelimiter,
            String kvDelimiter,
            List<String> quotes,
            List<String> escapes,
            boolean greedy) {
        /// No delimiter was given.
        public boolean bare() {
            return pairDelimiter.isEmpty() && kvDelimiter.isEmpty();
        }
    }

    /// One series a group: keys, then an array for each item, then the axis.
    ///
    /// @param items over the results of the aggregates in order, one value a point that has rows
    /// @param defaults of the points without rows, one an item
    record MakeSeries(
            LogicalPlan input,
            Schema schema,
            List<BoundExpr> keys,
            List<Aggregate> aggregates,
            List<BoundExpr> items,
            List<BoundExpr> defaults,
            BoundExpr axis,
            @Nullable BoundExpr from,
            @Nullable BoundExpr to,
            BoundExpr step,
            boolean inclusive,
            boolean nonEmpty)
            implements LogicalPlan {}

    /// @param value what groups are made of at this level
    record NestedLevel(
            @Nullable BoundExpr count,
            BoundExpr value,
            @Nullable BoundExpr others,
            Aggregate by,
            boolean ascending) {}

    record TopNested(LogicalPlan input, List<NestedLevel> levels, Schema schema)
            implements LogicalPlan {
        public TopNested {
            levels = List.copyOf(levels);
        }
    }

    /// What a row is compared with: columns of the row, then of each step, `row` each.
    ///
    /// @param output which of its rows are given
    record ScanStep(
            String name, Output output, BoundExpr condition, List<ScanAssignment> assignments) {
        public ScanStep {
            requireBool(condition);
            assignments = List.copyOf(assignments);
        }

        public enum Output {
            ALL,
            LAST,
            NONE
        }
    }

    /// @param column of the row, behind the input's
    record ScanAssignment(int column, BoundExpr value) {}

    /// `scan`: sequences of rows that match the steps one after another.
    ///
    /// @param row the input's columns and those that steps assign
    /// @param defaults of the assigned columns
    /// @param keys rows with different keys belong to different sequences
    record ScanSteps(
            LogicalPlan input,
            Schema row,
            List<BoundExpr> defaults,
            List<BoundExpr> keys,
            List<ScanStep> steps,
            boolean matchId,
            Schema schema)
            implements LogicalPlan {
        public ScanSteps {
            defaults = List.copyOf(defaults);
            keys = List.copyOf(keys);
            steps = List.copyOf(steps);
        }
    }

    /// `reduce by`: texts of one shape counted together.
    ///
    /// @param keepsRows the rows stay as they are, each with its shape as the last column
    record Reduce(
            LogicalPlan input, BoundExpr value, String characters, boolean keepsRows, Schema schema)
            implements LogicalPlan {}

    private static void requireBool(BoundExpr predicate) {
        if (predicate.type() != KqlType.BOOL) {
            throw new IllegalArgumentException("a predicate of type " + predicate.type());
        }
    }
}
