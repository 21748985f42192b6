package io.muster.inventory.vm;

/// A refusal as Azure would word it.
///
/// @param status the HTTP status
public record AzureError(int status, String code, String message) {}
