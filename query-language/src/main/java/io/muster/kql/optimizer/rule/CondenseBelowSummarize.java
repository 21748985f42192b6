package io.muster.kql.optimizer.rule;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.KqlType;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.aggregate.AggregateFunctions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Counts first, texts after: where all that happens to rows up to a `summarize` follows of one path of theirs, rows that agree in it become
/// one with their number, and `count` adds the numbers up. Only above a scan, and for aggregates that do not see how often a row comes.
public final class CondenseBelowSummarize implements Rule {
    /// Give the same for a row however often it comes.
    private static final Set<String> SETS =
            Set.of(
                    "min",
                    "max",
                    "minif",
                    "maxif",
                    "dcount",
                    "dcountif",
                    "count_distinct",
                    "count_distinctif",
                    "take_any",
                    "arg_max",
                    "arg_min");

    private static final Set<String> COUNTS = Set.of("count", "countif");

    private static final Set<LogicalPlan.JoinKind> KEEPS_LEFT =
            Set.of(
                    LogicalPlan.JoinKind.INNER,
                    LogicalPlan.JoinKind.LEFTOUTER,
                    LogicalPlan.JoinKind.LEFTSEMI,
                    LogicalPlan.JoinKind.LEFTANTI);

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!(plan instanceof LogicalPlan.Summarize summarize)
                || !summarize.aggregates().stream().allMatch(CondenseBelowSummarize::isFit)) {
            return plan;
        }
        var chain = new ArrayList<LogicalPlan>();
        var bottom = summarize.input();
        for (var below = below(bottom); below.isPresent(); below = below(bottom)) {
            chain.add(bottom);
            bottom = below.get();
        }
        if (bottom instanceof LogicalPlan.Condense || !isOfTable(bottom)) {
            return plan;
        }
        // The lower the rows become few, the less is done with many; but a condition leaves out
        // rows for less than it costs to count
        // them.
        for (int above = chain.size(); above >= 0; above--) {
            if (above > 0 && chain.get(above - 1) instanceof LogicalPlan.Where) {
                continue;
            }
            var source = above == chain.size() ? bottom : chain.get(above);
            var one = new Determinants(source).ofAll(chain.subList(0, above), summarize);
            if (one.isPresent()) {
                return rewritten(summarize, chain.subList(0, above), source, one.get());
            }
        }
        return plan;
    }

    private static boolean isFit(LogicalPlan.Aggregate aggregate) {
        return COUNTS.contains(aggregate.function().name())
                || SETS.contains(aggregate.function().name());
    }

    /// What a step reads that passes each row on by itself, or with what it joins it to.
    private static Optional<LogicalPlan> below(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Where w -> Optional.of(w.input());
            case LogicalPlan.Project p when !p.serial() -> Optional.of(p.input());
            case LogicalPlan.Parse p -> Optional.of(p.input());
            case LogicalPlan.Join j when KEEPS_LEFT.contains(j.kind()) -> Optional.of(j.left());
            default -> Optional.empty();
        };
    }

    private static boolean isOfTable(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Scan s -> true;
            case LogicalPlan.MvExpand e -> isOfTable(e.input());
            case LogicalPlan.Where w -> isOfTable(w.input());
            case LogicalPlan.Project p -> isOfTable(p.input());
            case LogicalPlan.Union u ->
                    u.inputs().stream().anyMatch(CondenseBelowSummarize::isOfTable);
            default -> false;
        };
    }

    /// Of which paths over a source the columns above it follow.
    private static final class Determinants {
        /// @param path the column as a path over the source; null when it is something else
        /// @param of the paths it follows of
        private record Column(@Nullable BoundExpr path, Set<BoundExpr> of) {}

        private List<Column> columns = new ArrayList<>();
        private final Set<BoundExpr> read = new LinkedHashSet<>();
        private boolean possible = true;

        Determinants(LogicalPlan source) {
            var schema = source.schema();
            for (int i = 0; i < schema.size(); i++) {
                var ref =
                        new BoundExpr.ColumnRef(i, schema.field(i).name(), schema.field(i).type());
                columns.add(new Column(ref, Set.of(ref)));
            }
        }

        /// The only path that anything of these steps follows of, when it may be a text.
        Optional<BoundExpr> ofAll(List<LogicalPlan> chain, LogicalPlan.Summarize summarize) {
            for (var step : chain.reversed()) {
                pass(step);
            }
            summarize.keys().forEach(this::read);
            for (var aggregate : summarize.aggregates()) {
                aggregate.arguments().forEach(this::read);
                var filter = aggregate.filter();
                if (filter != null) {
                    read(filter);
                }
            }
            if (!possible || read.size() != 1) {
                return Optional.empty();
            }
            var one = read.iterator().next();
            return one.type() == KqlType.STRING || one.type() == KqlType.DYNAMIC
                    ? Optional.of(one)
                    : Optional.empty();
        }

        private void pass(LogicalPlan step) {
            switch (step) {
                case LogicalPlan.Where w -> read(w.predicate());
                case LogicalPlan.Project p -> {
                    var made = new ArrayList<Column>();
                    for (var item : p.items()) {
                        made.add(new Column(path(item).orElse(null), of(item)));
                    }
                    columns = made;
                }
                case LogicalPlan.Parse p -> {
                    read(p.source());
                    var source = new Column(null, of(p.source()));
                    columns = new ArrayList<>(columns);
                    while (columns.size() < p.schema().size()) {
                        columns.add(new Column(null, Set.of()));
                    }
                    for (var part : p.pattern()) {
                        if (part instanceof LogicalPlan.PatternPart.Target target) {
                            columns.set(target.column(), source);
                        }
                    }
                }
                case LogicalPlan.Join j -> {
                    j.leftKeys().forEach(this::read);
                    columns = new ArrayList<>(columns);
                    while (columns.size() < j.schema().size()) {
                        columns.add(new Column(null, Set.of()));
                    }
                }
                default -> throw new IllegalArgumentException("no step of a chain: " + step);
            }
        }

        private void read(BoundExpr expr) {
            read.addAll(of(expr));
        }

        private Set<BoundExpr> of(BoundExpr expr) {
            var path = path(expr);
            if (path.isPresent()) {
                return Set.of(path.get());
            }
            return switch (expr) {
                case BoundExpr.Literal l -> Set.of();
                case BoundExpr.Subquery s -> Set.of();
                case BoundExpr.ColumnRef c -> columns.get(c.index()).of();
                case BoundExpr.Member m -> of(m.target());
                case BoundExpr.Element e -> of(e.target());
                case BoundExpr.Call c -> {
                    possible &=
                            c.function().stability() != ScalarFunction.Stability.PER_ROW
                                    && !c.function().serial();
                    yield all(c.arguments());
                }
                case BoundExpr.Logical l -> all(l.operands());
            };
        }

        private Set<BoundExpr> all(List<BoundExpr> parts) {
            var found = new HashSet<BoundExpr>();
            for (var part : parts) {
                found.addAll(of(part));
            }
            return found;
        }

        private Optional<BoundExpr> path(BoundExpr expr) {
            return switch (expr) {
                case BoundExpr.ColumnRef c -> Optional.ofNullable(columns.get(c.index()).path());
                case BoundExpr.Member m ->
                        path(m.target()).map(t -> new BoundExpr.Member(t, m.name()));
                case BoundExpr.Element e ->
                        path(e.target()).map(t -> new BoundExpr.Element(t, e.index()));
                case BoundExpr.Literal l -> Optional.empty();
                case BoundExpr.Call c -> Optional.empty();
                case BoundExpr.Logical l -> Optional.empty();
                case BoundExpr.Subquery s -> Optional.empty();
            };
        }
    }

    private static LogicalPlan rewritten(
            LogicalPlan.Summarize summarize,
            List<LogicalPlan> chain,
            LogicalPlan source,
            BoundExpr determinant) {
        var field = new Field(freeName(chain, source), KqlType.LONG);
        int at = source.schema().size();
        LogicalPlan below =
                new LogicalPlan.Condense(source, determinant, with(source.schema(), at, field));
        for (var step : chain.reversed()) {
            int number = at;
            switch (step) {
                case LogicalPlan.Where w ->
                        below = new LogicalPlan.Where(below, moved(w.predicate(), number));
                case LogicalPlan.Project p -> {
                    var items = new ArrayList<>(moved(p.items(), number));
                    items.add(new BoundExpr.ColumnRef(number, field.name(), KqlType.LONG));
                    at = p.items().size();
                    below =
                            new LogicalPlan.Project(
                                    below, with(p.schema(), at, field), items, false);
                }
                case LogicalPlan.Parse p -> {
                    var pattern = new ArrayList<LogicalPlan.PatternPart>();
                    for (var part : p.pattern()) {
                        pattern.add(
                                part instanceof LogicalPlan.PatternPart.Target(var column, var type)
                                                && column >= number
                                        ? new LogicalPlan.PatternPart.Target(column + 1, type)
                                        : part);
                    }
                    below =
                            new LogicalPlan.Parse(
                                    below,
                                    moved(p.source(), number),
                                    p.kind(),
                                    p.flags(),
                                    pattern,
                                    p.dropMisses(),
                                    with(p.schema(), number, field));
                }
                case LogicalPlan.Join j ->
                        below =
                                new LogicalPlan.Join(
                                        j.kind(),
                                        below,
                                        j.right(),
                                        moved(j.leftKeys(), number),
                                        j.rightKeys(),
                                        with(j.schema(), number, field));
                default -> throw new IllegalArgumentException("no step of a chain: " + step);
            }
        }
        int number = at;
        var weight = new BoundExpr.ColumnRef(number, field.name(), KqlType.LONG);
        var aggregates = new ArrayList<LogicalPlan.Aggregate>();
        for (var aggregate : summarize.aggregates()) {
            var filter = aggregate.filter();
            boolean count = COUNTS.contains(aggregate.function().name());
            aggregates.add(
                    new LogicalPlan.Aggregate(
                            count ? AggregateFunctions.COUNT_OF_ROWS : aggregate.function(),
                            count ? List.of(weight) : moved(aggregate.arguments(), number),
                            filter == null ? null : moved(filter, number),
                            aggregate.results(),
                            aggregate.settings()));
        }
        return new LogicalPlan.Summarize(
                below, summarize.schema(), moved(summarize.keys(), number), aggregates);
    }

    private static String freeName(List<LogicalPlan> chain, LogicalPlan source) {
        String name = "rows";
        while (true) {
            String tried = name;
            if (source.schema().indexOf(tried) < 0
                    && chain.stream().allMatch(step -> step.schema().indexOf(tried) < 0)) {
                return tried;
            }
            name += "_";
        }
    }

    private static Schema with(Schema schema, int at, Field field) {
        var fields = new ArrayList<>(schema.fields());
        fields.add(at, field);
        return new Schema(fields);
    }

    private static List<BoundExpr> moved(List<BoundExpr> all, int from) {
        return all.stream().map(expr -> moved(expr, from)).toList();
    }

    /// Over rows that have one more column there.
    private static BoundExpr moved(BoundExpr expr, int from) {
        return switch (expr) {
            case BoundExpr.Literal l -> l;
            case BoundExpr.Subquery s -> s;
            case BoundExpr.ColumnRef(var index, var name, var type) ->
                    new BoundExpr.ColumnRef(index >= from ? index + 1 : index, name, type);
            case BoundExpr.Member(var target, var name) ->
                    new BoundExpr.Member(moved(target, from), name);
            case BoundExpr.Element(var target, var index) ->
                    new BoundExpr.Element(moved(target, from), index);
            case BoundExpr.Call c ->
                    new BoundExpr.Call(
                            c.function(), c.kernel(), moved(c.arguments(), from), c.type());
            case BoundExpr.Logical(var and, var operands) ->
                    new BoundExpr.Logical(and, moved(operands, from));
        };
    }
}
