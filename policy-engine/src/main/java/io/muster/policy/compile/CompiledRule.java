package io.muster.policy.compile;

import io.muster.core.value.Dynamic;
import io.muster.policy.condition.ConditionSlots;
import io.muster.policy.condition.Constraint;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicyMode;
import io.muster.policy.effect.Effect;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.TemplateValue;
import java.util.Map;

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

    /// Whether the names of fields are computed for each resource: one may turn out to be no field at all.
    public boolean computesFieldNames() {
        return condition.conditions().stream()
                .anyMatch(each ->
                        computesFieldNames(each.operand())
                                || switch (each.left()) {
                                    case Constraint.LeftSide.Field(_, var fixed) -> fixed == null;
                                    case Constraint.LeftSide.FieldCount(_, var fixed, _) ->
                                            fixed == null;
                                    case Constraint.LeftSide.Value(var value) ->
                                            computesFieldNames(value);
                                    case Constraint.LeftSide.ValueCount(var array, _, _) ->
                                            computesFieldNames(array);
                                });
    }

    private static boolean computesFieldNames(TemplateValue value) {
        return value.expressions().stream()
                .flatMap(computed -> computed.expression().calls())
                .anyMatch(call ->
                        call.key().equals("field")
                                && !(call.arguments().getFirst() instanceof Expression.Literal));
    }

    /// Whether a scan gives resources a state because of it.
    public boolean isEvaluated() {
        return effect.kind().isEvaluated()
                && !requestOnly
                && !(definition.mode() instanceof PolicyMode.ResourceProvider)
                && !definition.isStatic();
    }
}
