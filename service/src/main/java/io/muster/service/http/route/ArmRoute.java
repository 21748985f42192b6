package io.muster.service.http.route;

import io.muster.service.http.errors.ArmException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A method and a path pattern, and what answers it. Literal segments compare ignoring case; `{name}` takes one segment; a leading
/// `{scope}` takes any number of segments: the scope's id, empty for the tenant.
public final class ArmRoute {
    private static final String SCOPE = "{scope}";

    private final String method;
    private final String pattern;
    private final List<String> segments;
    private final boolean scoped;
    private final Handler handler;

    /// Answers a call whose placeholders are filled in. What cannot be read from the store is the server's fault: 500.
    @FunctionalInterface
    public interface Handler {
        ArmAnswer answer(ArmCall call) throws ArmException, IOException;
    }

    private ArmRoute(String method, String pattern, Handler handler) {
        this.method = method;
        this.pattern = pattern;
        this.handler = handler;
        this.scoped = pattern.startsWith(SCOPE);
        this.segments = segmentsOf(scoped ? pattern.substring(SCOPE.length()) : pattern);
    }

    public static ArmRoute get(String pattern, Handler handler) {
        return new ArmRoute("GET", pattern, handler);
    }

    public static ArmRoute put(String pattern, Handler handler) {
        return new ArmRoute("PUT", pattern, handler);
    }

    public static ArmRoute post(String pattern, Handler handler) {
        return new ArmRoute("POST", pattern, handler);
    }

    public static ArmRoute patch(String pattern, Handler handler) {
        return new ArmRoute("PATCH", pattern, handler);
    }

    public static ArmRoute delete(String pattern, Handler handler) {
        return new ArmRoute("DELETE", pattern, handler);
    }

    public String method() {
        return method;
    }

    public String pattern() {
        return pattern;
    }

    public ArmAnswer answer(ArmCall call) throws ArmException, IOException {
        return handler.answer(call);
    }

    /// The segments of a path without its leading slash.
    static List<String> segmentsOf(String path) {
        var segments = new ArrayList<String>();
        for (var segment : path.split("/", -1)) {
            if (!segment.isEmpty()) {
                segments.add(segment);
            }
        }
        return segments;
    }

    /// The values of the placeholders when the path (decoded segments) fits.
    Optional<Map<String, String>> match(List<String> path) {
        int extra = path.size() - segments.size();
        if (extra < 0 || (extra > 0 && !scoped)) {
            return Optional.empty();
        }
        var names = new HashMap<String, String>();
        for (int i = 0; i < segments.size(); i++) {
            String wanted = segments.get(i);
            String given = path.get(extra + i);
            if (wanted.startsWith("{")) {
                names.put(wanted.substring(1, wanted.length() - 1), given);
            } else if (!wanted.equalsIgnoreCase(given)) {
                return Optional.empty();
            }
        }
        if (scoped) {
            names.put("scope", extra == 0 ? "" : "/" + String.join("/", path.subList(0, extra)));
        }
        return Optional.of(names);
    }

    /// How many segments are literal: the more, the more specific.
    int literals() {
        return (int) segments.stream().filter(s -> !s.startsWith("{")).count();
    }
}
