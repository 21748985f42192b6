package io.muster.policy.compile;

import io.muster.core.value.Dynamic;
import io.muster.policy.condition.ConditionOperator;
import io.muster.policy.condition.ConditionSlots;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.effect.AddToNetworkGroup;
import io.muster.policy.effect.Append;
import io.muster.policy.effect.Audit;
import io.muster.policy.effect.AuditAction;
import io.muster.policy.effect.AuditIfNotExists;
import io.muster.policy.effect.Deny;
import io.muster.policy.effect.DenyAction;
import io.muster.policy.effect.DeployIfNotExists;
import io.muster.policy.effect.Disabled;
import io.muster.policy.effect.Effect;
import io.muster.policy.effect.Manual;
import io.muster.policy.effect.Modify;
import io.muster.policy.effect.Mutate;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.TemplateValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Which resources a rule is about, whatever else it says (azure-policy.md section 14).
///
/// @param condition true for the resources that the policy applies to
/// @param atSubscriptions false when the rule asks for a location, which a subscription has not
public record Applicability(Constraint condition, boolean atSubscriptions) {

    /// For an effect that does not look at related resources: only the conditions on type, name and kind count.
    static Applicability of(Constraint condition) {
        var conditions = condition.conditions();
        boolean onType = conditions.stream().anyMatch(c -> isOn(c, FieldReference.BuiltIn.TYPE));
        boolean onOther =
                conditions.stream()
                        .anyMatch(c ->
                                !isOn(c, FieldReference.BuiltIn.TYPE)
                                        && !isOn(c, FieldReference.BuiltIn.NAME)
                                        && !isOn(c, FieldReference.BuiltIn.KIND));
        Predicate<Constraint.Condition> kept =
                onOther
                        ? c ->
                                isOn(c, FieldReference.BuiltIn.TYPE)
                                        || isOn(c, FieldReference.BuiltIn.NAME)
                                        || isOn(c, FieldReference.BuiltIn.KIND)
                        : c -> onType && isOn(c, FieldReference.BuiltIn.TYPE);
        return new Applicability(reduce(condition, kept, true), !asksLocation(condition));
    }

    /// Types whose deletion is never denied (section 12).
    private static final List<String> NEVER_PROTECTED =
            List.of(
                    "Microsoft.Authorization/policyAssignments",
                    "Microsoft.Authorization/denyAssignments",
                    "Microsoft.Authorization/locks",
                    "Microsoft.Blueprint/blueprintAssignments",
                    "Microsoft.Resources/deploymentStacks",
                    "Microsoft.Resources/subscriptions");

    /// Types whose identity can be modified (section 12).
    private static final List<String> WITH_IDENTITY =
            List.of(
                    "Microsoft.Compute/virtualMachines",
                    "Microsoft.Compute/virtualMachineScaleSets");

    /// Of a rule with an effect: some effects leave types out that the rule would match.
    static Applicability of(Constraint condition, Effect effect) {
        return switch (effect) {
            case AuditIfNotExists _ -> whole(condition);
            case DeployIfNotExists deploy -> {
                var whole = whole(condition);
                yield deploy.parameters().values().stream().anyMatch(Applicability::asksLocation)
                        ? new Applicability(whole.condition, false)
                        : whole;
            }
            case DenyAction _ ->
                    of(condition).and(ofType(ConditionOperator.NOT_IN, NEVER_PROTECTED));
            case Modify modify ->
                    modify.operations().stream().anyMatch(Applicability::setsIdentity)
                            ? of(condition).and(ofType(ConditionOperator.IN, WITH_IDENTITY))
                            : of(condition);
            case AddToNetworkGroup _,
                    Append _,
                    Audit _,
                    AuditAction _,
                    Deny _,
                    Disabled _,
                    Manual _,
                    Mutate _ ->
                    of(condition);
        };
    }

    private static boolean setsIdentity(Modify.Operation operation) {
        return operation.field() instanceof TemplateValue.Literal(var name, _)
                && name.textOr("").equalsIgnoreCase("identity.type");
    }

    private static Constraint ofType(ConditionOperator operator, List<String> types) {
        return new Constraint.Condition(
                new Constraint.LeftSide.Field(
                        TemplateValue.literal(Dynamic.of("type")),
                        new FieldReference.Known(FieldReference.BuiltIn.TYPE)),
                operator,
                TemplateValue.literal(Dynamic.array(types.stream().map(Dynamic::of).toList())),
                "");
    }

    private Applicability and(Constraint more) {
        return new Applicability(all(List.of(more, condition), ""), atSubscriptions);
    }

    /// For auditIfNotExists and deployIfNotExists: the whole `if`.
    static Applicability whole(Constraint condition) {
        return new Applicability(condition, !asksLocation(condition));
    }

    Applicability numbered(ConditionSlots slots) {
        return new Applicability(slots.number(condition), atSubscriptions);
    }

    /// Whether it excludes nothing, which needs no evaluation to tell.
    public boolean isOfEverything() {
        return isTrue(condition);
    }

    private static boolean isTrue(Constraint constraint) {
        return constraint instanceof Constraint.AllOf(var of, _) && of.isEmpty();
    }

    private static boolean isFalse(Constraint constraint) {
        return constraint instanceof Constraint.AnyOf(var of, _) && of.isEmpty();
    }

    private static boolean asksLocation(Constraint condition) {
        return condition.conditions().stream()
                .anyMatch(c ->
                        isOn(c, FieldReference.BuiltIn.LOCATION)
                                || asksLocation(c.operand())
                                || (c.left() instanceof Constraint.LeftSide.Value(var value)
                                        && asksLocation(value)));
    }

    /// Whether an expression reads `field('location')`.
    static boolean asksLocation(TemplateValue value) {
        return value.expressions().stream()
                .flatMap(computed -> computed.expression().calls())
                .anyMatch(call ->
                        call.key().equals("field")
                                && call.arguments().size() == 1
                                && call.arguments().getFirst()
                                        instanceof Expression.Literal(var name)
                                && name.textOr("").equalsIgnoreCase("location"));
    }

    private static boolean isOn(Constraint.Condition condition, FieldReference.BuiltIn field) {
        return condition.left()
                        instanceof Constraint.LeftSide.Field(_, FieldReference.Known(var known))
                && known == field;
    }

    // What is left out decides nothing and would be reached by no evaluation, so that a failure of
    // what stays comes as before.
    private static Constraint all(List<Constraint> of, String pointer) {
        List<Constraint> kept = new ArrayList<>();
        for (var each : of) {
            if (isFalse(each)) {
                kept.add(each);
                break;
            }
            if (!isTrue(each)) {
                kept.add(each);
            }
        }
        return kept.size() == 1 ? kept.getFirst() : new Constraint.AllOf(kept, pointer);
    }

    private static Constraint any(List<Constraint> of, String pointer) {
        List<Constraint> kept = new ArrayList<>();
        for (var each : of) {
            if (isTrue(each)) {
                kept.add(each);
                break;
            }
            if (!isFalse(each)) {
                kept.add(each);
            }
        }
        return kept.size() == 1 ? kept.getFirst() : new Constraint.AnyOf(kept, pointer);
    }

    private static Constraint not(Constraint of, String pointer) {
        if (isTrue(of)) {
            return new Constraint.AnyOf(List.of(), pointer);
        }
        return isFalse(of)
                ? new Constraint.AllOf(List.of(), pointer)
                : new Constraint.Not(of, pointer);
    }

    /// Every other condition becomes what cannot exclude: true, or false where it stands under a `not`.
    private static Constraint reduce(
            Constraint constraint, Predicate<Constraint.Condition> kept, boolean open) {
        return switch (constraint) {
            case Constraint.AllOf(var of, var pointer) ->
                    all(of.stream().map(each -> reduce(each, kept, open)).toList(), pointer);
            case Constraint.AnyOf(var of, var pointer) ->
                    any(of.stream().map(each -> reduce(each, kept, open)).toList(), pointer);
            case Constraint.Not(var of, var pointer) -> not(reduce(of, kept, !open), pointer);
            case Constraint.Condition condition ->
                    kept.test(condition)
                            ? condition
                            : open
                                    ? new Constraint.AllOf(List.of(), condition.pointer())
                                    : new Constraint.AnyOf(List.of(), condition.pointer());
        };
    }
}
