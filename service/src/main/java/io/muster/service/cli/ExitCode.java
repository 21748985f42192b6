package io.muster.service.cli;

/// How a command ends.
final class ExitCode {
    static final int FINE = 0;
    static final int FINDINGS = 1;
    static final int BAD_INPUT = 2;
    static final int OWN_FAULT = 3;

    private ExitCode() {}
}
