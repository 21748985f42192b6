package io.muster.kql.exec;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The morsels of a relation, numbered in the order of its rows. Any thread may run one; what a step holds from one morsel to the next
/// belongs to a passage, and there is one for each stretch of morsels that a thread goes through.
interface Morsels {
    int count();

    /// A way for one thread through some of the morsels, forwards.
    Passage open(Predicate<Batch> sink);

    /// Confined to one thread.
    interface Passage {
        /// Hands every batch of the morsel to the sink until that answers false; says whether the sink wants more.
        boolean run(int morsel);

        /// Hands on what steps held back until the last morsel was run; says whether the sink wants more. Not called where it did not before.
        default boolean end() {
            return true;
        }
    }

    /// Rows that come by themselves.
    @FunctionalInterface
    interface Morsel {
        boolean run(Predicate<Batch> sink);
    }

    /// What is done with a passage's batches on their way.
    @FunctionalInterface
    interface Step extends Predicate<Batch> {
        /// Before the first batch of a morsel.
        default void begin(int morsel) {}

        /// After the last batch; says whether more is wanted.
        default boolean end() {
            return true;
        }
    }

    static Morsels of(List<? extends Morsel> morsels) {
        return new Morsels() {
            @Override
            public int count() {
                return morsels.size();
            }

            @Override
            public Passage open(Predicate<Batch> sink) {
                return morsel -> morsels.get(morsel).run(sink);
            }
        };
    }

    /// The same morsels, their batches led through a step that each passage begins anew.
    default Morsels through(Function<Predicate<Batch>, Step> steps) {
        var input = this;
        return new Morsels() {
            @Override
            public int count() {
                return input.count();
            }

            @Override
            public Passage open(Predicate<Batch> sink) {
                var step = steps.apply(sink);
                var passage = input.open(step);
                return new Passage() {
                    @Override
                    public boolean run(int morsel) {
                        step.begin(morsel);
                        return passage.run(morsel);
                    }

                    @Override
                    public boolean end() {
                        return passage.end() && step.end();
                    }
                };
            }
        };
    }

    /// Those of several, one after the other.
    static Morsels concat(List<Morsels> all) {
        int[] starts = new int[all.size() + 1];
        for (int i = 0; i < all.size(); i++) {
            starts[i + 1] = starts[i] + all.get(i).count();
        }
        return new Morsels() {
            @Override
            public int count() {
                return starts[all.size()];
            }

            @Override
            public Passage open(Predicate<Batch> sink) {
                return new Chain(all, starts, sink);
            }
        };
    }

    /// A passage through one relation after the other: what the first held back comes before the second.
    final class Chain implements Passage {
        private final List<Morsels> all;
        private final int[] starts;
        private final Predicate<Batch> sink;
        private int at = -1;
        private @Nullable Passage passage;

        private Chain(List<Morsels> all, int[] starts, Predicate<Batch> sink) {
            this.all = all;
            this.starts = starts;
            this.sink = sink;
        }

        @Override
        public boolean run(int morsel) {
            var current = passage;
            if (current == null || morsel >= starts[at + 1]) {
                if (!end()) {
                    return false;
                }
                do {
                    at++;
                } while (morsel >= starts[at + 1]);
                current = all.get(at).open(sink);
                passage = current;
            }
            return current.run(morsel - starts[at]);
        }

        @Override
        public boolean end() {
            return passage == null || passage.end();
        }
    }
}
