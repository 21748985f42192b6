package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.service.http.errors.ArmException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// `$filter` of lists of policy objects: `atScope()`, `atExactScope()`, `excludeExpired()`, and `name eq 'value'` terms joined by `and`. The specifications also write
/// `policyType -eq Custom`.
record ObjectFilter(
        boolean atScope, boolean atExactScope, boolean excludeExpired, Map<String, String> equals) {
    private static final Pattern TERM =
            Pattern.compile(
                    "\\s*(?:(?<flag>atScope|atExactScope|excludeExpired)\\(\\)|(?<name>\\w+)\\s+-?eq\\s+(?:'(?<quoted>(?:[^']|'')*)'|(?<word>[\\w.-]+)))\\s*(?<and>and\\s|$)",
                    Pattern.CASE_INSENSITIVE);

    /// What can be asked for, in lower case: a name that is misspelt would let nothing through, which reads as if there were nothing.
    private static final Set<String> NAMES =
            Set.of(
                    "name",
                    "category",
                    "policytype",
                    "displayname",
                    "mode",
                    "policydefinitionid",
                    "enforcementmode",
                    "policyassignmentid",
                    "exemptioncategory",
                    "policydefinitionreferenceid",
                    "compliancestate");

    static final ObjectFilter AT_SCOPE = new ObjectFilter(true, false, false, Map.of());

    static ObjectFilter parse(String text) throws ArmException {
        boolean atScope = false;
        boolean atExactScope = false;
        boolean excludeExpired = false;
        var equals = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        var term = TERM.matcher(text);
        int at = 0;
        boolean more = !text.isBlank();
        while (more) {
            if (!term.find(at) || term.start() != at) {
                throw invalid(text);
            }
            String flag = term.group("flag");
            if (flag != null) {
                atScope |= flag.equalsIgnoreCase("atScope");
                atExactScope |= flag.equalsIgnoreCase("atExactScope");
                excludeExpired |= flag.equalsIgnoreCase("excludeExpired");
            } else {
                String quoted = term.group("quoted");
                String value = quoted == null ? term.group("word") : quoted.replace("''", "'");
                if (!NAMES.contains(term.group("name").toLowerCase(Locale.ROOT))
                        || equals.put(term.group("name"), value) != null) {
                    throw invalid(text);
                }
            }
            at = term.end();
            more = !term.group("and").isEmpty();
        }
        return new ObjectFilter(atScope, atExactScope, excludeExpired, equals);
    }

    private static ArmException invalid(String text) {
        return ArmException.badRequest(
                "InvalidFilterInQueryString",
                "The filter '%s' is not valid: atScope(), atExactScope(), excludeExpired() and terms such as policyType eq 'Custom', joined by 'and', are taken; the names are %s."
                        .formatted(text, String.join(", ", new TreeSet<>(NAMES))));
    }

    boolean test(Dynamic object, Instant now) {
        var expires = Ticks.parseIso(object.path("properties", "expiresOn").textOr(""));
        if (excludeExpired && expires.isPresent() && expires.getAsLong() <= Ticks.of(now)) {
            return false;
        }
        return equals.entrySet().stream()
                .allMatch(wanted ->
                        value(object, wanted.getKey())
                                .textOr("")
                                .equalsIgnoreCase(wanted.getValue()));
    }

    private static Dynamic value(Dynamic object, String name) {
        var properties = object.get("properties");
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "name" -> object.get("name");
            case "category" -> properties.path("metadata", "category");
            default -> properties.getIgnoreCase(name);
        };
    }
}
