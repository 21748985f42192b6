package io.muster.kql.plan;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.value.ScalarText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// Plans as text: a step a line, its inputs below it and further in.
public final class PlanPrinter {
    private PlanPrinter() {}

    /// @param note what to put behind a step's line
    public static String print(LogicalPlan plan, Function<LogicalPlan, String> note) {
        var out = new StringBuilder();
        print(plan, 0, note, out);
        return out.toString();
    }

    private static void print(
            LogicalPlan plan, int depth, Function<LogicalPlan, String> note, StringBuilder out) {
        out.repeat("  ", depth).append(line(plan)).append(note.apply(plan)).append('\n');
        for (var input : inputs(plan)) {
            print(input, depth + 1, note, out);
        }
    }

    /// The plans that a plan reads, in order.
    public static List<LogicalPlan> inputs(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Scan p -> List.of();
            case LogicalPlan.Values p -> List.of();
            case LogicalPlan.Rows p -> List.of();
            case LogicalPlan.Range p -> List.of();
            case LogicalPlan.Placeholder p -> List.of();
            case LogicalPlan.Where p -> List.of(p.input());
            case LogicalPlan.Project p -> List.of(p.input());
            case LogicalPlan.Take p -> List.of(p.input());
            case LogicalPlan.Sample p -> List.of(p.input());
            case LogicalPlan.Sort p -> List.of(p.input());
            case LogicalPlan.Summarize p -> List.of(p.input());
            case LogicalPlan.Condense p -> List.of(p.input());
            case LogicalPlan.Join p -> List.of(p.left(), p.right());
            case LogicalPlan.Union p -> p.inputs();
            case LogicalPlan.MvExpand p -> List.of(p.input());
            case LogicalPlan.MvApply p -> List.of(p.input(), p.subplan());
            case LogicalPlan.Partition p -> List.of(p.input(), p.subplan());
            case LogicalPlan.Materialize p -> List.of(p.input());
            case LogicalPlan.Parse p -> List.of(p.input());
            case LogicalPlan.ParseKv p -> List.of(p.input());
            case LogicalPlan.MakeSeries p -> List.of(p.input());
            case LogicalPlan.TopNested p -> List.of(p.input());
            case LogicalPlan.ScanSteps p -> List.of(p.input());
            case LogicalPlan.Reduce p -> List.of(p.input());
        };
    }

    private static String line(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Scan(var table, var request) ->
                    "scan "
                            + table.name()
                            + request.columns()
                                    .map(c -> " columns " + c.stream().sorted().toList())
                                    .orElse("")
                            + (request.equals().isEmpty() ? "" : " filters " + request.equals());
            case LogicalPlan.Values p -> "values " + p.table().rowCount() + " rows";
            case LogicalPlan.Rows p -> "rows " + p.rows().size() + " (" + p.schema() + ")";
            case LogicalPlan.Range p ->
                    "range from "
                            + print(p.from())
                            + " to "
                            + print(p.to())
                            + " step "
                            + print(p.step());
            case LogicalPlan.Placeholder p -> "piped rows";
            case LogicalPlan.Where p -> "where " + print(p.predicate());
            case LogicalPlan.Project p -> {
                var items = new ArrayList<String>();
                for (int i = 0; i < p.items().size(); i++) {
                    String name = p.schema().field(i).name();
                    String value = print(p.items().get(i));
                    items.add(name.equals(value) ? name : name + " = " + value);
                }
                yield (p.serial() ? "serial project " : "project ") + String.join(", ", items);
            }
            case LogicalPlan.Take p -> "take " + print(p.count());
            case LogicalPlan.Sample p -> "sample " + print(p.count());
            case LogicalPlan.Sort p -> {
                var count = p.count();
                var keys =
                        p.keys().stream()
                                .map(k ->
                                        print(k.value())
                                                + (k.ascending() ? " asc" : " desc")
                                                + (k.nullsFirst() ? " nulls first" : " nulls last"))
                                .toList();
                yield (count == null ? "sort by " : "top " + print(count) + " by ")
                        + String.join(", ", keys);
            }
            case LogicalPlan.Summarize p -> {
                var aggregates =
                        p.aggregates().stream()
                                .map(a -> {
                                    var filter = a.filter();
                                    return a.function().name()
                                            + "("
                                            + list(a.arguments())
                                            + (filter == null ? "" : ", " + print(filter))
                                            + ")";
                                })
                                .toList();
                yield "summarize "
                        + String.join(", ", aggregates)
                        + (p.keys().isEmpty() ? "" : " by " + list(p.keys()));
            }
            case LogicalPlan.Join p ->
                    "join kind="
                            + p.kind().name().toLowerCase(Locale.ROOT)
                            + " on "
                            + list(p.leftKeys())
                            + " == "
                            + list(p.rightKeys());
            case LogicalPlan.Condense p -> "condense by " + print(p.by());
            case LogicalPlan.Union p -> "union";
            case LogicalPlan.MvExpand p ->
                    "mv-expand "
                            + list(p.items().stream().map(i -> i.value()).toList())
                            + (p.dropNulls() ? " without nulls" : "");
            case LogicalPlan.MvApply p ->
                    "mv-apply " + list(p.expansion().items().stream().map(i -> i.value()).toList());
            case LogicalPlan.Partition p -> "partition by " + print(p.key());
            case LogicalPlan.Materialize p -> "materialize";
            case LogicalPlan.Parse p ->
                    (p.dropMisses() ? "parse-where " : "parse ")
                            + "kind="
                            + p.kind()
                            + " "
                            + print(p.source());
            case LogicalPlan.ParseKv p -> "parse-kv " + print(p.source());
            case LogicalPlan.MakeSeries p -> "make-series on " + print(p.axis());
            case LogicalPlan.TopNested p -> "top-nested " + p.levels().size() + " levels";
            case LogicalPlan.ScanSteps p ->
                    "scan "
                            + String.join(
                                    "; ",
                                    p.steps().stream()
                                            .map(s -> s.name() + ": " + print(s.condition()))
                                            .toList());
            case LogicalPlan.Reduce p ->
                    (p.keepsRows() ? "reduce kind=source by " : "reduce by ") + print(p.value());
        };
    }

    private static String list(List<BoundExpr> expressions) {
        return String.join(", ", expressions.stream().map(e -> print(e)).toList());
    }

    /// A value as KQL would write it, nearly.
    public static String print(BoundExpr expr) {
        return switch (expr) {
            case BoundExpr.Literal(var value, var type) -> literal(value, type);
            case BoundExpr.ColumnRef(var index, var name, var type) -> name;
            case BoundExpr.Member(var target, var name) -> print(target) + "." + name;
            case BoundExpr.Element(var target, var index) -> print(target) + "[" + index + "]";
            case BoundExpr.Call call -> {
                String name = call.function().name();
                boolean infix =
                        call.arguments().size() == 2
                                && (!Character.isLetter(name.charAt(0))
                                        || call.function()
                                                .signatures()
                                                .getFirst()
                                                .text()
                                                .startsWith("(left"));
                yield infix
                        ? "("
                                + print(call.arguments().getFirst())
                                + " "
                                + name
                                + " "
                                + print(call.arguments().getLast())
                                + ")"
                        : name + "(" + list(call.arguments()) + ")";
            }
            case BoundExpr.Logical(var and, var operands) ->
                    "("
                            + String.join(
                                    and ? " and " : " or ",
                                    operands.stream().map(o -> print(o)).toList())
                            + ")";
            case BoundExpr.Subquery s -> s.all() ? "(subquery)" : "toscalar(subquery)";
        };
    }

    private static String literal(Dynamic value, KqlType type) {
        String text = ScalarText.of(value);
        return switch (type) {
            case STRING -> "'" + text + "'";
            case LONG, REAL, BOOL -> value.isNull() ? type.wireName() + "(null)" : text;
            default -> type.wireName() + "(" + (value.isNull() ? "null" : text) + ")";
        };
    }
}
