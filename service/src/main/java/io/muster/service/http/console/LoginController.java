package io.muster.service.http.console;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.service.config.ServerSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;

/// What `az login --service-principal` asks of the directory at `/adfs`: the CLI then sends the token with every call. The token says who
/// signed in and proves nothing; where callers must prove themselves the server's own token is handed out to nobody.
@Controller("/adfs")
final class LoginController {
    private static final int LIFE_SECONDS = 3600;
    private final InstantSource clock;
    private final ServerSettings settings;

    LoginController(InstantSource clock, ServerSettings settings) {
        this.clock = clock;
        this.settings = settings;
    }

    @Get("/.well-known/openid-configuration")
    Dynamic configuration(HttpRequest<?> request) {
        String base =
                (request.isSecure() ? "https://" : "http://")
                        + request.getHeaders().get("Host")
                        + "/adfs";
        return Dynamic.bag()
                .put("issuer", base)
                .put("authorization_endpoint", base + "/oauth2/authorize")
                .put("token_endpoint", base + "/oauth2/v2.0/token")
                .put("device_authorization_endpoint", base + "/oauth2/devicecode")
                .put("response_types_supported", Dynamic.array(Dynamic.of("code")))
                .put("subject_types_supported", Dynamic.array(Dynamic.of("pairwise")))
                .build();
    }

    @Post("/oauth2/v2.0/token")
    @Consumes(MediaType.ALL)
    Dynamic token() {
        long now = clock.instant().getEpochSecond();
        String token =
                settings.token().isPresent()
                        ? "none"
                        : part(Dynamic.bag().put("alg", "none").put("typ", "JWT").build())
                                + "."
                                + part(
                                        Dynamic.bag()
                                                .put("aud", "muster")
                                                .put("iat", now)
                                                .put("exp", now + LIFE_SECONDS)
                                                .put("oid", "00000000-0000-0000-0000-000000000001")
                                                .build())
                                + ".";
        return Dynamic.bag()
                .put("token_type", "Bearer")
                .put("expires_in", LIFE_SECONDS)
                .put("ext_expires_in", LIFE_SECONDS)
                .put("access_token", token)
                .build();
    }

    private static String part(Dynamic json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Json.write(json).getBytes(StandardCharsets.UTF_8));
    }
}
