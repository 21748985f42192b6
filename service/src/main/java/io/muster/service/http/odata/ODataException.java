package io.muster.service.http.odata;

/// A query option cannot be read.
public final class ODataException extends Exception {
    private static final long serialVersionUID = 1L;

    public ODataException(String option, String text, int at, String why) {
        super(
                "The query option '"
                        + option
                        + "' is invalid at position "
                        + at
                        + " of '"
                        + text
                        + "': "
                        + why);
    }
}
