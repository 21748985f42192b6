package io.muster.kql.exec;

import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Dictionary;
import io.muster.core.column.StringColumn;
import io.muster.kql.vector.ByteCombinations;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Groups of rows by several texts of few codes: a group is asked for once a code, where the texts share their codes, else once a combination of codes.
/// Confined to one thread.
final class CodeGroups {
    private static final int UNSEEN = -2;

    /// So many rows are numbered at a time.
    private static final int STRIDE = 1 << 12;

    /// The dictionaries that `ids` is for.
    private Dictionary[] of = new Dictionary[0];

    /// Of the combinations that `ids` is for, where they fit into a byte; empty else.
    private int[] radices = new int[0];

    /// By code + 1 or by combination, the group.
    private int[] ids = new int[0];

    /// The group of one row.
    @FunctionalInterface
    interface RowGroup {
        /// @param insert whether one that was never seen is numbered; else it is -1
        int of(StringColumn[] columns, int row, boolean insert);
    }

    private final RowGroup group;

    CodeGroups(RowGroup group) {
        this.group = group;
    }

    /// The columns when all are texts of few codes: the same codes, of which there are no more than rows, or so few that their combinations
    /// are no more; null else.
    static StringColumn @Nullable [] shared(List<Column> columns) {
        var found = new StringColumn[columns.size()];
        boolean same = true;
        for (int k = 0; k < found.length; k++) {
            if (!(columns.get(k).dense() instanceof StringColumn s)
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

    private static boolean isOne(StringColumn[] columns) {
        for (var column : columns) {
            if (column.codes() != columns[0].codes()) {
                return false;
            }
        }
        return true;
    }

    /// Writes the group of each row.
    void write(StringColumn[] columns, boolean insert, int[] out) {
        var few = isOne(columns) ? null : ByteCombinations.of(columns);
        if (few == null) {
            ofMany(columns, insert, out);
        } else {
            ofFew(few, columns, insert, out);
        }
    }

    /// Numbers the groups that were not seen before, and says of no row which it has.
    void meet(StringColumn[] columns, int rows) {
        var few = isOne(columns) ? null : ByteCombinations.of(columns);
        if (few == null) {
            ofMany(columns, true, new int[rows]);
            return;
        }
        remember(columns, few.radices(), ByteCombinations.MOST);
        byte[] numbers = new byte[Math.min(rows, STRIDE)];
        for (int from = 0; from < rows; from += STRIDE) {
            int count = Math.min(rows - from, STRIDE);
            few.numbers(from, count, numbers);
            // Negative as soon as one is.
            int unseen = 0;
            int[] known = Arrays.copyOf(ids, ByteCombinations.MOST);
            for (int i = 0; i < count; i++) {
                unseen |= known[numbers[i] & 0xFF];
            }
            for (int i = 0; unseen < 0 && i < count; i++) {
                int at = numbers[i] & 0xFF;
                if (ids[at] < 0) {
                    ids[at] = group.of(columns, from + i, true);
                }
            }
        }
    }

    private void ofFew(ByteCombinations few, StringColumn[] columns, boolean insert, int[] out) {
        remember(columns, few.radices(), ByteCombinations.MOST);
        byte[] numbers = new byte[Math.min(out.length, STRIDE)];
        for (int from = 0; from < out.length; from += STRIDE) {
            int count = Math.min(out.length - from, STRIDE);
            few.numbers(from, count, numbers);
            int signs = 0;
            // A copy of a known length, so that no number needs to be compared with it.
            int[] known = Arrays.copyOf(ids, ByteCombinations.MOST);
            for (int i = 0; i < count; i++) {
                int id = known[numbers[i] & 0xFF];
                out[from + i] = id;
                signs |= id;
            }
            for (int i = 0; signs < 0 && i < count; i++) {
                int at = numbers[i] & 0xFF;
                if (ids[at] == UNSEEN || ids[at] < 0 && insert) {
                    ids[at] = group.of(columns, from + i, insert);
                }
                out[from + i] = ids[at];
            }
        }
    }

    private void ofMany(StringColumn[] columns, boolean insert, int[] out) {
        boolean one = isOne(columns);
        int size = 0;
        for (var column : columns) {
            size = Math.max(size, column.dictionary().size());
        }
        remember(columns, new int[0], one ? size + 1 : (int) combinations(columns));
        addCodes(columns[0].codes(), 0, out);
        for (int k = 1; !one && k < columns.length; k++) {
            addCodes(columns[k].codes(), columns[k].dictionary().size() + 1, out);
        }
        int[] known = ids;
        for (int row = 0; row < out.length; row++) {
            int id = known[out[row]];
            if (id < 0) {
                id = id == UNSEEN || insert ? group.of(columns, row, insert) : id;
                known[out[row]] = id;
            }
            out[row] = id;
        }
    }

    /// Forgets the groups by number where the numbers mean others now.
    private void remember(StringColumn[] columns, int[] own, int count) {
        boolean before =
                of.length == columns.length && ids.length == count && Arrays.equals(radices, own);
        for (int k = 0; before && k < columns.length; k++) {
            before = of[k] == columns[k].dictionary();
        }
        if (before) {
            return;
        }
        of = new Dictionary[columns.length];
        for (int k = 0; k < columns.length; k++) {
            of[k] = columns[k].dictionary();
        }
        radices = own;
        ids = new int[count];
        Arrays.fill(ids, UNSEEN);
    }

    /// Numbers of combinations so far times as many values as there are here, and the code's own, null's being the first; with no values it begins anew.
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
}
