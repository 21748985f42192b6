package io.muster.kql.exec;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Rows to be had, cut into morsels that may run on any thread; their order is the relation's.
interface Relation {
    List<Morsel> morsels();

    /// Whether the morsels may run at the same time.
    default boolean isParallel() {
        return false;
    }

    /// Another relation, a batch at a time; a batch of no rows may come out.
    default Relation map(UnaryOperator<Batch> function) {
        var input = this;
        return new Relation() {
            @Override
            public List<Morsel> morsels() {
                return input.morsels().stream()
                        .map(morsel ->
                                (Morsel)
                                        sink ->
                                                morsel.run(
                                                        batch -> sink.test(function.apply(batch))))
                        .toList();
            }

            @Override
            public boolean isParallel() {
                return input.isParallel();
            }
        };
    }

    /// A piece of a relation.
    @FunctionalInterface
    interface Morsel {
        /// Hands every batch to the sink until that answers false; says whether the sink wants more.
        boolean run(Predicate<Batch> sink);
    }

    /// One morsel.
    static Relation single(Morsel morsel) {
        return () -> List.of(morsel);
    }

    /// All morsels in order as one.
    default boolean forEach(Predicate<Batch> sink) {
        for (var morsel : morsels()) {
            if (!morsel.run(sink)) {
                return false;
            }
        }
        return true;
    }
}
