package io.muster.kql.syntax;

import static io.muster.kql.syntax.KqlPrinter.call;
import static io.muster.kql.syntax.KqlPrinter.columns;
import static io.muster.kql.syntax.KqlPrinter.expression;
import static io.muster.kql.syntax.KqlPrinter.expressions;
import static io.muster.kql.syntax.KqlPrinter.join;
import static io.muster.kql.syntax.KqlPrinter.name;
import static io.muster.kql.syntax.KqlPrinter.named;
import static io.muster.kql.syntax.KqlPrinter.pipeline;

import io.muster.core.value.KqlType;
import io.muster.kql.syntax.TabularOperator.ExpandItem;
import io.muster.kql.syntax.TabularOperator.ParseItem;
import io.muster.kql.syntax.TabularOperator.SortKey;
import io.muster.kql.syntax.TabularOperator.UnionLeg;
import io.muster.kql.syntax.TabularOperator.WildcardName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tabular operators as KQL text.
final class OperatorPrinter {
    private OperatorPrinter() {}

    static String print(TabularOperator operator) {
        return switch (operator) {
            case TabularOperator.Where o -> "where " + expression(o.predicate());
            case TabularOperator.Extend o -> "extend " + named(o.items());
            case TabularOperator.Project o -> ("project " + named(o.items())).stripTrailing();
            case TabularOperator.ProjectNames o ->
                    (o.keep() ? "project-keep " : "project-away ")
                            + join(
                                    ", ",
                                    o.names().stream().map(OperatorPrinter::wildcard).toList());
            case TabularOperator.ProjectRename o -> "project-rename " + named(o.items());
            case TabularOperator.ProjectReorder o ->
                    "project-reorder "
                            + join(
                                    ", ",
                                    o.items().stream()
                                            .map(i ->
                                                    (wildcard(i.name()) + " " + i.order())
                                                            .stripTrailing())
                                            .toList());
            case TabularOperator.ProjectByNames o -> "project-by-names " + expressions(o.names());
            case TabularOperator.Distinct o ->
                    "distinct " + (o.items().isEmpty() ? "*" : named(o.items()));
            case TabularOperator.Count(var name, var span) ->
                    name == null ? "count" : "count as " + name(name);
            case TabularOperator.Take o -> "take " + expression(o.count());
            case TabularOperator.Sort o -> "sort by " + keys(o.keys());
            case TabularOperator.Top o -> "top " + expression(o.count()) + " by " + keys(o.keys());
            case TabularOperator.Summarize o ->
                    "summarize " + named(o.aggregates()) + (o.by() ? " by " + named(o.keys()) : "");
            case TabularOperator.Join o ->
                    "join kind=" + o.kind() + " " + table(o.right()) + on(o.on());
            case TabularOperator.Lookup o ->
                    "lookup kind=" + o.kind() + " " + table(o.right()) + on(o.on());
            case TabularOperator.MvExpand o ->
                    (o.oldSpelling() ? "mvexpand " : "mv-expand ")
                            + (o.asArrays() ? "kind=array " : "")
                            + expansion(o.itemIndex(), o.items(), o.limit());
            case TabularOperator.MvApply o ->
                    "mv-apply "
                            + expansion(o.itemIndex(), o.items(), o.limit())
                            + " on ("
                            + pipeline(o.subquery())
                            + ")";
            case TabularOperator.Parse o -> parse(o);
            case TabularOperator.ParseKv o ->
                    "parse-kv "
                            + expression(o.source())
                            + " as ("
                            + columns(o.columns())
                            + ")"
                            + (o.properties().isEmpty()
                                    ? ""
                                    : " with (" + properties(o.properties()) + ")");
            case TabularOperator.GetSchema o -> "getschema";
            case TabularOperator.Serialize o -> ("serialize " + named(o.items())).stripTrailing();
            case TabularOperator.As o -> "as " + name(o.name());
            case TabularOperator.Render o ->
                    "render "
                            + name(o.visualization())
                            + (o.properties().isEmpty()
                                    ? ""
                                    : " with (" + properties(o.properties()) + ")");
            case TabularOperator.MakeSeries o -> makeSeries(o);
            case TabularOperator.TopNested o ->
                    join(", ", o.levels().stream().map(OperatorPrinter::level).toList());
            case TabularOperator.TopHitters(var count, var of, var by, var span) ->
                    "top-hitters "
                            + expression(count)
                            + " of "
                            + named(of)
                            + (by == null ? "" : " by " + named(by));
            case TabularOperator.Sample o -> "sample " + expression(o.count());
            case TabularOperator.SampleDistinct o ->
                    "sample-distinct " + expression(o.count()) + " of " + named(o.of());
            case TabularOperator.Evaluate o -> "evaluate " + call(o.plugin()) + schema(o);
            case TabularOperator.Invoke o -> "invoke " + call(o.function());
            case TabularOperator.Partition o ->
                    "partition by " + name(o.column()) + " (" + pipeline(o.subquery()) + ")";
            case TabularOperator.Fork o ->
                    "fork " + join(" ", o.legs().stream().map(OperatorPrinter::leg).toList());
            case TabularOperator.Facet(var columns, var with, var span) ->
                    "facet by "
                            + join(", ", columns.stream().map(KqlPrinter::name).toList())
                            + (with == null ? "" : " with (" + pipeline(with) + ")");
            case TabularOperator.Reduce o ->
                    "reduce "
                            + (o.source() ? "kind=source " : "")
                            + "by "
                            + named(o.by())
                            + (o.properties().isEmpty()
                                    ? ""
                                    : " with " + properties(o.properties()));
            case TabularOperator.ScanSteps o -> scan(o);
            case TabularOperator.Consume o -> "consume";
            case TabularOperator.Search o ->
                    "search "
                            + (o.caseSensitive() ? "kind=case_sensitive " : "")
                            + in(o.tables())
                            + expression(o.predicate());
            case TabularOperator.Union o -> union(o);
            case TabularOperator.Find o -> find(o);
            case TabularOperator.Print o -> ("print " + named(o.items())).stripTrailing();
            case TabularOperator.Range o ->
                    "range "
                            + name(o.column())
                            + " from "
                            + expression(o.from())
                            + " to "
                            + expression(o.to())
                            + " step "
                            + expression(o.step());
            case TabularOperator.Datatable o ->
                    "datatable(" + columns(o.columns()) + ")[" + expressions(o.cells()) + "]";
        };
    }

    private static String wildcard(WildcardName name) {
        return name.wildcard() ? name.text() : name(name.text());
    }

    private static String keys(List<SortKey> keys) {
        return join(", ", keys.stream().map(OperatorPrinter::key).toList());
    }

    private static String key(SortKey key) {
        var nulls = key.nullsFirst();
        return named(key.value())
                + (key.ascending() ? " asc" : " desc")
                + (nulls == null ? "" : nulls ? " nulls first" : " nulls last");
    }

    private static String table(Expression table) {
        return table instanceof Expression.Name(var name, var span)
                ? name(name)
                : "(" + pipeline(table) + ")";
    }

    private static String on(List<Expression> conditions) {
        return conditions.isEmpty() ? "" : " on " + expressions(conditions);
    }

    private static String expansion(
            @Nullable String itemIndex, List<ExpandItem> items, @Nullable Expression limit) {
        return (itemIndex == null ? "" : "with_itemindex=" + name(itemIndex) + " ")
                + join(", ", items.stream().map(OperatorPrinter::item).toList())
                + (limit == null ? "" : " limit " + expression(limit));
    }

    private static String item(ExpandItem item) {
        var name = item.name();
        KqlType type = item.type();
        return (name == null ? "" : name(name) + " = ")
                + expression(item.value())
                + (type == null ? "" : " to typeof(" + type.wireName() + ")");
    }

    private static String parse(TabularOperator.Parse parse) {
        var parts =
                parse.pattern().stream()
                        .map(part ->
                                switch (part) {
                                    case ParseItem.Skip skip -> "*";
                                    case ParseItem.Text(var text) -> StringText.quote(text);
                                    case ParseItem.Column(var name, var type) ->
                                            name(name) + ": " + type.wireName();
                                })
                        .toList();
        return (parse.dropMisses() ? "parse-where " : "parse ")
                + "kind="
                + parse.kind()
                + (parse.flags().isEmpty() ? " " : " flags=" + parse.flags() + " ")
                + expression(parse.source())
                + " with "
                + join(" ", parts);
    }

    private static String properties(Map<String, Expression> properties) {
        return join(
                ", ",
                properties.entrySet().stream()
                        .map(p -> name(p.getKey()) + "=" + expression(p.getValue()))
                        .toList());
    }

    private static String makeSeries(TabularOperator.MakeSeries series) {
        var items =
                series.items().stream()
                        .map(item -> {
                            var otherwise = item.otherwise();
                            return named(item.aggregate())
                                    + (otherwise == null
                                            ? ""
                                            : " default=" + expression(otherwise));
                        })
                        .toList();
        var from = series.from();
        var to = series.to();
        var step = series.step();
        var out =
                new StringBuilder("make-series ")
                        .append(series.nonEmpty() ? "kind=nonempty " : "")
                        .append(join(", ", items))
                        .append(" on ")
                        .append(named(series.on()));
        if (series.inclusive() && from != null && to != null && step != null) {
            out.append(" in range(").append(expressions(List.of(from, to, step))).append(')');
        } else {
            out.append(from == null ? "" : " from " + expression(from))
                    .append(to == null ? "" : " to " + expression(to))
                    .append(step == null ? "" : " step " + expression(step));
        }
        return out.append(series.by().isEmpty() ? "" : " by " + named(series.by())).toString();
    }

    private static String level(TabularOperator.TopNestedLevel level) {
        var count = level.count();
        var others = level.others();
        return "top-nested "
                + (count == null ? "" : expression(count) + " ")
                + "of "
                + named(level.of())
                + (others == null ? "" : " with others=" + expression(others))
                + " by "
                + named(level.by())
                + (level.ascending() ? " asc" : " desc");
    }

    private static String schema(TabularOperator.Evaluate evaluate) {
        if (evaluate.schema().isEmpty() && !evaluate.keepOthers()) {
            return "";
        }
        return " : ("
                + (evaluate.keepOthers() ? "*" : "")
                + (evaluate.keepOthers() && !evaluate.schema().isEmpty() ? ", " : "")
                + columns(evaluate.schema())
                + ")";
    }

    private static String leg(TabularOperator.ForkLeg leg) {
        var name = leg.name();
        return (name == null ? "" : name(name) + "=") + "(" + pipeline(leg.pipeline()) + ")";
    }

    private static String scan(TabularOperator.ScanSteps scan) {
        var matchId = scan.matchId();
        var out = new StringBuilder("scan ");
        if (matchId != null) {
            out.append("with_match_id=").append(name(matchId)).append(' ');
        }
        if (!scan.partitionBy().isEmpty()) {
            out.append("partition by ").append(expressions(scan.partitionBy())).append(' ');
        }
        if (!scan.declarations().isEmpty()) {
            out.append("declare (")
                    .append(
                            join(
                                    ", ",
                                    scan.declarations().stream()
                                            .map(OperatorPrinter::declaration)
                                            .toList()))
                    .append(") ");
        }
        out.append("with (");
        for (var step : scan.steps()) {
            out.append("step ")
                    .append(name(step.name()))
                    .append(" output=")
                    .append(step.output())
                    .append(": ")
                    .append(expression(step.condition()));
            var assignments =
                    step.assignments().stream()
                            .map(a -> name(a.column()) + " = " + expression(a.value()))
                            .toList();
            out.append(assignments.isEmpty() ? "; " : " => " + join(", ", assignments) + "; ");
        }
        return out.append(')').toString();
    }

    private static String declaration(TabularOperator.ScanDeclaration declaration) {
        var otherwise = declaration.otherwise();
        return name(declaration.name())
                + ": "
                + declaration.type().wireName()
                + (otherwise == null ? "" : " = " + expression(otherwise));
    }

    private static String in(List<UnionLeg> tables) {
        return tables.isEmpty() ? "" : "in (" + legs(tables) + ") ";
    }

    private static String legs(List<UnionLeg> legs) {
        return join(", ", legs.stream().map(OperatorPrinter::unionLeg).toList());
    }

    private static String unionLeg(UnionLeg leg) {
        var table = leg.table();
        var pattern = leg.pattern();
        return table != null ? table(table) : pattern == null ? "*" : pattern.text();
    }

    private static String union(TabularOperator.Union union) {
        var source = union.sourceColumn();
        return "union "
                + (union.kind().equals("outer") ? "" : "kind=" + union.kind() + " ")
                + (source == null ? "" : "withsource=" + name(source) + " ")
                + (union.fuzzy() ? "isfuzzy=true " : "")
                + legs(union.legs());
    }

    private static String find(TabularOperator.Find find) {
        var source = find.sourceColumn();
        return "find "
                + (source == null ? "" : "withsource=" + name(source) + " ")
                + in(find.tables())
                + "where "
                + expression(find.predicate())
                + (find.columns().isEmpty() && !find.packAll() ? "" : " project " + found(find));
    }

    private static String found(TabularOperator.Find find) {
        var out = new ArrayList<String>();
        for (var column : find.columns()) {
            var type = column.type();
            out.add(name(column.name()) + (type == null ? "" : ": " + type.wireName()));
        }
        if (find.packAll()) {
            out.add("pack_all()");
        }
        return String.join(", ", out);
    }
}
