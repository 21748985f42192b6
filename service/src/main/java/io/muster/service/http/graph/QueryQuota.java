package io.muster.service.http.graph;

import io.muster.service.config.GraphSettings;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.wire.ErrorBody;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How many queries are answered in a window of five seconds, as Resource Graph counts them and tells in its headers. The whole server is
/// one user. Safe for many threads.
@Singleton
final class QueryQuota {
    private static final Duration WINDOW = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final int limit;
    private Instant windowStart = Instant.EPOCH;
    private int used;

    QueryQuota(InstantSource clock, GraphSettings settings) {
        this.clock = clock;
        this.limit = settings.queriesPerWindow();
    }

    /// Takes one; the headers to answer with.
    ///
    /// @throws ArmException 429 when none is left
    synchronized Map<String, String> take() throws ArmException {
        var now = clock.instant();
        var end = windowStart.plus(WINDOW);
        if (!now.isBefore(end) || now.isBefore(windowStart)) {
            windowStart = now;
            end = now.plus(WINDOW);
            used = 0;
        }
        long left = Math.max(1, Math.ceilDiv(Duration.between(now, end).toMillis(), 1000));
        if (used >= limit) {
            throw new ArmException(
                    429,
                    new ErrorBody(
                            new ErrorBody.Fault(
                                    "RateLimiting",
                                    "Please provide below info when asking for support: timestamp = %s."
                                            .formatted(now),
                                    null,
                                    List.of(
                                            ErrorBody.Detail.of(
                                                    "RateLimiting",
                                                    "Client application has been throttled and should not attempt to repeat the request until the quota resets.")),
                                    List.of())),
                    headers(0, left, true));
        }
        used++;
        return headers(limit - used, left, false);
    }

    private static Map<String, String> headers(int remaining, long seconds, boolean retry) {
        String resets = "00:00:" + String.format(Locale.ROOT, "%02d", seconds);
        return retry
                ? Map.of(
                        "x-ms-user-quota-remaining",
                        "0",
                        "x-ms-user-quota-resets-after",
                        resets,
                        "Retry-After",
                        Long.toString(seconds))
                : Map.of(
                        "x-ms-user-quota-remaining",
                        Integer.toString(remaining),
                        "x-ms-user-quota-resets-after",
                        resets);
    }
}
