package io.muster.kql.exec;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Uniqueness;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        var home = MemoryMeter.current();
        var total = new AtomicLong();
        var morsels = left.morsels();
        List<Workbench.Part<List<Batch>>> ahead =
                executor.fold(
                        morsels,
                        left.isParallel(),
                        true,
                        ArrayList::new,
                        (batches, batch) -> {
                            executor.context().check();
                            if (batch.rows() > 0) {
                                total.addAndGet(batch.rows());
                                batches.add(Executor.holdBriefly(batch, home));
                            }
                        },
                        () -> total.get() <= FEW);
        var rows = Relation.of(ahead(ahead, morsels), left.isParallel());
        if (total.get() > FEW) {
            return new LeftSide(rows, Optional.empty());
        }
        var few = new ArrayList<Batch>();
        ahead.forEach(part -> few.addAll(part.state()));
        return new LeftSide(rows, Optional.of(few));
    }

    /// What was run ahead and what was not, in order.
    private static Morsels ahead(List<Workbench.Part<List<Batch>>> ahead, Morsels morsels) {
        var pieces = new ArrayList<Piece>();
        int next = 0;
        for (var part : ahead) {
            for (; next < part.from(); next++) {
                pieces.add(new Piece(next, List.of()));
            }
            pieces.add(new Piece(-1, part.state()));
            next = part.to();
        }
        for (; next < morsels.count(); next++) {
            pieces.add(new Piece(next, List.of()));
        }
        return new Morsels() {
            @Override
            public int count() {
                return pieces.size();
            }

            @Override
            public Passage open(Predicate<Batch> sink) {
                return new Mixed(pieces, morsels, sink);
            }
        };
    }

    /// A morsel still to be run, or, where that is -1, batches that are there.
    private record Piece(int morsel, List<Batch> batches) {
        /// Lets go of each batch once it has passed.
        boolean passHeld(Predicate<Batch> sink) {
            while (!batches.isEmpty()) {
                if (!batches.removeFirst().pass(sink)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final class Mixed implements Morsels.Passage {
        private final List<Piece> pieces;
        private final Morsels morsels;
        private final Predicate<Batch> sink;

        /// Through morsels that follow one another.
        private Morsels.@Nullable Passage passage;

        Mixed(List<Piece> pieces, Morsels morsels, Predicate<Batch> sink) {
            this.pieces = pieces;
            this.morsels = morsels;
            this.sink = sink;
        }

        @Override
        public boolean run(int index) {
            var piece = pieces.get(index);
            if (piece.morsel < 0) {
                return end() && piece.passHeld(sink);
            }
            var current = passage;
            if (current == null) {
                current = morsels.open(sink);
                passage = current;
            }
            return current.run(piece.morsel);
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
            case LogicalPlan.Reduce p -> true;
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
