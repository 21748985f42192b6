package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.PolicyState;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// What Azure Policy does after a write has been taken: audit and auditIfNotExists leave a warning in the activity log; deployIfNotExists, once the resource is
/// provisioned, deploys what is missing with the rights of the assignment's identity. Guarded by the simulator's lock.
///
/// Source: azure/governance/policy/concepts/effect-deploy-if-not-exists.
final class PolicyAftermath implements KeptState {
    private static final Set<EffectKind> AUDITS =
            Set.of(EffectKind.AUDIT, EffectKind.AUDIT_IF_NOT_EXISTS);
    private static final Set<EffectKind> DEPLOYS = Set.of(EffectKind.DEPLOY_IF_NOT_EXISTS);

    private final Cloud cloud;
    private final Admission admission;
    private final ActivityLog activity;
    private final Identities identities;
    private final Supplier<Snapshot> estate;
    private final Function<ArmRequest, ArmResponse> write;

    /// Deployments started so far: each has a name of its own. A resource that stays without is tried again with its next write, not for ever.
    private int deployed;

    /// The operations of deployments started that are under way.
    private final Set<String> underWay = new LinkedHashSet<>();

    private boolean deploying;

    /// @param estate all resources, for what is related to the one written
    /// @param write answers a deployment's request
    PolicyAftermath(
            Cloud cloud,
            Admission admission,
            ActivityLog activity,
            Identities identities,
            Supplier<Snapshot> estate,
            Function<ArmRequest, ArmResponse> write) {
        this.cloud = cloud;
        this.admission = admission;
        this.activity = activity;
        this.identities = identities;
        this.estate = estate;
        this.write = write;
    }

    /// To be called when a write of a resource has been taken.
    void written(ArmRequest request, ResourceId id) {
        if (cloud.estate().ofType(PolicyObjects.ASSIGNMENTS).isEmpty()
                || id.namespace().equalsIgnoreCase("Microsoft.Authorization")) {
            return;
        }
        // The child names an application of the machine: the machine is what was written.
        var subject =
                id.isOfType("microsoft.compute/virtualmachines/vmapplications")
                        ? id.parent().orElse(id)
                        : id;
        var stored = cloud.estate().find(subject);
        if (stored.isEmpty()) {
            return;
        }
        var audits = matching(stored.get(), AUDITS);
        if (!audits.isEmpty()) {
            activity.warn(cloud.now(), request, subject, policies(audits));
        }
        boolean mayDeploy =
                admission.policies().policies().stream()
                        .anyMatch(p ->
                                p.assignment().enforced() && DEPLOYS.stream().anyMatch(p::mayBe));
        if (mayDeploy && !deploying) {
            var due =
                    cloud.now()
                            .plus(cloud.settings().operationTime())
                            .plus(cloud.settings().guestTime());
            cloud.agenda()
                    .at(
                            due,
                            new Task.DeployMissing(
                                    subject,
                                    request.method(),
                                    request.origin(),
                                    request.header("x-ms-correlation-request-id").orElse(""),
                                    Tokens.caller(request)));
            cloud.agenda().runUntil(cloud.clock().instant());
        }
    }

    /// Deploys what a resource lacks, some time after it was written.
    void deploy(Task.DeployMissing task) {
        var id = task.resource();
        var headers = new HashMap<String, String>();
        headers.put("Authorization", "Bearer " + Tokens.ofPrincipal(task.caller()));
        if (!task.correlationId().isEmpty()) {
            headers.put("x-ms-correlation-request-id", task.correlationId());
        }
        var request =
                new ArmRequest(
                        task.method(), URI.create(task.origin() + "/"), headers, new byte[0]);
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()) {
            return;
        }
        for (var policy : matching(stored.get(), DEPLOYS)) {
            silently(() -> start(request, policy, stored.get()));
        }
    }

    /// A deployment goes on.
    ///
    /// @param operation the deployment's own
    void following(String operation, Runnable step) {
        if (!underWay.contains(operation)) {
            step.run();
            return;
        }
        try {
            silently(step);
        } finally {
            if (!isRunning(operation)) {
                underWay.remove(operation);
            }
        }
    }

    private boolean isRunning(String operation) {
        return cloud.operations()
                .find(operation)
                .filter(Operations.Operation::isRunning)
                .isPresent();
    }

    /// A deployment's own writes, the first as the last, are not evaluated for further deployments: one that does not end what it is for would never end itself.
    private void silently(Runnable writes) {
        deploying = true;
        try {
            writes.run();
        } finally {
            deploying = false;
        }
    }

    private void start(ArmRequest request, AssignedPolicy policy, StoredResource resource) {
        PolicyEngine engine = admission.policies();
        String name = "PolicyDeployment_" + number(policy, resource);
        try {
            var planned =
                    engine.deployment(
                            policy, resource.json(), new SnapshotSurroundings(estate.get()));
            if (planned.isEmpty()) {
                return;
            }
            var headers = new HashMap<String, String>();
            String principal =
                    cloud.estate()
                            .find(ResourceId.parse(policy.assignment().id()))
                            .flatMap(a -> identities.acting(a.json()))
                            .orElse("");
            if (principal.isEmpty()) {
                throw new ArmFault(
                        400,
                        "ResourceIdentityRequired",
                        "The policy assignment '"
                                + policy.assignment().id()
                                + "' has no identity to deploy with.");
            }
            headers.put("Authorization", "Bearer " + Tokens.ofPrincipal(principal));
            var answer =
                    write.apply(
                            new ArmRequest(
                                    "PUT",
                                    URI.create(
                                            request.origin()
                                                    + planned.get().scope()
                                                    + "/providers/Microsoft.Resources/deployments/"
                                                    + name
                                                    + "?api-version=2024-07-01"),
                                    headers,
                                    Json.write(planned.get().toJson())
                                            .getBytes(StandardCharsets.UTF_8)));
            if (answer.status() >= 300) {
                activity.warn(cloud.now(), request, resource.id(), Dynamic.of(answer.text()));
            }
            Operations.followed(answer).filter(this::isRunning).ifPresent(underWay::add);
        } catch (ArmFault refused) {
            activity.warn(cloud.now(), request, resource.id(), Dynamic.of(refused.getMessage()));
        } catch (EvaluationFailure failure) {
            activity.warn(cloud.now(), request, resource.id(), Dynamic.of(failure.reason()));
        }
    }

    private String number(AssignedPolicy policy, StoredResource resource) {
        String key =
                policy.assignment().id()
                        + "|"
                        + policy.definition().id()
                        + "|"
                        + resource.id().key();
        return Guids.of("policyDeployment", key, cloud.settings().seed(), ++deployed);
    }

    @Override
    public String kind() {
        return "policyDeployments";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        sink.accept(Dynamic.bag().put("times", deployed).build());
        underWay.forEach(
                operation -> sink.accept(Dynamic.bag().put("underWay", operation).build()));
    }

    @Override
    public void take(Dynamic kept) {
        var operation = kept.get("underWay").asText();
        if (operation.isPresent()) {
            underWay.add(operation.get());
            return;
        }
        // States of before had a count for each key.
        deployed = Math.addExact(deployed, Math.toIntExact(kept.get("times").longOr(0)));
    }

    private List<AssignedPolicy> matching(StoredResource stored, Set<EffectKind> kinds) {
        var engine = admission.policies();
        var candidates =
                engine.policies().stream()
                        .filter(p ->
                                p.assignment().enforced()
                                        && kinds.contains(p.ruleFor(stored.json()).effect().kind()))
                        .toList();
        if (candidates.isEmpty()) {
            return List.of();
        }
        var judge = engine.judge(new SnapshotSurroundings(estate.get()));
        return candidates.stream()
                .filter(p ->
                        judge.judge(p, stored.json(), false)
                                .filter(PolicyAftermath::matches)
                                .isPresent())
                .toList();
    }

    private static Dynamic policies(List<AssignedPolicy> matching) {
        var out = new ArrayList<Dynamic>();
        for (var policy : matching) {
            out.add(
                    Dynamic.bag()
                            .put("policyDefinitionId", policy.definition().id())
                            .put("policyDefinitionName", policy.definition().name())
                            .put("policyDefinitionEffect", policy.rule().effect().kind().wireName())
                            .put("policyAssignmentId", policy.assignment().id())
                            .put("policyAssignmentName", policy.assignment().name())
                            .put("policyAssignmentScope", policy.assignment().scope().id())
                            .build());
        }
        return Dynamic.array(out);
    }

    private static boolean matches(PolicyState state) {
        return state.state() == ComplianceState.NON_COMPLIANT
                || state.state() == ComplianceState.ERROR;
    }
}
