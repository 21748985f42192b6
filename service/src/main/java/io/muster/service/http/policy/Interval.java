package io.muster.service.http.policy;

import io.muster.core.value.Ticks;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmCall;
import java.time.Duration;
import java.time.Instant;

/// The time that a Policy Insights question is about, `$from` to `$to`: the last day when not given (azure-rest-api.md section 2).
///
/// @param to never before `from`
record Interval(Instant from, Instant to) {
    private static final Duration DEFAULT = Duration.ofDays(1);

    static Interval of(ArmCall call, Instant now) throws ArmException {
        var to = time(call, "$to", now);
        var from = time(call, "$from", to.minus(DEFAULT));
        if (to.isBefore(from)) {
            throw ArmException.badRequest(
                    "InvalidQueryParameter",
                    "$from is %s, which is after $to, %s.".formatted(from, to));
        }
        return new Interval(from, to);
    }

    private static Instant time(ArmCall call, String name, Instant otherwise) throws ArmException {
        var text = call.parameter(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        var ticks = Ticks.parseIso(text.get());
        if (ticks.isEmpty()) {
            throw ArmException.badRequest(
                    "InvalidQueryParameter",
                    "%s is '%s'; an ISO 8601 time such as 2026-11-21T08:00:00Z was expected."
                            .formatted(name, text.get()));
        }
        return Ticks.toInstant(ticks.getAsLong());
    }
}
