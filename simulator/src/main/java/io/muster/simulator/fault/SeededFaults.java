package io.muster.simulator.fault;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.arm.RequestFaults;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Throttles and fails requests at random, the same ones for a seed and an order of requests. Thread-safe.
public final class SeededFaults implements RequestFaults {
    /// Far apart, so that neighbours have nothing in common.
    private static final long STRIDE = 0xD1B54A32D192ED03L;

    private final long seed;
    private final AtomicLong drawn;
    private final int throttledPerThousand;
    private final int failedPerThousand;
    private final int retryAfterSeconds;
    private final int shiftedPerThousand;
    private final int shiftedBy;

    public SeededFaults(
            long seed, int throttledPerThousand, int failedPerThousand, int retryAfterSeconds) {
        this(seed, throttledPerThousand, failedPerThousand, retryAfterSeconds, 0, 0);
    }

    /// @param shiftedPerThousand share of Resource Graph's pages that lie beside their place
    /// @param shiftedBy so many rows, before it or behind it
    public SeededFaults(
            long seed,
            int throttledPerThousand,
            int failedPerThousand,
            int retryAfterSeconds,
            int shiftedPerThousand,
            int shiftedBy) {
        this(
                seed,
                0,
                throttledPerThousand,
                failedPerThousand,
                retryAfterSeconds,
                shiftedPerThousand,
                shiftedBy);
    }

    private SeededFaults(
            long seed,
            long drawn,
            int throttledPerThousand,
            int failedPerThousand,
            int retryAfterSeconds,
            int shiftedPerThousand,
            int shiftedBy) {
        this.seed = seed;
        this.drawn = new AtomicLong(drawn);
        this.shiftedPerThousand = shiftedPerThousand;
        this.shiftedBy = shiftedBy;
        this.throttledPerThousand = throttledPerThousand;
        this.failedPerThousand = failedPerThousand;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /// Each draw is by its number, not by what was drawn before: the number is all that a twin needs.
    private SplittableRandom draw() {
        return new SplittableRandom(seed + drawn.getAndIncrement() * STRIDE);
    }

    @Override
    public long drawn() {
        return drawn.get();
    }

    @Override
    public RequestFaults from(long drawn) {
        return new SeededFaults(
                seed,
                drawn,
                throttledPerThousand,
                failedPerThousand,
                retryAfterSeconds,
                shiftedPerThousand,
                shiftedBy);
    }

    @Override
    public Optional<ArmResponse> fault(ArmRequest request) {
        int draw = draw().nextInt(1000);
        if (draw < throttledPerThousand) {
            return Optional.of(
                    ArmResponse.of(429, error("TooManyRequests", "The request was throttled."))
                            .with("Retry-After", Integer.toString(retryAfterSeconds)));
        }
        if (draw < throttledPerThousand + failedPerThousand) {
            return Optional.of(
                    ArmResponse.of(
                            500,
                            error("InternalServerError", "Encountered an internal server error.")));
        }
        return Optional.empty();
    }

    @Override
    public int shift(ArmRequest request) {
        var random = draw();
        if (random.nextInt(1000) >= shiftedPerThousand) {
            return 0;
        }
        return random.nextBoolean() ? shiftedBy : -shiftedBy;
    }

    private static Dynamic error(String code, String message) {
        return Dynamic.bag()
                .put("error", Dynamic.bag().put("code", code).put("message", message).build())
                .build();
    }
}
