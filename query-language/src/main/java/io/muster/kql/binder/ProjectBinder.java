package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.value.ScalarText;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The columns of a table: `project`, `extend`, `serialize`, `project-away`, `project-keep`, `project-rename`, `project-reorder`, `project-by-names`.
final class ProjectBinder {
    private final Binder binder;

    ProjectBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan project(List<Named> items, LogicalPlan input, ExpressionBinder.Place place) {
        var projection = new Projection();
        for (var named : items) {
            item(projection, named, place, null, false);
        }
        return projection.over(input);
    }

    LogicalPlan extend(List<Named> items, LogicalPlan input, ExpressionBinder.Place place) {
        var projection = new Projection(input.schema());
        for (var named : items) {
            extendItem(projection, named, place);
        }
        return projection.over(input);
    }

    /// An item of `project` or `print`.
    void item(
            Projection projection,
            Named named,
            ExpressionBinder.Place place,
            @Nullable String otherwise,
            boolean print) {
        if (named.value() instanceof Expression.Star) {
            var columns = place.columns();
            if (columns != null) {
                for (int i = 0; i < columns.size(); i++) {
                    projection.add(
                            columns.field(i).name(),
                            new BoundExpr.ColumnRef(i, columns.field(i).name(), columns.type(i)));
                }
                return;
            }
        }
        if (several(named, place, !print, projection::add)) {
            return;
        }
        binder.checkNames(named, 1);
        var bound = expressions().bind(named.value(), place);
        String inferred = inferred(named.value(), place);
        if (print && named.value() instanceof Expression.Name) {
            inferred = otherwise;
        }
        projection.add(named.name(), inferred == null ? otherwise : inferred, bound);
    }

    void extendItem(Projection projection, Named named, ExpressionBinder.Place place) {
        if (several(
                named,
                place,
                false,
                (name, value) -> {
                    if (named.names().contains(name)) {
                        projection.set(name, value);
                    } else {
                        projection.add(name, value);
                    }
                })) {
            return;
        }
        binder.checkNames(named, 1);
        var bound = expressions().bind(named.value(), place);
        var explicit = named.name();
        if (explicit != null) {
            projection.set(explicit, bound);
            return;
        }
        if (named.value() instanceof Expression.Name(var name, var span)) {
            // `extend x`: there already where it is a column; what a `let` or a parameter names is
            // not.
            if (!(bound instanceof BoundExpr.ColumnRef) && bound != ExpressionBinder.FAULTY) {
                projection.set(name, bound);
            }
            return;
        }
        projection.add(null, inferred(named.value(), place), bound);
    }

    /// Takes one column of an expression that gives several.
    @FunctionalInterface
    private interface Taker {
        void take(String name, BoundExpr value);
    }

    /// @param rest whether columns beyond the names given come too: in `project`, not in `extend` and `print`
    private boolean several(Named named, ExpressionBinder.Place place, boolean rest, Taker taker) {
        if (!(named.value() instanceof Expression.Call call)) {
            return false;
        }
        var outputs = MultiValued.outputs(call, expressions(), place);
        if (outputs.isEmpty()) {
            return false;
        }
        binder.checkNames(named, outputs.size());
        int names = named.names().size();
        for (int i = 0; i < outputs.size() && (i < names || names == 0 || rest); i++) {
            taker.take(
                    i < names ? named.names().get(i) : outputs.get(i).name(),
                    outputs.get(i).value());
        }
        return true;
    }

    /// The name of an expression without one. `column_ifexists` is called as the column that it chooses.
    private static @Nullable String inferred(Expression value, ExpressionBinder.Place place) {
        if (value instanceof Expression.Call call
                && CallBinder.choosesColumn(call)
                && call.arguments().size() == 2) {
            var columns = place.columns();
            return columns != null
                            && call.arguments().getFirst().value()
                                    instanceof
                                    Expression.Literal(Dynamic.Text(var name), var t, var s)
                            && columns.indexOf(name) >= 0
                    ? name
                    : ResultNames.of(call.arguments().get(1).value());
        }
        return ResultNames.of(value);
    }

    private List<Integer> matching(Schema schema, TabularOperator.WildcardName name) {
        binder.did(4L * schema.size());
        return Wildcards.matching(schema, name);
    }

    LogicalPlan projectNames(TabularOperator.ProjectNames names, LogicalPlan input) {
        var schema = input.schema();
        var chosen = new LinkedHashSet<Integer>();
        for (var name : names.names()) {
            var found = matching(schema, name);
            if (found.isEmpty() && !name.wildcard()) {
                binder.unknownColumn(name.text(), name.span(), schema);
            }
            chosen.addAll(found);
        }
        var projection = new Projection();
        for (int i = 0; i < schema.size(); i++) {
            if (chosen.contains(i) == names.keep()) {
                projection.add(schema.field(i).name(), Projection.column(schema, i));
            }
        }
        return projection.over(input);
    }

    LogicalPlan rename(TabularOperator.ProjectRename rename, LogicalPlan input) {
        var schema = input.schema();
        var names = new ArrayList<String>();
        schema.fields().forEach(f -> names.add(f.name()));
        for (var item : rename.items()) {
            var to = item.name();
            if (to == null || !(item.value() instanceof Expression.Name(var from, var span))) {
                binder.fault("KS110", item.span(), "Column rename assignment expected.");
                continue;
            }
            int index = schema.indexOf(from);
            if (index < 0) {
                binder.unknownColumn(from, span, schema);
            } else {
                names.set(index, to);
            }
        }
        var projection = new Projection();
        for (int i = 0; i < schema.size(); i++) {
            projection.add(names.get(i), Projection.column(schema, i));
        }
        return projection.over(input);
    }

    LogicalPlan reorder(TabularOperator.ProjectReorder reorder, LogicalPlan input) {
        var schema = input.schema();
        var order = new LinkedHashSet<Integer>();
        // A name given outright is not taken by a wildcard before it.
        var outright = new HashSet<Integer>();
        for (var item : reorder.items()) {
            if (!item.name().wildcard()) {
                outright.addAll(matching(schema, item.name()));
            }
        }
        for (var item : reorder.items()) {
            var found = new ArrayList<>(matching(schema, item.name()));
            if (found.isEmpty() && !item.name().wildcard()) {
                binder.unknownColumn(item.name().text(), item.name().span(), schema);
            }
            if (item.name().wildcard()) {
                found.removeIf(outright::contains);
            }
            Function<Integer, String> name = i -> schema.field(i).name();
            switch (item.order()) {
                case "asc" -> found.sort((a, b) -> name.apply(a).compareTo(name.apply(b)));
                case "desc" -> found.sort((a, b) -> name.apply(b).compareTo(name.apply(a)));
                case "granny-asc" -> found.sort((a, b) -> granny(name.apply(a), name.apply(b)));
                case "granny-desc" -> found.sort((a, b) -> granny(name.apply(b), name.apply(a)));
                default -> {}
            }
            order.addAll(found);
        }
        for (int i = 0; i < schema.size(); i++) {
            order.add(i);
        }
        var projection = new Projection();
        for (int i : order) {
            projection.add(schema.field(i).name(), Projection.column(schema, i));
        }
        return projection.over(input);
    }

    /// Runs of digits compare as numbers.
    private static int granny(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            if (Character.isDigit(a.charAt(i)) && Character.isDigit(b.charAt(j))) {
                int endA = i;
                while (endA < a.length() && Character.isDigit(a.charAt(endA))) {
                    endA++;
                }
                int endB = j;
                while (endB < b.length() && Character.isDigit(b.charAt(endB))) {
                    endB++;
                }
                int order =
                        new BigInteger(a.substring(i, endA))
                                .compareTo(new BigInteger(b.substring(j, endB)));
                if (order != 0) {
                    return order;
                }
                i = endA;
                j = endB;
            } else {
                int order = Character.compare(a.charAt(i++), b.charAt(j++));
                if (order != 0) {
                    return order;
                }
            }
        }
        return Integer.compare(a.length() - i, b.length() - j);
    }

    /// `project-by-names`: names by constant texts or arrays of them.
    LogicalPlan byNames(
            TabularOperator.ProjectByNames names, LogicalPlan input, ExpressionBinder.Place place) {
        var projection = new Projection();
        var schema = input.schema();
        var done = new HashSet<Integer>();
        for (var expression : names.names()) {
            List<Dynamic> texts;
            if (expression instanceof Expression.Name(var name, var span)
                    && schema.indexOf(name) >= 0) {
                texts = List.of(Dynamic.of(name));
            } else if (expressions().fold(expressions().bind(expression, place))
                    instanceof BoundExpr.Literal(var value, var t)) {
                texts = value instanceof Dynamic.Array(var items) ? items : List.of(value);
            } else {
                binder.fault("KS129", expression.span(), "The expression must be a constant.");
                continue;
            }
            for (var text : texts) {
                String name = ScalarText.of(text);
                for (int index :
                        matching(
                                schema,
                                new TabularOperator.WildcardName(
                                        name, name.contains("*"), expression.span()))) {
                    if (done.add(index)) {
                        projection.add(
                                schema.field(index).name(), Projection.column(schema, index));
                    }
                }
            }
        }
        return projection.over(input);
    }
}
