package io.muster.kql.exec;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Uniqueness;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

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
        var tasks = new ArrayList<Callable<Optional<List<Batch>>>>();
        for (var morsel : morsels) {
            tasks.add(() ->
                    total.get() > FEW
                            ? Optional.empty()
                            : Optional.of(ahead(morsel, total, home, executor)));
        }
        var run = executor.inParallel(tasks, left.isParallel());
        boolean whole = total.get() <= FEW;
        var few = new ArrayList<Batch>();
        var parts = new ArrayList<Relation.Morsel>();
        for (int i = 0; i < run.size(); i++) {
            if (whole) {
                run.get(i).ifPresent(few::addAll);
            }
            parts.add(run.get(i).<Relation.Morsel>map(LeftSide::held).orElse(morsels.get(i)));
        }
        return new LeftSide(
                parts(parts, left.isParallel()), whole ? Optional.of(few) : Optional.empty());
    }

    private static List<Batch> ahead(
            Relation.Morsel morsel, AtomicLong total, MemoryMeter home, Executor executor) {
        var out = new ArrayList<Batch>();
        morsel.run(batch -> {
            executor.context().check();
            if (batch.rows() > 0) {
                total.addAndGet(batch.rows());
                out.add(Executor.holdBriefly(batch, home));
            }
            return true;
        });
        return out;
    }

    /// Lets go of each batch once it has passed.
    private static Relation.Morsel held(List<Batch> batches) {
        return sink -> {
            while (!batches.isEmpty()) {
                if (!batches.removeFirst().pass(sink)) {
                    return false;
                }
            }
            return true;
        };
    }

    private static Relation parts(List<Relation.Morsel> morsels, boolean parallel) {
        return new Relation() {
            @Override
            public List<Morsel> morsels() {
                return morsels;
            }

            @Override
            public boolean isParallel() {
                return parallel;
            }
        };
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
