package io.muster.kql.binder;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.Pipeline;
import io.muster.kql.syntax.TabularOperator;
import org.jspecify.annotations.Nullable;

/// Tabular operators: each takes the plan so far and gives the plan with one more step. Here they are told apart; what an operator is
/// stands in the binder of its family.
final class OperatorBinder {
    private final Binder binder;
    private final SourceBinder sources;
    private final ProjectBinder columns;
    private final SortBinder sorts;
    private final SummarizeBinder summaries;
    private final TopNestedBinder nested;
    private final MakeSeriesBinder series;
    private final JoinBinder joins;
    private final UnionBinder unions;
    private final SearchBinder searches;
    private final MvExpandBinder expansions;
    private final ParseBinder parses;
    private final PartitionBinder partitions;
    private final ScanBinder scans;
    private final ForkBinder forks;
    private final PluginBinder plugins;

    OperatorBinder(Binder binder) {
        this.binder = binder;
        this.sources = new SourceBinder(binder);
        this.columns = new ProjectBinder(binder);
        this.sorts = new SortBinder(binder);
        this.summaries = new SummarizeBinder(binder);
        this.nested = new TopNestedBinder(binder);
        this.series = new MakeSeriesBinder(binder);
        this.joins = new JoinBinder(binder);
        this.unions = new UnionBinder(binder);
        this.searches = new SearchBinder(binder, unions);
        this.expansions = new MvExpandBinder(binder);
        this.parses = new ParseBinder(binder);
        this.partitions = new PartitionBinder(binder);
        this.scans = new ScanBinder(binder);
        this.forks = new ForkBinder(binder);
        this.plugins = new PluginBinder(binder);
    }

    SortBinder sorts() {
        return sorts;
    }

    ProjectBinder columns() {
        return columns;
    }

    SummarizeBinder summaries() {
        return summaries;
    }

    LogicalPlan pipeline(Pipeline pipeline, Environment environment) {
        return pipeline(pipeline, null, environment);
    }

    /// @param input what a pipeline without a source of its own reads
    LogicalPlan pipeline(Pipeline pipeline, @Nullable LogicalPlan input, Environment outer) {
        // `as` names within its own query only.
        var environment = new Environment(outer);
        var source = pipeline.source();
        boolean ownRows =
                source == null
                        && !pipeline.operators().isEmpty()
                        && makesRows(pipeline.operators().getFirst());
        LogicalPlan plan =
                source != null ? binder.table(source, environment) : ownRows ? null : input;
        String named = null;
        for (var operator : pipeline.operators()) {
            if (binder.endsHere()
                    && plan != null
                    && !(operator instanceof TabularOperator.Render)) {
                binder.fault(
                        "KS177",
                        operator.span(),
                        "No operator may follow 'fork' or 'facet': they give several tables.");
                throw new BindFailure();
            }
            if (plan == null) {
                var head = head(operator, environment);
                plan =
                        head != null
                                ? head
                                : operator(
                                        operator,
                                        binder.defaultTable(operator.span(), environment),
                                        environment);
            } else {
                plan =
                        operator instanceof TabularOperator.Union union
                                ? unions.union(union, named, plan, environment)
                                : operator(operator, plan, environment);
            }
            named = operator instanceof TabularOperator.As as ? as.name() : null;
            binder.checkDepth(plan, operator.span());
        }
        if (plan == null) {
            binder.fault("KS111", pipeline.span(), "Table expected.");
            throw new BindFailure();
        }
        return plan;
    }

    /// Whether the operator reads no input, wherever its pipeline stands: within `partition`, `fork`, `mv-apply`, too.
    private static boolean makesRows(TabularOperator operator) {
        return operator instanceof TabularOperator.Print
                || operator instanceof TabularOperator.Range
                || operator instanceof TabularOperator.Datatable
                || operator instanceof TabularOperator.Find;
    }

    /// The plan of an operator that makes rows itself; null for every other.
    private @Nullable LogicalPlan head(TabularOperator operator, Environment environment) {
        var place = ExpressionBinder.Place.of(null, environment);
        return switch (operator) {
            case TabularOperator.Print print -> sources.print(print, place);
            case TabularOperator.Range range -> sources.range(range, place);
            case TabularOperator.Datatable datatable -> sources.datatable(datatable, place);
            case TabularOperator.Union union -> unions.union(union, null, environment);
            case TabularOperator.Search search -> searches.search(search, null, environment);
            case TabularOperator.Find find -> searches.find(find, environment);
            default -> null;
        };
    }

    LogicalPlan operator(TabularOperator operator, LogicalPlan input, Environment environment) {
        return binder.order().of(input, () -> step(operator, input, environment));
    }

    private LogicalPlan step(TabularOperator operator, LogicalPlan input, Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        return switch (operator) {
            case TabularOperator.Where where -> {
                var predicate = binder.expressions().bool(where.predicate(), place);
                yield predicate == ExpressionBinder.FAULTY ? input : Serial.where(input, predicate);
            }
            case TabularOperator.Extend extend -> columns.extend(extend.items(), input, place);
            case TabularOperator.Project project -> columns.project(project.items(), input, place);
            case TabularOperator.ProjectNames names -> columns.projectNames(names, input);
            case TabularOperator.ProjectRename rename -> columns.rename(rename, input);
            case TabularOperator.ProjectReorder reorder -> columns.reorder(reorder, input);
            case TabularOperator.ProjectByNames names -> columns.byNames(names, input, place);
            case TabularOperator.Serialize serialize -> {
                binder.order().serialize(input);
                yield serialize.items().isEmpty()
                        ? input
                        : columns.extend(serialize.items(), input, place);
            }
            case TabularOperator.Distinct o -> summaries.distinct(o, input, environment);
            case TabularOperator.Count o -> summaries.count(o, input, environment);
            case TabularOperator.Summarize o -> summaries.summarize(o, input, environment);
            case TabularOperator.TopHitters o -> summaries.topHitters(o, input, environment);
            case TabularOperator.SampleDistinct o ->
                    summaries.sampleDistinct(o, input, environment);
            case TabularOperator.TopNested o -> nested.topNested(o, input, environment);
            case TabularOperator.MakeSeries o -> series.makeSeries(o, input, environment);
            case TabularOperator.Take take ->
                    new LogicalPlan.Take(input, sorts.count(take.count(), environment));
            case TabularOperator.Sample sample ->
                    new LogicalPlan.Sample(
                            input, sorts.countOfAnyNumber(sample.count(), environment));
            case TabularOperator.Sort sort ->
                    Serial.sort(input, sorts.sortKeys(sort.keys(), place, false), null);
            case TabularOperator.Top top ->
                    Serial.sort(
                            input,
                            sorts.sortKeys(top.keys(), place, true),
                            sorts.count(top.count(), environment));
            case TabularOperator.Join join ->
                    joins.join(
                            join.kind(),
                            join.kindSpan(),
                            join.right(),
                            join.on(),
                            input,
                            environment,
                            false,
                            join.span());
            case TabularOperator.Lookup lookup ->
                    joins.join(
                            lookup.kind(),
                            lookup.kindSpan(),
                            lookup.right(),
                            lookup.on(),
                            input,
                            environment,
                            true,
                            lookup.span());
            case TabularOperator.Union union -> unions.union(union, input, environment);
            case TabularOperator.Search search -> searches.search(search, input, environment);
            case TabularOperator.MvExpand expand -> expansions.expand(expand, input, environment);
            case TabularOperator.MvApply apply -> expansions.apply(apply, input, environment);
            case TabularOperator.Parse parse -> parses.parse(parse, input, place);
            case TabularOperator.ParseKv parse -> parses.parseKv(parse, input, place);
            case TabularOperator.Reduce reduce -> parses.reduce(reduce, input, place);
            case TabularOperator.GetSchema g -> GetSchemaBinder.getSchema(input);
            case TabularOperator.As as -> {
                var kept = new LogicalPlan.Materialize(input);
                environment.define(as.name(), new Environment.Named.Tabular(kept));
                yield kept;
            }
            case TabularOperator.Render render -> {
                hint(render);
                yield input;
            }
            case TabularOperator.Evaluate evaluate ->
                    plugins.evaluate(evaluate, input, environment);
            case TabularOperator.Invoke invoke -> invoke(invoke, input, environment);
            case TabularOperator.Partition o -> partitions.partition(o, input, environment);
            case TabularOperator.Fork fork -> forks.fork(fork, input, environment);
            case TabularOperator.Facet facet -> forks.facet(facet, input, environment);
            case TabularOperator.ScanSteps scan -> scans.scan(scan, input, environment);
            case TabularOperator.Consume consume ->
                    new LogicalPlan.Take(
                            input, new BoundExpr.Literal(Dynamic.of(0L), KqlType.LONG));
            case TabularOperator.Print o -> mustBeFirst(o.span());
            case TabularOperator.Range o -> mustBeFirst(o.span());
            case TabularOperator.Datatable o -> mustBeFirst(o.span());
            case TabularOperator.Find o -> mustBeFirst(o.span());
        };
    }

    private void hint(TabularOperator.Render render) {
        binder.renderHint("visualization", Dynamic.of(render.visualization()));
        for (var property : render.properties().entrySet()) {
            binder.renderHint(
                    property.getKey(),
                    property.getValue() instanceof Expression.Literal l
                            ? l.value()
                            : Dynamic.of(String.valueOf(ResultNames.of(property.getValue()))));
        }
    }

    private LogicalPlan invoke(
            TabularOperator.Invoke invoke, LogicalPlan input, Environment environment) {
        var named = environment.find(invoke.function().name());
        if (named.isPresent() && named.get() instanceof Environment.Named.Function function) {
            return binder.functions().invoke(function, input, invoke.function(), environment);
        }
        binder.fault(
                "KS211",
                invoke.function().nameSpan(),
                "The name '"
                        + invoke.function().name()
                        + "' does not refer to any known function.");
        throw new BindFailure();
    }

    /// The grammar has such operators nowhere else.
    private static LogicalPlan mustBeFirst(SourceSpan span) {
        throw new IllegalStateException("an operator that makes rows behind a pipe at " + span);
    }
}
