package io.muster.core.column;

import io.muster.core.value.KqlType;

/// A column's name and type.
public record Field(String name, KqlType type) {}
