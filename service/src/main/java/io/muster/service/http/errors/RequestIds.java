package io.muster.service.http.errors;

import io.micronaut.http.HttpRequest;
import java.util.UUID;
import java.util.regex.Pattern;

/// The ids of a request: those that go into the answer's headers, and into the log beside a fault.
///
/// @param requestId made here
/// @param correlationId the caller's when it sent a usable one
public record RequestIds(String requestId, String correlationId) {
    private static final String ATTRIBUTE = "muster.request-ids";
    private static final Pattern USABLE = Pattern.compile("[A-Za-z0-9-]{1,64}");

    /// The ids of that request, made when first asked for.
    public static RequestIds of(HttpRequest<?> request) {
        var known = request.getAttribute(ATTRIBUTE, RequestIds.class);
        if (known.isPresent()) {
            return known.get();
        }
        String given = request.getHeaders().get("x-ms-correlation-request-id");
        String own = UUID.randomUUID().toString();
        var ids =
                new RequestIds(own, given != null && USABLE.matcher(given).matches() ? given : own);
        request.setAttribute(ATTRIBUTE, ids);
        return ids;
    }
}
