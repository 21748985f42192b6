package io.muster.inventory.vm;

/// Choices where Azure's documents leave two readings.
///
/// @param endOfLifeBlocks whether a version past its end of life is refused; its documents call the
///     date informational, one error text speaks of refusal
/// @param replicationRequired whether a version must be replicated to a region before `latest` means
///     it there; a deployment would fail otherwise
public record ResolutionSettings(boolean endOfLifeBlocks, boolean replicationRequired) {
    public static final ResolutionSettings DEFAULT = new ResolutionSettings(false, true);
}
