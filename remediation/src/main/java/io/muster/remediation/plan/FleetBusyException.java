package io.muster.remediation.plan;

import java.io.Serial;

/// The inventory has no turn for a question now: the same question may be asked again later. Neither the question nor its answer is at fault, so nobody gives up for it.
public final class FleetBusyException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    public FleetBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
