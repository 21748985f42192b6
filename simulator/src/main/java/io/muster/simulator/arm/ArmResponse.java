package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// ARM's answer.
///
/// @param body JSON in UTF-8, empty when there is none; not to be written
public record ArmResponse(int status, Map<String, String> headers, byte[] body) {
    public ArmResponse {
        headers = Map.copyOf(headers);
    }

    public static ArmResponse of(int status, Dynamic json) {
        return new ArmResponse(
                status,
                Map.of("Content-Type", "application/json; charset=utf-8"),
                Json.write(json).getBytes(StandardCharsets.UTF_8));
    }

    public static ArmResponse empty(int status) {
        return new ArmResponse(status, Map.of(), new byte[0]);
    }

    public ArmResponse with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new ArmResponse(status, more, body);
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
