package io.muster.remediation.pace;

import io.muster.core.value.Dynamic;
import java.time.Duration;
import java.time.format.DateTimeParseException;

/// Durations and texts of a request, read with a clear word about what is wrong.
public final class Durations {
    private Durations() {}

    /// A member in ISO 8601's form.
    ///
    /// @throws IllegalArgumentException when it is missing or of another form
    public static Duration read(Dynamic bag, String name) {
        String text = text(bag, name);
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException wrong) {
            throw new IllegalArgumentException(
                    "The property '"
                            + name
                            + "' must be a duration as 'PT30M', not '"
                            + text
                            + "'.",
                    wrong);
        }
    }

    public static Duration read(Dynamic bag, String name, Duration otherwise) {
        return bag.getIgnoreCase(name).isNull() ? otherwise : read(bag, name);
    }

    /// @throws IllegalArgumentException when it is missing or no text
    public static String text(Dynamic bag, String name) {
        return bag.getIgnoreCase(name)
                .asText()
                .filter(text -> !text.isBlank())
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "The property '" + name + "' must be specified as a text."));
    }
}
