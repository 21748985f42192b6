package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.Schema;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.RowRefs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Joins by hash of the right side. Keys are compared as numbers of interned values; null equals null.
final class JoinOperator {
    private static final int CHUNK = 65_536;

    private JoinOperator() {}

    static Relation relation(LogicalPlan.Join join, Executor executor) {
        var left = executor.relation(join.left());
        var right = executor.relation(join.right());
        return Relation.single(sink -> new Run(join, executor, sink).run(left, right));
    }

    /// Rows of the right side by key: `first[key]`, then `next[row]`. Confined to one thread.
    private static final class Run {
        private final LogicalPlan.Join join;
        private final Executor executor;
        private final Predicate<Batch> sink;
        private final Groups groups;
        private final List<Compiled> leftKeys = new ArrayList<>();
        private List<Batch> rightBatches = List.of();
        private long[] rightRefs = new long[0];
        private int[] first = new int[0];
        private int[] next = new int[0];
        private int[] rightIds = new int[0];
        private final BitSet matched = new BitSet();
        private final BitSet seenLeft = new BitSet();

        Run(LogicalPlan.Join join, Executor executor, Predicate<Batch> sink) {
            this.join = join;
            this.executor = executor;
            this.sink = sink;
            this.groups = new Groups(join.leftKeys().stream().map(BoundExpr::type).toList());
            for (var key : join.leftKeys()) {
                leftKeys.add(Compiled.of(key, executor));
            }
        }

        boolean run(Relation left, Relation right) {
            build(right);
            if (!left.forEach(this::probe)) {
                return false;
            }
            return switch (join.kind()) {
                case RIGHTOUTER, FULLOUTER -> unmatched(true);
                case RIGHTANTI -> unmatched(false);
                case RIGHTSEMI -> rightRows(matched);
                default -> true;
            };
        }

        private void build(Relation right) {
            rightBatches = executor.collect(right);
            var keys = new ArrayList<Compiled>();
            for (var key : join.rightKeys()) {
                keys.add(Compiled.of(key, executor));
            }
            int rows = Executor.rows(rightBatches);
            MemoryMeter.current().charge(24L * rows);
            rightRefs = new long[rows];
            rightIds = new int[rows];
            next = new int[rows];
            int at = 0;
            for (int b = 0; b < rightBatches.size(); b++) {
                executor.context().check();
                var batch = rightBatches.get(b);
                int[] ids = groups.of(columns(batch, keys), batch.rows(), true);
                for (int row = 0; row < ids.length; row++) {
                    rightRefs[at] = RowRefs.of(b, row);
                    rightIds[at++] = ids[row];
                }
            }
            first = new int[groups.count()];
            Arrays.fill(first, -1);
            // From the end, so that each chain is in the rows' order.
            for (int row = rows - 1; row >= 0; row--) {
                next[row] = first[rightIds[row]];
                first[rightIds[row]] = row;
            }
        }

        private List<Column> columns(Batch batch, List<Compiled> keys) {
            var columns = new ArrayList<Column>();
            for (var key : keys) {
                columns.add(key.column(batch));
            }
            return columns;
        }

        private boolean probe(Batch batch) {
            executor.context().check();
            boolean unique = join.kind() == JoinKind.INNERUNIQUE;
            int[] ids = groups.of(columns(batch, leftKeys), batch.rows(), unique);
            return switch (join.kind()) {
                case LEFTSEMI, LEFTANTI -> {
                    boolean wanted = join.kind() == JoinKind.LEFTSEMI;
                    long[] words = new long[Bits.words(ids.length)];
                    for (int row = 0; row < ids.length; row++) {
                        words[row >>> 6] |= (hasMatch(ids[row]) == wanted ? 1L : 0L) << row;
                    }
                    var kept = Bits.wrap(words, ids.length);
                    yield kept.isEmpty() || sink.test(kept.isAll() ? batch : batch.select(kept));
                }
                case RIGHTSEMI, RIGHTANTI -> {
                    for (int id : ids) {
                        // A key met before has marked all its rows.
                        for (int r = start(id); r >= 0 && !matched.get(r); r = next[r]) {
                            matched.set(r);
                        }
                    }
                    yield true;
                }
                case INNER, INNERUNIQUE, LEFTOUTER, RIGHTOUTER, FULLOUTER ->
                        pairs(batch, ids, unique);
            };
        }

        private int start(int id) {
            return id >= 0 && id < first.length ? first[id] : -1;
        }

        private boolean hasMatch(int id) {
            return start(id) >= 0;
        }

        private boolean pairs(Batch batch, int[] ids, boolean unique) {
            boolean keepLeft =
                    join.kind() == JoinKind.LEFTOUTER || join.kind() == JoinKind.FULLOUTER;
            boolean track = join.kind() == JoinKind.RIGHTOUTER || join.kind() == JoinKind.FULLOUTER;
            int[] leftRows = new int[Math.min(CHUNK, Math.max(16, ids.length))];
            long[] refs = new long[leftRows.length];
            int n = 0;
            for (int row = 0; row < ids.length; row++) {
                if (unique) {
                    if (seenLeft.get(ids[row])) {
                        continue;
                    }
                    seenLeft.set(ids[row]);
                }
                int r = start(ids[row]);
                if (r < 0 && !keepLeft) {
                    continue;
                }
                do {
                    if (n == leftRows.length) {
                        if (n < CHUNK) {
                            leftRows = Arrays.copyOf(leftRows, n * 2);
                            refs = Arrays.copyOf(refs, n * 2);
                        } else {
                            if (!emit(batch, leftRows, refs, n)) {
                                return false;
                            }
                            n = 0;
                            leftRows = new int[CHUNK];
                            refs = new long[CHUNK];
                        }
                    }
                    leftRows[n] = row;
                    refs[n++] = r < 0 ? -1 : rightRefs[r];
                    if (r >= 0) {
                        if (track) {
                            matched.set(r);
                        }
                        r = next[r];
                    }
                } while (r >= 0);
            }
            return n == 0 || emit(batch, leftRows, refs, n);
        }

        private boolean emit(Batch batch, int[] rows, long[] refs, int n) {
            executor.context().check();
            var left = batch.select(Arrays.copyOf(rows, n));
            var columns = new ArrayList<Supplier<Column>>(left.suppliers());
            columns.addAll(
                    Batch.gather(
                            rightBatches,
                            Executor.types(join.right().schema()),
                            Arrays.copyOf(refs, n)));
            return Batch.lazy(n, columns).pass(sink);
        }

        private boolean unmatched(boolean padded) {
            var open = new BitSet();
            open.set(0, rightRefs.length);
            open.andNot(matched);
            if (!padded) {
                return rightRows(open);
            }
            long[] refs = picked(open);
            if (refs.length == 0) {
                return true;
            }
            Schema leftSchema = join.left().schema();
            var columns = new ArrayList<Supplier<Column>>();
            for (var field : leftSchema.fields()) {
                columns.add(() -> Columns.nulls(field.type(), refs.length));
            }
            columns.addAll(Batch.gather(rightBatches, Executor.types(join.right().schema()), refs));
            return sink.test(Batch.lazy(refs.length, columns));
        }

        private boolean rightRows(BitSet rows) {
            long[] refs = picked(rows);
            return refs.length == 0
                    || sink.test(
                            Batch.lazy(
                                    refs.length,
                                    Batch.gather(
                                            rightBatches,
                                            Executor.types(join.right().schema()),
                                            refs)));
        }

        private long[] picked(BitSet rows) {
            return rows.stream().mapToLong(r -> rightRefs[r]).toArray();
        }
    }
}
