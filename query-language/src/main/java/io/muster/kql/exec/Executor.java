package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.Table;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.RowRefs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Turns a plan into relations and relations into rows. One a run, and for each step of a plan that has numbers by chance one at its place.
public final class Executor {
    /// Bytes made for one batch from which on it is worthwhile to let them go.
    private static final long MUCH = 1 << 20;

    /// The same for each row that is kept of it: a few rows of many let the many go.
    private static final long MUCH_A_ROW = 1 << 10;

    /// Of work that is always cut at the same places, so many pieces a worker, for they cost differently.
    private static final int STRETCHES = 8;

    private final RunContext context;

    /// Of the step in the plan, as it is read.
    private final long place;

    private long inner;

    public Executor(RunContext context) {
        this(context, context.seed());
    }

    private Executor(RunContext context, long place) {
        this.context = context;
        this.place = place;
    }

    /// A place within the step: of an input that it reads, of a call by chance. They are asked for in the same order in each run.
    long next() {
        return Chance.within(place, inner++);
    }

    RunContext context() {
        return context;
    }

    /// Runs a plan to its end.
    ///
    /// @throws QueryStoppedException when a limit is reached or the query is cancelled
    public Table run(LogicalPlan plan, String name, long maxRows) {
        context.chance().read(plan);
        return context.meter().during(() -> table(plan, name, maxRows));
    }

    private Table table(LogicalPlan plan, String name, long maxRows) {
        var batches = collect(relation(plan));
        long rows = 0;
        var segments = new ArrayList<Segment>();
        Schema schema = plan.schema();
        for (var batch : batches) {
            context.check();
            rows += batch.rows();
            if (rows > maxRows) {
                throw new QueryStoppedException(
                        "query-rows",
                        "The query gives more than the " + maxRows + " rows allowed.");
            }
            if (batch.rows() == 0) {
                continue;
            }
            var columns = new ArrayList<Column>();
            for (int i = 0; i < schema.size(); i++) {
                var column = Columns.canonical(batch.column(i), schema.type(i));
                columns.add(
                        schema.type(i) == KqlType.STRING ? Columns.withoutNulls(column) : column);
            }
            segments.add(new Segment(batch.rows(), columns));
        }
        return new Table(name, schema, segments);
    }

    Relation relation(LogicalPlan plan) {
        var relation =
                context.chance().any()
                        ? new Executor(context, next()).operator(plan).through(Placing::new)
                        : operator(plan);
        var statistics = context.statistics(plan);
        if (statistics == null) {
            return relation;
        }
        return new Relation() {
            @Override
            public Morsels morsels() {
                long began = System.nanoTime();
                var morsels = relation.morsels();
                statistics.add(0, System.nanoTime() - began);
                return new MeasuredMorsels(morsels, statistics);
            }

            @Override
            public boolean isParallel() {
                return relation.isParallel();
            }

            @Override
            public boolean isFree() {
                return relation.isFree();
            }
        };
    }

    /// Tells batches where they stand: in their morsel, by the rows before them.
    private static final class Placing implements Morsels.Step {
        private final Predicate<Batch> sink;
        private long place;

        Placing(Predicate<Batch> sink) {
            this.sink = sink;
        }

        @Override
        public void begin(int morsel) {
            place = Chance.within(0, morsel);
        }

        @Override
        public boolean test(Batch batch) {
            long at = place;
            place += batch.rows();
            return sink.test(batch.at(at));
        }
    }

    private Relation operator(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Scan scan ->
                    segments(scan.table().scan(scan.request()), keyed(scan.table()));
            case LogicalPlan.Values values -> segments(values.table().segments(), Segment::columns);
            case LogicalPlan.Rows rows -> rows(rows);
            case LogicalPlan.Range range -> RangeOperator.relation(range, this);
            case LogicalPlan.Where where -> WhereOperator.relation(where, this);
            case LogicalPlan.Project project -> ProjectOperator.relation(project, this);
            case LogicalPlan.Take take ->
                    TakeOperator.relation(relation(take.input()), count(take.count()));
            case LogicalPlan.Sample sample ->
                    TakeOperator.relation(relation(sample.input()), count(sample.count()));
            case LogicalPlan.Sort sort -> SortOperator.relation(sort, this);
            case LogicalPlan.Summarize summarize -> SummarizeOperator.relation(summarize, this);
            case LogicalPlan.Join join -> JoinOperator.relation(join, this);
            case LogicalPlan.Condense condense -> CondenseOperator.relation(condense, this);
            case LogicalPlan.Union union -> union(union);
            case LogicalPlan.MvExpand expand -> MvExpandOperator.relation(expand, this);
            case LogicalPlan.MvApply apply -> MvApplyOperator.relation(apply, this);
            case LogicalPlan.Partition partition -> PartitionOperator.relation(partition, this);
            case LogicalPlan.Placeholder placeholder ->
                    Relation.single(sink -> all(context.placed(placeholder), sink));
            case LogicalPlan.Materialize materialize ->
                    Relation.single(sink -> {
                        List<Batch> kept =
                                context.once(
                                        materialize.identity(),
                                        materialize,
                                        () ->
                                                context.meter()
                                                        .during(() ->
                                                                collect(
                                                                        once(
                                                                                        materialize
                                                                                                .identity(),
                                                                                        materialize)
                                                                                .relation(
                                                                                        materialize
                                                                                                .input()))));
                        return all(kept, sink);
                    });
            case LogicalPlan.Parse parse -> ParseOperator.relation(parse, this);
            case LogicalPlan.ParseKv parse -> ParseKvOperator.relation(parse, this);
            case LogicalPlan.MakeSeries series -> MakeSeriesOperator.relation(series, this);
            case LogicalPlan.TopNested nested -> TopNestedOperator.relation(nested, this);
            case LogicalPlan.ScanSteps scan -> ScanStepsOperator.relation(scan, this);
            case LogicalPlan.Reduce reduce -> ReduceOperator.relation(reduce, this);
        };
    }

    private static boolean all(List<Batch> batches, Predicate<Batch> sink) {
        for (var batch : batches) {
            if (!batch.pass(sink)) {
                return false;
            }
        }
        return true;
    }

    /// The columns of a table's segments, the texts of its key known as a key's.
    private Function<Segment, List<Column>> keyed(TableSource table) {
        int key = table.key().map(table.schema()::indexOf).orElse(-1);
        if (key < 0) {
            return Segment::columns;
        }
        return segment -> {
            if (!(segment.column(key) instanceof StringColumn texts)) {
                return segment.columns();
            }
            var columns = new ArrayList<>(segment.columns());
            columns.set(
                    key,
                    new StringColumn(texts.codes(), context.key(table.name(), texts.dictionary())));
            return columns;
        };
    }

    private Relation segments(List<Segment> segments, Function<Segment, List<Column>> columns) {
        long rows = 0;
        for (var segment : segments) {
            rows += segment.liveSize();
        }
        var morsels = new ArrayList<Morsels.Morsel>();
        for (var segment : segments) {
            if (segment.liveSize() > 0) {
                morsels.add(sink -> {
                    context.check();
                    var batch = Batch.of(segment.size(), columns.apply(segment));
                    var live =
                            segment.deleted() == null
                                    ? batch
                                    : batch.select(segment.live().toArray());
                    return live.pass(sink);
                });
            }
        }
        return Relation.of(Morsels.of(morsels), context.isParallel(rows));
    }

    private Relation rows(LogicalPlan.Rows rows) {
        return Relation.single(sink -> {
            int count = rows.rows().size();
            if (count == 0) {
                return true;
            }
            var columns = new ArrayList<Column>();
            for (int c = 0; c < rows.schema().size(); c++) {
                var type = rows.schema().type(c);
                var builder = new ColumnBuilder(type, count);
                for (var row : rows.rows()) {
                    builder.add(constant(row.get(c)));
                }
                columns.add(builder.build());
            }
            return Batch.of(count, columns).pass(sink);
        });
    }

    private Relation union(LogicalPlan.Union union) {
        var inputs = new ArrayList<Relation>();
        for (var input : union.inputs()) {
            inputs.add(relation(input));
        }
        return new Relation() {
            @Override
            public Morsels morsels() {
                return Morsels.concat(inputs.stream().map(Relation::morsels).toList());
            }

            @Override
            public boolean isParallel() {
                return isFree() && inputs.stream().anyMatch(Relation::isParallel);
            }

            @Override
            public boolean isFree() {
                return inputs.stream().allMatch(Relation::isFree);
            }
        };
    }

    /// All batches in order, those without rows left out.
    List<Batch> collect(Relation relation) {
        var home = MemoryMeter.current();
        var all = new ArrayList<Batch>();
        List<List<Batch>> parts =
                fold(
                        relation,
                        true,
                        ArrayList::new,
                        (part, batch) -> {
                            context.check();
                            if (batch.rows() > 0) {
                                part.add(hold(batch, home));
                            }
                        });
        parts.forEach(all::addAll);
        return all;
    }

    /// The batch as it may stay when it has passed. Where much was made for it, as texts that only a filter read, its columns are computed
    /// now, so that it holds nothing but them; else they stay to be computed.
    static Batch hold(Batch batch, MemoryMeter home) {
        return hold(batch, home, home);
    }

    /// The same, where what is held of it is counted by a meter inside `home`.
    static Batch hold(Batch batch, MemoryMeter home, MemoryMeter held) {
        var kept = holdBriefly(batch, home, held);
        return kept == batch ? batch.keptBy(held) : kept;
    }

    /// As [#hold], for a batch that will pass once more and then be forgotten: what is still to be computed of it is made for that.
    static Batch holdBriefly(Batch batch, MemoryMeter home) {
        return holdBriefly(batch, home, home);
    }

    private static Batch holdBriefly(Batch batch, MemoryMeter home, MemoryMeter held) {
        held.charge(16L * batch.rows());
        var meter = MemoryMeter.current();
        if (meter.madeUpTo(home) < Math.min(MUCH, MUCH_A_ROW * batch.rows())) {
            meter.keepFor(home);
            return batch;
        }
        var columns = new ArrayList<Column>();
        for (int i = 0; i < batch.width(); i++) {
            var column = batch.column(i);
            held.charge(Columns.heldBytes(column));
            columns.add(column);
        }
        return Batch.of(batch.rows(), columns).at(batch.place());
    }

    /// Leads all batches into states, one for each stretch of morsels that a thread went through; in order.
    ///
    /// @param anyCut whether the states, merged in order, say the same wherever one ends and the next begins; if not, they end at the same places each time
    <S> List<S> fold(
            Relation relation, boolean anyCut, Supplier<S> begin, BiConsumer<S, Batch> add) {
        return fold(relation.morsels(), relation.isParallel(), anyCut, begin, add, () -> true)
                .stream()
                .map(Workbench.Part::state)
                .toList();
    }

    /// As the other `fold`, until no more is wanted. With the pool's help where there is one and it is worthwhile. When one thread fails the others stop at
    /// their next check, and none runs on afterwards.
    <S> List<Workbench.Part<S>> fold(
            Morsels morsels,
            boolean parallel,
            boolean anyCut,
            Supplier<S> begin,
            BiConsumer<S, Batch> add,
            BooleanSupplier wanted) {
        var pool = context.pool();
        int workers =
                pool == null || !parallel ? 1 : Math.min(morsels.count(), pool.getParallelism());
        int stretches = anyCut || workers < 2 ? 1 : Math.min(morsels.count(), STRETCHES * workers);
        var bench = new Workbench<>(morsels, stretches, anyCut, begin, add, wanted, context);
        if (pool != null) {
            help(bench, pool, workers - 1);
        }
        return bench.finish();
    }

    /// Asks for helpers; where none is to be had the caller works alone.
    private static void help(Workbench<?> bench, ForkJoinPool pool, int helpers) {
        var home = MemoryMeter.current();
        var turn = Turns.current();
        // A helper takes its turn when it begins: while it waits in a busy pool others may have it.
        int asked = turn == null ? helpers : Math.min(helpers, turn.spare());
        Runnable help = () -> home.running(bench::help);
        for (int i = 0; i < asked; i++) {
            try {
                pool.execute(turn == null ? help : () -> turn.help(help));
            } catch (RejectedExecutionException shutDown) {
                return;
            }
        }
    }

    /// The batches as one.
    Batch concat(List<Batch> batches, Schema schema) {
        if (batches.size() == 1) {
            return batches.getFirst();
        }
        int total = rows(batches);
        MemoryMeter.current().charge(8L * total);
        long[] refs = new long[total];
        int n = 0;
        for (int b = 0; b < batches.size(); b++) {
            for (int row = 0; row < batches.get(b).rows(); row++) {
                refs[n++] = RowRefs.of(b, row);
            }
        }
        return Batch.lazy(refs.length, Batch.gather(batches, types(schema), refs));
    }

    static List<KqlType> types(Schema schema) {
        return schema.fields().stream().map(f -> f.type()).toList();
    }

    /// The value of a constant expression; `NULL` included.
    Dynamic constant(BoundExpr expr) {
        var value = Compiled.constant(Compiled.of(expr, this), expr.type()).constant();
        return value == null ? Dynamic.NULL : value;
    }

    long count(BoundExpr expr) {
        return Math.max(0, Columns.longOf(constant(expr)));
    }

    /// For what is computed once, whoever reads it first.
    private Executor once(Object identity, LogicalPlan plan) {
        return context.chance().any()
                ? new Executor(context, context.placeOf(identity, plan))
                : this;
    }

    /// The value of a subquery, computed once a run.
    Dynamic scalar(BoundExpr.Subquery subquery) {
        return context.once(
                subquery.identity(),
                subquery.plan(),
                () -> context.meter().during(() -> value(subquery)));
    }

    private Dynamic value(BoundExpr.Subquery subquery) {
        var home = MemoryMeter.current();
        var type = subquery.plan().schema().type(0);
        var values = new ArrayList<Dynamic>();
        once(subquery.identity(), subquery.plan())
                .relation(subquery.plan())
                .forEach(batch -> {
                    context.check();
                    if (batch.rows() == 0) {
                        return true;
                    }
                    var column = Columns.canonical(batch.column(0), type);
                    for (int row = 0; row < batch.rows(); row++) {
                        var value = column.dynamic(row);
                        home.charge(MemoryMeter.sizeOf(value) + 8);
                        values.add(
                                value.isNull() && type == KqlType.STRING ? Dynamic.of("") : value);
                        if (!subquery.all()) {
                            return false;
                        }
                    }
                    return true;
                });
        if (subquery.all()) {
            return new Dynamic.Array(values);
        }
        return values.isEmpty()
                ? type == KqlType.STRING ? Dynamic.of("") : Dynamic.NULL
                : values.getFirst();
    }

    /// The rows of all batches.
    ///
    /// @throws QueryStoppedException when they are more than an operator can number
    static int rows(List<Batch> batches) {
        long total = 0;
        for (var batch : batches) {
            total += batch.rows();
        }
        return count(total);
    }

    /// A number of rows that one operator makes or holds at once.
    static int count(long rows) {
        if (rows > Integer.MAX_VALUE - 8) {
            throw new QueryStoppedException(
                    "query-memory",
                    "An operator would hold " + rows + " rows at once, more than it can.");
        }
        return (int) rows;
    }
}
