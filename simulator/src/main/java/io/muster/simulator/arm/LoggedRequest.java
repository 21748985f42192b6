package io.muster.simulator.arm;

/// A write that the simulated Azure was asked for.
///
/// @param ifMatch empty when the request had none
/// @param status what it was answered
public record LoggedRequest(String method, String path, String ifMatch, int status) {}
