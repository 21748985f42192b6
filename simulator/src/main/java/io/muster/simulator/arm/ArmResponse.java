package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// ARM's answer. Its JSON becomes bytes when first asked for, by the thread that asks: not while the simulator's lock is held. Immutable otherwise.
public final class ArmResponse {
    private static final Map<String, String> JSON =
            Map.of("Content-Type", "application/json; charset=utf-8");
    private static final byte[] NOTHING = {};

    private final int status;
    private final Map<String, String> headers;
    private final @Nullable Dynamic json;
    private volatile byte @Nullable [] body;

    private ArmResponse(
            int status,
            Map<String, String> headers,
            @Nullable Dynamic json,
            byte @Nullable [] body) {
        this.status = status;
        this.headers = headers;
        this.json = json;
        this.body = body;
    }

    /// @param body in UTF-8; not to be written
    public ArmResponse(int status, Map<String, String> headers, byte[] body) {
        this(status, Map.copyOf(headers), null, body);
    }

    public static ArmResponse of(int status, Dynamic json) {
        return new ArmResponse(status, JSON, json, null);
    }

    public static ArmResponse empty(int status) {
        return new ArmResponse(status, Map.of(), NOTHING);
    }

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /// JSON in UTF-8, empty when there is none; not to be written.
    public byte[] body() {
        var known = body;
        if (known == null) {
            known = json == null ? NOTHING : Json.write(json).getBytes(StandardCharsets.UTF_8);
            body = known;
        }
        return known;
    }

    public ArmResponse with(String header, String value) {
        return with(Map.of(header, value));
    }

    public ArmResponse with(Map<String, String> more) {
        var all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new ArmResponse(status, Map.copyOf(all), json, body);
    }

    public String text() {
        return new String(body(), StandardCharsets.UTF_8);
    }
}
