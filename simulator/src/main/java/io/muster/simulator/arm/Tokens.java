package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;

/// The token endpoints that a login with the Azure CLI asks: whoever asks gets a token.
final class Tokens {
    static final String TENANT = "72f9d1a4-5b1e-4c6a-9e0b-3f6f1d2c8a10";

    /// The principal of a token that the simulator gave out: the owner.
    private static final String OWNER = "0b9c4f6e-0000-4000-8000-000000000001";

    /// Who comes with a token that names nobody: no role can be assigned to it.
    private static final String NOBODY = " ";

    private final Cloud cloud;

    Tokens(Cloud cloud) {
        this.cloud = cloud;
    }

    static boolean isOwner(String caller) {
        return caller.equals(OWNER);
    }

    /// The principal of a request: the `oid` of its token, else its `sub` or `appid`; text that is no token is the owner.
    static String caller(ArmRequest request) {
        var claims = claims(request);
        // A token of somebody unknown is not the owner's.
        return claims instanceof Dynamic.Bag
                ? Stream.of("oid", "sub", "appid")
                        .map(claim -> claims.get(claim).textOr(""))
                        .filter(principal -> !principal.isBlank())
                        .findFirst()
                        .orElse(NOBODY)
                : OWNER;
    }

    /// What the token of a request says; a null value when it has none that can be read.
    static Dynamic claims(ArmRequest request) {
        String header = request.header("Authorization").orElse("");
        var parts = header.replaceFirst("(?i)^bearer\\s+", "").split("\\.", -1);
        if (parts.length != 3) {
            return Dynamic.NULL;
        }
        try {
            return Json.parse(Base64.getUrlDecoder().decode(parts[1]));
        } catch (IllegalArgumentException | JsonException noToken) {
            return Dynamic.NULL;
        }
    }

    /// A token of a principal, unsigned.
    static String ofPrincipal(String principal) {
        return encode(Dynamic.bag().put("alg", "none").put("typ", "JWT").build())
                + "."
                + encode(Dynamic.bag().put("oid", principal).build())
                + ".c2ln";
    }

    ArmResponse answer(ArmRequest request) {
        String path = request.path();
        String base = request.origin() + "/adfs";
        if (path.endsWith("/.well-known/openid-configuration")) {
            return ArmResponse.of(
                    200,
                    Dynamic.bag()
                            .put("authorization_endpoint", base + "/oauth2/authorize")
                            .put("token_endpoint", base + "/oauth2/v2.0/token")
                            .put("device_authorization_endpoint", base + "/oauth2/devicecode")
                            .put("issuer", base)
                            .build());
        }
        if (path.endsWith("/token") && request.method().equals("POST")) {
            return ArmResponse.of(
                    200,
                    Dynamic.bag()
                            .put("token_type", "Bearer")
                            .put("expires_in", 3600)
                            .put("ext_expires_in", 3600)
                            .put("access_token", token(request.origin()))
                            .build());
        }
        throw new ArmFault(404, "NotFound", "There is nothing at '" + path + "'.");
    }

    /// Three parts, unsigned: no client checks it here, the CLI reads it.
    private String token(String audience) {
        long now = cloud.now().getEpochSecond();
        var claims =
                Dynamic.bag()
                        .put("aud", audience)
                        .put("iss", audience + "/adfs")
                        .put("iat", now)
                        .put("nbf", now)
                        .put("exp", now + 3600)
                        .put("oid", OWNER)
                        .put("sub", OWNER)
                        .put("tid", TENANT)
                        .build();
        return encode(Dynamic.bag().put("alg", "none").put("typ", "JWT").build())
                + "."
                + encode(claims)
                + ".c2ln";
    }

    private static String encode(Dynamic json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Json.write(json).getBytes(StandardCharsets.UTF_8));
    }
}
