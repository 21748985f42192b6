package io.muster.service.http.webhook;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;

/// Cloud events' handshake: the sender asks by `OPTIONS` whether it may send.
public final class Handshake {
    private Handshake() {}

    public static HttpResponse<?> answer(HttpRequest<?> request) {
        String origin = request.getHeaders().get("WebHook-Request-Origin");
        return HttpResponse.ok()
                .header("WebHook-Allowed-Origin", origin == null ? "*" : origin)
                .header("WebHook-Allowed-Rate", "*")
                .header(HttpHeaders.ALLOW, "POST");
    }
}
