package io.muster.kql.binder;

import com.google.re2j.Pattern;
import io.muster.core.column.Schema;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.LogicFunctions;
import io.muster.kql.function.scalar.TextOperators;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.BinaryOperator;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.value.ScalarText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Conditions over the columns of several tables: `search`, `find`.
final class SearchBinder {
    /// Columns looked at for a term that count as one expression.
    private static final int COLUMNS = 8;

    private final Binder binder;
    private final UnionBinder unions;

    SearchBinder(Binder binder, UnionBinder unions) {
        this.binder = binder;
        this.unions = unions;
    }

    LogicalPlan search(
            TabularOperator.Search search, @Nullable LogicalPlan input, Environment environment) {
        if (input != null) {
            var predicate = predicate(search.predicate(), search, input.schema(), environment);
            if (predicate == ExpressionBinder.FAULTY) {
                return input;
            }
            String name =
                    input instanceof LogicalPlan.Scan scan ? scan.table().name() : "search_arg0";
            return unions.combine(
                    List.of(new UnionBinder.Leg(name, new LogicalPlan.Where(input, predicate))),
                    false,
                    "$table");
        }
        var legs =
                search.tables().isEmpty()
                        ? everything(search.span(), environment)
                        : unions.legs(search.tables(), false, 0, environment);
        var filtered = filtered(legs, search, environment);
        return unions.combine(filtered, false, "$table");
    }

    /// The predicate of `search`: bare texts are terms that any column may hold.
    private BoundExpr predicate(
            Expression expression,
            TabularOperator.Search search,
            Schema schema,
            Environment environment) {
        var expressions = binder.expressions();
        var place = ExpressionBinder.Place.of(schema, environment);
        return switch (expression) {
            case Expression.Logical(var and, var operands, var span) -> {
                var all = new ArrayList<BoundExpr>();
                for (var operand : operands) {
                    var bound = predicate(operand, search, schema, environment);
                    if (bound == ExpressionBinder.FAULTY) {
                        yield bound;
                    }
                    all.add(bound);
                }
                yield new BoundExpr.Logical(and, all);
            }
            case Expression.Literal(Dynamic.Text(var text), var type, var span) ->
                    anywhere(text, search.caseSensitive(), schema, span);
            case Expression.Star star -> new BoundExpr.Literal(Dynamic.TRUE, KqlType.BOOL);
            case Expression.Call call
                    when call.name().equals("not") && call.arguments().size() == 1 -> {
                var bound =
                        predicate(call.arguments().getFirst().value(), search, schema, environment);
                yield bound == ExpressionBinder.FAULTY
                        ? bound
                        : expressions.call(LogicFunctions.NOT, List.of(bound), KqlType.BOOL);
            }
            case Expression.Binary(var operator, var left, var right, var span)
                    when operator == BinaryOperator.SEARCH_IN -> {
                if (!(right instanceof Expression.Literal(var value, var type, var at))) {
                    yield expressions.faulty(
                            "KS131", right.span(), "The expression must be a literal.");
                }
                if (left instanceof Expression.Star) {
                    yield anywhere(ScalarText.of(value), search.caseSensitive(), schema, span);
                }
                var bound = expressions.bind(left, place);
                if (bound == ExpressionBinder.FAULTY) {
                    yield bound;
                }
                yield type == KqlType.STRING
                        ? term(bound, value.textOr(""), search.caseSensitive())
                        : expressions
                                .operators()
                                .compare("==", bound, new BoundExpr.Literal(value, type), span);
            }
            default -> expressions.bool(expression, place);
        };
    }

    private BoundExpr anywhere(String text, boolean caseSensitive, Schema schema, SourceSpan span) {
        binder.expressions().count(schema.size() / COLUMNS, span);
        var any = new ArrayList<BoundExpr>();
        for (int i = 0; i < schema.size(); i++) {
            any.add(term(Projection.column(schema, i), text, caseSensitive));
        }
        if (any.isEmpty()) {
            return binder.expressions().faulty("KS190", span, "The table has no columns");
        }
        return any.size() == 1 ? any.getFirst() : new BoundExpr.Logical(false, any);
    }

    /// `has`, or with `*` at an end `hasprefix`, `hassuffix`, `contains`.
    private BoundExpr term(BoundExpr value, String text, boolean caseSensitive) {
        int from = 0;
        int to = text.length();
        while (from < to && text.charAt(from) == '*') {
            from++;
        }
        while (to > from && text.charAt(to - 1) == '*') {
            to--;
        }
        String bare = text.substring(from, to);
        boolean before = text.startsWith("*");
        boolean after = text.endsWith("*") && !bare.isEmpty();
        String operator =
                before && after ? "contains" : before ? "hassuffix" : after ? "hasprefix" : "has";
        if (bare.contains("*")) {
            operator = "matches regex";
            bare =
                    (caseSensitive ? "" : "(?i)")
                            + (before || !isWord(bare.charAt(0)) ? "" : "\\b")
                            + String.join(
                                    ".*",
                                    Arrays.stream(bare.split("\\*+")).map(Pattern::quote).toList())
                            + (after || !isWord(bare.charAt(bare.length() - 1)) ? "" : "\\b");
        } else if (caseSensitive) {
            operator += "_cs";
        }
        var expressions = binder.expressions();
        return expressions.call(
                TextOperators.of(operator),
                List.of(
                        expressions.text(value),
                        new BoundExpr.Literal(Dynamic.of(bare), KqlType.STRING)),
                KqlType.BOOL);
    }

    /// At whose side a regex can see where a word begins or ends: `\b` knows no others.
    private static boolean isWord(char c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '_');
    }

    /// Every table, and every function that calls itself a view.
    private List<UnionBinder.Leg> everything(SourceSpan span, Environment environment) {
        var legs = new ArrayList<UnionBinder.Leg>();
        for (var table : binder.catalog().tables()) {
            binder.catalog(table.name())
                    .ifPresent(p -> legs.add(new UnionBinder.Leg(table.name(), p)));
        }
        for (var name : new TreeSet<>(environment.all())) {
            if (environment.find(name).orElse(null) instanceof Environment.Named.Function f
                    && f.definition().view()) {
                var call = new Expression.Call(name, List.of(), span, span);
                legs.add(new UnionBinder.Leg(name, binder.functions().table(f, call, environment)));
            }
        }
        return legs;
    }

    LogicalPlan find(TabularOperator.Find find, Environment environment) {
        var all =
                find.tables().isEmpty()
                        ? everything(find.span(), environment)
                        : unions.legs(find.tables(), false, 0, environment);
        var names = columnsOf(find.predicate());
        // A table with none of the columns asked for has no rows.
        var legs =
                all.stream()
                        .filter(leg ->
                                names.isEmpty()
                                        || names.stream()
                                                .anyMatch(n -> leg.plan().schema().indexOf(n) >= 0))
                        .toList();
        var search = new TabularOperator.Search(false, List.of(), find.predicate(), find.span());
        var filtered = filtered(legs.isEmpty() ? all : legs, search, environment);
        return new FindColumns(binder, unions).of(find, filtered, names);
    }

    /// The tables' rows for which the condition holds. A column that only some tables have is empty in the others; a table whose column is
    /// of a type that the condition cannot take has no rows, as long as another's can.
    private List<UnionBinder.Leg> filtered(
            List<UnionBinder.Leg> legs, TabularOperator.Search search, Environment environment) {
        if (legs.isEmpty()) {
            binder.fault("KS204", search.span(), "There is no table to search.");
            throw new BindFailure();
        }
        var names = columnsOf(search.predicate());
        var out = new ArrayList<UnionBinder.Leg>();
        boolean any = false;
        for (var leg : legs) {
            var padded = padded(leg.plan(), names, legs);
            var bound =
                    binder.tried(() ->
                            predicate(search.predicate(), search, padded.schema(), environment));
            any |= bound.isPresent();
            out.add(
                    new UnionBinder.Leg(
                            leg.name(),
                            new LogicalPlan.Where(
                                    padded,
                                    bound.orElse(
                                            new BoundExpr.Literal(
                                                    Dynamic.of(false), KqlType.BOOL)))));
        }
        if (!any) {
            predicate(
                    search.predicate(),
                    search,
                    padded(legs.getFirst().plan(), names, legs).schema(),
                    environment);
            throw new BindFailure();
        }
        // What was only padded goes again.
        for (int i = 0; i < out.size(); i++) {
            var own = legs.get(i).plan().schema();
            if (own.size() < out.get(i).plan().schema().size()) {
                out.set(
                        i,
                        new UnionBinder.Leg(
                                out.get(i).name(), new Projection(own).over(out.get(i).plan())));
            }
        }
        return out;
    }

    private static LogicalPlan padded(
            LogicalPlan plan, Set<String> names, List<UnionBinder.Leg> legs) {
        var projection = new Projection(plan.schema());
        for (var name : names) {
            if (plan.schema().indexOf(name) >= 0) {
                continue;
            }
            for (var leg : legs) {
                int index = leg.plan().schema().indexOf(name);
                if (index >= 0) {
                    projection.add(name, Projection.nothing(leg.plan().schema().type(index)));
                    break;
                }
            }
        }
        return projection.size() == plan.schema().size() ? plan : projection.over(plan);
    }

    private static Set<String> columnsOf(Expression expression) {
        var out = new TreeSet<String>();
        switch (expression) {
            case Expression.Name(var name, var span) -> out.add(name);
            case Expression.Member(var target, var name, var span) -> out.addAll(columnsOf(target));
            case Expression.Index(var target, var index, var span) -> out.addAll(columnsOf(target));
            case Expression.Call call ->
                    call.arguments().forEach(a -> out.addAll(columnsOf(a.value())));
            case Expression.Sign(var negative, var operand, var span) ->
                    out.addAll(columnsOf(operand));
            case Expression.Binary(var operator, var left, var right, var span) -> {
                out.addAll(columnsOf(left));
                out.addAll(columnsOf(right));
            }
            case Expression.Logical(var and, var operands, var span) ->
                    operands.forEach(o -> out.addAll(columnsOf(o)));
            case Expression.In in -> out.addAll(columnsOf(in.left()));
            case Expression.Between b -> out.addAll(columnsOf(b.value()));
            case Expression.Star s -> {}
            case Expression.Literal l -> {}
            case Expression.TypeOf t -> {}
            case Expression.Pipeline p -> {}
        }
        return out;
    }
}
