package io.muster.policy.condition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.Kinds;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads a condition from JSON. Every fault is reported with its place and reading goes on, so that an author sees all of them.
public final class ConditionReader {
    private static final int MAX_DEPTH = 200;
    private static final int MAX_VALUE_COUNTS = 10;
    private static final int MAX_FIELD_COUNTS = 5;

    private final Faults faults;
    private final TemplateReader templates;
    private int conditions;
    private int valueCounts;
    private final Map<String, Integer> fieldCounts = new HashMap<>();
    private int depth;

    public ConditionReader(Language language, Faults faults) {
        this.faults = faults;
        this.templates = new TemplateReader(language, faults);
    }

    /// How many conditions were read so far, those within counts too.
    public int conditions() {
        return conditions;
    }

    /// How many calls of functions were read so far.
    public int functions() {
        return templates.calls();
    }

    /// Reads any value of the rule that may hold expressions.
    public TemplateValue value(Dynamic value, String pointer) {
        return templates.read(value, pointer);
    }

    /// Reports a field name that nothing has.
    public void checkField(TemplateValue name, String pointer) {
        if (name instanceof TemplateValue.Literal(Dynamic.Text(var text), _)) {
            templates.checkName(text, pointer);
        }
    }

    /// Reads a condition; null when it cannot be one.
    public @Nullable Constraint read(Dynamic node, String pointer) {
        if (!(node instanceof Dynamic.Bag(var members))) {
            faults.report(
                    PolicyFault.CONDITION_NOT_OBJECT, pointer, "A condition must be an object.");
            return null;
        }
        if (++depth > MAX_DEPTH) {
            faults.report(
                    PolicyFault.CONDITION_NESTED_TOO_DEEP,
                    pointer,
                    "Conditions nest deeper than %d levels.".formatted(MAX_DEPTH));
            depth--;
            return null;
        }
        try {
            return members.isEmpty() ? empty(pointer) : read(members, pointer);
        } finally {
            depth--;
        }
    }

    private @Nullable Constraint empty(String pointer) {
        faults.report(PolicyFault.EMPTY_CONDITION, pointer, "The condition is empty.");
        return null;
    }

    private @Nullable Constraint read(Map<String, Dynamic> members, String pointer) {
        List<String> combinators = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (var name : members.keySet()) {
            switch (name.toLowerCase(Locale.ROOT)) {
                case "allof", "anyof", "not" -> combinators.add(name);
                default -> others.add(name);
            }
        }
        if (combinators.isEmpty()) {
            return condition(members, pointer);
        }
        if (combinators.size() > 1) {
            faults.report(
                    PolicyFault.SEVERAL_COMBINATORS,
                    Faults.below(pointer, combinators.get(1)),
                    "'%s' and '%s' stand in one object."
                            .formatted(combinators.get(0), combinators.get(1)),
                    "wrap them in an allOf or anyOf");
        }
        if (!others.isEmpty()) {
            faults.report(
                    PolicyFault.COMBINATOR_NOT_ALONE,
                    Faults.below(pointer, others.getFirst()),
                    "'%s' stands beside '%s', which must be alone in its object."
                            .formatted(others.getFirst(), combinators.getFirst()));
        }
        String name = combinators.getFirst();
        Dynamic value = members.getOrDefault(name, Dynamic.NULL);
        String at = Faults.below(pointer, name);
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "not" -> {
                var of = read(value, at);
                yield of == null ? null : new Constraint.Not(of, at);
            }
            case "allof" -> {
                var of = list(value, at, name, PolicyFault.ALL_OF_NOT_ARRAY);
                yield of == null ? null : new Constraint.AllOf(of, at);
            }
            default -> {
                var of = list(value, at, name, PolicyFault.ANY_OF_NOT_ARRAY);
                yield of == null ? null : new Constraint.AnyOf(of, at);
            }
        };
    }

    private @Nullable List<Constraint> list(
            Dynamic value, String pointer, String name, PolicyFault fault) {
        if (!(value instanceof Dynamic.Array(var items))) {
            faults.report(fault, pointer, "'%s' must be an array of conditions.".formatted(name));
            return null;
        }
        List<Constraint> all = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            var of = read(items.get(i), Faults.below(pointer, i));
            if (of != null) {
                all.add(of);
            }
        }
        return all;
    }

    private @Nullable Constraint condition(Map<String, Dynamic> members, String pointer) {
        conditions++;
        List<String> sides = new ArrayList<>();
        List<String> operators = new ArrayList<>();
        for (var name : members.keySet()) {
            String key = name.toLowerCase(Locale.ROOT);
            if (key.equals("field") || key.equals("value") || key.equals("count")) {
                sides.add(name);
            } else if (ConditionOperator.parse(name).isPresent()) {
                operators.add(name);
            } else {
                faults.report(
                        PolicyFault.UNKNOWN_OPERATOR,
                        Faults.below(pointer, name),
                        "There is no operator '%s'.".formatted(name),
                        suggestion(name));
            }
        }
        boolean whole = true;
        if (sides.isEmpty()) {
            faults.report(
                    PolicyFault.MISSING_LEFT_SIDE,
                    pointer,
                    "The condition has none of 'field', 'value' and 'count'.");
            whole = false;
        } else if (sides.size() > 1) {
            faults.report(
                    PolicyFault.SEVERAL_LEFT_SIDES,
                    Faults.below(pointer, sides.get(1)),
                    "The condition has '%s' and '%s'; one is allowed."
                            .formatted(sides.get(0), sides.get(1)));
        }
        if (operators.isEmpty()) {
            // An unknown one is reported already.
            if (sides.size() == members.size()) {
                faults.report(
                        PolicyFault.MISSING_OPERATOR, pointer, "The condition has no operator.");
            }
            whole = false;
        } else if (operators.size() > 1) {
            faults.report(
                    PolicyFault.SEVERAL_OPERATORS,
                    Faults.below(pointer, operators.get(1)),
                    "The condition has '%s' and '%s'; one operator is allowed."
                            .formatted(operators.get(0), operators.get(1)));
        }
        Constraint.LeftSide left = null;
        if (!sides.isEmpty()) {
            String side = sides.getFirst();
            left =
                    leftSide(
                            side,
                            members.getOrDefault(side, Dynamic.NULL),
                            Faults.below(pointer, side));
        }
        if (!whole || left == null) {
            return null;
        }
        String name = operators.getFirst();
        var operator = ConditionOperator.parse(name).orElseThrow();
        var written = members.getOrDefault(name, Dynamic.NULL);
        String at = Faults.below(pointer, name);
        var operand = templates.read(written, at);
        checkOperand(operator, operand, at, left);
        checkShape(operator, written, at);
        return new Constraint.Condition(left, operator, operand, pointer);
    }

    private static @Nullable String suggestion(String name) {
        String key = name.toLowerCase(Locale.ROOT);
        for (var operator : ConditionOperator.values()) {
            String wire = operator.wireName().toLowerCase(Locale.ROOT);
            if (wire.startsWith(key) || key.startsWith(wire) || distance(wire, key) <= 2) {
                return "did you mean '" + operator.wireName() + "'?";
            }
        }
        return null;
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), diagonal + change);
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    /// Azure takes texts, numbers and booleans here; an array or object is compared deeply all the same.
    private void checkShape(ConditionOperator operator, Dynamic operand, String pointer) {
        if (!operator.takesArray()
                && !operator.isOrdering()
                && operator != ConditionOperator.EXISTS
                && (operand instanceof Dynamic.Array || operand instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.OPERAND_NOT_TEXT,
                    pointer,
                    "'%s' compares with a text, not with %s."
                            .formatted(operator.wireName(), Kinds.name(operand)));
        }
    }

    private void checkOperand(
            ConditionOperator operator,
            TemplateValue operand,
            String pointer,
            Constraint.LeftSide left) {
        boolean isLiteral = operand instanceof TemplateValue.Literal;
        if (operator.takesArray()
                && isLiteral
                && !(operand instanceof TemplateValue.Literal(Dynamic.Array _, _))) {
            faults.report(
                    PolicyFault.IN_OPERAND_NOT_ARRAY,
                    pointer,
                    "'%s' needs an array.".formatted(operator.wireName()));
        }
        if (operator == ConditionOperator.EXISTS
                && operand instanceof TemplateValue.Literal(var value, _)) {
            String text = Comparisons.written(value);
            if (text == null
                    || !(text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"))) {
                faults.report(
                        PolicyFault.EXISTS_OPERAND_NOT_BOOLEAN,
                        pointer,
                        "'exists' needs true or false.");
            }
        }
        if (!operator.takesArray() && templates.isArrayParameter(operand)) {
            faults.report(
                    PolicyFault.OPERAND_IS_ARRAY_PARAMETER,
                    pointer,
                    "'%s' is given an array parameter.".formatted(operator.wireName()),
                    "use 'in' or 'notIn'");
        }
        boolean counted =
                left instanceof Constraint.LeftSide.FieldCount
                        || left instanceof Constraint.LeftSide.ValueCount;
        if (operator.isOrdering()
                && operand instanceof TemplateValue.Literal(var value, _)
                && (value instanceof Dynamic.Bool
                        || value instanceof Dynamic.Array
                        || value instanceof Dynamic.Bag
                        || (counted && value.isNull()))) {
            faults.report(
                    PolicyFault.ORDERING_OPERAND_NOT_COMPARABLE,
                    pointer,
                    "'%s' compares numbers or texts.".formatted(operator.wireName()));
        }
    }

    private Constraint.@Nullable LeftSide leftSide(String name, Dynamic value, String pointer) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "value" -> new Constraint.LeftSide.Value(templates.read(value, pointer));
            case "field" -> {
                var field = field(value, pointer);
                yield field == null ? null : new Constraint.LeftSide.Field(field, fixed(field));
            }
            default -> count(value, pointer);
        };
    }

    private @Nullable TemplateValue field(Dynamic value, String pointer) {
        if (!(value instanceof Dynamic.Text)) {
            faults.report(PolicyFault.FIELD_NOT_TEXT, pointer, "A field's name must be a text.");
            return null;
        }
        var name = templates.read(value, pointer);
        checkField(name, pointer);
        return name;
    }

    private static @Nullable FieldReference fixed(TemplateValue name) {
        return name instanceof TemplateValue.Literal(Dynamic.Text(var text), _)
                ? FieldReference.parse(text)
                : null;
    }

    private Constraint.@Nullable LeftSide count(Dynamic node, String pointer) {
        if (!(node instanceof Dynamic.Bag(var members))) {
            faults.report(PolicyFault.COUNT_NOT_OBJECT, pointer, "'count' must be an object.");
            return null;
        }
        Map<String, String> spelled =
                members.keySet().stream()
                        .collect(
                                Collectors.toMap(
                                        key -> key.toLowerCase(Locale.ROOT),
                                        key -> key,
                                        (a, _) -> a));
        for (var key : spelled.entrySet()) {
            switch (key.getKey()) {
                case "field", "value", "name", "where" -> {}
                default ->
                        faults.report(
                                PolicyFault.UNKNOWN_COUNT_MEMBER,
                                Faults.below(pointer, key.getValue()),
                                "'count' has no member '%s'.".formatted(key.getValue()));
            }
        }
        boolean overField = spelled.containsKey("field");
        boolean overValue = spelled.containsKey("value");
        if (overField == overValue) {
            faults.report(
                    overField
                            ? PolicyFault.COUNT_WITH_BOTH_SOURCES
                            : PolicyFault.COUNT_WITHOUT_SOURCE,
                    pointer,
                    overField
                            ? "'count' has both 'field' and 'value'."
                            : "'count' has neither 'field' nor 'value'.");
            return null;
        }
        return overField ? fieldCount(node, spelled, pointer) : valueCount(node, spelled, pointer);
    }

    private Constraint.@Nullable LeftSide fieldCount(
            Dynamic node, Map<String, String> spelled, String pointer) {
        if (spelled.containsKey("name")) {
            faults.report(
                    PolicyFault.COUNT_NAME_WITHOUT_VALUE,
                    Faults.below(pointer, spelled.getOrDefault("name", "name")),
                    "Only a count over a value has a name.");
        }
        String at = Faults.below(pointer, spelled.getOrDefault("field", "field"));
        var name = field(node.getIgnoreCase("field"), at);
        if (name == null) {
            return null;
        }
        if (name instanceof TemplateValue.Literal(Dynamic.Text(var text), _)
                && !text.contains("[*]")) {
            faults.report(
                    PolicyFault.COUNT_FIELD_WITHOUT_STAR,
                    at,
                    "The counted field '%s' names no array members.".formatted(text),
                    "end it with [*]");
        }
        if (name instanceof TemplateValue.Literal(Dynamic.Text(var text), _)
                && fieldCounts.merge(text.toLowerCase(Locale.ROOT), 1, Integer::sum)
                        == MAX_FIELD_COUNTS + 1) {
            faults.report(
                    PolicyFault.TOO_MANY_FIELD_COUNTS,
                    at,
                    "A rule may count over one array %d times.".formatted(MAX_FIELD_COUNTS));
        }
        var where = where(node, spelled, pointer, new TemplateReader.Enclosing(true, name.shown()));
        return new Constraint.LeftSide.FieldCount(name, fixed(name), where);
    }

    private Constraint.@Nullable LeftSide valueCount(
            Dynamic node, Map<String, String> spelled, String pointer) {
        if (++valueCounts == MAX_VALUE_COUNTS + 1) {
            faults.report(
                    PolicyFault.TOO_MANY_VALUE_COUNTS,
                    pointer,
                    "A rule may count over %d values.".formatted(MAX_VALUE_COUNTS));
        }
        String at = Faults.below(pointer, spelled.getOrDefault("value", "value"));
        var array = templates.read(node.getIgnoreCase("value"), at);
        if (array instanceof TemplateValue.Literal(var value, _)
                && !(value instanceof Dynamic.Array)) {
            faults.report(
                    PolicyFault.COUNT_VALUE_NOT_ARRAY, at, "The counted value must be an array.");
        }
        String name = "default";
        if (spelled.containsKey("name")) {
            String nameAt = Faults.below(pointer, spelled.getOrDefault("name", "name"));
            name = node.getIgnoreCase("name").textOr("");
            if (!name.matches("[A-Za-z0-9]+")) {
                faults.report(
                        PolicyFault.COUNT_NAME_MALFORMED,
                        nameAt,
                        "A count's name consists of letters and digits.");
            } else if (templates.isCountNameTaken(name)) {
                faults.report(
                        PolicyFault.COUNT_NAME_REPEATED,
                        nameAt,
                        "A count around this one is called '%s' too.".formatted(name));
            }
        } else if (templates.isWithinCount()) {
            faults.report(
                    PolicyFault.COUNT_NAME_MISSING,
                    pointer,
                    "A count over a value within another count needs a name.");
        }
        var where = where(node, spelled, pointer, new TemplateReader.Enclosing(false, name));
        return new Constraint.LeftSide.ValueCount(array, name, where);
    }

    private @Nullable Constraint where(
            Dynamic node,
            Map<String, String> spelled,
            String pointer,
            TemplateReader.Enclosing count) {
        if (!spelled.containsKey("where")) {
            return null;
        }
        templates.enter(count);
        try {
            return read(
                    node.getIgnoreCase("where"),
                    Faults.below(pointer, spelled.getOrDefault("where", "where")));
        } finally {
            templates.leave();
        }
    }
}
