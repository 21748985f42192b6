package io.muster.service.http;

import io.micronaut.core.annotation.Order;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.muster.service.http.errors.RequestIds;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/// The headers that every answer of ARM has.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(-100)
final class AnswerHeaders {
    private static final DateTimeFormatter ROUTING_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final Pattern CLIENT_ID = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private final InstantSource clock;

    AnswerHeaders(InstantSource clock) {
        this.clock = clock;
    }

    @ResponseFilter
    void add(HttpRequest<?> request, MutableHttpResponse<?> response) {
        var ids = RequestIds.of(request);
        response.header("x-ms-request-id", ids.requestId());
        response.header("x-ms-correlation-request-id", ids.correlationId());
        response.header(
                "x-ms-routing-request-id",
                "LOCAL:%s:%s".formatted(ROUTING_TIME.format(clock.instant()), ids.requestId()));
        response.header("X-Content-Type-Options", "nosniff");
        var headers = request.getHeaders();
        String clientId = headers.get("x-ms-client-request-id");
        if (clientId != null
                && "true".equalsIgnoreCase(headers.get("x-ms-return-client-request-id"))
                && CLIENT_ID.matcher(clientId).matches()) {
            response.header("x-ms-client-request-id", clientId);
        }
    }
}
