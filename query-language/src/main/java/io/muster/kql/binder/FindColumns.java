package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.NearNames;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The columns that `find` gives: where each row is from, those asked for, and the rest as one bag.
final class FindColumns {
    private static final String PACKED = "pack_";

    private final Binder binder;
    private final UnionBinder unions;

    FindColumns(Binder binder, UnionBinder unions) {
        this.binder = binder;
        this.unions = unions;
    }

    /// @param legs rows found, each table with its own columns
    /// @param referenced columns that the condition names
    LogicalPlan of(TabularOperator.Find find, List<UnionBinder.Leg> legs, Set<String> referenced) {
        String source = find.sourceColumn() == null ? "source_" : find.sourceColumn();
        boolean smart = find.columns().isEmpty() && !find.packAll();
        var shown =
                smart
                        ? legs.stream().map(leg -> smart(leg, legs, referenced)).toList()
                        : projected(find, legs);
        return packedLast(unions.combine(shown, false, source));
    }

    /// Columns that the condition names or that all tables have; the rest as a bag.
    private UnionBinder.Leg smart(
            UnionBinder.Leg leg, List<UnionBinder.Leg> legs, Set<String> referenced) {
        var schema = leg.plan().schema();
        var projection = new Projection();
        var kept = new LinkedHashSet<String>();
        for (int i = 0; i < schema.size(); i++) {
            String name = schema.field(i).name();
            if (referenced.contains(name)
                    || legs.stream().allMatch(l -> l.plan().schema().indexOf(name) >= 0)) {
                projection.add(name, Projection.column(schema, i));
                kept.add(name);
            }
        }
        projection.add(PACKED, rest(leg.plan(), kept));
        return new UnionBinder.Leg(leg.name(), projection.over(leg.plan()));
    }

    private List<UnionBinder.Leg> projected(TabularOperator.Find find, List<UnionBinder.Leg> legs) {
        var projections = legs.stream().map(leg -> new Projection()).toList();
        var named = new LinkedHashSet<String>();
        for (var column : find.columns()) {
            var types = types(column.name(), legs);
            var wanted = column.type();
            if (types.isEmpty()) {
                var candidates = new ArrayList<String>();
                legs.forEach(
                        l -> l.plan().schema().fields().forEach(f -> candidates.add(f.name())));
                binder.fault(
                        "KS142",
                        column.span(),
                        "The name '" + column.name() + "' does not refer to any known column.",
                        NearNames.nearest(column.name(), candidates));
                continue;
            }
            if (wanted == null && types.size() > 1) {
                binder.fault(
                        "find-column-type",
                        column.span(),
                        "The column '"
                                + column.name()
                                + "' has different types in the tables: name the one to give, as '"
                                + column.name()
                                + ": "
                                + types.getFirst().wireName()
                                + "'.");
                continue;
            }
            var type = wanted == null ? types.getFirst() : wanted;
            String name = types.size() > 1 ? column.name() + "_" + type.wireName() : column.name();
            named.add(column.name());
            for (int i = 0; i < legs.size(); i++) {
                var schema = legs.get(i).plan().schema();
                int index = schema.indexOf(column.name());
                projections
                        .get(i)
                        .add(
                                name,
                                index < 0
                                        ? Projection.nothing(type)
                                        : binder.expressions()
                                                .convert(Projection.column(schema, index), type));
            }
        }
        if (binder.hasFaults()) {
            throw new BindFailure();
        }
        var out = new ArrayList<UnionBinder.Leg>();
        for (int i = 0; i < legs.size(); i++) {
            var plan = legs.get(i).plan();
            if (find.packAll()) {
                projections.get(i).add(PACKED, rest(plan, named));
            }
            out.add(new UnionBinder.Leg(legs.get(i).name(), projections.get(i).over(plan)));
        }
        return out;
    }

    private static List<KqlType> types(String column, List<UnionBinder.Leg> legs) {
        var out = new LinkedHashSet<KqlType>();
        for (var leg : legs) {
            int index = leg.plan().schema().indexOf(column);
            if (index >= 0) {
                out.add(leg.plan().schema().type(index));
            }
        }
        return List.copyOf(out);
    }

    private BoundExpr rest(LogicalPlan plan, Set<String> without) {
        var parts = new ArrayList<BoundExpr>();
        for (int i = 0; i < plan.schema().size(); i++) {
            String name = plan.schema().field(i).name();
            if (!without.contains(name)) {
                parts.add(new BoundExpr.Literal(Dynamic.of(name), KqlType.STRING));
                parts.add(Projection.column(plan.schema(), i));
            }
        }
        return parts.isEmpty()
                ? new BoundExpr.Literal(Dynamic.bag().build(), KqlType.DYNAMIC)
                : binder.expressions()
                        .call(ScalarFunctions.get("bag_pack"), parts, KqlType.DYNAMIC);
    }

    /// Columns that only a later table has come before the bag, too.
    private static LogicalPlan packedLast(LogicalPlan plan) {
        int packed = plan.schema().indexOf(PACKED);
        if (packed < 0 || packed == plan.schema().size() - 1) {
            return plan;
        }
        var projection = new Projection();
        for (int i = 0; i < plan.schema().size(); i++) {
            if (i != packed) {
                projection.add(plan.schema().field(i).name(), Projection.column(plan.schema(), i));
            }
        }
        projection.add(PACKED, Projection.column(plan.schema(), packed));
        return projection.over(plan);
    }
}
