package io.muster.simulator.fault;

import io.muster.simulator.arm.ArmRequest;
import java.time.Duration;
import java.util.SplittableRandom;

/// Port: what happens to an answer on the wire.
@FunctionalInterface
public interface WireFaults {
    WireFaults NONE = _ -> new WireFault.None();

    WireFault fault(ArmRequest request);

    /// At random, the same ones for a seed and an order of requests; each share of a thousand answers. Thread-safe.
    static WireFaults seeded(
            long seed,
            int slowPerThousand,
            Duration slowBy,
            int truncatedPerThousand,
            int droppedPerThousand) {
        var random = new SplittableRandom(seed);
        return _ -> {
            int draw;
            synchronized (random) {
                draw = random.nextInt(1000);
            }
            if (draw < slowPerThousand) {
                return new WireFault.Slow(slowBy);
            }
            if (draw < slowPerThousand + truncatedPerThousand) {
                return new WireFault.Truncated();
            }
            return draw < slowPerThousand + truncatedPerThousand + droppedPerThousand
                    ? new WireFault.Dropped()
                    : new WireFault.None();
        };
    }
}
