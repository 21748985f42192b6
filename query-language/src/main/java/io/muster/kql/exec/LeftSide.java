package io.muster.kql.exec;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Uniqueness;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The left side of a join, run before the right one as long as its rows are few. When they all are, the right side need keep only rows that
/// have a partner among them; when they are not, those there are already wait for their turn and the rest runs as ever. Nothing runs twice.
///
/// @param rows the whole side, in its order, to be read once
/// @param few all of it, when it was few rows
record LeftSide(Relation rows, Optional<List<Batch>> few) {
    /// To number the keys of so many takes a few milliseconds at most.
    static final long FEW = 1 << 16;

    static LeftSide of(LogicalPlan plan, Relation left, Executor executor) {
        if (!isNarrow(plan)) {
            return new LeftSide(left, Optional.empty());
        }
        var ahead = new Ahead(left.morsels(), executor);
        executor.fold(
                ahead,
                left.isParallel(),
                true,
                () -> ahead,
                (all, batch) -> {},
                () -> ahead.total.get() <= FEW);
        var rows = Relation.of(ahead.mixed(), left.isParallel());
        return ahead.total.get() > FEW
                ? new LeftSide(rows, Optional.empty())
                : new LeftSide(rows, Optional.of(ahead.few()));
    }

    /// Morsels whose batches stay here until they are asked for again, each with its morsel: which of them were run ahead is chance, and must
    /// not be seen where what follows is cut.
    private static final class Ahead implements Morsels {
        private final Morsels morsels;
        private final Executor executor;
        private final MemoryMeter home = MemoryMeter.current();
        private final AtomicLong total = new AtomicLong();

        /// Of the morsels that were run.
        private final ConcurrentHashMap<Integer, List<Batch>> held = new ConcurrentHashMap<>();

        Ahead(Morsels morsels, Executor executor) {
            this.morsels = morsels;
            this.executor = executor;
        }

        @Override
        public int count() {
            return morsels.count();
        }

        @Override
        public Passage open(Predicate<Batch> sink) {
            return new Keeping();
        }

        List<Batch> few() {
            var few = new ArrayList<Batch>();
            for (int morsel = 0; morsel < count(); morsel++) {
                few.addAll(held.getOrDefault(morsel, List.of()));
            }
            return few;
        }

        /// What was run ahead and what was not, in order.
        Morsels mixed() {
            return new Morsels() {
                @Override
                public int count() {
                    return morsels.count();
                }

                @Override
                public Passage open(Predicate<Batch> sink) {
                    return new Mixed(held, morsels, sink);
                }
            };
        }

        private final class Keeping implements Passage {
            private final Passage passage = morsels.open(this::keep);
            private List<Batch> batches = new ArrayList<>();

            private boolean keep(Batch batch) {
                executor.context().check();
                if (batch.rows() > 0) {
                    total.addAndGet(batch.rows());
                    batches.add(Executor.holdBriefly(batch, home));
                }
                return true;
            }

            @Override
            public boolean run(int morsel) {
                batches = new ArrayList<>();
                held.put(morsel, batches);
                return passage.run(morsel);
            }

            @Override
            public boolean end() {
                return passage.end();
            }
        }
    }

    private static final class Mixed implements Morsels.Passage {
        private final Map<Integer, List<Batch>> held;
        private final Morsels morsels;
        private final Predicate<Batch> sink;

        /// Through morsels that follow one another.
        private Morsels.@Nullable Passage passage;

        Mixed(Map<Integer, List<Batch>> held, Morsels morsels, Predicate<Batch> sink) {
            this.held = held;
            this.morsels = morsels;
            this.sink = sink;
        }

        @Override
        public boolean run(int morsel) {
            var batches = held.get(morsel);
            if (batches != null) {
                return end() && passHeld(batches);
            }
            var current = passage;
            if (current == null) {
                current = morsels.open(sink);
                passage = current;
            }
            return current.run(morsel);
        }

        /// Lets go of each batch once it has passed.
        private boolean passHeld(List<Batch> batches) {
            while (!batches.isEmpty()) {
                if (!batches.removeFirst().pass(sink)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean end() {
            var current = passage;
            passage = null;
            return current == null || current.end();
        }
    }

    /// Whether a morsel gives no more rows than a table's segment has or than are held anyway: a morsel that was begun is run to its end, and
    /// what it gives is held meanwhile.
    private static boolean isNarrow(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Scan p -> true;
            case LogicalPlan.Values p -> true;
            case LogicalPlan.Rows p -> true;
            case LogicalPlan.Placeholder p -> true;
            case LogicalPlan.Materialize p -> true;
            // All sorted rows are one morsel.
            case LogicalPlan.Sort p -> p.count() != null;
            case LogicalPlan.Summarize p -> true;
            case LogicalPlan.MakeSeries p -> true;
            case LogicalPlan.TopNested p -> true;
            case LogicalPlan.Reduce p -> !p.keepsRows() || isNarrow(p.input());
            case LogicalPlan.Where p -> isNarrow(p.input());
            case LogicalPlan.Project p -> isNarrow(p.input());
            case LogicalPlan.Parse p -> isNarrow(p.input());
            case LogicalPlan.ParseKv p -> isNarrow(p.input());
            case LogicalPlan.Take p -> isNarrow(p.input());
            case LogicalPlan.Sample p -> isNarrow(p.input());
            case LogicalPlan.Condense p -> isNarrow(p.input());
            case LogicalPlan.Union p -> p.inputs().stream().allMatch(LeftSide::isNarrow);
            case LogicalPlan.Join p -> isNarrow(p);
            case LogicalPlan.Range p -> false;
            case LogicalPlan.MvExpand p -> false;
            case LogicalPlan.MvApply p -> false;
            case LogicalPlan.Partition p -> false;
            case LogicalPlan.ScanSteps p -> false;
        };
    }

    private static boolean isNarrow(LogicalPlan.Join join) {
        return switch (join.kind()) {
            case LEFTSEMI, LEFTANTI -> isNarrow(join.left());
            case RIGHTSEMI, RIGHTANTI -> isNarrow(join.right());
            case INNER, INNERUNIQUE, LEFTOUTER ->
                    isNarrow(join.left()) && Uniqueness.isUniqueBy(join.right(), join.rightKeys());
            case RIGHTOUTER, FULLOUTER -> false;
        };
    }
}
