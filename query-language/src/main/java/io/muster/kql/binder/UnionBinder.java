package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Tables one after another: `union`.
final class UnionBinder {
    /// Cells of a union that count as one expression.
    private static final int CELLS = 8;

    private final Binder binder;

    UnionBinder(Binder binder) {
        this.binder = binder;
    }

    /// A table and what `withsource` calls it.
    record Leg(String name, LogicalPlan plan) {}

    LogicalPlan union(
            TabularOperator.Union union, @Nullable LogicalPlan input, Environment environment) {
        return union(union, null, input, environment);
    }

    /// @param named what `as` called the input right before
    LogicalPlan union(
            TabularOperator.Union union,
            @Nullable String named,
            @Nullable LogicalPlan input,
            Environment environment) {
        var legs = new ArrayList<Leg>();
        if (input != null) {
            legs.add(new Leg(named != null ? named : nameOf(input, legs.size()), input));
        }
        legs.addAll(legs(union.legs(), union.fuzzy(), legs.size(), environment));
        if (legs.isEmpty()) {
            binder.fault("KS204", union.span(), "The union has no table.");
            throw new BindFailure();
        }
        binder.expressions().count(cells(legs) / CELLS, union.span());
        return combine(legs, union.kind().equals("inner"), union.sourceColumn());
    }

    /// What a union projects, of each of its tables as many columns as all have together.
    private static long cells(List<Leg> legs) {
        return legs.stream()
                        .flatMap(leg -> leg.plan().schema().fields().stream())
                        .map(Field::name)
                        .distinct()
                        .count()
                * legs.size();
    }

    /// A view goes by its own name, as a table does, and what ends in `as` by that name.
    private static String nameOf(
            Expression leg, LogicalPlan plan, int index, Environment environment) {
        if (leg instanceof Expression.Pipeline(var source, var operators, var span)
                && !operators.isEmpty()
                && operators.getLast() instanceof TabularOperator.As(var name, var at)) {
            return name;
        }
        return leg instanceof Expression.Name(var name, var span)
                        && environment.find(name).orElse(null)
                                instanceof Environment.Named.Function f
                        && f.definition().view()
                ? name
                : nameOf(plan, index);
    }

    private static String nameOf(LogicalPlan plan, int index) {
        return plan instanceof LogicalPlan.Scan scan ? scan.table().name() : "union_arg" + index;
    }

    List<Leg> legs(
            List<TabularOperator.UnionLeg> legs,
            boolean fuzzy,
            int first,
            Environment environment) {
        var out = new ArrayList<Leg>();
        BindFailure failure = null;
        for (var leg : legs) {
            var pattern = leg.pattern();
            var table = leg.table();
            if (pattern != null) {
                var matches = Wildcards.pattern(pattern.text());
                boolean any = false;
                for (var candidate : binder.catalog().tables()) {
                    if (matches.test(candidate.name())) {
                        binder.catalog(candidate.name())
                                .ifPresent(p -> out.add(new Leg(candidate.name(), p)));
                        any = true;
                    }
                }
                for (var name : new TreeSet<>(environment.all())) {
                    if (matches.test(name)
                            && environment.find(name).orElse(null)
                                    instanceof Environment.Named.Function f
                            && f.definition().view()) {
                        out.add(
                                new Leg(
                                        name,
                                        binder.functions()
                                                .table(
                                                        f,
                                                        new Expression.Call(
                                                                name,
                                                                List.of(),
                                                                leg.span(),
                                                                leg.span()),
                                                        environment)));
                        any = true;
                    }
                }
                if (!any && !fuzzy) {
                    binder.fault(
                            "KS204",
                            leg.span(),
                            "The name '"
                                    + pattern.text()
                                    + "' does not refer to any known table, tabular variable or function.");
                    throw new BindFailure();
                }
                continue;
            }
            if (table == null) {
                continue;
            }
            if (fuzzy) {
                // A leg whose table is not there is left out.
                var known = binder.ifKnown(() -> binder.table(table, environment));
                if (known.isEmpty()) {
                    continue;
                }
                out.add(
                        new Leg(
                                nameOf(table, known.get(), first + out.size(), environment),
                                known.get()));
                continue;
            }
            try {
                var plan = binder.table(table, environment);
                out.add(new Leg(nameOf(table, plan, first + out.size(), environment), plan));
            } catch (BindFailure unknown) {
                // The other tables may have faults too.
                failure = unknown;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return out;
    }

    LogicalPlan combine(List<Leg> legs, boolean inner, @Nullable String sourceColumn) {
        // For every name the types it has, in order of first sight.
        Map<String, Set<KqlType>> types = new LinkedHashMap<>();
        for (var leg : legs) {
            for (var field : leg.plan().schema().fields()) {
                types.computeIfAbsent(field.name(), n -> new LinkedHashSet<>()).add(field.type());
            }
        }
        var fields = new ArrayList<Field>();
        var sources = new ArrayList<Field>();
        // Columns that keep their names come before those that a type is added to.
        var taken = new HashSet<String>();
        types.forEach((name, ofTypes) -> {
            if (ofTypes.size() == 1) {
                taken.add(name);
            }
        });
        for (var entry : types.entrySet()) {
            boolean everywhere =
                    legs.stream().allMatch(l -> l.plan().schema().indexOf(entry.getKey()) >= 0);
            if (inner && (!everywhere || entry.getValue().size() > 1)) {
                continue;
            }
            for (var type : entry.getValue()) {
                sources.add(new Field(entry.getKey(), type));
                String name = entry.getKey();
                if (entry.getValue().size() > 1) {
                    String typed = name + "_" + type.wireName();
                    name = typed;
                    for (int n = 1; !taken.add(name); n++) {
                        name = typed + n;
                    }
                }
                fields.add(new Field(name, type));
            }
        }
        var inputs = new ArrayList<LogicalPlan>();
        Schema schema = null;
        for (var leg : legs) {
            var projection = new Projection();
            if (sourceColumn != null) {
                projection.add(
                        sourceColumn,
                        new BoundExpr.Literal(Dynamic.of(leg.name()), KqlType.STRING));
            }
            for (int i = 0; i < fields.size(); i++) {
                var legSchema = leg.plan().schema();
                int index = legSchema.indexOf(sources.get(i).name());
                boolean here = index >= 0 && legSchema.type(index) == sources.get(i).type();
                projection.add(
                        fields.get(i).name(),
                        here
                                ? Projection.column(legSchema, index)
                                : Projection.nothing(fields.get(i).type()));
            }
            binder.did(8L * fields.size());
            var plan = projection.over(leg.plan());
            schema = plan.schema();
            inputs.add(plan);
        }
        return inputs.size() == 1
                ? inputs.getFirst()
                : new LogicalPlan.Union(inputs, schema == null ? new Schema(List.of()) : schema);
    }
}
