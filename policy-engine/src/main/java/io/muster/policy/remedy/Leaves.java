package io.muster.policy.remedy;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldPath;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.ConditionOperator;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.TemplateValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads which properties the conditions of a goal look at, and what values would turn them. Confined to one search.
final class Leaves {
    private static final int MAX_MEMBERS = 64;

    private final Goal goal;
    private final FieldResolver fields;
    private final String type;
    private final RuleEvaluator evaluator;
    private final Map<String, Property> properties = new LinkedHashMap<>();
    private final List<Set<Property>> reads = new ArrayList<>();
    private boolean opaque;

    private Leaves(Goal goal, FieldResolver fields) {
        this.goal = goal;
        this.fields = fields;
        this.type = goal.document().getIgnoreCase("type").textOr("");
        this.evaluator = goal.evaluator(goal.document());
    }

    static Leaves of(Goal goal, FieldResolver fields, List<Constraint.Condition> conditions) {
        var leaves = new Leaves(goal, fields);
        for (var condition : conditions) {
            Set<Property> read = new LinkedHashSet<>();
            leaves.read(condition, read);
            leaves.reads.add(read);
        }
        for (var property : leaves.properties.values()) {
            List<String> patterns = new ArrayList<>();
            for (var candidate : property.candidates()) {
                candidate.asText().filter(text -> !text.isEmpty()).ifPresent(patterns::add);
            }
            if (!property.isCovered()) {
                property.suggest(Suggestions.joined(patterns));
            }
        }
        return leaves;
    }

    List<Property> properties() {
        return List.copyOf(properties.values());
    }

    /// What each condition reads, in their order.
    List<Set<Property>> reads() {
        return reads;
    }

    /// Whether some condition can be turned in ways that are not tried.
    boolean isOpaque() {
        return opaque || properties.values().stream().anyMatch(p -> !p.isCovered());
    }

    private void read(Constraint.Condition condition, Set<Property> into) {
        var operand = known(condition.operand(), into);
        switch (condition.left()) {
            case Constraint.LeftSide.Field(var name, var fixed) -> {
                var field = fixed != null ? fixed : reference(name, into);
                if (field != null) {
                    field(field, condition.operator(), operand, into);
                }
            }
            case Constraint.LeftSide.Value(var value) -> {
                Set<Dynamic> literals = new LinkedHashSet<>();
                literals(condition.operand(), literals);
                literals(value, literals);
                expressions(value, condition.operator(), operand, literals, into);
            }
            case Constraint.LeftSide.FieldCount(var name, var fixed, var where) -> {
                var field = fixed != null ? fixed : reference(name, into);
                if (field instanceof FieldReference.Alias alias) {
                    count(alias, where, condition, operand, into);
                }
            }
            case Constraint.LeftSide.ValueCount(var array, _, var where) -> {
                Set<Dynamic> literals = new LinkedHashSet<>();
                literals(array, literals);
                expressions(array, condition.operator(), operand, literals, into);
                if (where != null) {
                    for (var inner : where.conditions()) {
                        opaque = true;
                        literals(inner.operand(), literals);
                        if (inner.left()
                                instanceof Constraint.LeftSide.Field(var name, var fixed)) {
                            var field = fixed != null ? fixed : reference(name, into);
                            if (field != null) {
                                tried(field, literals, into);
                            }
                        } else if (inner.left() instanceof Constraint.LeftSide.Value(var value)) {
                            expressions(value, inner.operator(), null, literals, into);
                        }
                    }
                }
            }
        }
    }

    /// The operand's value; null when it depends on the document or fails.
    private @Nullable Dynamic known(TemplateValue operand, Set<Property> into) {
        Set<Dynamic> literals = new LinkedHashSet<>();
        literals(operand, literals);
        expressions(operand, ConditionOperator.EQUALS, null, literals, into);
        try {
            return evaluator.value(operand);
        } catch (EvaluationFailure outsideOfItsCount) {
            opaque = true;
            return null;
        }
    }

    private @Nullable FieldReference reference(TemplateValue name, Set<Property> into) {
        try {
            expressions(name, ConditionOperator.EQUALS, null, Set.of(), into);
            return evaluator.value(name) instanceof Dynamic.Text(var text) && !text.isBlank()
                    ? FieldReference.parse(text)
                    : null;
        } catch (EvaluationFailure unreadable) {
            opaque = true;
            return null;
        }
    }

    /// Where a field stands; null when it cannot be changed or is none of this resource's.
    private @Nullable FieldPath path(FieldReference field) {
        return switch (field) {
            case FieldReference.Known(var known) ->
                    switch (known) {
                        case NAME, KIND, LOCATION, TAGS, IDENTITY_TYPE, IDENTITY_USER_ASSIGNED ->
                                goal.place(FieldPath.parse(known.wireName()));
                        case TYPE, ID, FULL_NAME, API_VERSION -> null;
                    };
            case FieldReference.Tag(var name) ->
                    goal.place(
                            new FieldPath(
                                    List.of(
                                            new FieldPath.Step.Member("tags"),
                                            new FieldPath.Step.Member(name))));
            case FieldReference.Alias(var name, _) ->
                    fields.resolve(name, type, null)
                                    instanceof FieldResolver.Resolution.Found(var path)
                            ? goal.place(path)
                            : null;
        };
    }

    private static int firstStar(FieldPath path) {
        return path.steps().indexOf(new FieldPath.Step.Each());
    }

    private Property property(FieldPath path, Set<Property> into) {
        int star = firstStar(path);
        var made = new Property(star < 0 ? path.steps() : path.steps().subList(0, star));
        var property = properties.computeIfAbsent(made.key(), _ -> made);
        into.add(property);
        return property;
    }

    private void field(
            FieldReference field,
            ConditionOperator operator,
            @Nullable Dynamic operand,
            Set<Property> into) {
        var path = path(field);
        if (path == null) {
            return;
        }
        var property = property(path, into);
        int star = firstStar(path);
        boolean pattern =
                switch (operator) {
                    case LIKE,
                            NOT_LIKE,
                            MATCH,
                            NOT_MATCH,
                            MATCH_INSENSITIVELY,
                            NOT_MATCH_INSENSITIVELY,
                            CONTAINS,
                            NOT_CONTAINS,
                            CONTAINS_KEY,
                            NOT_CONTAINS_KEY ->
                            true;
                    case EQUALS,
                            NOT_EQUALS,
                            IN,
                            NOT_IN,
                            LESS,
                            LESS_OR_EQUALS,
                            GREATER,
                            GREATER_OR_EQUALS,
                            EXISTS ->
                            star >= 0;
                };
        property.readBy(pattern);
        var current = Edits.get(goal.document(), property.steps());
        var wanted = operand == null ? Dynamic.NULL : operand;
        if (star < 0) {
            property.suggest(Suggestions.of(operator, wanted, current));
            return;
        }
        property.suggest(
                members(
                        current,
                        path.steps().subList(star + 1, path.steps().size()),
                        operator,
                        wanted));
    }

    /// Arrays whose members have values that satisfy or do not.
    private Set<Dynamic> members(
            Dynamic array, List<FieldPath.Step> rest, ConditionOperator operator, Dynamic operand) {
        Set<Dynamic> all = new LinkedHashSet<>();
        var items = array.items();
        if (rest.contains(new FieldPath.Step.Each())) {
            opaque = true;
        } else {
            var sample = items.isEmpty() ? Dynamic.NULL : Edits.get(items.getFirst(), rest);
            for (var value : Suggestions.of(operator, operand, sample)) {
                try {
                    boolean satisfies = operator.holds(value, operand);
                    List<Dynamic> changed = new ArrayList<>(items);
                    if (changed.isEmpty()) {
                        changed.add(Edits.put(Dynamic.EMPTY_BAG, rest, value));
                    }
                    for (int i = 0; i < changed.size(); i++) {
                        boolean is = operator.holds(Edits.get(changed.get(i), rest), operand);
                        if (is != satisfies && (satisfies || i == 0)) {
                            changed.set(i, Edits.put(changed.get(i), rest, value));
                        }
                    }
                    all.add(new Dynamic.Array(changed));
                } catch (EvaluationFailure notComparable) {
                    opaque = true;
                }
            }
            List<Dynamic> kept = new ArrayList<>();
            for (var item : items) {
                try {
                    if (operator.holds(Edits.get(item, rest), operand)) {
                        kept.add(item);
                    }
                } catch (EvaluationFailure notComparable) {
                    opaque = true;
                }
            }
            all.add(new Dynamic.Array(kept));
        }
        all.add(Dynamic.EMPTY_ARRAY);
        all.add(Dynamic.NULL);
        return all;
    }

    /// Every field that an expression reads; what turns the expression is guessed from the literals around.
    private void expressions(
            TemplateValue value,
            ConditionOperator operator,
            @Nullable Dynamic operand,
            Set<Dynamic> literals,
            Set<Property> into) {
        for (var computed : value.expressions()) {
            for (var name : fieldNames(computed.expression(), new ArrayList<>())) {
                var field = FieldReference.parse(name);
                opaque = true;
                tried(field, literals, into);
                var path = path(field);
                if (path != null && operand != null && firstStar(path) < 0) {
                    var property = property(path, into);
                    property.suggest(
                            Suggestions.of(
                                    operator,
                                    operand,
                                    Edits.get(goal.document(), property.steps())));
                }
            }
        }
    }

    private void tried(FieldReference field, Set<Dynamic> literals, Set<Property> into) {
        var path = path(field);
        if (path == null) {
            return;
        }
        var property = property(path, into);
        property.readBy(true);
        boolean many = firstStar(path) >= 0;
        Set<Dynamic> values = new LinkedHashSet<>();
        for (var literal : literals) {
            values.add(many ? Dynamic.array(literal) : literal);
            literal.asText()
                    .filter(key -> !key.isEmpty())
                    .ifPresent(
                            key -> values.add(Dynamic.bag().put(key, Dynamic.of("value")).build()));
        }
        values.addAll(Suggestions.of(ConditionOperator.EXISTS, Dynamic.TRUE, Dynamic.NULL));
        property.suggest(values);
    }

    /// Names that `field()` and `current()` are called with.
    private static List<String> fieldNames(Expression expression, List<String> into) {
        switch (expression) {
            case Expression.Literal _ -> {}
            case Expression.Member(var of, _) -> fieldNames(of, into);
            case Expression.Index(var of, var index) -> {
                fieldNames(of, into);
                fieldNames(index, into);
            }
            case Expression.Call call -> {
                if ((call.key().equals("field") || call.key().equals("current"))
                        && call.arguments().size() == 1
                        && call.arguments().getFirst()
                                instanceof Expression.Literal(Dynamic.Text(var name))
                        && (call.key().equals("field") || name.indexOf('/') > 0)) {
                    into.add(name);
                }
                call.arguments().forEach(argument -> fieldNames(argument, into));
            }
        }
        return into;
    }

    private static void literals(TemplateValue value, Set<Dynamic> into) {
        if (value instanceof TemplateValue.Literal(var literal, _)) {
            add(literal, into);
        }
        value.expressions().forEach(e -> literals(e.expression(), into));
    }

    private static void literals(Expression expression, Set<Dynamic> into) {
        switch (expression) {
            case Expression.Literal(var value) -> add(value, into);
            case Expression.Member(var of, _) -> literals(of, into);
            case Expression.Index(var of, var index) -> {
                literals(of, into);
                literals(index, into);
            }
            case Expression.Call call -> {
                if (!call.key().equals("field") && !call.key().equals("current")) {
                    call.arguments().forEach(argument -> literals(argument, into));
                }
            }
        }
    }

    private static void add(Dynamic literal, Set<Dynamic> into) {
        into.add(literal);
        literal.items().stream().limit(MAX_MEMBERS).forEach(into::add);
    }

    /// Arrays with as many satisfying members as the comparison can ask for.
    private void count(
            FieldReference.Alias alias,
            @Nullable Constraint where,
            Constraint.Condition condition,
            @Nullable Dynamic operand,
            Set<Property> into) {
        var resolved =
                fields.resolve(alias.name(), type, null)
                                instanceof FieldResolver.Resolution.Found(var path)
                        ? path
                        : null;
        var placed = resolved == null ? null : goal.place(resolved);
        if (resolved == null || placed == null || firstStar(placed) < 0) {
            return;
        }
        var property = property(placed, into);
        property.readBy(true);
        boolean nested = placed.stars() > 1 || firstStar(placed) != placed.steps().size() - 1;
        if (nested) {
            opaque = true;
        }
        var items = Edits.get(goal.document(), property.steps()).items();
        if (items.size() > MAX_MEMBERS || nested) {
            opaque = true;
        } else {
            members(items, property, alias, resolved, where, condition, operand);
        }
        property.suggest(Set.of(Dynamic.EMPTY_ARRAY));
        property.suggest(Set.of(Dynamic.NULL));
    }

    private void members(
            List<Dynamic> items,
            Property property,
            FieldReference.Alias alias,
            FieldPath resolved,
            @Nullable Constraint where,
            Constraint.Condition condition,
            @Nullable Dynamic operand) {
        var one =
                new Constraint.Condition(
                        condition.left(),
                        ConditionOperator.GREATER_OR_EQUALS,
                        TemplateValue.literal(Dynamic.of(1)),
                        condition.pointer());
        List<Dynamic> without = new ArrayList<>();
        List<Dynamic> turned = new ArrayList<>(items);
        List<Integer> satisfying = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            var alone = goal.with(property.steps(), Dynamic.array(items.get(i)), one, true);
            if (alone.isReached(alone.document())) {
                satisfying.add(i);
                var other = member(alone, alias, resolved, where, false);
                turned.set(i, other == null ? items.get(i) : other);
            } else {
                without.add(items.get(i));
            }
        }
        property.suggest(Set.of(new Dynamic.Array(turned)));
        property.suggest(Set.of(new Dynamic.Array(without)));
        long bound =
                switch (operand) {
                    case Dynamic.Whole(var n) -> n;
                    case Dynamic.Text(var digits) when digits.matches("[0-9]{1,4}") ->
                            Long.parseLong(digits);
                    case null, default -> 0;
                };
        for (long wanted = Math.max(0, bound - 1);
                wanted <= Math.min(bound + 1, MAX_MEMBERS);
                wanted++) {
            var array = ofCount(wanted, items, satisfying, property, alias, resolved, where, one);
            if (array != null) {
                property.suggest(Set.of(array));
            }
        }
    }

    /// The array with that many satisfying members: the last ones dropped, or others turned, or new ones made.
    private @Nullable Dynamic ofCount(
            long wanted,
            List<Dynamic> items,
            List<Integer> satisfying,
            Property property,
            FieldReference.Alias alias,
            FieldPath resolved,
            @Nullable Constraint where,
            Constraint.Condition one) {
        List<Dynamic> array = new ArrayList<>(items);
        int count = satisfying.size();
        for (int i = count - 1; i >= 0 && count > wanted; i--) {
            array.remove((int) satisfying.get(i));
            count--;
        }
        for (int i = 0; i < array.size() && count < wanted; i++) {
            if (!satisfying.contains(i)) {
                var alone = goal.with(property.steps(), Dynamic.array(array.get(i)), one, true);
                var changed = member(alone, alias, resolved, where, true);
                if (changed != null) {
                    array.set(i, changed);
                    count++;
                }
            }
        }
        if (count < wanted) {
            var alone = goal.with(property.steps(), Dynamic.array(Dynamic.EMPTY_BAG), one, true);
            var made = member(alone, alias, resolved, where, true);
            if (made == null) {
                return null;
            }
            while (count++ < wanted) {
                array.add(made);
            }
        }
        return new Dynamic.Array(array);
    }

    /// A member that satisfies the `where` or does not, got from the one that is alone in the array; null when none is found.
    private @Nullable Dynamic member(
            Goal alone,
            FieldReference.Alias alias,
            FieldPath counted,
            @Nullable Constraint where,
            boolean wanted) {
        var place = goal.place(counted);
        if (where == null || place == null) {
            return wanted && where == null ? Dynamic.EMPTY_BAG : null;
        }
        var inner = alone.within(alias, counted, where, wanted);
        var solution = new Solver(inner, fields).solve();
        if (solution == null) {
            return null;
        }
        List<FieldPath.Step> at = new ArrayList<>(place.steps().subList(0, firstStar(place)));
        at.add(new FieldPath.Step.At(0));
        return Edits.get(solution.document(), at);
    }
}
