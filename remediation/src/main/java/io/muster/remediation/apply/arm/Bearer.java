package io.muster.remediation.apply.arm;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Whom a token that we send stands for: what Azure names in its refusals. Nothing of the token itself is kept.
///
/// @param client an application's id or a user's name; empty when it does not say
/// @param objectId of the principal; empty when it does not say
record Bearer(String client, String objectId) {
    private static final Bearer UNKNOWN = new Bearer("", "");

    /// @param authorization the header's value
    static Bearer of(@Nullable String authorization) {
        var parts = authorization == null ? new String[0] : authorization.split("\\.", -1);
        if (parts.length != 3) {
            return UNKNOWN;
        }
        try {
            var claims = Json.parse(Base64.getUrlDecoder().decode(parts[1]));
            String objectId = claims.get("oid").textOr("");
            return new Bearer(
                    first(claims, "upn", "appid", "azp", "oid").textOr(objectId), objectId);
        } catch (IllegalArgumentException | JsonException noToken) {
            return UNKNOWN;
        }
    }

    private static Dynamic first(Dynamic claims, String... names) {
        for (String name : names) {
            if (!claims.get(name).textOr("").isEmpty()) {
                return claims.get(name);
            }
        }
        return Dynamic.NULL;
    }
}
