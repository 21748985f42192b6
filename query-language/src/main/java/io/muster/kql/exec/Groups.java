package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.KeyInterner;
import java.util.ArrayList;
import java.util.List;

/// Numbers groups of rows by the values of some keys: 0, 1, ... in order of first sight. Confined to one thread.
final class Groups {
    private final List<KeyInterner> keys = new ArrayList<>();
    private final List<KeyInterner.Pairs> pairs = new ArrayList<>();

    Groups(List<KqlType> types) {
        for (var type : types) {
            keys.add(new KeyInterner(type));
        }
        for (int i = 1; i < types.size(); i++) {
            pairs.add(new KeyInterner.Pairs());
        }
    }

    /// The group of each row; with `insert` off, -1 for values never seen.
    int[] of(List<Column> columns, int rows, boolean insert) {
        if (keys.isEmpty()) {
            return new int[rows];
        }
        int[] ids = keys.getFirst().ids(columns.getFirst(), insert);
        for (int k = 1; k < keys.size(); k++) {
            ids = pairs.get(k - 1).combine(ids, keys.get(k).ids(columns.get(k), insert), insert);
        }
        return ids;
    }

    int count() {
        if (keys.isEmpty()) {
            return 1;
        }
        return pairs.isEmpty() ? keys.getFirst().size() : pairs.getLast().size();
    }

    /// The keys of groups 0, 1, ... as columns.
    List<Column> columns() {
        int count = count();
        var out = new ArrayList<Column>();
        if (keys.isEmpty()) {
            return out;
        }
        int[][] ids = new int[keys.size()][count];
        for (int group = 0; group < count; group++) {
            int id = group;
            for (int k = keys.size() - 1; k > 0; k--) {
                ids[k][group] = pairs.get(k - 1).right(id);
                id = pairs.get(k - 1).left(id);
            }
            ids[0][group] = id;
        }
        for (int k = 0; k < keys.size(); k++) {
            var values = keys.get(k).values();
            out.add(keys.size() == 1 ? values : values.gather(ids[k]));
        }
        return out;
    }
}
