package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Joins by hash of the right side. Keys are compared as numbers of interned values; null equals null. Where the left side turns out to be few
/// rows, only those rows of the right are hashed that have a partner among them, found by all threads (see [LeftSide]).
///
/// Where each row of the left has its part of the answer whatever the others have, its morsels stay morsels, which may run at once. Where
/// only rows of the right are the answer, those that match are marked by several threads. What depends on the rows before, as the first
/// row of a key, is done by one.
final class JoinOperator {
    private static final int CHUNK = 65_536;

    private final LogicalPlan.Join join;
    private final Executor executor;
    private final List<Compiled> leftKeys = new ArrayList<>();

    private JoinOperator(LogicalPlan.Join join, Executor executor) {
        this.join = join;
        this.executor = executor;
        for (var key : join.leftKeys()) {
            leftKeys.add(Compiled.of(key, executor));
        }
    }

    static Relation relation(LogicalPlan.Join join, Executor executor) {
        var left = executor.relation(join.left());
        var right = executor.relation(join.right());
        return switch (join.kind()) {
            case INNER, LEFTOUTER, LEFTSEMI, LEFTANTI ->
                    left.isParallel()
                            ? new JoinOperator(join, executor).morsels(left, right)
                            : Relation.single(sink ->
                                    new JoinOperator(join, executor).inOrder(left, right, sink));
            case INNERUNIQUE, RIGHTOUTER, FULLOUTER ->
                    Relation.single(
                            sink -> new JoinOperator(join, executor).inOrder(left, right, sink));
            case RIGHTSEMI, RIGHTANTI ->
                    Relation.single(
                            sink -> new JoinOperator(join, executor).marking(left, right, sink));
        };
    }

    /// The left side's morsels, probed.
    private Relation morsels(Relation left, Relation right) {
        return new Relation() {
            @Override
            public Morsels morsels() {
                var side = LeftSide.of(join.left(), left, executor);
                var index = index(side, right);
                var readers = new Readers(index::groups);
                return side.rows()
                        .morsels()
                        .through(sink -> {
                            var groups = readers.take();
                            var probe = new Probe(index, groups, null);
                            return readers.until(groups, batch -> probe.add(batch, sink));
                        });
            }

            @Override
            public boolean isParallel() {
                return true;
            }
        };
    }

    /// Readers of groups, a passage's each. What one has found out of the keys is of use for the next.
    private static final class Readers {
        private final MemoryMeter home = MemoryMeter.current();
        private final ConcurrentLinkedQueue<Groups> idle = new ConcurrentLinkedQueue<>();
        private final Supplier<Groups> another;

        Readers(Supplier<Groups> another) {
            this.another = another;
        }

        Groups take() {
            var known = idle.poll();
            return known == null ? home.during(another) : known;
        }

        /// The step, after which the reader is idle.
        Morsels.Step until(Groups reader, Predicate<Batch> step) {
            return new Morsels.Step() {
                @Override
                public boolean test(Batch batch) {
                    return step.test(batch);
                }

                @Override
                public boolean end() {
                    idle.add(reader);
                    return true;
                }
            };
        }
    }

    private boolean inOrder(Relation left, Relation right, Predicate<Batch> sink) {
        boolean padded = join.kind() == JoinKind.RIGHTOUTER || join.kind() == JoinKind.FULLOUTER;
        // Rows of the right without a partner are wanted too.
        var side =
                padded
                        ? new LeftSide(left, Optional.empty())
                        : LeftSide.of(join.left(), left, executor);
        var index = index(side, right);
        var matched = padded ? new BitSet() : null;
        var probe = new Probe(index, index.groups(), matched);
        if (!side.rows().forEach(batch -> probe.add(batch, sink))) {
            return false;
        }
        return matched == null || unmatched(index, matched, sink);
    }

    /// The rows of the right side that may have a partner: all, or those that have one among few rows.
    private JoinIndex index(LeftSide side, Relation right) {
        var few = side.few();
        if (few.isEmpty()) {
            return JoinIndex.of(join, right, executor);
        }
        var seen = new AtomicLong();
        var index = JoinIndex.of(join, partners(few.get(), right, true, seen), executor);
        explain(few.get(), seen.get(), index.rows());
        return index;
    }

    /// Rows of the right side that have a partner among few of the left, or none.
    private Relation partners(List<Batch> few, Relation right, boolean wanted, AtomicLong seen) {
        if (few.isEmpty() && wanted) {
            return Relation.of(Morsels.of(List.of()), false);
        }
        var groups = new Groups(join.leftKeys().stream().map(BoundExpr::type).toList());
        for (var batch : few) {
            groups.of(JoinIndex.columns(batch, leftKeys), batch.rows(), true);
        }
        var keys = join.rightKeys().stream().map(key -> Compiled.of(key, executor)).toList();
        var readers = new Readers(groups::reader);
        return right.through(sink -> {
            var reader = readers.take();
            return readers.until(
                    reader,
                    batch -> {
                        executor.context().check();
                        int[] ids = reader.of(JoinIndex.columns(batch, keys), batch.rows(), false);
                        seen.addAndGet(ids.length);
                        var kept = chosen(ids, id -> id >= 0 == wanted);
                        return sink.test(kept.isAll() ? batch : batch.select(kept));
                    });
        });
    }

    private static Bits chosen(int[] ids, IntPredicate wanted) {
        long[] words = new long[Bits.words(ids.length)];
        for (int row = 0; row < ids.length; row++) {
            words[row >>> 6] |= (wanted.test(ids[row]) ? 1L : 0L) << row;
        }
        return Bits.wrap(words, ids.length);
    }

    private void explain(List<Batch> few, long seen, long kept) {
        var statistics = executor.context().statistics(join);
        if (statistics != null) {
            statistics.remark(
                    "%d rows on the left leave %d of %d on the right"
                            .formatted(Executor.rows(few), kept, seen));
        }
    }

    /// Rows of the right side without a match, with nulls for the left.
    private boolean unmatched(JoinIndex index, BitSet matched, Predicate<Batch> sink) {
        var open = new BitSet();
        open.set(0, index.rows());
        open.andNot(matched);
        if (open.isEmpty()) {
            return true;
        }
        var right = index.batch(open);
        var columns = new ArrayList<Supplier<Column>>();
        for (var field : join.left().schema().fields()) {
            columns.add(() -> Columns.nulls(field.type(), right.rows()));
        }
        columns.addAll(right.suppliers());
        return sink.test(Batch.lazy(right.rows(), columns));
    }

    /// Rows of the right side that have a match, or none.
    private boolean marking(Relation left, Relation right, Predicate<Batch> sink) {
        var side = LeftSide.of(join.left(), left, executor);
        if (side.few().isPresent()) {
            return passing(side.few().get(), right, sink);
        }
        var index = JoinIndex.of(join, right, executor);
        var wanted = new BitSet();
        executor.fold(side.rows(), true, () -> new Marks(index), Marks::add)
                .forEach(marks -> wanted.or(marks.matched));
        if (join.kind() == JoinKind.RIGHTANTI) {
            wanted.flip(0, index.rows());
        }
        return wanted.isEmpty() || sink.test(index.batch(wanted));
    }

    /// As [#marking]: no row of the right side need be held.
    private boolean passing(List<Batch> few, Relation right, Predicate<Batch> sink) {
        var seen = new AtomicLong();
        long[] kept = new long[1];
        boolean more =
                partners(few, right, join.kind() == JoinKind.RIGHTSEMI, seen)
                        .forEach(batch -> {
                            kept[0] += batch.rows();
                            return batch.rows() == 0 || sink.test(batch);
                        });
        explain(few, seen.get(), kept[0]);
        return more;
    }

    /// Rows of the right side that have a match. Confined to one thread.
    private final class Marks {
        private final JoinIndex index;
        private final Groups groups;
        private final BitSet matched = new BitSet();

        Marks(JoinIndex index) {
            this.index = index;
            this.groups = index.groups();
        }

        void add(Batch batch) {
            executor.context().check();
            int[] keys = groups.of(JoinIndex.columns(batch, leftKeys), batch.rows(), false);
            for (int key : keys) {
                // A key met before has marked all its rows.
                for (int r = index.first(key); r >= 0 && !matched.get(r); r = index.next(r)) {
                    matched.set(r);
                }
            }
        }
    }

    /// Looks up rows of the left side. Confined to one thread.
    private final class Probe {
        private final JoinIndex index;
        private final Groups groups;

        /// Rows of the right side that had a match, where that is asked.
        private final @Nullable BitSet matched;

        /// Keys that had their one row of the left side.
        private final BitSet seen = new BitSet();

        Probe(JoinIndex index, Groups groups, @Nullable BitSet matched) {
            this.index = index;
            this.groups = groups;
            this.matched = matched;
        }

        boolean add(Batch batch, Predicate<Batch> sink) {
            executor.context().check();
            int[] keys = groups.of(JoinIndex.columns(batch, leftKeys), batch.rows(), false);
            return switch (join.kind()) {
                case LEFTSEMI -> some(batch, keys, true, sink);
                case LEFTANTI -> some(batch, keys, false, sink);
                case INNER, RIGHTOUTER -> pairs(batch, keys, false, false, sink);
                case INNERUNIQUE -> pairs(batch, keys, true, false, sink);
                case LEFTOUTER, FULLOUTER -> pairs(batch, keys, false, true, sink);
                case RIGHTSEMI, RIGHTANTI ->
                        throw new IllegalStateException("a join without rows of the left side");
            };
        }

        private boolean some(Batch batch, int[] keys, boolean wanted, Predicate<Batch> sink) {
            // Each key that has a number has a row.
            var kept = chosen(keys, key -> key >= 0 == wanted);
            return kept.isEmpty() || sink.test(kept.isAll() ? batch : batch.select(kept));
        }

        private boolean pairs(
                Batch batch, int[] keys, boolean unique, boolean padded, Predicate<Batch> sink) {
            int[] leftRows = new int[Math.min(CHUNK, Math.max(16, keys.length))];
            long[] refs = new long[leftRows.length];
            int n = 0;
            for (int row = 0; row < keys.length; row++) {
                int r = index.first(keys[row]);
                if (r < 0 && !padded || unique && seen.get(keys[row])) {
                    continue;
                }
                if (unique) {
                    seen.set(keys[row]);
                }
                do {
                    if (n == leftRows.length) {
                        if (n < CHUNK) {
                            leftRows = Arrays.copyOf(leftRows, n * 2);
                            refs = Arrays.copyOf(refs, n * 2);
                        } else {
                            if (!emit(batch, leftRows, refs, n, sink)) {
                                return false;
                            }
                            n = 0;
                            leftRows = new int[CHUNK];
                            refs = new long[CHUNK];
                        }
                    }
                    leftRows[n] = row;
                    refs[n++] = r < 0 ? -1 : index.ref(r);
                    if (r >= 0) {
                        if (matched != null) {
                            matched.set(r);
                        }
                        r = index.next(r);
                    }
                } while (r >= 0);
            }
            return n == 0 || emit(batch, leftRows, refs, n, sink);
        }

        private boolean emit(Batch batch, int[] rows, long[] refs, int n, Predicate<Batch> sink) {
            executor.context().check();
            var left = batch.select(Arrays.copyOf(rows, n));
            var columns = new ArrayList<>(left.suppliers());
            columns.addAll(index.columns(Arrays.copyOf(refs, n)));
            return Batch.lazy(n, columns).pass(sink);
        }
    }
}
