package io.muster.service.cli;

import org.jspecify.annotations.Nullable;

/// What the user gave cannot be used; the message is all they see. Exit code 2.
sealed class BadInput extends Exception permits ServerRefusal {
    private static final long serialVersionUID = 1L;

    BadInput(String message) {
        super(message);
    }

    BadInput(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
