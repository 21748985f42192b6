package io.muster.policy.compile;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.ConditionSlots;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicyMode;
import io.muster.policy.effect.Effect;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.TemplateValue;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A definition with its parameters' values: nothing left to parse or to look up but the resource. Immutable, shared freely.
///
/// @param parameters values by lower-case name
/// @param condition the `if`, folded
/// @param effect with its details, folded
/// @param requestOnly the rule reads the caller's identity: it is enforced on requests and yields no compliance data
public record CompiledRule(
        PolicyDefinition definition,
        Map<String, Dynamic> parameters,
        Constraint condition,
        Effect effect,
        Applicability applicability,
        boolean requestOnly) {
    public CompiledRule {
        parameters = Map.copyOf(parameters);
    }

    /// The same with the conditions on the evaluated resource numbered.
    CompiledRule numbered(ConditionSlots slots) {
        return new CompiledRule(
                definition,
                parameters,
                slots.number(condition),
                effect,
                applicability.numbered(slots),
                requestOnly);
    }

    /// Whether a field that the `if` names may turn out to be none, for the rule is not applicable then: its name is computed for each resource, or the value of a parameter
    /// made it one that the catalogue lacks.
    public boolean mayNameNoField(FieldResolver fields) {
        return condition.conditions().stream()
                .anyMatch(each ->
                        mayNameNoField(each.operand(), fields)
                                || switch (each.left()) {
                                    case Constraint.LeftSide.Field(_, var fixed) ->
                                            isUnknown(fixed, fields);
                                    case Constraint.LeftSide.FieldCount(_, var fixed, _) ->
                                            isUnknown(fixed, fields);
                                    case Constraint.LeftSide.Value(var value) ->
                                            mayNameNoField(value, fields);
                                    case Constraint.LeftSide.ValueCount(var array, _, _) ->
                                            mayNameNoField(array, fields);
                                });
    }

    private static boolean isUnknown(@Nullable FieldReference fixed, FieldResolver fields) {
        return fixed == null
                || (fixed instanceof FieldReference.Alias alias && !fields.isKnown(alias.name()));
    }

    private static boolean mayNameNoField(TemplateValue value, FieldResolver fields) {
        return value.expressions().stream()
                .flatMap(computed -> computed.expression().calls())
                .filter(call -> call.key().equals("field") && !call.arguments().isEmpty())
                .anyMatch(call ->
                        !(call.arguments().getFirst()
                                        instanceof Expression.Literal(Dynamic.Text(var name)))
                                || isUnknown(FieldReference.parse(name), fields));
    }

    /// Whether a scan gives resources a state because of it.
    public boolean isEvaluated() {
        return effect.kind().isEvaluated()
                && !requestOnly
                && !(definition.mode() instanceof PolicyMode.ResourceProvider)
                && !definition.isStatic();
    }
}
