package io.muster.kql.exec;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Rows to be had, cut into morsels that may run on any thread; their order is the relation's.
interface Relation {
    /// The morsels, to be run once. What must be there before any of them, as the other side of a join, is made here.
    Morsels morsels();

    /// Whether it is worthwhile to run morsels at the same time.
    default boolean isParallel() {
        return false;
    }

    /// Whether a morsel may run while others do. One that runs operators of its own may not: it may wait for what another of the run computes once
    /// for all, which may wait for the threads that run these; or hand on batches that it shares with another.
    default boolean isFree() {
        return isParallel();
    }

    /// One morsel.
    static Relation single(Morsels.Morsel morsel) {
        return () -> Morsels.of(List.of(morsel));
    }

    /// Morsels that share nothing.
    static Relation of(Morsels morsels, boolean parallel) {
        return new Relation() {
            @Override
            public Morsels morsels() {
                return morsels;
            }

            @Override
            public boolean isParallel() {
                return parallel;
            }

            @Override
            public boolean isFree() {
                return true;
            }
        };
    }

    /// Another relation, a batch at a time; a batch of no rows may come out.
    default Relation map(UnaryOperator<Batch> function) {
        return through(sink -> batch -> sink.test(function.apply(batch)));
    }

    /// Another relation, by a step that each passage begins anew.
    default Relation through(Function<Predicate<Batch>, Morsels.Step> steps) {
        var input = this;
        return new Relation() {
            @Override
            public Morsels morsels() {
                return input.morsels().through(steps);
            }

            @Override
            public boolean isParallel() {
                return input.isParallel();
            }

            @Override
            public boolean isFree() {
                return input.isFree();
            }
        };
    }

    /// All morsels in order, on this thread.
    default boolean forEach(Predicate<Batch> sink) {
        var morsels = morsels();
        var passage = morsels.open(sink);
        for (int morsel = 0; morsel < morsels.count(); morsel++) {
            if (!passage.run(morsel)) {
                return false;
            }
        }
        return passage.end();
    }
}
