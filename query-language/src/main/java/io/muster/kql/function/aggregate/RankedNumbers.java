package io.muster.kql.function.aggregate;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.Arguments;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers numbers and times with their groups in plain arrays, and sorts each group when all are there. Small numbers are only counted, as long
/// as the groups are few.
final class RankedNumbers implements Accumulator {
    private final KqlType type;
    private int[] groups = new int[1024];
    private long[] values = new long[1024];
    private int size;
    private double[] percentiles = new double[0];

    /// Numbers from 0 below this are counted.
    private static final int SMALL = 256;

    private static final int MOST = 1 << 12;

    /// Of group g the number v at `g * SMALL + v`; null once the groups are too many.
    private int @Nullable [] counts = new int[SMALL * 16];

    private final MemoryMeter home = MemoryMeter.current();

    RankedNumbers(KqlType type) {
        this.type = type;
    }

    /// Makes room for the counts of that many groups, or gives counting up.
    private void room(int groupCount) {
        int[] old = counts;
        if (old == null || (long) groupCount * SMALL <= old.length) {
            return;
        }
        if (groupCount <= MOST) {
            int length = Math.max(groupCount * SMALL, old.length * 2);
            home.charge(4L * (length - old.length));
            counts = Arrays.copyOf(old, length);
            return;
        }
        expand();
    }

    private void count(int group, long value) {
        int[] known = counts;
        if (known != null && value >= 0 && value < SMALL) {
            known[group * SMALL + (int) value]++;
        } else {
            put(group, value);
        }
    }

    private void put(int group, long value) {
        if (size == groups.length) {
            // What is gathered, and once more for the sorted values.
            home.charge(20L * size);
            groups = Arrays.copyOf(groups, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        groups[size] = group;
        values[size++] = value;
    }

    @Override
    public void add(int[] rowGroups, int groupCount, Arguments arguments) {
        if (percentiles.length == 0) {
            var wanted = new ArrayList<Dynamic>();
            for (int i = 1; i < arguments.count(); i++) {
                var constant = arguments.constant(i);
                wanted.addAll(
                        constant instanceof Dynamic.Array(var items) ? items : List.of(constant));
            }
            percentiles = wanted.stream().mapToDouble(Columns::doubleOf).toArray();
        }
        if (type == KqlType.REAL) {
            var column = arguments.reals(0);
            for (int row = 0; row < rowGroups.length; row++) {
                if (rowGroups[row] >= 0 && column.present().get(row)) {
                    // As a number whose order is the real one's.
                    long bits = Double.doubleToLongBits(column.values()[row] + 0.0);
                    put(rowGroups[row], bits < 0 ? bits ^ Long.MAX_VALUE : bits);
                }
            }
            return;
        }
        room(groupCount);
        var column = arguments.longs(0);
        long[] all = column.values();
        if (column.present().isAll()) {
            addAll(rowGroups, all);
            return;
        }
        for (int row = 0; row < rowGroups.length; row++) {
            if (rowGroups[row] >= 0 && column.present().get(row)) {
                count(rowGroups[row], all[row]);
            }
        }
    }

    private void addAll(int[] rowGroups, long[] all) {
        int[] known = counts;
        for (int row = 0; row < rowGroups.length; row++) {
            int group = rowGroups[row];
            long value = all[row];
            if (group >= 0 && known != null && (value & -SMALL) == 0) {
                known[group * SMALL + (int) value]++;
            } else if (group >= 0) {
                put(group, value);
            }
        }
    }

    @Override
    public void merge(Accumulator other, int[] groupOf, int groupCount) {
        var that = (RankedNumbers) other;
        if (percentiles.length == 0) {
            percentiles = that.percentiles;
        }
        room(groupCount);
        mergeCounts(that.counts, groupOf);
        for (int i = 0; i < that.size; i++) {
            if (type == KqlType.REAL) {
                put(groupOf[that.groups[i]], that.values[i]);
            } else {
                count(groupOf[that.groups[i]], that.values[i]);
            }
        }
    }

    private void mergeCounts(int @Nullable [] theirs, int[] groupOf) {
        if (theirs == null) {
            return;
        }
        int[] known = counts;
        for (int g = 0; g < groupOf.length && (g + 1) * SMALL <= theirs.length; g++) {
            for (int v = 0; v < SMALL; v++) {
                int n = theirs[g * SMALL + v];
                if (known != null) {
                    known[groupOf[g] * SMALL + v] += n;
                }
                for (; known == null && n > 0; n--) {
                    put(groupOf[g], v);
                }
            }
        }
    }

    /// Turns the counts into numbers.
    private void expand() {
        int[] old = counts;
        counts = null;
        for (int i = 0; old != null && i < old.length; i++) {
            for (int n = old[i]; n > 0; n--) {
                put(i / SMALL, i % SMALL);
            }
        }
    }

    @Override
    public List<Column> results(int groupCount) {
        room(groupCount);
        int[] known = counts;
        if (size > 0 || known == null) {
            expand();
            return sorted(groupCount);
        }
        var out = new ArrayList<ColumnBuilder>();
        for (int p = 0; p < Math.max(1, percentiles.length); p++) {
            out.add(new ColumnBuilder(type, groupCount));
        }
        for (int g = 0; g < groupCount; g++) {
            long count = 0;
            for (int v = 0; v < SMALL; v++) {
                count += known[g * SMALL + v];
            }
            for (int p = 0; p < out.size(); p++) {
                if (count == 0 || p >= percentiles.length) {
                    out.get(p).addNull();
                    continue;
                }
                long wanted =
                        Math.clamp(
                                (long)
                                        Math.ceil(
                                                count * Math.clamp(percentiles[p], 0, 100) / 100
                                                        - 1e-9),
                                1,
                                count);
                int v = 0;
                for (long seen = known[g * SMALL]; seen < wanted; ) {
                    seen += known[g * SMALL + ++v];
                }
                out.get(p).addLong(v);
            }
        }
        return out.stream().map(ColumnBuilder::build).toList();
    }

    private List<Column> sorted(int groupCount) {
        int[] starts = new int[groupCount + 1];
        for (int i = 0; i < size; i++) {
            starts[groups[i] + 1]++;
        }
        for (int g = 0; g < groupCount; g++) {
            starts[g + 1] += starts[g];
        }
        int[] next = Arrays.copyOf(starts, groupCount);
        long[] sorted = new long[size];
        for (int i = 0; i < size; i++) {
            sorted[next[groups[i]]++] = values[i];
        }
        var out = new ArrayList<ColumnBuilder>();
        for (int p = 0; p < Math.max(1, percentiles.length); p++) {
            out.add(new ColumnBuilder(type, groupCount));
        }
        for (int g = 0; g < groupCount; g++) {
            int count = starts[g + 1] - starts[g];
            Arrays.sort(sorted, starts[g], starts[g + 1]);
            for (int p = 0; p < out.size(); p++) {
                if (count == 0 || p >= percentiles.length) {
                    out.get(p).addNull();
                    continue;
                }
                double wanted = Math.ceil(count * Math.clamp(percentiles[p], 0, 100) / 100 - 1e-9);
                long found = sorted[starts[g] + Math.clamp((long) wanted - 1, 0, count - 1)];
                if (type == KqlType.REAL) {
                    out.get(p)
                            .addReal(
                                    Double.longBitsToDouble(
                                            found < 0 ? found ^ Long.MAX_VALUE : found));
                } else {
                    out.get(p).addLong(found);
                }
            }
        }
        return out.stream().map(ColumnBuilder::build).toList();
    }
}
