package io.muster.simulator.fault;

import java.time.Duration;

/// What goes wrong with a right answer on its way to the caller. Carried out by whoever has the socket.
public sealed interface WireFault {
    /// It comes whole and in time.
    record None() implements WireFault {}

    /// It comes late.
    record Slow(Duration by) implements WireFault {}

    /// Its head promises more than comes: the connection ends in the middle of the body.
    record Truncated() implements WireFault {}

    /// The connection ends without an answer, though the request was carried out.
    record Dropped() implements WireFault {}
}
