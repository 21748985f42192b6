package io.muster.policy.schema;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.Kinds;
import io.muster.policy.fault.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/// Whether a schema is one: each keyword with a value of the kind it takes. Confined to one thread.
final class SchemaGrammar {
    private static final int MAX_DEPTH = 64;
    private static final Set<String> TYPES =
            Set.of("null", "boolean", "object", "array", "number", "integer", "string");
    private static final Set<String> NOT_CHECKED =
            Set.of(
                    "dependencies",
                    "unevaluatedProperties",
                    "unevaluatedItems",
                    "$recursiveRef",
                    "$dynamicRef");

    private final Dynamic root;
    private final List<JsonSchema.Fault> faults = new ArrayList<>();
    private final List<String> unchecked = new ArrayList<>();

    SchemaGrammar(Dynamic root) {
        this.root = root;
        schema(root, "", 0);
    }

    List<JsonSchema.Fault> faults() {
        return List.copyOf(faults);
    }

    List<String> unchecked() {
        return List.copyOf(unchecked);
    }

    private void fault(String pointer, String message) {
        faults.add(new JsonSchema.Fault(pointer, message));
    }

    private void schema(Dynamic schema, String pointer, int depth) {
        if (depth > MAX_DEPTH) {
            fault(pointer, "schemas nest deeper than %d levels".formatted(MAX_DEPTH));
            return;
        }
        if (!(schema instanceof Dynamic.Bag(var members))) {
            if (!(schema instanceof Dynamic.Bool)) {
                fault(pointer, "a schema is an object or a boolean");
            }
            return;
        }
        members.forEach((keyword, value) ->
                keyword(keyword, value, Faults.below(pointer, keyword), depth + 1));
    }

    private void keyword(String keyword, Dynamic value, String pointer, int depth) {
        switch (keyword) {
            case "type" -> type(value, pointer);
            case "enum" -> require(value instanceof Dynamic.Array, pointer, "an array");
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" ->
                    require(isNumber(value), pointer, "a number");
            case "multipleOf" ->
                    require(
                            isNumber(value) && SchemaCheck.isPositive(value),
                            pointer,
                            "a positive number");
            case "minLength",
                    "maxLength",
                    "minItems",
                    "maxItems",
                    "minContains",
                    "maxContains",
                    "minProperties",
                    "maxProperties" ->
                    require(
                            value instanceof Dynamic.Whole(var size) && size >= 0,
                            pointer,
                            "an integer that is not negative");
            case "uniqueItems" -> require(value instanceof Dynamic.Bool, pointer, "a boolean");
            case "pattern" -> pattern(value, pointer);
            case "required" -> texts(value, pointer);
            case "dependentRequired" ->
                    named(value, pointer)
                            .members()
                            .forEach((name, each) -> texts(each, Faults.below(pointer, name)));
            case "$ref" -> reference(value, pointer);
            case "allOf", "anyOf", "oneOf" -> {
                require(!value.items().isEmpty(), pointer, "an array of schemas");
                schemas(value, pointer, depth);
            }
            case "items" -> {
                if (value instanceof Dynamic.Array) {
                    schemas(value, pointer, depth);
                } else {
                    schema(value, pointer, depth);
                }
            }
            case "additionalItems",
                    "contains",
                    "additionalProperties",
                    "propertyNames",
                    "not",
                    "if",
                    "then",
                    "else" ->
                    schema(value, pointer, depth);
            case "patternProperties" ->
                    named(value, pointer)
                            .members()
                            .forEach((name, each) -> {
                                pattern(Dynamic.of(name), Faults.below(pointer, name));
                                schema(each, Faults.below(pointer, name), depth);
                            });
            case "properties", "dependentSchemas", "$defs", "definitions" ->
                    named(value, pointer)
                            .members()
                            .forEach((name, each) ->
                                    schema(each, Faults.below(pointer, name), depth));
            default -> {
                if (NOT_CHECKED.contains(keyword)) {
                    unchecked.add(pointer);
                }
            }
        }
    }

    private void require(boolean holds, String pointer, String what) {
        if (!holds) {
            fault(pointer, "must be " + what);
        }
    }

    private static boolean isNumber(Dynamic value) {
        return SchemaCheck.isNumber(value);
    }

    private Dynamic named(Dynamic value, String pointer) {
        require(value instanceof Dynamic.Bag, pointer, "an object");
        return value;
    }

    private void schemas(Dynamic list, String pointer, int depth) {
        for (int i = 0; i < list.items().size(); i++) {
            schema(list.items().get(i), Faults.below(pointer, i), depth);
        }
    }

    private void type(Dynamic value, String pointer) {
        var names = value instanceof Dynamic.Array(var items) ? items : List.of(value);
        for (var name : names) {
            if (!TYPES.contains(name.textOr(""))) {
                fault(pointer, "%s is no type of JSON Schema".formatted(Kinds.show(name)));
            }
        }
    }

    private void texts(Dynamic value, String pointer) {
        require(
                value instanceof Dynamic.Array(var items)
                        && items.stream().allMatch(Dynamic.Text.class::isInstance),
                pointer,
                "an array of names");
    }

    private void pattern(Dynamic value, String pointer) {
        if (!(value instanceof Dynamic.Text(var text))) {
            fault(pointer, "must be a regular expression");
            return;
        }
        try {
            PatternSearch.compiled(text);
        } catch (PatternSyntaxException unreadable) {
            fault(pointer, "'%s' is no regular expression".formatted(text));
        }
    }

    private void reference(Dynamic value, String pointer) {
        String text = value.textOr("");
        if (value instanceof Dynamic.Text && !text.isEmpty() && !text.matches("#(/.*)?")) {
            // An anchor, or another document.
            unchecked.add(pointer);
        } else if (SchemaCheck.referred(root, text).isEmpty()) {
            fault(pointer, "'%s' refers to nothing in the schema".formatted(text));
        }
    }
}
