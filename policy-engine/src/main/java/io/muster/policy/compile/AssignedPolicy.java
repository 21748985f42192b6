package io.muster.policy.compile;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.ResourceId;
import io.muster.policy.condition.ConditionSlots;
import io.muster.policy.definition.Assignment;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicySetDefinition;
import io.muster.policy.definition.ResourceSelector;
import io.muster.policy.effect.EffectKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One definition in force: an assignment of it, or of an initiative that has it as a member. The unit that states are kept for. Immutable.
///
/// @param key which assignment and member
/// @param set null when the assignment is of a single definition
/// @param member null when the assignment is of a single definition
/// @param rule with the version and effect that hold where no override matches
/// @param alternatives rules with overridden versions or effects, first to last
public record AssignedPolicy(
        PolicyKey key,
        Assignment assignment,
        @Nullable PolicySetDefinition set,
        PolicySetDefinition.@Nullable Member member,
        CompiledRule rule,
        List<Alternative> alternatives) {

    /// A rule for the resources that overrides select: one of the version, one of the effect, or one of each.
    public record Alternative(List<Assignment.EffectOverride> overrides, CompiledRule rule) {
        public Alternative {
            overrides = List.copyOf(overrides);
        }

        boolean matches(Dynamic resource, String referenceId) {
            return overrides.stream().allMatch(each -> each.matches(resource, referenceId));
        }
    }

    public AssignedPolicy {
        alternatives = List.copyOf(alternatives);
    }

    static AssignedPolicy of(
            Assignment assignment,
            @Nullable PolicySetDefinition set,
            PolicySetDefinition.@Nullable Member member,
            CompiledRule rule,
            List<Alternative> alternatives) {
        var key = new PolicyKey(assignment.id(), member == null ? "" : member.referenceId());
        return new AssignedPolicy(key, assignment, set, member, rule, alternatives);
    }

    /// The same with the conditions on the evaluated resource numbered among those of other definitions in force.
    public AssignedPolicy numbered(ConditionSlots slots) {
        return new AssignedPolicy(
                key,
                assignment,
                set,
                member,
                rule.numbered(slots),
                alternatives.stream()
                        .map(each -> new Alternative(each.overrides(), each.rule().numbered(slots)))
                        .toList());
    }

    /// Whether the effect is of a kind for any resource.
    public boolean mayBe(EffectKind kind) {
        return rule.effect().kind() == kind
                || alternatives.stream().anyMatch(each -> each.rule().effect().kind() == kind);
    }

    /// The member's reference ID; "" for an assignment of a single definition.
    public String referenceId() {
        return key.referenceId();
    }

    public PolicyDefinition definition() {
        return rule.definition();
    }

    public List<String> groupNames() {
        return member == null ? List.of() : member.groupNames();
    }

    /// The rule that holds for a resource: the first override that selects it decides the effect, and the first of the version the version.
    public CompiledRule ruleFor(Dynamic resource) {
        for (var alternative : alternatives) {
            if (alternative.matches(resource, referenceId())) {
                return alternative.rule();
            }
        }
        return rule;
    }

    /// Whether the resource lies in the scope and in no excluded one, and passes the selectors.
    public boolean covers(ResourceId id, Dynamic resource, ManagementHierarchy hierarchy) {
        return isInScope(id, hierarchy)
                && ResourceSelector.select(assignment.resourceSelectors(), resource, referenceId());
    }

    /// Whether the resource lies in the scope and in no excluded one.
    public boolean isInScope(ResourceId id, ManagementHierarchy hierarchy) {
        if (!hierarchy.contains(assignment.scope(), id)) {
            return false;
        }
        for (var excluded : assignment.notScopes()) {
            if (hierarchy.contains(excluded, id)) {
                return false;
            }
        }
        return true;
    }

    /// The answer of `policy()`.
    public Dynamic policyFunction() {
        return Dynamic.bag()
                .put("assignmentId", assignment.id())
                .put("definitionId", definition().id())
                .put("setDefinitionId", set == null ? null : set.id())
                .put("definitionReferenceId", member == null ? null : member.referenceId())
                .build();
    }
}
