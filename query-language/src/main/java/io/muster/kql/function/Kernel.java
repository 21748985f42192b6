package io.muster.kql.function;

import io.muster.core.column.Column;

/// Computes a function over columns: one result a row, in the canonical form of the result's type. Stateless.
@FunctionalInterface
public interface Kernel {
    Column apply(Arguments arguments);
}
