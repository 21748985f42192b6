package io.muster.inventory.source.azure;

import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import io.muster.inventory.source.azure.Retrying.Request;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Requests for single resources, as fast as their subscription allows: what Azure asks one of them to wait holds for all of the subscription. Thread-safe.
final class SubscriptionReads {
    private final Retrying retrying;
    private final Pause pause;
    private final InstantSource clock;
    private final int perSecond;
    private final Map<String, TokenBucket> buckets = new ConcurrentHashMap<>();

    /// @param perSecond 0 for no limit of our own
    SubscriptionReads(Retrying retrying, Pause pause, InstantSource clock, int perSecond) {
        this.retrying = retrying;
        this.pause = pause;
        this.clock = clock;
        this.perSecond = perSecond;
    }

    /// What was asked for; empty when Azure says that it is not there.
    <T> Optional<T> found(String subscription, Request<T> request)
            throws FailedRequestException, InterruptedException {
        var bucket =
                buckets.computeIfAbsent(
                        subscription, _ -> new TokenBucket(perSecond, clock, pause));
        try {
            return Optional.of(
                    retrying.call(
                            () -> {
                                bucket.take(retrying.mostAsked());
                                return request.send();
                            },
                            bucket::hold));
        } catch (FailedRequestException failed) {
            if (failed.isNotFound()) {
                return Optional.empty();
            }
            throw failed;
        }
    }
}
