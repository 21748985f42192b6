package io.muster.kql;

import io.muster.core.column.Schema;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a query gave.
///
/// @param table its rows; string columns hold no null
/// @param others the further tables of a query that ends in `fork` or `facet`, named
/// @param renderHint what `render` said: `visualization` and its properties; empty without it
public record QueryResult(Table table, List<Table> others, Map<String, Dynamic> renderHint) {
    public QueryResult {
        others = List.copyOf(others);
        renderHint = Map.copyOf(renderHint);
    }

    public Schema schema() {
        return table.schema();
    }

    public long rowCount() {
        return table.rowCount();
    }

    /// All rows as values, one list a row.
    public List<List<Dynamic>> rows() {
        var out = new ArrayList<List<Dynamic>>();
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                if (!segment.isLive(row)) {
                    continue;
                }
                var line = new ArrayList<Dynamic>(schema().size());
                for (int c = 0; c < schema().size(); c++) {
                    var value = segment.column(c).dynamic(row);
                    line.add(
                            value.isNull() && schema().type(c) == KqlType.STRING
                                    ? Dynamic.of("")
                                    : value);
                }
                out.add(line);
            }
        }
        return out;
    }
}
