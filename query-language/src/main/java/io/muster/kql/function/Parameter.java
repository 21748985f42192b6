package io.muster.kql.function;

/// One parameter of a signature.
///
/// @param optional may be left out
/// @param repeats may be given many times, with the repeating parameters beside it
public record Parameter(String name, ParameterKind kind, boolean optional, boolean repeats) {}
