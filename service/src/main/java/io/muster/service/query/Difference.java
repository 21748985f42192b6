package io.muster.service.query;

import io.muster.core.column.DynamicColumn;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The difference between two answers of one query: the rows that only one of them has, as often as it has them more, under a first column `change`
/// that is `Removed` (only the earlier one has it) or `Added`. A row that changed is both, so it reads well sorted by `id`.
public final class Difference {
    private static final String COLUMN = "change";

    private Difference() {}

    /// @param earlier an answer with the same columns
    public static Table between(Table earlier, Table later) {
        var schema = later.schema();
        var rows = new ArrayList<List<Dynamic>>();
        // Columns come and go with the data (`bag_unpack`, `pivot`): what is gone is null.
        var before = rowsOf(earlier, schema);
        var after = rowsOf(later, schema);
        only(before, after, "Removed", rows);
        only(after, before, "Added", rows);
        return table(later.name(), schema, rows);
    }

    private static void only(
            List<List<Dynamic>> these,
            List<List<Dynamic>> others,
            String change,
            List<List<Dynamic>> out) {
        Map<List<Dynamic>, Integer> left = new HashMap<>();
        others.forEach(row -> left.merge(row, 1, Integer::sum));
        for (var row : these) {
            int same = left.getOrDefault(row, 0);
            if (same > 0) {
                left.put(row, same - 1);
                continue;
            }
            var marked = new ArrayList<Dynamic>(row.size() + 1);
            marked.add(Dynamic.of(change));
            marked.addAll(row);
            out.add(marked);
        }
    }

    private static List<List<Dynamic>> rowsOf(Table table, Schema wanted) {
        int[] from =
                wanted.fields().stream()
                        .mapToInt(field -> table.schema().indexOf(field.name()))
                        .toArray();
        var rows = new ArrayList<List<Dynamic>>();
        Rows.forEach(
                table,
                0,
                Long.MAX_VALUE,
                cells -> {
                    var row = new ArrayList<Dynamic>(from.length);
                    for (int at : from) {
                        row.add(at < 0 ? Dynamic.NULL : cells.get(at));
                    }
                    rows.add(row);
                });
        return rows;
    }

    private static Table table(String name, Schema schema, List<List<Dynamic>> rows) {
        var fields = new ArrayList<Field>();
        String column = COLUMN;
        for (int i = 1; schema.indexOf(column) >= 0; i++) {
            column = COLUMN + i;
        }
        fields.add(new Field(column, KqlType.STRING));
        fields.addAll(schema.fields());
        var columns = new ArrayList<DynamicColumn>();
        for (int c = 0; c < fields.size(); c++) {
            int at = c;
            columns.add(
                    new DynamicColumn(
                            rows.stream().map(row -> row.get(at)).toArray(Dynamic[]::new)));
        }
        return new Table(
                name,
                new Schema(fields),
                rows.isEmpty()
                        ? List.of()
                        : List.of(new Segment(rows.size(), List.copyOf(columns))));
    }
}
