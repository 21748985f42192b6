package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.MemoryMeter;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// `evaluate bag_unpack`: a column for each member of a bag.
final class BagUnpackPlugin {
    /// About the bytes of a name with its type, and of the column that becomes of them.
    private static final long COLUMN = 800;

    private final Binder binder;
    private final PluginReader reader;

    BagUnpackPlugin(Binder binder, PluginReader reader) {
        this.binder = binder;
        this.reader = reader;
    }

    /// A column for each member name; a name whose values are of one kind gets that type, else dynamic.
    LogicalPlan bagUnpack(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        var call = evaluate.plugin();
        if (call.arguments().isEmpty()) {
            binder.fault("KS119", call.span(), "The function 'bag_unpack' expects 1 argument.");
            throw new BindFailure();
        }
        var table = reader.run(input);
        int bag = reader.column(call.arguments().getFirst().value(), input.schema());
        var given = reader.constant(call, 1, "OutputColumnPrefix", environment);
        String prefix = given == null ? "" : given.textOr("");
        var conflict = reader.constant(call, 2, "columnsConflict", environment);
        var ignored = reader.constant(call, 3, "ignoredProperties", environment);
        var skip = new HashSet<String>();
        if (ignored != null) {
            ignored.items().forEach(i -> skip.add(ScalarText.of(i)));
        }
        Map<String, Optional<KqlType>> kinds = new TreeMap<>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                pace.did(64);
                for (var member : segment.column(bag).dynamic(row).members().entrySet()) {
                    if (skip.contains(member.getKey())) {
                        continue;
                    }
                    pace.did(128);
                    var type = typeOf(member.getValue());
                    if (!kinds.containsKey(member.getKey())) {
                        held.add(COLUMN);
                    }
                    kinds.merge(
                            member.getKey(),
                            type,
                            (a, b) ->
                                    a.isEmpty()
                                            ? b
                                            : b.isEmpty() || a.equals(b)
                                                    ? a
                                                    : Optional.of(merged(a.get(), b.get())));
                }
            }
        }
        held.settle();
        if (!evaluate.schema().isEmpty()) {
            return declared(evaluate, reader.values(table), bag);
        }
        var source = reader.values(table);
        var schema = input.schema();
        var projection = new Projection();
        String policy = conflict == null ? "error" : conflict.textOr("error");
        for (int i = 0; i < schema.size(); i++) {
            boolean replaced =
                    policy.equals("replace_source")
                            && schema.field(i).name().startsWith(prefix)
                            && kinds.containsKey(schema.field(i).name().substring(prefix.length()));
            if (i != bag && !replaced) {
                projection.add(schema.field(i).name(), Projection.column(schema, i));
            }
        }
        for (var kind : kinds.entrySet()) {
            pace.did(1024);
            String name = prefix + kind.getKey();
            if (policy.equals("error")
                    && schema.indexOf(name) >= 0
                    && schema.indexOf(name) != bag) {
                reader.refuse(
                        call,
                        "The bag has a member for the column '"
                                + name
                                + "', which is there already; columnsConflict says which one stays.");
            }
            if (projection.has(name) && policy.equals("keep_source")) {
                continue;
            }
            BoundExpr value = new BoundExpr.Member(Projection.column(schema, bag), kind.getKey());
            var type = kind.getValue().orElse(KqlType.STRING);
            projection.add(name, fitted(value, type));
        }
        return projection.over(source);
    }

    private BoundExpr fitted(BoundExpr value, KqlType type) {
        return type == KqlType.DYNAMIC ? value : binder.expressions().convert(value, type);
    }

    private LogicalPlan declared(TabularOperator.Evaluate evaluate, LogicalPlan source, int bag) {
        var schema = source.schema();
        var projection = new Projection();
        if (evaluate.keepOthers()) {
            for (int i = 0; i < schema.size(); i++) {
                if (i != bag) {
                    projection.add(schema.field(i).name(), Projection.column(schema, i));
                }
            }
        }
        for (var column : evaluate.schema()) {
            int index = schema.indexOf(column.name());
            projection.add(
                    column.name(),
                    index >= 0 && index != bag
                            ? Projection.column(schema, index)
                            : fitted(
                                    new BoundExpr.Member(
                                            Projection.column(schema, bag), column.name()),
                                    column.type()));
        }
        return projection.over(source);
    }

    private static KqlType merged(KqlType a, KqlType b) {
        return a.isNumeric() && b.isNumeric() ? KqlType.REAL : KqlType.DYNAMIC;
    }

    private static Optional<KqlType> typeOf(Dynamic value) {
        return Optional.ofNullable(
                switch (value) {
                    case Dynamic.Null n -> null;
                    case Dynamic.Bool b -> KqlType.BOOL;
                    case Dynamic.Whole w -> KqlType.LONG;
                    case Dynamic.Real r -> KqlType.REAL;
                    case Dynamic.Decimal d -> KqlType.DECIMAL;
                    case Dynamic.Text(var t) ->
                            // A text that is an ISO time becomes one.
                            Ticks.parseIso(t).isPresent() && t.length() >= 10
                                    ? KqlType.DATETIME
                                    : KqlType.STRING;
                    case Dynamic.DateTime d -> KqlType.DATETIME;
                    case Dynamic.Span s -> KqlType.TIMESPAN;
                    case Dynamic.Guid g -> KqlType.GUID;
                    case Dynamic.Array a -> KqlType.DYNAMIC;
                    case Dynamic.Bag b -> KqlType.DYNAMIC;
                });
    }
}
