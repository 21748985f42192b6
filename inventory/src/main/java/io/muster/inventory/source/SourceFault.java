package io.muster.inventory.source;

import io.muster.core.diagnostic.Severity;
import org.jspecify.annotations.Nullable;

/// Something in a source that could not be used.
///
/// @param place file and line (`fleet.ndjson:17`), or the scope and table asked for
/// @param severity an error is a loss; a warning names what was passed over on purpose
/// @param cause of a fault of our own; null for one of the source
public record SourceFault(
        String place, Severity severity, String message, @Nullable RuntimeException cause) {
    public SourceFault(String place, Severity severity, String message) {
        this(place, severity, message, null);
    }

    /// What broke a reading off that should have been an answer.
    public static SourceFault broken(String place, RuntimeException cause) {
        return new SourceFault(
                place,
                Severity.ERROR,
                "reading it broke off by a fault of our own: " + cause,
                cause);
    }

    public static SourceFault error(String place, String message) {
        return new SourceFault(place, Severity.ERROR, message);
    }

    public static SourceFault warning(String place, String message) {
        return new SourceFault(place, Severity.WARNING, message);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /// `place  message`.
    public String describe() {
        return place + "  " + message;
    }
}
