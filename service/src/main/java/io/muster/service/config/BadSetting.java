package io.muster.service.config;

import org.jspecify.annotations.Nullable;

/// A setting that says what it cannot be: the operator's to mend.
public final class BadSetting extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String why;

    BadSetting(String why) {
        this(why, null);
    }

    BadSetting(String why, @Nullable Throwable cause) {
        super(why, cause);
        this.why = why;
    }

    /// Which one, and why.
    public String why() {
        return why;
    }
}
