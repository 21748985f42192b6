package io.muster.core.diagnostic;

/// How much a diagnostic matters: an error stops the work, a warning and a note do not.
public enum Severity {
    ERROR,
    WARNING,
    NOTE
}
