package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.RowRefs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/// The rows of a join's right side by key: `first[key]`, then `next[row]`, so that each chain is in the rows' order. Once built it is only
/// read, by any number of threads; each looks keys up through groups of its own ([#groups]).
final class JoinIndex {
    private final Executor executor;
    private final List<KqlType> types;
    private final List<Batch> batches;
    private final Groups groups;
    private final long[] refs;
    private final int[] first;
    private final int[] next;

    /// Of each column those of all batches, once somebody asked.
    private final AtomicReferenceArray<List<Column>> sources;

    private JoinIndex(
            Executor executor,
            List<KqlType> types,
            List<Batch> batches,
            Groups groups,
            long[] refs,
            int[] ids) {
        this.executor = executor;
        this.types = types;
        this.batches = batches;
        this.groups = groups;
        this.refs = refs;
        this.sources = new AtomicReferenceArray<>(types.size());
        this.first = new int[groups.count()];
        this.next = new int[ids.length];
        Arrays.fill(first, -1);
        for (int row = ids.length - 1; row >= 0; row--) {
            next[row] = first[ids[row]];
            first[ids[row]] = row;
        }
    }

    static JoinIndex of(LogicalPlan.Join join, Relation right, Executor executor) {
        var keys = new ArrayList<Compiled>();
        for (var key : join.rightKeys()) {
            keys.add(Compiled.of(key, executor));
        }
        var types = join.leftKeys().stream().map(BoundExpr::type).toList();
        int only =
                join.rightKeys().size() == 1
                                && join.rightKeys().getFirst() instanceof BoundExpr.ColumnRef ref
                                && ref.type() == types.getFirst()
                        ? ref.index()
                        : -1;
        var home = MemoryMeter.current();
        var parts =
                executor.fold(
                        right,
                        true,
                        () -> new Part(new Groups(types)),
                        (part, batch) -> {
                            executor.context().check();
                            part.add(batch, keys, only, home);
                        });
        var whole = parts.isEmpty() ? new Part(new Groups(types)) : parts.getFirst();
        for (var part : parts.subList(Math.min(1, parts.size()), parts.size())) {
            executor.context().check();
            whole.merge(part);
        }
        int rows = Executor.rows(whole.batches);
        home.charge(20L * rows);
        long[] refs = new long[rows];
        int[] ids = new int[rows];
        int at = 0;
        for (int b = 0; b < whole.ids.size(); b++) {
            int[] own = whole.ids.get(b);
            System.arraycopy(own, 0, ids, at, own.length);
            for (int row = 0; row < own.length; row++) {
                refs[at++] = RowRefs.of(b, row);
            }
        }
        return new JoinIndex(
                executor,
                Executor.types(join.right().schema()),
                whole.batches,
                whole.groups,
                refs,
                ids);
    }

    /// Rows of one thread, and of each the number of its key. Confined to one thread.
    private static final class Part {
        private final List<Batch> batches = new ArrayList<>();
        private final List<int[]> ids = new ArrayList<>();
        private Groups groups;

        Part(Groups groups) {
            this.groups = groups;
        }

        /// @param only the column that is the one key; -1 when there are several, or it is computed
        void add(Batch batch, List<Compiled> keys, int only, MemoryMeter home) {
            if (batch.rows() == 0) {
                return;
            }
            // Groups of the right side by this key have their numbers.
            var numbers = only < 0 || !batches.isEmpty() ? null : batch.takeNumbers(only);
            batches.add(Executor.hold(batch, home));
            home.charge(4L * batch.rows());
            if (numbers == null) {
                ids.add(groups.of(columns(batch, keys), batch.rows(), true));
                return;
            }
            groups = new Groups(numbers);
            int[] each = new int[batch.rows()];
            for (int row = 0; row < each.length; row++) {
                each[row] = row;
            }
            ids.add(each);
        }

        /// What comes after the rows here.
        void merge(Part other) {
            int[] idOf = groups.merge(other.groups);
            for (int[] theirs : other.ids) {
                for (int row = 0; row < theirs.length; row++) {
                    theirs[row] = idOf[theirs[row]];
                }
            }
            batches.addAll(other.batches);
            ids.addAll(other.ids);
        }
    }

    static List<Column> columns(Batch batch, List<Compiled> keys) {
        var columns = new ArrayList<Column>();
        for (var key : keys) {
            columns.add(key.column(batch));
        }
        return columns;
    }

    /// The keys, for one thread to look up.
    Groups groups() {
        return groups.reader();
    }

    /// The first row of a key, -1 when there is none.
    int first(int key) {
        return key < 0 ? -1 : first[key];
    }

    /// The next row of the same key, -1 when there is none.
    int next(int row) {
        return next[row];
    }

    long ref(int row) {
        return refs[row];
    }

    int rows() {
        return refs.length;
    }

    /// Those rows.
    Batch batch(BitSet rows) {
        long[] picked = rows.stream().mapToLong(row -> refs[row]).toArray();
        return Batch.lazy(picked.length, columns(picked));
    }

    /// The columns at those references, to be computed when asked; nulls where one is -1.
    List<Supplier<Column>> columns(long[] picked) {
        var out = new ArrayList<Supplier<Column>>();
        for (int i = 0; i < types.size(); i++) {
            int index = i;
            out.add(() ->
                    batches.isEmpty()
                            ? Columns.nulls(types.get(index), picked.length)
                            : Batch.counted(
                                    RowRefs.gather(sources(index), types.get(index), picked)));
        }
        return out;
    }

    /// A batch computes its columns for one thread at a time; several that hold its rows take turns.
    private List<Column> sources(int index) {
        var known = sources.get(index);
        if (known == null) {
            known =
                    executor.context()
                            .alone(() -> {
                                var all = new ArrayList<Column>(batches.size());
                                for (var batch : batches) {
                                    all.add(batch.column(index));
                                }
                                return all;
                            });
            sources.set(index, known);
        }
        return known;
    }
}
