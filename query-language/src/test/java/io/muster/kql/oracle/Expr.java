package io.muster.kql.oracle;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.List;
import java.util.function.Function;

/// A value of each row, as text and as what it is.
///
/// @param conjuncts the two sides of an `and`; none of anything else
record Expr(String text, KqlType type, Function<Dynamic[], Dynamic> value, List<Expr> conjuncts) {
    Expr(String text, KqlType type, Function<Dynamic[], Dynamic> value) {
        this(text, type, value, List.of());
    }
}
