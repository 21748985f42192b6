package io.muster.remediation.apply;

import java.time.Duration;

/// Why ARM did not do what it was asked.
public sealed interface ArmFailure {
    String code();

    String message();

    /// 404: the resource is not there (any more).
    record NotFound(String code, String message) implements ArmFailure {}

    /// 412: the resource is no longer as it was read. Nothing was changed.
    record PreconditionFailed(String message) implements ArmFailure {
        @Override
        public String code() {
            return "PreconditionFailed";
        }
    }

    /// 409: something else is under way on the resource, or it cannot take this now. Nothing was
    /// changed.
    record Conflict(String code, String message, Duration retryAfter) implements ArmFailure {}

    /// 429: too many requests. Nothing was changed.
    record Throttled(Duration retryAfter, String message) implements ArmFailure {
        @Override
        public String code() {
            return "TooManyRequests";
        }
    }

    /// Any other 4xx: asking again would be answered the same.
    record Refused(int status, String code, String message) implements ArmFailure {}

    /// 5xx: whether anything was changed is not known.
    record Unavailable(int status, String code, String message, Duration retryAfter)
            implements ArmFailure {}

    /// No answer came: whether anything was changed is not known.
    record Unreachable(String message) implements ArmFailure {
        @Override
        public String code() {
            return "Unreachable";
        }
    }

    /// Whether a request that changes something may have been carried out all the same.
    default boolean isUncertain() {
        return this instanceof Unavailable || this instanceof Unreachable;
    }

    /// Whether the same request may be answered another time.
    default boolean isPassing() {
        return isUncertain() || this instanceof Throttled || this instanceof Conflict;
    }

    /// How long to wait before asking again; zero when ARM did not say.
    default Duration retryAfter() {
        return switch (this) {
            case Throttled(var wait, _) -> wait;
            case Unavailable(_, _, _, var wait) -> wait;
            case Conflict(_, _, var wait) -> wait;
            case NotFound _, PreconditionFailed _, Refused _, Unreachable _ -> Duration.ZERO;
        };
    }
}
