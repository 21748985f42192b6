package io.muster.remediation.apply;

import java.time.Duration;

/// Where a long-running operation stands.
public sealed interface OperationState {
    /// @param retryAfter when to look again; zero when ARM did not say
    record Running(Duration retryAfter) implements OperationState {}

    record Succeeded() implements OperationState {}

    record Failed(String code, String message) implements OperationState {}

    record Canceled() implements OperationState {}
}
