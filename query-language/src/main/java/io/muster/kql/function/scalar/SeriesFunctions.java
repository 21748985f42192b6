package io.muster.kql.function.scalar;

import io.muster.core.column.Field;
import java.util.List;

/// Functions of series: arrays of numbers.
public final class SeriesFunctions {
    private SeriesFunctions() {}

    /// The columns that a function of several values gives; empty for every other.
    public static List<Field> columnsOf(String name) {
        return List.of();
    }

    public static String bagFunction(String name) {
        return name + "_dynamic";
    }
}
