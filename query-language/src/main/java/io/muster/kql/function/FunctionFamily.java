package io.muster.kql.function;

import java.util.List;

/// The functions of one file.
///
/// @param title heading in the list of functions
public record FunctionFamily(String title, List<ScalarFunction> functions) {
    public FunctionFamily {
        functions = List.copyOf(functions);
    }
}
