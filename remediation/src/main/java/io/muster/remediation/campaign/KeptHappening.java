package io.muster.remediation.campaign;

/// Something that happened, as a store keeps it until campaigns were told.
///
/// @param number of the store's own, in the order in which they were kept
public record KeptHappening(long number, Happening happening) {}
