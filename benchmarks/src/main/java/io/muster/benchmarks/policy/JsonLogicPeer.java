package io.muster.benchmarks.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.jamsesso.jsonlogic.JsonLogic;
import io.github.jamsesso.jsonlogic.JsonLogicException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The rules of [MachineRules] in JsonLogic, by a library of the JVM that many would take. It knows no comparison that ignores case and no prefix: on the values of the generator
/// equality and `in` decide the same, which the run checks.
final class JsonLogicPeer {
    private final JsonLogic engine = new JsonLogic();
    private final List<String> rules = new ArrayList<>();

    JsonLogicPeer(List<JsonNode> conditions) {
        conditions.forEach(condition -> rules.add(translated(condition).toString()));
    }

    int size() {
        return rules.size();
    }

    /// Parsed when met first, then kept by the engine.
    boolean test(int rule, Map<String, Object> resource) throws JsonLogicException {
        return Boolean.TRUE.equals(engine.apply(rules.get(rule), resource));
    }

    private static JsonNode translated(JsonNode condition) {
        var mapper = new ObjectMapper();
        var out = mapper.createObjectNode();
        for (String combinator : List.of("allOf", "anyOf")) {
            if (condition.has(combinator)) {
                var all = out.putArray(combinator.equals("allOf") ? "and" : "or");
                condition.get(combinator).forEach(each -> all.add(translated(each)));
                return out;
            }
        }
        if (condition.has("not")) {
            out.putArray("!").add(translated(condition.get("not")));
            return out;
        }
        var value = mapper.createObjectNode().put("var", path(condition.get("field").asText()));
        if (condition.has("equals")) {
            out.putArray("==").add(value).add(condition.get("equals"));
        } else if (condition.has("notEquals")) {
            out.putArray("!=").add(value).add(condition.get("notEquals"));
        } else if (condition.has("in")) {
            out.putArray("in").add(value).add(condition.get("in"));
        } else if (condition.has("like")) {
            out.putArray("in").add(condition.get("like").asText().replace("*", "")).add(value);
        } else {
            out.putArray(condition.get("exists").asBoolean() ? "!=" : "==").add(value).addNull();
        }
        return out;
    }

    private static String path(String field) {
        int slash = field.lastIndexOf('/');
        return slash < 0 ? field : "properties." + field.substring(slash + 1);
    }
}
