package io.muster.service.store;

import java.io.EOFException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Why a database cannot be opened, in a person's words.
public final class DatabaseRefusal {
    private static final int H2_CORRUPTED = 90030;

    private DatabaseRefusal() {}

    /// One line; says of a damaged file what can be done.
    public static String told(SQLException refused) {
        String said = String.valueOf(refused.getMessage()).lines().findFirst().orElse("");
        return refused.getErrorCode() == H2_CORRUPTED || endsTooEarly(refused)
                ? said
                        + ": the file is damaged or is no database; put a backup in its place, or put it aside and collect anew"
                : said;
    }

    private static boolean endsTooEarly(Throwable fault) {
        for (@Nullable Throwable at = fault; at != null; at = at.getCause()) {
            if (at instanceof EOFException) {
                return true;
            }
        }
        return false;
    }
}
