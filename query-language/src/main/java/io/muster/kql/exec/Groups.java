package io.muster.kql.exec;

import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Dictionary;
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
    private static final int UNSEEN = -2;

    private final List<KeyInterner> keys = new ArrayList<>();
    private final List<IdPairs> pairs = new ArrayList<>();

    /// The dictionaries that `sharedIds` is for.
    private Dictionary[] sharedOf = new Dictionary[0];

    /// By code + 1 or by combination, the group.
    private int[] sharedIds = new int[0];

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
        if (keys.isEmpty()) {
            return new int[rows];
        }
        if (keys.size() > 1) {
            var shared = shared(columns);
            if (shared != null) {
                return ofShared(shared, rows, insert);
            }
        }
        int[] ids = keys.getFirst().ids(columns.getFirst(), insert);
        for (int k = 1; k < keys.size(); k++) {
            ids = pairs.get(k - 1).combine(ids, keys.get(k).ids(columns.get(k), insert), insert);
        }
        return ids;
    }

    /// The columns when all are texts of few codes: the same codes, of which there are no more than rows, or so few that their combinations
    /// are no more; null else.
    private StringColumn @Nullable [] shared(List<Column> columns) {
        var found = new StringColumn[columns.size()];
        boolean same = true;
        for (int k = 0; k < found.length; k++) {
            if (!(columns.get(k).dense() instanceof StringColumn s)
                    || keys.get(k).texts() == null
                    || s.codes().isIdentity()
                    || s.dictionary().size() > s.size()) {
                return null;
            }
            found[k] = s;
            same &= s.codes() == found[0].codes();
        }
        return same || combinations(found) <= found[0].size() ? found : null;
    }

    /// How many there can be, null counted.
    private static long combinations(StringColumn[] columns) {
        long all = 1;
        for (var column : columns) {
            // No more than rows each, and so no overflow once it is compared.
            all = Math.min(all * (column.dictionary().size() + 1L), Integer.MAX_VALUE);
        }
        return all;
    }

    private int[] ofShared(StringColumn[] columns, int rows, boolean insert) {
        boolean one = true;
        boolean before = sharedOf.length == columns.length;
        int size = 0;
        for (int k = 0; k < columns.length; k++) {
            one &= columns[k].codes() == columns[0].codes();
            before = before && sharedOf[k] == columns[k].dictionary();
            size = Math.max(size, columns[k].dictionary().size());
        }
        int combined = one ? size + 1 : (int) combinations(columns);
        if (!before || sharedIds.length != combined) {
            sharedOf = new Dictionary[columns.length];
            for (int k = 0; k < columns.length; k++) {
                sharedOf[k] = columns[k].dictionary();
            }
            sharedIds = new int[combined];
            Arrays.fill(sharedIds, UNSEEN);
        }
        int[] out = new int[rows];
        addCodes(columns[0].codes(), 1, out);
        for (int k = 1; !one && k < columns.length; k++) {
            addCodes(columns[k].codes(), columns[k].dictionary().size() + 1, out);
        }
        int[] known = sharedIds;
        for (int row = 0; row < rows; row++) {
            int id = known[out[row]];
            if (id < 0) {
                id = id == UNSEEN || insert ? ofRow(columns, row, insert) : id;
                known[out[row]] = id;
            }
            out[row] = id;
        }
        return out;
    }

    /// Numbers of combinations so far times as many values as there are here, and the code's own, null's being the first.
    private static void addCodes(Codes codes, int values, int[] numbers) {
        byte[] bytes = codes.bytes();
        short[] shorts = codes.shorts();
        if (bytes != null) {
            for (int row = 0; row < numbers.length; row++) {
                numbers[row] = numbers[row] * values + bytes[row] + 1;
            }
        } else if (shorts != null) {
            for (int row = 0; row < numbers.length; row++) {
                numbers[row] = numbers[row] * values + shorts[row] + 1;
            }
        } else {
            for (int row = 0; row < numbers.length; row++) {
                numbers[row] = numbers[row] * values + codes.get(row) + 1;
            }
        }
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
            groups = pairs.get(k - 1).combine(groups, picked(own, theirs[k]), true);
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
