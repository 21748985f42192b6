package io.muster.remediation.apply;

import java.io.Serial;

/// ARM did not do what it was asked; [#failure] says why.
public final class ArmException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final transient ArmFailure failure;

    public ArmException(ArmFailure failure) {
        super(failure.code() + ": " + failure.message());
        this.failure = failure;
    }

    public ArmException(ArmFailure failure, Throwable cause) {
        super(failure.code() + ": " + failure.message(), cause);
        this.failure = failure;
    }

    public ArmFailure failure() {
        return failure;
    }
}
