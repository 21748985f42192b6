package io.muster.policy.schema;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.Kinds;
import io.muster.policy.expression.function.Values;
import io.muster.policy.fault.Faults;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Holds one value against a schema. Confined to one thread.
///
/// What comes from outside may refer to itself or be written to take forever: the schemas that are applied are counted, and so is what a pattern reads.
final class SchemaCheck {
    private static final int MAX_APPLIED = 100_000;
    private static final int MAX_DEPTH = 128;
    private static final int MAX_COMPARED = 2_000;

    private final Dynamic root;
    private int applied;
    private int depth;

    /// Whether a limit was met: under a `not`, what could not be told would pass.
    private boolean undecided;

    SchemaCheck(Dynamic root) {
        this.root = root;
    }

    Optional<JsonSchema.Fault> of(Dynamic value) {
        var found = check(root, value, "");
        return Optional.ofNullable(
                found == null && undecided
                        ? fault("", "takes too many steps to be checked")
                        : found);
    }

    private static JsonSchema.Fault fault(String pointer, String message) {
        return new JsonSchema.Fault(pointer, message);
    }

    private JsonSchema.@Nullable Fault check(Dynamic schema, Dynamic value, String at) {
        if (schema instanceof Dynamic.Bool(var everything)) {
            return everything ? null : fault(at, "is not allowed");
        }
        if (++applied > MAX_APPLIED || depth >= MAX_DEPTH) {
            undecided = true;
            return fault(at, "takes too many steps to be checked");
        }
        depth++;
        try {
            var found = checkAny(schema, value, at);
            if (found == null) {
                found =
                        switch (value) {
                            case Dynamic.Text(var text) -> checkText(schema, text, at);
                            case Dynamic.Array(var items) -> checkArray(schema, items, at);
                            case Dynamic.Bag(var members) ->
                                    checkObject(schema, members, value, at);
                            case Dynamic.Whole _, Dynamic.Real _, Dynamic.Decimal _ ->
                                    checkNumber(schema, value, at);
                            case Dynamic.Null _,
                                    Dynamic.Bool _,
                                    Dynamic.DateTime _,
                                    Dynamic.Span _,
                                    Dynamic.Guid _ ->
                                    null;
                        };
            }
            return found == null ? checkCombined(schema, value, at) : found;
        } finally {
            depth--;
        }
    }

    /// What a schema says of values of whatever type.
    private JsonSchema.@Nullable Fault checkAny(Dynamic schema, Dynamic value, String at) {
        var type = schema.get("type");
        if (!type.isNull()) {
            var names = type instanceof Dynamic.Array(var items) ? items : List.of(type);
            if (names.stream().noneMatch(name -> isOfType(value, name.textOr("")))) {
                return fault(
                        at,
                        "is %s where the schema wants %s"
                                .formatted(Kinds.name(value), Kinds.show(type)));
            }
        }
        if (schema.get("enum") instanceof Dynamic.Array(var allowed)
                && allowed.stream().noneMatch(each -> Values.same(each, value))) {
            return fault(at, "is none of the values that the schema lists");
        }
        if (schema.members().containsKey("const") && !Values.same(schema.get("const"), value)) {
            return fault(at, "is not %s".formatted(Kinds.show(schema.get("const"))));
        }
        if (schema.get("$ref") instanceof Dynamic.Text(var reference)) {
            var referred = referred(root, reference);
            return referred.isEmpty() ? null : check(referred.get(), value, at);
        }
        return null;
    }

    private static boolean isOfType(Dynamic value, String type) {
        return switch (type) {
            case "null" -> value.isNull();
            case "boolean" -> value instanceof Dynamic.Bool;
            case "object" -> value instanceof Dynamic.Bag;
            case "array" -> value instanceof Dynamic.Array;
            case "number" -> isNumber(value);
            case "integer" ->
                    isNumber(value) && Values.decimal(value).stripTrailingZeros().scale() <= 0;
            default -> value instanceof Dynamic.Text;
        };
    }

    private JsonSchema.@Nullable Fault checkText(Dynamic schema, String text, String at) {
        int length = text.codePointCount(0, text.length());
        var wrong = size(schema, "Length", length, "characters", at);
        if (wrong != null) {
            return wrong;
        }
        return schema.get("pattern") instanceof Dynamic.Text(var pattern) && !finds(pattern, text)
                ? fault(at, "does not match the pattern '%s'".formatted(pattern))
                : null;
    }

    /// No for what cannot be told: a value is refused rather than let through unchecked.
    private boolean finds(String pattern, String text) {
        var found = PatternSearch.finds(pattern, text);
        undecided |= found == null;
        return found != null && found;
    }

    private static JsonSchema.@Nullable Fault size(
            Dynamic schema, String of, long size, String what, String at) {
        if (size < schema.get("min" + of).longOr(0)
                || size > schema.get("max" + of).longOr(Long.MAX_VALUE)) {
            return fault(at, "has %d %s, which the schema does not allow".formatted(size, what));
        }
        return null;
    }

    private static JsonSchema.@Nullable Fault checkNumber(
            Dynamic schema, Dynamic value, String at) {
        boolean within =
                isAtLeast(value, schema.get("minimum"), 0)
                        && isAtLeast(value, schema.get("exclusiveMinimum"), 1)
                        && isAtLeast(schema.get("maximum"), value, 0)
                        && isAtLeast(schema.get("exclusiveMaximum"), value, 1);
        if (!within) {
            return fault(at, "is outside the bounds of the schema");
        }
        var factor = schema.get("multipleOf");
        return isNumber(factor)
                        && Values.decimal(value).remainder(Values.decimal(factor)).signum() != 0
                ? fault(at, "is no multiple of %s".formatted(Kinds.show(factor)))
                : null;
    }

    private static boolean isAtLeast(Dynamic value, Dynamic bound, int by) {
        return !isNumber(value) || !isNumber(bound) || Values.compareNumbers(value, bound) >= by;
    }

    private JsonSchema.@Nullable Fault checkArray(Dynamic schema, List<Dynamic> items, String at) {
        var wrong = size(schema, "Items", items.size(), "items", at);
        if (wrong != null) {
            return wrong;
        }
        var wanted = schema.get("items");
        for (int i = 0; i < items.size(); i++) {
            var each =
                    !(wanted instanceof Dynamic.Array(var tuple))
                            ? wanted
                            : i < tuple.size() ? tuple.get(i) : schema.get("additionalItems");
            var found = each.isNull() ? null : check(each, items.get(i), Faults.below(at, i));
            if (found != null) {
                return found;
            }
        }
        if (schema.get("uniqueItems").boolOr(false) && hasTwins(items)) {
            return fault(at, "has an item twice, or too many to compare");
        }
        return checkContains(schema, items, at);
    }

    private static boolean hasTwins(List<Dynamic> items) {
        if (items.size() > MAX_COMPARED) {
            return true;
        }
        for (int i = 0; i < items.size(); i++) {
            for (int k = 0; k < i; k++) {
                if (Values.same(items.get(k), items.get(i))) {
                    return true;
                }
            }
        }
        return false;
    }

    private JsonSchema.@Nullable Fault checkContains(
            Dynamic schema, List<Dynamic> items, String at) {
        var contained = schema.get("contains");
        if (contained.isNull()) {
            return null;
        }
        long count = 0;
        for (var item : items) {
            count += check(contained, item, at) == null ? 1 : 0;
        }
        return count < schema.get("minContains").longOr(1)
                        || count > schema.get("maxContains").longOr(Long.MAX_VALUE)
                ? fault(at, "has %d items of the kind that it must contain".formatted(count))
                : null;
    }

    private JsonSchema.@Nullable Fault checkObject(
            Dynamic schema, Map<String, Dynamic> members, Dynamic value, String at) {
        var wrong = size(schema, "Properties", members.size(), "members", at);
        if (wrong == null) {
            wrong = required(schema.get("required"), members, at);
        }
        for (var dependent : schema.get("dependentRequired").members().entrySet()) {
            if (wrong == null && members.containsKey(dependent.getKey())) {
                wrong = required(dependent.getValue(), members, at);
            }
        }
        for (var dependent : schema.get("dependentSchemas").members().entrySet()) {
            if (wrong == null && members.containsKey(dependent.getKey())) {
                wrong = check(dependent.getValue(), value, at);
            }
        }
        for (var member : members.entrySet()) {
            if (wrong == null) {
                wrong = checkMember(schema, member.getKey(), member.getValue(), at);
            }
        }
        return wrong;
    }

    private static JsonSchema.@Nullable Fault required(
            Dynamic names, Map<String, Dynamic> members, String at) {
        for (var name : names.items()) {
            if (!members.containsKey(name.textOr(""))) {
                return fault(at, "has no member '%s'".formatted(name.textOr("")));
            }
        }
        return null;
    }

    private JsonSchema.@Nullable Fault checkMember(
            Dynamic schema, String name, Dynamic value, String at) {
        String below = Faults.below(at, name);
        var names = schema.get("propertyNames");
        if (!names.isNull() && check(names, Dynamic.of(name), below) != null) {
            return fault(below, "has a name that the schema does not allow");
        }
        boolean known = false;
        var own = schema.get("properties").members().get(name);
        if (own != null) {
            known = true;
            var found = check(own, value, below);
            if (found != null) {
                return found;
            }
        }
        for (var each : schema.get("patternProperties").members().entrySet()) {
            if (finds(each.getKey(), name)) {
                known = true;
                var found = check(each.getValue(), value, below);
                if (found != null) {
                    return found;
                }
            }
        }
        var others = schema.get("additionalProperties");
        return known || others.isNull() ? null : check(others, value, below);
    }

    private JsonSchema.@Nullable Fault checkCombined(Dynamic schema, Dynamic value, String at) {
        for (var each : schema.get("allOf").items()) {
            var found = check(each, value, at);
            if (found != null) {
                return found;
            }
        }
        var anyOf = schema.get("anyOf").items();
        boolean before = undecided;
        if (!anyOf.isEmpty() && anyOf.stream().allMatch(each -> check(each, value, at) != null)) {
            return fault(at, "meets none of the schemas of 'anyOf'");
        }
        // One that is met decides, whatever the others are.
        undecided = before;
        var oneOf = schema.get("oneOf").items();
        if (!oneOf.isEmpty()) {
            long met = oneOf.stream().filter(each -> check(each, value, at) == null).count();
            if (met != 1) {
                return fault(at, "meets %d schemas of 'oneOf', not one".formatted(met));
            }
        }
        var not = schema.get("not");
        if (!not.isNull() && check(not, value, at) == null) {
            return fault(at, "meets the schema of 'not'");
        }
        var condition = schema.get("if");
        if (condition.isNull()) {
            return null;
        }
        var branch = schema.get(check(condition, value, at) == null ? "then" : "else");
        return branch.isNull() ? null : check(branch, value, at);
    }

    static boolean isNumber(Dynamic value) {
        return Values.isNumber(value);
    }

    static boolean isPositive(Dynamic number) {
        return Values.decimal(number).signum() > 0;
    }

    /// What `#` or `#/a/b` means in the document.
    static Optional<Dynamic> referred(Dynamic root, String reference) {
        if (!reference.equals("#") && !reference.startsWith("#/")) {
            return Optional.empty();
        }
        Dynamic at = root;
        for (var step : reference.substring(1).split("/", -1)) {
            if (step.isEmpty() && at.equals(root)) {
                continue;
            }
            String name = step.replace("~1", "/").replace("~0", "~");
            Dynamic next =
                    at instanceof Dynamic.Array && name.matches("[0-9]{1,6}")
                            ? at.get(Integer.parseInt(name))
                            : at.members().getOrDefault(name, Dynamic.NULL);
            if (next.isNull()) {
                return Optional.empty();
            }
            at = next;
        }
        return Optional.of(at);
    }
}
