package io.muster.simulator.estate;

/// How much is taken as a state from outside.
///
/// @param bytes of the whole, when it is not packed
/// @param entryBytes of one entry, which is a line
/// @param entries of all kinds
public record StateLimits(long bytes, int entryBytes, long entries) {
    /// Ten times what 100,000 machines with what belongs to them take.
    public static final StateLimits DEFAULT = new StateLimits(16L << 30, 16 << 20, 20_000_000);

    public StateLimits {
        if (bytes < 1 || entryBytes < 1 || entries < 1) {
            throw new IllegalArgumentException("limits of a state must be positive");
        }
    }
}
