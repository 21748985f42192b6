package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;

/// Numbers of a request, read with a clear word about what is wrong.
final class Numbers {
    private Numbers() {}

    /// @throws IllegalArgumentException when it is missing, or no whole number of that range
    static int whole(Dynamic bag, String name, int from, int to) {
        if (bag.getIgnoreCase(name) instanceof Dynamic.Whole(var value)
                && value >= from
                && value <= to) {
            return (int) value;
        }
        throw new IllegalArgumentException(
                "The property '"
                        + name
                        + "' must be a whole number from "
                        + from
                        + " to "
                        + to
                        + ".");
    }

    static int whole(Dynamic bag, String name, int from, int to, int otherwise) {
        return bag.getIgnoreCase(name).isNull() ? otherwise : whole(bag, name, from, to);
    }

    /// @throws IllegalArgumentException when it is missing or no number
    static double real(Dynamic bag, String name) {
        return switch (bag.getIgnoreCase(name)) {
            case Dynamic.Whole(var value) -> (double) value;
            case Dynamic.Real(var value) -> value;
            case Dynamic.Decimal(var value) -> value.doubleValue();
            default ->
                    throw new IllegalArgumentException(
                            "The property '" + name + "' must be a number.");
        };
    }
}
