package io.muster.service.query;

import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// The live rows of a table, one by one, in order: for answers, which people and JSON read by row.
public final class Rows {
    private Rows() {}

    /// What takes a row.
    @FunctionalInterface
    public interface Visitor<X extends Exception> {
        void row(List<Dynamic> cells) throws X;
    }

    /// Hands over the rows from `skip` on, at most `limit`.
    public static <X extends Exception> void forEach(
            Table table, long skip, long limit, Visitor<X> visitor) throws X {
        long toSkip = skip;
        long left = limit;
        for (var segment : table.segments()) {
            if (left <= 0) {
                return;
            }
            if (toSkip >= segment.liveSize()) {
                toSkip -= segment.liveSize();
                continue;
            }
            for (int row = 0; row < segment.size() && left > 0; row++) {
                if (!segment.isLive(row)) {
                    continue;
                }
                if (toSkip > 0) {
                    toSkip--;
                    continue;
                }
                visitor.row(cells(segment, row));
                left--;
            }
        }
    }

    /// The rows as objects by column name.
    public static List<Dynamic> objects(Table table, long skip, long limit) {
        var rows = new ArrayList<Dynamic>();
        var names = table.schema().fields().stream().map(f -> f.name()).toList();
        forEach(table, skip, limit, cells -> rows.add(object(names, cells)));
        return rows;
    }

    public static Dynamic object(List<String> names, List<Dynamic> cells) {
        var members = new LinkedHashMap<String, Dynamic>();
        for (int i = 0; i < cells.size(); i++) {
            members.put(names.get(i), cells.get(i));
        }
        return new Dynamic.Bag(members);
    }

    private static List<Dynamic> cells(Segment segment, int row) {
        var cells = new ArrayList<Dynamic>(segment.columns().size());
        for (var column : segment.columns()) {
            cells.add(column.dynamic(row));
        }
        return cells;
    }
}
