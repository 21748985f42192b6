package io.muster.service.http.route;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a call is answered with.
///
/// @param body a wire record or a [io.muster.core.value.Dynamic], written as JSON; null for none
public record ArmAnswer(int status, @Nullable Object body, Map<String, String> headers) {
    public ArmAnswer {
        headers = Map.copyOf(headers);
    }

    public static ArmAnswer ok(Object body) {
        return new ArmAnswer(200, body, Map.of());
    }

    public static ArmAnswer created(Object body) {
        return new ArmAnswer(201, body, Map.of());
    }

    public static ArmAnswer empty(int status) {
        return new ArmAnswer(status, null, Map.of());
    }

    public ArmAnswer withHeader(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ArmAnswer(status, body, more);
    }
}
