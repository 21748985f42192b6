package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.definition.PolicySetReader;
import io.muster.policy.effect.DenyAction;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.PolicyState;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.fault.Faults;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What Azure Policy does to a write before the resource provider sees it: append and modify change it, deny refuses it, audit passes it. Assignments, definitions and
/// exemptions are resources of the estate. Guarded by the simulator's lock.
///
/// Source: azure/governance/policy/concepts/effect-basics, order of evaluation.
final class Admission {
    private final Cloud cloud;
    private final AliasCatalog aliases = AliasCatalog.conventional();
    private @Nullable PolicyEngine engine;
    private long revision = -1;

    Admission(Cloud cloud) {
        this.cloud = cloud;
    }

    /// The resource to store for a proposed one. Its tags are within their limits, those that policies put there too.
    Dynamic admit(Dynamic proposed) {
        var admitted = admitted(proposed);
        Tags.check(admitted.get("tags"), cloud.settings().azureLimits());
        return admitted;
    }

    private Dynamic admitted(Dynamic proposed) {
        var id = ResourceId.tryParse(proposed.get("id").textOr(""));
        if (id.isEmpty() || cloud.estate().ofType(PolicyObjects.ASSIGNMENTS).isEmpty()) {
            return proposed;
        }
        var policies = policies();
        var around = new SnapshotSurroundings(around(id.get()));
        var judge = policies.judge(around);
        Dynamic resource = proposed;
        for (var policy : inForce(policies, EffectKind.MODIFY, EffectKind.APPEND, resource)) {
            if (judge.judge(policy, resource, false).filter(Admission::matches).isEmpty()) {
                continue;
            }
            resource = changed(policies, policy, resource, around);
        }
        for (var policy : inForce(policies, EffectKind.DENY, EffectKind.DENY, resource)) {
            var state = judge.judge(policy, resource, true).filter(Admission::matches);
            if (state.isPresent()) {
                throw disallowed(resource, state.get());
            }
        }
        return resource;
    }

    /// Refuses a deletion that `denyAction` forbids: of the resource itself or, where the policy does not let it go with its group, of the group.
    ///
    /// Source: azure/governance/policy/concepts/effect-deny-action.
    void requireDeletable(ResourceId id) {
        if (cloud.estate().ofType(PolicyObjects.ASSIGNMENTS).isEmpty()) {
            return;
        }
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()
                || policies().policies().stream()
                        .noneMatch(p -> p.rule().effect() instanceof DenyAction)) {
            return;
        }
        requireDeletable(stored.get(), false);
        if (id.isOfType("microsoft.resources/subscriptions/resourcegroups")) {
            cloud.estate().below(id).forEach(r -> requireDeletable(r, true));
        }
    }

    private void requireDeletable(StoredResource stored, boolean withGroup) {
        var policies = policies();
        var resource = stored.json();
        var judge = policies.judge(new SnapshotSurroundings(around(stored.id())));
        for (var policy :
                inForce(policies, EffectKind.DENY_ACTION, EffectKind.DENY_ACTION, resource)) {
            if (!(policy.ruleFor(resource).effect() instanceof DenyAction action)
                    || !(withGroup ? action.deniesDeleteWithGroup() : action.deniesDelete())) {
                continue;
            }
            var state =
                    judge.judge(policy, resource, true)
                            .filter(s -> matches(s) || s.state() == ComplianceState.PROTECTED);
            if (state.isPresent()) {
                throw disallowed(resource, state.get());
            }
        }
    }

    static boolean matches(PolicyState state) {
        return state.state() == ComplianceState.NON_COMPLIANT
                || state.state() == ComplianceState.ERROR;
    }

    private static List<AssignedPolicy> inForce(
            PolicyEngine policies, EffectKind one, EffectKind other, Dynamic resource) {
        var out = new ArrayList<AssignedPolicy>();
        for (var policy : policies.policies()) {
            var kind = policy.ruleFor(resource).effect().kind();
            if (policy.assignment().enforced() && (kind == one || kind == other)) {
                out.add(policy);
            }
        }
        return out;
    }

    private static Dynamic changed(
            PolicyEngine policies,
            AssignedPolicy policy,
            Dynamic resource,
            SnapshotSurroundings around) {
        try {
            var modification = policies.modification(policy, resource, around);
            if (modification.isEmpty()) {
                return resource;
            }
            if (modification.get().denies()) {
                throw new ArmFault(
                        403,
                        Dynamic.bag()
                                .put("code", "RequestDisallowedByPolicy")
                                .put("target", resource.get("name").textOr(""))
                                .put(
                                        "message",
                                        "Resource '"
                                                + resource.get("name").textOr("")
                                                + "' was disallowed by policy. Reasons: '"
                                                + String.join("; ", modification.get().conflicts())
                                                + "'.")
                                .put(
                                        "additionalInfo",
                                        Dynamic.array(violation(policy, Dynamic.EMPTY_ARRAY)))
                                .build());
            }
            return modification.get().after();
        } catch (EvaluationFailure failure) {
            throw new ArmFault(
                    403,
                    "RequestDisallowedByPolicy",
                    "Resource '"
                            + resource.get("name").textOr("")
                            + "' was disallowed by policy '"
                            + policy.definition().name()
                            + "': its evaluation failed: "
                            + failure.reason());
        }
    }

    private static ArmFault disallowed(Dynamic resource, PolicyState state) {
        String name = resource.get("name").textOr("");
        String reason = state.message().map(m -> " Reasons: '" + m + "'.").orElse("");
        return new ArmFault(
                403,
                Dynamic.bag()
                        .put("code", "RequestDisallowedByPolicy")
                        .put("target", name)
                        .put(
                                "message",
                                "Resource '"
                                        + name
                                        + "' was disallowed by policy."
                                        + reason
                                        + " Policy identifiers: '[{\"policyAssignment\":{\"id\":\""
                                        + state.policy().assignment().id()
                                        + "\"},\"policyDefinition\":{\"id\":\""
                                        + state.policy().definition().id()
                                        + "\"}}]'.")
                        .put(
                                "additionalInfo",
                                Dynamic.array(
                                        violation(
                                                state.policy(),
                                                state.details()
                                                        .toJson()
                                                        .get("evaluatedExpressions"))))
                        .build());
    }

    private static Dynamic violation(AssignedPolicy policy, Dynamic evaluatedExpressions) {
        var definition = policy.definition();
        var assignment = policy.assignment();
        return Dynamic.bag()
                .put("type", "PolicyViolation")
                .put(
                        "info",
                        Dynamic.bag()
                                .put("policyDefinitionDisplayName", definition.displayName())
                                .put("policyDefinitionId", definition.id())
                                .put("policyDefinitionName", definition.name())
                                .put(
                                        "policyDefinitionEffect",
                                        policy.rule().effect().kind().wireName())
                                .put("policyAssignmentId", assignment.id())
                                .put("policyAssignmentName", assignment.name())
                                .put("policyAssignmentDisplayName", assignment.displayName())
                                .put("policyAssignmentScope", assignment.scope().id())
                                .put(
                                        "policyAssignmentParameters",
                                        new Dynamic.Bag(assignment.parameters()))
                                .put(
                                        "evaluationDetails",
                                        Dynamic.bag()
                                                .put("evaluatedExpressions", evaluatedExpressions)
                                                .build())
                                .build())
                .build();
    }

    /// The containers of a resource: all that the effects before a write look at.
    private Snapshot around(ResourceId id) {
        var found = new ArrayList<Dynamic>();
        id.subscriptionId()
                .ifPresent(subscription -> {
                    String at = "/subscriptions/" + subscription;
                    cloud.estate()
                            .find(ResourceId.parse(at))
                            .map(StoredResource::json)
                            .ifPresent(found::add);
                    id.resourceGroup()
                            .flatMap(group ->
                                    cloud.estate()
                                            .find(
                                                    ResourceId.parse(
                                                            at + "/resourceGroups/" + group)))
                            .map(StoredResource::json)
                            .ifPresent(found::add);
                });
        return Snapshot.empty(ResourceGraphTables.STANDARD, cloud.now())
                .with(found, java.util.Set.of(), cloud.now());
    }

    /// The engine of the policies as they stand.
    PolicyEngine policies() {
        var known = engine;
        long now = cloud.estate().keptRevision();
        if (known != null && revision == now) {
            return known;
        }
        var definitions = new PolicyDefinitionReader(aliases);
        var catalog = PolicyCatalog.empty().with(hierarchy()).changed();
        for (var stored : cloud.estate().ofType(PolicyObjects.DEFINITIONS)) {
            var read = definitions.read(stored.id().text(), stored.json()).definition();
            if (read != null) {
                catalog.add(read);
            }
        }
        for (var stored : cloud.estate().ofType(PolicyObjects.SETS)) {
            var read = PolicySetReader.read(stored.id().text(), stored.json()).definition();
            if (read != null) {
                catalog.add(read);
            }
        }
        for (var stored : cloud.estate().ofType(PolicyObjects.ASSIGNMENTS)) {
            PolicyObjectReader.assignment(
                            stored.json(), Faults.in(stored.id().text(), stored.json()))
                    .ifPresent(catalog::add);
        }
        for (var stored : cloud.estate().ofType(PolicyObjects.EXEMPTIONS)) {
            PolicyObjectReader.exemption(
                            stored.json(), Faults.in(stored.id().text(), stored.json()))
                    .ifPresent(catalog::add);
        }
        var built = PolicyEngine.of(catalog.build(), aliases, cloud::now);
        engine = built;
        revision = now;
        return built;
    }

    private ManagementHierarchy hierarchy() {
        return scope ->
                scope instanceof Scope.Subscription
                        ? cloud.estate()
                                .find(ResourceId.parse(scope.id()))
                                .map(s ->
                                        s
                                                .properties()
                                                .get("managementGroupAncestorsChain")
                                                .items()
                                                .stream()
                                                .map(group -> group.get("name").textOr(""))
                                                .toList())
                                .orElse(List.of())
                        : List.of();
    }
}
