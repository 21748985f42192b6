package io.muster.benchmarks.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;

/// A rule walked node by node over a document, as anybody would write it in an afternoon: no columns, nothing shared. It knows what [MachineRules] writes.
final class PlainInterpreter {
    private PlainInterpreter() {}

    static boolean test(JsonNode condition, JsonNode resource) {
        if (condition.has("allOf")) {
            for (var each : condition.get("allOf")) {
                if (!test(each, resource)) {
                    return false;
                }
            }
            return true;
        }
        if (condition.has("anyOf")) {
            for (var each : condition.get("anyOf")) {
                if (test(each, resource)) {
                    return true;
                }
            }
            return false;
        }
        if (condition.has("not")) {
            return !test(condition.get("not"), resource);
        }
        var found = find(condition.get("field").asText(), resource);
        String text = found.isMissingNode() || found.isNull() ? "" : found.asText();
        if (condition.has("equals")) {
            return text.equalsIgnoreCase(condition.get("equals").asText());
        }
        if (condition.has("notEquals")) {
            return !text.equalsIgnoreCase(condition.get("notEquals").asText());
        }
        if (condition.has("in")) {
            for (var each : condition.get("in")) {
                if (text.equalsIgnoreCase(each.asText())) {
                    return true;
                }
            }
            return false;
        }
        if (condition.has("like")) {
            String start = condition.get("like").asText().replace("*", "");
            return text.regionMatches(true, 0, start, 0, start.length());
        }
        return condition.get("exists").asBoolean() == !(found.isMissingNode() || found.isNull());
    }

    private static JsonNode find(String field, JsonNode resource) {
        if (field.startsWith("tags.")) {
            return resource.path("tags").path(field.substring(5));
        }
        int slash = field.lastIndexOf('/');
        if (slash < 0) {
            var value = resource.path(field);
            return field.equals("location") && value.isTextual()
                    ? new TextNode(value.asText().replace(" ", "").toLowerCase(Locale.ROOT))
                    : value;
        }
        var at = resource.path("properties");
        for (String step : field.substring(slash + 1).split("\\.", -1)) {
            at = at.path(step);
        }
        return at;
    }
}
