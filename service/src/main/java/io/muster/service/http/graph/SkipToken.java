package io.muster.service.http.graph;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.service.http.errors.ArmException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Where the next page begins.
///
/// @param skip rows before it
/// @param top rows a page
/// @param query a checksum of the query it belongs to
record SkipToken(long skip, int top, int query) {

    static SkipToken parse(String text, String query) throws ArmException {
        try {
            var token =
                    Json.parse(
                            new String(
                                    Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
            var read =
                    new SkipToken(
                            token.get("s").longOr(-1),
                            (int) token.get("t").longOr(-1),
                            (int) token.get("q").longOr(0));
            if (read.skip >= 0
                    && read.top > 0
                    && read.top <= GraphRequest.MAX_TOP
                    && read.query == query.hashCode()) {
                return read;
            }
        } catch (IllegalArgumentException | JsonException damaged) {
            throw invalid();
        }
        throw invalid();
    }

    private static ArmException invalid() {
        return GraphRequest.invalid(
                "InvalidSkipToken", "The skip token is damaged or belongs to another query.");
    }

    String text() {
        String json =
                Json.write(
                        Dynamic.bag().put("s", skip).put("t", top).put("q", (long) query).build());
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
