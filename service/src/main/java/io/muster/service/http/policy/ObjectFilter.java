package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.service.http.errors.ArmException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// `$filter` of lists of policy objects: `atScope()`, `atExactScope()`, and `name eq 'value'` terms joined by `and`.
record ObjectFilter(
        boolean atScope, boolean atExactScope, boolean excludeExpired, Map<String, String> equals) {
    private static final Pattern AND = Pattern.compile("\\s+and\\s+", Pattern.CASE_INSENSITIVE);
    private static final Pattern TERM =
            Pattern.compile("(\\w+)\\s+eq\\s+'((?:[^']|'')*)'", Pattern.CASE_INSENSITIVE);

    static ObjectFilter parse(String text) throws ArmException {
        boolean atScope = false;
        boolean atExactScope = false;
        boolean excludeExpired = false;
        var equals = new LinkedHashMap<String, String>();
        if (!text.isBlank()) {
            for (String part : AND.split(text.strip())) {
                var term = TERM.matcher(part.strip());
                if (part.strip().equalsIgnoreCase("atScope()")) {
                    atScope = true;
                } else if (part.strip().equalsIgnoreCase("atExactScope()")) {
                    atExactScope = true;
                } else if (part.strip().equalsIgnoreCase("excludeExpired()")) {
                    excludeExpired = true;
                } else if (term.matches()) {
                    equals.put(term.group(1), term.group(2).replace("''", "'"));
                } else {
                    throw ArmException.badRequest(
                            "InvalidFilterInQueryString",
                            "The filter '%s' is not valid.".formatted(text));
                }
            }
        }
        return new ObjectFilter(atScope, atExactScope, excludeExpired, equals);
    }

    boolean test(Dynamic object, Instant now) {
        var properties = object.get("properties");
        var expires = Ticks.parseIso(properties.get("expiresOn").textOr(""));
        if (excludeExpired && expires.isPresent() && expires.getAsLong() <= Ticks.of(now)) {
            return false;
        }
        for (var term : equals.entrySet()) {
            var value =
                    switch (term.getKey()) {
                        case "category" -> properties.path("metadata", "category");
                        case "name" -> object.get("name");
                        default -> properties.getIgnoreCase(term.getKey());
                    };
            if (!value.textOr("").equalsIgnoreCase(term.getValue())) {
                return false;
            }
        }
        return true;
    }
}
