package io.muster.service.config;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.util.List;
import java.util.Optional;

/// `muster.server`: who may talk to the server.
///
/// @param token when set, every call to the API must carry it as a bearer token
/// @param allowedHosts further names that a `Host` header may have, besides the loopback ones
/// @param allowedOrigins further origins whose pages may call, besides the server's own
@ConfigurationProperties("muster.server")
public record ServerSettings(
        Optional<String> token, List<String> allowedHosts, List<String> allowedOrigins) {
    public ServerSettings {
        allowedHosts = List.copyOf(allowedHosts);
        allowedOrigins = List.copyOf(allowedOrigins);
    }
}
