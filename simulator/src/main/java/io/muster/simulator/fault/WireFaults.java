package io.muster.simulator.fault;

import io.muster.simulator.arm.ArmRequest;
import java.time.Duration;

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
        return new SeededWireFaults(
                seed, 0, slowPerThousand, slowBy, truncatedPerThousand, droppedPerThousand);
    }

    /// The same faults, of their own from here on: what happens to a twin's answers does not change what happens to its original's.
    default WireFaults forked() {
        return this;
    }
}
