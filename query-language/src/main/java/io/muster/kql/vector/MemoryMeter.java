package io.muster.kql.vector;

import io.muster.core.value.Dynamic;
import io.muster.kql.value.ValueLimits;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Counts the bytes a run makes, by estimate, so that a query that would not fit stops before the heap is full.
///
/// Most of what a run makes serves one batch on its way through the operators and is garbage afterwards. Each batch therefore passes
/// under a meter of its own ([#passing]), which gives its bytes back at the end, unless an operator further down kept the batch
/// ([#keepFor]): then they move to the meter outside. What an operator holds itself it charges to the meter it was made under.
///
/// The current meter is that of the calling thread's [ScopedValue]; where there is none, nothing is counted.
public final class MemoryMeter {
    private static final ScopedValue<MemoryMeter> CURRENT = ScopedValue.newInstance();
    private static final MemoryMeter UNCOUNTED =
            new MemoryMeter(null, bytes -> {}, ValueLimits.DEFAULT, KnownSizes.none());

    private final @Nullable MemoryMeter outer;
    private final Budget budget;
    private final ValueLimits limits;
    private final KnownSizes sizes;
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean kept;

    /// Its batch has passed: what is still charged belongs to the meter outside.
    private boolean ended;

    /// What all meters of a run draw from.
    @FunctionalInterface
    public interface Budget {
        /// Takes bytes, or gives them back when negative. None at all asks whether the run may go on.
        ///
        /// @throws RuntimeException when more are taken than there are, or the run must stop
        void take(long bytes);
    }

    private MemoryMeter(
            @Nullable MemoryMeter outer, Budget budget, ValueLimits limits, KnownSizes sizes) {
        this.outer = outer;
        this.budget = budget;
        this.limits = limits;
        this.sizes = sizes;
    }

    /// The outermost meter of a run.
    public static MemoryMeter of(Budget budget) {
        return of(budget, ValueLimits.DEFAULT);
    }

    /// @param limits of the values that are made under it
    public static MemoryMeter of(Budget budget, ValueLimits limits) {
        return new MemoryMeter(null, budget, limits, KnownSizes.ofRun());
    }

    public static MemoryMeter current() {
        return CURRENT.orElse(UNCOUNTED);
    }

    /// Counts bytes as made; what throws is the budget.
    public void charge(long made) {
        note(made);
        budget.take(made);
    }

    private void note(long made) {
        synchronized (this) {
            if (!ended) {
                bytes.addAndGet(made);
                return;
            }
        }
        if (outer != null) {
            outer.note(made);
        }
    }

    /// What it has counted, for the last time.
    private synchronized long end() {
        ended = true;
        return bytes.get();
    }

    /// Does the work with this meter as the current one.
    public <T> T during(Supplier<T> work) {
        return limits.where().where(CURRENT, this).call(work::get);
    }

    /// As [#during], for work that gives nothing.
    public void running(Runnable work) {
        limits.where().where(CURRENT, this).run(work);
    }

    /// Does the work under a meter of its own inside the current one; what was made and not kept is given back afterwards.
    public static boolean passing(BooleanSupplier work) {
        return current().inside().ending(work);
    }

    /// A meter inside this one, for what an operator holds over several batches, until [#ending].
    public MemoryMeter inside() {
        return new MemoryMeter(this, budget, limits, sizes);
    }

    /// Does the work for which all that this meter counts was held, which it gives back afterwards, unless an operator further down kept of it.
    public boolean ending(BooleanSupplier work) {
        try {
            return ScopedValue.where(CURRENT, this).call(work::getAsBoolean);
        } finally {
            long made = end();
            if (kept && outer != null) {
                outer.note(made);
            } else {
                budget.take(-made);
            }
        }
    }

    /// What this meter and those around it have counted, up to `home` without it.
    public long madeUpTo(MemoryMeter home) {
        long made = 0;
        for (var meter = this; meter != null && meter != home; meter = meter.outer) {
            made += meter.bytes.get();
        }
        return made;
    }

    /// Says that what this meter and those around it count, up to `home`, stays in use as long as what `home` counts.
    public void keepFor(MemoryMeter home) {
        for (var meter = this; meter != null && meter != home; meter = meter.outer) {
            meter.kept = true;
        }
    }

    /// What values of the run take that were looked at before.
    KnownSizes sizes() {
        return sizes;
    }

    /// About the bytes of a text on the heap.
    public static long sizeOf(String text) {
        return 56L + text.length();
    }

    /// About the bytes of a value on the heap, with a few levels of what it holds.
    ///
    /// @throws io.muster.kql.value.QueryStoppedException if it holds more than one value may
    public static long sizeOf(Dynamic value) {
        return switch (value) {
            case Dynamic.Array a -> ValueSize.of(a).bytes();
            case Dynamic.Bag b -> ValueSize.of(b).bytes();
            default -> ValueSize.ofScalar(value);
        };
    }

    /// Long work that makes little: now and then the run may stop in the midst of it. Confined to one thread.
    public static final class Pace {
        private static final long STEP = 1 << 16;
        private static final int ROWS = 1 << 14;

        private final MemoryMeter meter = current();
        private long open;

        /// Before each row of a batch that may hold all rows there are, where a row is about a look-up.
        public void row(int row) {
            if ((row & ROWS - 1) == ROWS - 1) {
                meter.charge(0);
            }
        }

        /// @param work done, in steps of about a nanosecond or a character
        public void did(long work) {
            open += work;
            if (open >= STEP) {
                open = 0;
                meter.charge(0);
            }
        }
    }

    /// Gathers small amounts before they are charged. Confined to one thread.
    public static final class Tally {
        private static final long STEP = 1 << 16;

        private final MemoryMeter meter;
        private long open;

        /// Charges the meter that is current now, also when used under another.
        public Tally() {
            this.meter = current();
        }

        public void add(long made) {
            open += made;
            if (open >= STEP) {
                settle();
            }
        }

        /// Charges what is left.
        public void settle() {
            long due = open;
            open = 0;
            meter.charge(due);
        }
    }
}
