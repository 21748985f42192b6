package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.IdPairs;
import io.muster.kql.vector.KeyInterner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers groups of rows by the values of some keys: 0, 1, ... in order of first sight. Keys that are functions of one column, and so share its
/// codes, are met once a code, keys of few values once a combination. Confined to one thread.
final class Groups {
    private final List<KeyInterner> keys = new ArrayList<>();
    private final List<IdPairs> pairs = new ArrayList<>();
    private final CodeGroups byCode = new CodeGroups(this::ofRow);

    Groups(List<KqlType> types) {
        for (var type : types) {
            keys.add(new KeyInterner(type));
        }
        for (int i = 1; i < types.size(); i++) {
            pairs.add(new IdPairs());
        }
    }

    /// Groups by one key that are there already.
    Groups(KeyInterner key) {
        keys.add(key);
    }

    private Groups(Groups origin) {
        for (var key : origin.keys) {
            keys.add(key.reader());
        }
        pairs.addAll(origin.pairs);
    }

    /// The same groups to look up, by another thread, beside others that do. Nothing is numbered any more once there is a reader.
    Groups reader() {
        return new Groups(this);
    }

    /// The group of each row; with `insert` off, -1 for values never seen.
    int[] of(List<Column> columns, int rows, boolean insert) {
        int[] out = new int[rows];
        write(columns, insert, out);
        return out;
    }

    /// [#of] into an array of as many rows, whatever it holds.
    void write(List<Column> columns, boolean insert, int[] out) {
        if (keys.isEmpty()) {
            Arrays.fill(out, 0);
            return;
        }
        var shared = shared(columns);
        if (shared != null) {
            byCode.write(shared, insert, out);
            return;
        }
        keys.getFirst().ids(columns.getFirst(), insert, out);
        for (int k = 1; k < keys.size(); k++) {
            pairs.get(k - 1).combine(out, keys.get(k).ids(columns.get(k), insert), insert);
        }
    }

    /// Numbers the groups that were not seen before; cheaper than [#of] where nobody asks which rows they have.
    void meet(List<Column> columns, int rows) {
        var shared = shared(columns);
        if (shared != null) {
            byCode.meet(shared, rows);
        } else {
            of(columns, rows, true);
        }
    }

    /// Several texts of few codes; null else.
    private StringColumn @Nullable [] shared(List<Column> columns) {
        return keys.size() > 1 && keys.stream().allMatch(key -> key.texts() != null)
                ? CodeGroups.shared(columns)
                : null;
    }

    private int ofRow(StringColumn[] columns, int row, boolean insert) {
        int id = -1;
        for (int k = 0; k < columns.length; k++) {
            var texts = keys.get(k).texts();
            if (texts == null) {
                throw new IllegalStateException("a key of another type");
            }
            int own = texts.id(columns[k], row, insert);
            id = k == 0 ? own : pairs.get(k - 1).combine(id, own, insert);
        }
        return id;
    }

    /// What numbers the groups, where they have one key; null else.
    @Nullable KeyInterner only() {
        return keys.size() == 1 ? keys.getFirst() : null;
    }

    int count() {
        if (keys.isEmpty()) {
            return 1;
        }
        return pairs.isEmpty() ? keys.getFirst().size() : pairs.getLast().size();
    }

    /// Numbers another's groups; its group g is the result's g here.
    int[] merge(Groups other) {
        if (keys.isEmpty()) {
            return new int[other.count()];
        }
        int[] first = keys.getFirst().merge(other.keys.getFirst());
        if (keys.size() == 1) {
            return first;
        }
        int[][] theirs = other.ids();
        int[] groups = picked(first, theirs[0]);
        for (int k = 1; k < keys.size(); k++) {
            int[] own = keys.get(k).merge(other.keys.get(k));
            pairs.get(k - 1).combine(groups, picked(own, theirs[k]), true);
        }
        return groups;
    }

    private static int[] picked(int[] from, int[] places) {
        int[] out = new int[places.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = from[places[i]];
        }
        return out;
    }

    /// Of each key the numbers of its values, by group.
    private int[][] ids() {
        int count = count();
        int[][] ids = new int[keys.size()][count];
        for (int group = 0; group < count; group++) {
            int id = group;
            for (int k = keys.size() - 1; k > 0; k--) {
                ids[k][group] = pairs.get(k - 1).right(id);
                id = pairs.get(k - 1).left(id);
            }
            ids[0][group] = id;
        }
        return ids;
    }

    /// The keys of groups 0, 1, ... as columns.
    List<Column> columns() {
        var out = new ArrayList<Column>();
        if (keys.isEmpty()) {
            return out;
        }
        int[][] ids = ids();
        for (int k = 0; k < keys.size(); k++) {
            var values = keys.get(k).values();
            out.add(keys.size() == 1 ? values : values.gather(ids[k]));
        }
        return out;
    }
}
