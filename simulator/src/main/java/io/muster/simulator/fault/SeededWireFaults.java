package io.muster.simulator.fault;

import io.muster.simulator.arm.ArmRequest;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Draws what happens to answers, each draw by its number alone. Thread-safe.
final class SeededWireFaults implements WireFaults {
    /// Far apart, so that neighbours have nothing in common.
    private static final long STRIDE = 0xD1B54A32D192ED03L;

    private final long seed;
    private final int slowPerThousand;
    private final Duration slowBy;
    private final int truncatedPerThousand;
    private final int droppedPerThousand;
    private final AtomicLong drawn;

    SeededWireFaults(
            long seed,
            long drawn,
            int slowPerThousand,
            Duration slowBy,
            int truncatedPerThousand,
            int droppedPerThousand) {
        this.drawn = new AtomicLong(drawn);
        this.seed = seed;
        this.slowPerThousand = slowPerThousand;
        this.slowBy = slowBy;
        this.truncatedPerThousand = truncatedPerThousand;
        this.droppedPerThousand = droppedPerThousand;
    }

    @Override
    public WireFault fault(ArmRequest request) {
        int draw = new SplittableRandom(seed + drawn.getAndIncrement() * STRIDE).nextInt(1000);
        if (draw < slowPerThousand) {
            return new WireFault.Slow(slowBy);
        }
        if (draw < slowPerThousand + truncatedPerThousand) {
            return new WireFault.Truncated();
        }
        return draw < slowPerThousand + truncatedPerThousand + droppedPerThousand
                ? new WireFault.Dropped()
                : new WireFault.None();
    }

    @Override
    public WireFaults forked() {
        return new SeededWireFaults(
                seed,
                drawn.get(),
                slowPerThousand,
                slowBy,
                truncatedPerThousand,
                droppedPerThousand);
    }
}
