package io.muster.inventory.source;

import io.muster.core.diagnostic.Severity;

/// Something in a source that could not be used.
///
/// @param place file and line (`fleet.ndjson:17`), or the scope and table asked for
/// @param severity an error is a loss; a warning names what was passed over on purpose
public record SourceFault(String place, Severity severity, String message) {

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
