package io.muster.kql.function;

import io.muster.core.column.Column;
import java.util.List;

/// The state of one aggregate over all groups. Confined to one thread; several are merged in order.
public interface Accumulator {

    /// Adds rows: `groups[row]` is the row's group, below `groupCount`, or -1 for a row to leave out. The array is another batch's afterwards.
    void add(int[] groups, int groupCount, Arguments arguments);

    /// Adds another's state, which saw later rows: its group g is `groupOf[g]` here.
    void merge(Accumulator other, int[] groupOf, int groupCount);

    /// Whether merging says the same to the last bit wherever one state ends and the next begins, as long as they are merged in the rows' order. Sums of
    /// fractions do not: they are rounded at each step.
    default boolean isExact() {
        return true;
    }

    /// One column a result, one row a group; groups without rows get what no values give.
    List<Column> results(int groupCount);
}
