package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.vector.Columns;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `evaluate schema_merge`: rows of several `getschema` as those of the one schema that holds them all.
final class SchemaMergePlugin {
    /// From whole numbers to the widest: what two columns of different numbers become.
    private static final List<KqlType> NUMBERS =
            List.of(KqlType.INT, KqlType.LONG, KqlType.REAL, KqlType.DECIMAL);

    /// Columns of the merged schema, at most.
    private static final int MOST = 10_000;

    private final PluginReader reader;

    SchemaMergePlugin(PluginReader reader) {
        this.reader = reader;
    }

    /// One column of the merged schema. `first` is its ordinal where it is met first, `last` the greatest it has.
    private record Merged(
            String name, long first, long last, @Nullable KqlType type, @Nullable String fault) {
        Merged with(long ordinal, String columnType, boolean ordered) {
            if (fault != null) {
                return this;
            }
            if (ordered && ordinal != first) {
                return new Merged(name, first, last, null, "columns are out of order");
            }
            var other = KqlType.parse(columnType);
            var common =
                    type == null || other.isEmpty()
                            ? Optional.<KqlType>empty()
                            : common(type, other.get());
            return new Merged(
                    name,
                    first,
                    Math.max(last, ordinal),
                    common.orElse(null),
                    common.isPresent() ? null : "types have nothing in common");
        }

        List<Dynamic> row(long ordinal) {
            if (type == null) {
                String error = "ERROR(" + fault + ")";
                return List.of(
                        Dynamic.of(name),
                        Dynamic.of(-1L),
                        Dynamic.of("ERROR(unknown CSL type:" + error + ")"),
                        Dynamic.of(error));
            }
            return List.of(
                    Dynamic.of(name),
                    Dynamic.of(ordinal),
                    Dynamic.of(GetSchemaBinder.systemType(type)),
                    Dynamic.of(type.wireName()));
        }
    }

    LogicalPlan merge(Expression.Call call, LogicalPlan input, Environment environment) {
        boolean ordered = isOrdered(call, environment);
        var schema = input.schema();
        var places = new ArrayList<Integer>();
        for (var field : List.of("ColumnName", "ColumnOrdinal", "ColumnType")) {
            int index = schema.indexOf(field);
            if (index < 0) {
                reader.refuse(
                        call,
                        "The function 'schema_merge' expects the columns of 'getschema'; '"
                                + field
                                + "' is missing.");
            }
            places.add(index);
        }
        var table = reader.run(input);
        var columns = new LinkedHashMap<String, Merged>();
        for (var segment : table.segments()) {
            var names = segment.column(places.get(0));
            var ordinals = segment.column(places.get(1));
            var types = segment.column(places.get(2));
            for (int row = 0; row < segment.size(); row++) {
                if (row % 1024 == 0) {
                    reader.check();
                }
                String name = names.dynamic(row).textOr("");
                long ordinal = Columns.longOf(ordinals.dynamic(row));
                String type = types.dynamic(row).textOr("");
                var known = columns.get(name);
                columns.put(
                        name,
                        known == null
                                ? first(name, ordinal, type)
                                : known.with(ordinal, type, ordered));
                if (columns.size() > MOST) {
                    reader.refuse(
                            call,
                            "The function 'schema_merge' takes at most %,d columns of different names."
                                    .formatted(MOST));
                }
            }
        }
        var merged = new ArrayList<>(columns.values());
        merged.sort(
                Comparator.comparing((Merged m) -> m.type() == null).thenComparing(Merged::last));
        var rows = new ArrayList<List<Dynamic>>();
        for (var column : merged) {
            rows.add(column.row(rows.size()));
        }
        return reader.table(
                List.of(
                        new Field("ColumnName", KqlType.STRING),
                        new Field("ColumnOrdinal", KqlType.INT),
                        new Field("DataType", KqlType.STRING),
                        new Field("ColumnType", KqlType.STRING)),
                rows);
    }

    private boolean isOrdered(Expression.Call call, Environment environment) {
        if (call.arguments().isEmpty()) {
            return true;
        }
        var value = reader.constant(call, 0, "PreserveOrder", environment);
        if (call.arguments().size() > 1 || !(value instanceof Dynamic.Bool(var ordered))) {
            reader.refuse(
                    call, "The function 'schema_merge' takes the bool 'PreserveOrder' alone.");
            throw new BindFailure();
        }
        return ordered;
    }

    private static Merged first(String name, long ordinal, String columnType) {
        var type = KqlType.parse(columnType);
        return new Merged(
                name,
                ordinal,
                ordinal,
                type.orElse(null),
                type.isPresent() ? null : "unknown type");
    }

    private static Optional<KqlType> common(KqlType one, KqlType other) {
        if (one == other) {
            return Optional.of(one);
        }
        int wider = Math.max(NUMBERS.indexOf(one), NUMBERS.indexOf(other));
        return NUMBERS.contains(one) && NUMBERS.contains(other)
                ? Optional.of(NUMBERS.get(wider))
                : Optional.empty();
    }
}
