package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.policy.condition.ConditionOperator;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.ExpressionEvaluator;
import io.muster.policy.expression.ExpressionScope;
import io.muster.policy.expression.Kinds;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.expression.function.FunctionLibrary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides conditions for one resource, one row at a time: the meaning that every other evaluator must agree with. Confined to one thread.
///
/// `field` members read the target, the `field()` function reads the evaluated resource: they differ in an existence condition only.
public final class RuleEvaluator {
    /// Iterations of one count over values; those of nested ones multiply (azure-policy.md section 14).
    private static final int MAX_ITERATIONS = 100;

    private final RuleContext context;
    private final ResourceView evaluated;
    private final ResourceView target;
    private final ExpressionEvaluator expressions;
    private final @Nullable List<EvaluatedExpression> trace;
    private @Nullable Frame frame;
    private long iterations = 1;

    private RuleEvaluator(
            RuleContext context,
            ResourceView evaluated,
            ResourceView target,
            @Nullable List<EvaluatedExpression> trace) {
        this.context = context;
        this.evaluated = evaluated;
        this.target = target;
        this.trace = trace;
        this.expressions = new ExpressionEvaluator(FunctionLibrary.POLICY, scope());
    }

    /// Decides the `if` of a rule.
    public static RuleEvaluator of(RuleContext context, ResourceView evaluated) {
        return new RuleEvaluator(context, evaluated, evaluated, null);
    }

    /// The same, keeping every decided condition in `trace`.
    public static RuleEvaluator explaining(
            RuleContext context, ResourceView evaluated, List<EvaluatedExpression> trace) {
        return new RuleEvaluator(context, evaluated, evaluated, trace);
    }

    /// Decides an existence condition about a related resource.
    public static RuleEvaluator related(
            RuleContext context,
            ResourceView evaluated,
            ResourceView related,
            @Nullable List<EvaluatedExpression> trace) {
        return new RuleEvaluator(context, evaluated, related, trace);
    }

    /// Computes a value of the rule (an operand, a detail of the effect).
    public Dynamic value(TemplateValue value) throws EvaluationFailure {
        return value.evaluate(expressions);
    }

    /// Whether the condition holds.
    public boolean test(Constraint constraint) throws EvaluationFailure {
        // Most nodes are conditions that another rule had before: those need no more than this.
        if (constraint instanceof Constraint.Condition condition) {
            var slot = condition.slot();
            if (slot != null && frame == null && trace == null) {
                byte known = target.answer(slot);
                if (known != 0) {
                    return known == ResourceView.HOLDS;
                }
                boolean holds = condition(condition);
                target.answer(slot, holds);
                return holds;
            }
        }
        return switch (constraint) {
            case Constraint.AllOf(var of, _) -> {
                for (var each : of) {
                    if (!test(each)) {
                        yield false;
                    }
                }
                yield true;
            }
            case Constraint.AnyOf(var of, _) -> {
                for (var each : of) {
                    if (test(each)) {
                        yield true;
                    }
                }
                yield false;
            }
            case Constraint.Not(var of, _) -> !test(of);
            case Constraint.Condition condition -> condition(condition);
        };
    }

    private boolean condition(Constraint.Condition condition) throws EvaluationFailure {
        return switch (condition.left()) {
            case Constraint.LeftSide.Field(var name, var fixed) -> {
                var field = fixed != null ? fixed : field(name);
                var selection = target.select(field, frame);
                var operand = operand(condition, field);
                boolean holds = true;
                for (var value : selection.values()) {
                    if (!condition.operator().holds(value, operand)) {
                        holds = false;
                        break;
                    }
                }
                if (trace != null) {
                    note(
                            condition,
                            "Field",
                            field.text(),
                            selection.path(),
                            selection.shown(),
                            operand,
                            holds);
                }
                yield holds;
            }
            case Constraint.LeftSide.Value(var value) -> {
                var found = value(value);
                var operand = operand(condition, null);
                boolean holds = condition.operator().holds(found, operand);
                if (trace != null) {
                    note(condition, "Value", value.shown(), "", found, operand, holds);
                }
                yield holds;
            }
            case Constraint.LeftSide.FieldCount(var name, var fixed, var where) -> {
                var field = fixed != null ? fixed : field(name);
                long count = count(field, where);
                yield counted(condition, field.text(), count);
            }
            case Constraint.LeftSide.ValueCount(var array, var name, var where) -> {
                long count = count(array, name, where);
                yield counted(condition, array.shown(), count);
            }
        };
    }

    private boolean counted(Constraint.Condition condition, String text, long count)
            throws EvaluationFailure {
        var operand = operand(condition, null);
        // Authored rules compare counts with numbers in quotes.
        if (condition.operator().isOrdering()
                && operand instanceof Dynamic.Text(var digits)
                && digits.matches("-?[0-9]{1,18}")) {
            operand = Dynamic.of(Long.parseLong(digits));
        }
        boolean holds = condition.operator().holds(Dynamic.of(count), operand);
        note(condition, "Count", text, text, Dynamic.of(count), operand, holds);
        return holds;
    }

    private FieldReference field(TemplateValue name) throws EvaluationFailure {
        if (value(name) instanceof Dynamic.Text(var text) && !text.isBlank()) {
            return FieldReference.parse(text);
        }
        throw new EvaluationFailure("the field's name '" + name.shown() + "' yields no text");
    }

    private Dynamic operand(Constraint.Condition condition, @Nullable FieldReference field)
            throws EvaluationFailure {
        var operand = value(condition.operand());
        // A null that was written compares with what is missing; one that was computed is a
        // failure.
        if (operand.isNull()
                && !(condition.operand() instanceof TemplateValue.Literal(_, var computed)
                        && !computed)) {
            throw new EvaluationFailure(
                    "the operand of '%s', %s, is null"
                            .formatted(
                                    condition.operator().wireName(), condition.operand().shown()));
        }
        return isLocation(field) ? normalized(operand) : operand;
    }

    /// Whether both sides are compared as locations are.
    public static boolean isLocation(@Nullable FieldReference field) {
        return field instanceof FieldReference.Known(var known)
                && known == FieldReference.BuiltIn.LOCATION;
    }

    /// The operand of a location condition: texts without blanks, lower case.
    public static Dynamic normalized(Dynamic operand) {
        return switch (operand) {
            case Dynamic.Text(var text) -> Dynamic.of(ResourceView.normalizeLocation(text));
            case Dynamic.Array(var items) ->
                    new Dynamic.Array(items.stream().map(RuleEvaluator::normalized).toList());
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Bag _ ->
                    operand;
        };
    }

    private long count(FieldReference field, @Nullable Constraint where) throws EvaluationFailure {
        if (!(field instanceof FieldReference.Alias alias) || !alias.name().contains("[*]")) {
            throw new EvaluationFailure(
                    "the counted field '" + field.text() + "' names no array members");
        }
        var elements = target.elements(alias, frame);
        if (where == null || elements.isEmpty()) {
            return elements.size();
        }
        var path = target.path(alias.name());
        if (path == null) {
            return 0;
        }
        // The counted alias ends with its last star: what the frame fixes is the path up to there.
        var through = path.throughStar(path.stars());
        String key = alias.key().substring(0, alias.key().lastIndexOf("[*]") + 3);
        long count = 0;
        var outer = frame;
        try {
            for (var element : elements) {
                frame = new Frame.OverField(key, through, element, target, outer);
                count += test(where) ? 1 : 0;
            }
        } finally {
            frame = outer;
        }
        return count;
    }

    private long count(TemplateValue array, String name, @Nullable Constraint where)
            throws EvaluationFailure {
        if (!(value(array) instanceof Dynamic.Array(var items))) {
            throw new EvaluationFailure("the counted value " + array.shown() + " is no array");
        }
        if (where == null) {
            return items.size();
        }
        long around = iterations;
        if (around * items.size() > MAX_ITERATIONS) {
            throw new EvaluationFailure(
                    "the count over %s iterates more than %d times"
                            .formatted(array.shown(), MAX_ITERATIONS));
        }
        long count = 0;
        var outer = frame;
        iterations = Math.max(1, around * items.size());
        try {
            for (var item : items) {
                frame = new Frame.OverValue(name, item, outer);
                count += test(where) ? 1 : 0;
            }
        } finally {
            iterations = around;
            frame = outer;
        }
        return count;
    }

    private void note(
            Constraint.Condition condition,
            String kind,
            String expression,
            String path,
            Dynamic value,
            Dynamic operand,
            boolean holds) {
        if (trace != null) {
            String named = kind.equals("Value") || path.isEmpty() ? expression : path;
            trace.add(
                    new EvaluatedExpression(
                            kind,
                            expression,
                            path,
                            Secrets.masked(named, value),
                            Secrets.masked(named, operand),
                            spelled(condition.operator()),
                            holds,
                            condition.pointer()));
        }
    }

    // Policy Insights writes operators with a capital letter.
    private static String spelled(ConditionOperator operator) {
        String name = operator.wireName();
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private ExpressionScope scope() {
        return key ->
                switch (key) {
                    case "parameters" -> context::parameter;
                    case "field" -> this::fieldFunction;
                    case "current" -> this::current;
                    case "resourcegroup" -> _ -> context.resourceGroup().get();
                    case "subscription" -> _ -> context.subscription().get();
                    case "requestcontext" -> _ -> context.requestContext();
                    case "policy" -> _ -> context.policy().get();
                    case "utcnow" -> this::utcNow;
                    default -> null;
                };
    }

    private Dynamic utcNow(List<Dynamic> arguments) throws EvaluationFailure {
        if (!arguments.isEmpty()) {
            throw new EvaluationFailure("'utcNow' takes no argument in a policy rule");
        }
        return context.utcNow();
    }

    private Dynamic fieldFunction(List<Dynamic> arguments) throws EvaluationFailure {
        if (arguments.size() != 1 || !(arguments.getFirst() instanceof Dynamic.Text(var name))) {
            throw new EvaluationFailure("'field' takes the name of one field");
        }
        return evaluated.fieldValue(FieldReference.parse(name), frame);
    }

    private Dynamic current(List<Dynamic> arguments) throws EvaluationFailure {
        if (frame == null) {
            throw new EvaluationFailure("'current' stands outside of any count");
        }
        if (arguments.isEmpty()) {
            if (frame.outer() != null) {
                throw new EvaluationFailure("'current()' does not say which count it means");
            }
            return frame.current();
        }
        if (!(arguments.getFirst() instanceof Dynamic.Text(var name)) || arguments.size() > 1) {
            throw new EvaluationFailure(
                    "'current' takes the name of one count, not "
                            + Kinds.name(arguments.getFirst()));
        }
        for (var at = frame; at != null; at = at.outer()) {
            if (at instanceof Frame.OverValue over && over.name().equalsIgnoreCase(name)) {
                return over.current();
            }
            if (at instanceof Frame.OverField over
                    && name.regionMatches(true, 0, over.key(), 0, over.key().length())) {
                return property(over, name);
            }
        }
        throw new EvaluationFailure("no count around 'current' is called '" + name + "'");
    }

    /// The current member of an array field, or what stands below it by the alias's own path.
    private static Dynamic property(Frame.OverField over, String name) throws EvaluationFailure {
        if (name.length() == over.key().length()) {
            return over.current();
        }
        var path = over.view().path(name);
        if (path == null || !path.startsWith(over.path())) {
            throw new EvaluationFailure(
                    "'" + name + "' is no property of the members of '" + over.key() + "'");
        }
        List<Dynamic> values = new ArrayList<>();
        var steps = path.steps();
        boolean collection = path.stars() > over.path().stars();
        ResourceView.walk(
                steps,
                over.path().steps().size(),
                over.current(),
                new int[0],
                0,
                values,
                !collection);
        return collection ? new Dynamic.Array(values) : values.getFirst();
    }
}
