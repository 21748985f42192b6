package io.muster.kql.exec;

import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// Morsels of which rows and time are counted; what is done with their batches further on does not count.
record MeasuredMorsels(Morsels morsels, RunContext.NodeStatistics statistics) implements Morsels {
    @Override
    public int count() {
        return morsels.count();
    }

    @Override
    public Passage open(Predicate<Batch> sink) {
        return new Measured(sink);
    }

    private final class Measured implements Passage {
        private final Passage passage;
        private long outside;

        Measured(Predicate<Batch> sink) {
            long began = System.nanoTime();
            passage =
                    morsels.open(batch -> {
                        long out = System.nanoTime();
                        statistics.add(batch.rows(), 0);
                        boolean wanted = sink.test(batch);
                        outside += System.nanoTime() - out;
                        return wanted;
                    });
            statistics.add(0, System.nanoTime() - began);
        }

        @Override
        public boolean run(int morsel) {
            return measured(() -> passage.run(morsel));
        }

        @Override
        public boolean end() {
            return measured(passage::end);
        }

        private boolean measured(BooleanSupplier work) {
            long began = System.nanoTime();
            outside = 0;
            boolean more = work.getAsBoolean();
            statistics.add(0, System.nanoTime() - began - outside);
            return more;
        }
    }
}
