package io.muster.remediation.plan.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.policy.change.AppliedChange;
import io.muster.policy.change.OperationApplier;
import io.muster.policy.change.PropertyOperation;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.effect.AddToNetworkGroup;
import io.muster.policy.effect.Append;
import io.muster.policy.effect.Audit;
import io.muster.policy.effect.AuditAction;
import io.muster.policy.effect.AuditIfNotExists;
import io.muster.policy.effect.Deny;
import io.muster.policy.effect.DenyAction;
import io.muster.policy.effect.DeployIfNotExists;
import io.muster.policy.effect.Disabled;
import io.muster.policy.effect.Manual;
import io.muster.policy.effect.Modify;
import io.muster.policy.effect.Mutate;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.PolicyJudge;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.evaluate.Surroundings;
import io.muster.policy.expression.EvaluationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// [PolicyCompliance] by the policy engine: non-compliance from the last scan, remedies from the resource
/// as it is now.
public record EngineCompliance(Scans scans) implements PolicyCompliance {

    @Override
    public Optional<AssignmentFacts> assignment(ResourceId assignmentId) {
        var engine = scans.latest().engine();
        return engine.catalog()
                .assignment(assignmentId.text())
                .map(assignment -> {
                    var policies =
                            engine.policies().stream()
                                    .filter(p ->
                                            p.assignment().id().equalsIgnoreCase(assignment.id()))
                                    .toList();
                    return new AssignmentFacts(
                            assignmentId,
                            policies.stream().anyMatch(p -> p.member() != null),
                            assignment.hasIdentity(),
                            policies.stream().map(EngineCompliance::member).toList());
                });
    }

    private static AssignmentFacts.Member member(AssignedPolicy policy) {
        return new AssignmentFacts.Member(
                policy.member() == null ? null : policy.referenceId(),
                policy.rule().effect().kind().wireName());
    }

    @Override
    public List<NonCompliant> nonCompliant(
            ResourceId assignmentId,
            @Nullable String referenceId,
            ResourceId scope,
            boolean reEvaluate) {
        var scan = reEvaluate ? scans.rescan(scope) : scans.latest();
        var hierarchy = scan.engine().catalog().hierarchy();
        var within = Scope.of(scope);
        List<NonCompliant> found = new ArrayList<>();
        var ordinals =
                scan.verdicts().of(key(assignmentId, referenceId), ComplianceState.NON_COMPLIANT);
        for (int ordinal : ordinals) {
            var id = scan.snapshot().idOf(ordinal).flatMap(ResourceId::tryParse);
            if (id.isPresent() && hierarchy.contains(within, id.get())) {
                var location =
                        scan.snapshot()
                                .resource(ordinal)
                                .map(r -> r.getIgnoreCase("location").textOr(""))
                                .orElse("");
                found.add(new NonCompliant(id.get(), Location.normalise(location)));
            }
        }
        found.sort((a, b) -> a.resource().compareTo(b.resource()));
        return found;
    }

    @Override
    public boolean contains(ResourceId scope, ResourceId inner) {
        return scans.latest().engine().catalog().hierarchy().contains(Scope.of(scope), inner);
    }

    private static PolicyKey key(ResourceId assignmentId, @Nullable String referenceId) {
        return new PolicyKey(assignmentId.text(), referenceId == null ? "" : referenceId);
    }

    @Override
    public Remedy remedy(ResourceId assignmentId, @Nullable String referenceId, Dynamic resource) {
        var scan = scans.latest();
        var policy = scan.engine().policy(key(assignmentId, referenceId));
        if (policy.isEmpty()) {
            return new Remedy.NotApplicable("The policy is no longer assigned.");
        }
        var judge =
                scan.engine()
                        .judge(
                                new FreshSurroundings(
                                        new SnapshotSurroundings(scan.snapshot()), resource));
        var state = judge.judge(policy.get(), resource, false);
        if (state.isEmpty()) {
            return new Remedy.NotApplicable("The policy does not apply to the resource.");
        }
        return switch (state.get().state()) {
            case NON_COMPLIANT -> remedy(judge, policy.get(), state.get().rule(), resource);
            case COMPLIANT -> new Remedy.Compliant();
            case EXEMPT -> new Remedy.NotApplicable("The resource is exempt from the policy.");
            case ERROR ->
                    new Remedy.Failed(
                            Optional.ofNullable(state.get().details().reason())
                                    .orElse("The policy could not be evaluated."));
            case CONFLICT, PROTECTED, UNKNOWN ->
                    new Remedy.NotApplicable(
                            "The compliance state is " + state.get().state().wireName() + ".");
        };
    }

    private static Remedy remedy(
            PolicyJudge judge, AssignedPolicy policy, CompiledRule rule, Dynamic resource) {
        var evaluator =
                RuleEvaluator.of(
                        judge.context(policy, resource),
                        new ResourceView(resource, judge.fields(), null));
        try {
            return switch (rule.effect()) {
                case Modify modify -> modify(modify, evaluator, judge, resource);
                case DeployIfNotExists deploy -> deploy(deploy, evaluator, resource);
                case Append _,
                        Audit _,
                        AuditAction _,
                        AuditIfNotExists _,
                        Deny _,
                        DenyAction _,
                        Disabled _,
                        Manual _,
                        Mutate _,
                        AddToNetworkGroup _ ->
                        new Remedy.NotApplicable(
                                "The effect '"
                                        + rule.effect().kind().wireName()
                                        + "' remediates nothing.");
            };
        } catch (EvaluationFailure failure) {
            return new Remedy.Failed(failure.reason());
        }
    }

    private static Remedy modify(
            Modify modify, RuleEvaluator evaluator, PolicyJudge judge, Dynamic resource)
            throws EvaluationFailure {
        boolean lenient =
                !evaluator.value(modify.conflictEffect()).textOr("deny").equalsIgnoreCase("deny");
        var applier = new OperationApplier(judge.fields());
        var after = resource;
        List<String> skipped = new ArrayList<>();
        for (var operation : modify.operations()) {
            if (operation.condition() != null
                    && !evaluator.value(operation.condition()).boolOr(false)) {
                skipped.add("an operation's condition does not hold");
                continue;
            }
            var computed =
                    new PropertyOperation(
                            operation.kind(),
                            evaluator.value(operation.field()).textOr(""),
                            operation.value() == null
                                    ? Dynamic.NULL
                                    : evaluator.value(operation.value()));
            switch (applier.apply(after, computed, null)) {
                case AppliedChange.Changed(var changed, _) -> after = changed;
                case AppliedChange.Unchanged _ -> {}
                case AppliedChange.Conflict(_, var reason) -> {
                    if (!lenient) {
                        return new Remedy.NoRemedy(
                                "The operation on '" + computed.field() + "' conflicts: " + reason);
                    }
                    skipped.add(reason);
                }
            }
        }
        return after.equals(resource)
                ? new Remedy.NoRemedy(
                        skipped.isEmpty()
                                ? "The policy's operations change nothing."
                                : "No operation applies: " + String.join("; ", skipped) + ".")
                : new Remedy.Modify(after);
    }

    private static Remedy deploy(
            DeployIfNotExists deploy, RuleEvaluator evaluator, Dynamic resource)
            throws EvaluationFailure {
        var id = ResourceId.parse(resource.getIgnoreCase("id").textOr(""));
        var parameters = Dynamic.bag();
        for (var parameter : deploy.parameters().entrySet()) {
            parameters.put(parameter.getKey(), evaluator.value(parameter.getValue()));
        }
        var subscription = ResourceId.parse("/subscriptions/" + id.subscriptionId().orElseThrow());
        var elsewhere = deploy.related().resourceGroupName();
        Optional<String> group =
                elsewhere == null
                        ? id.resourceGroup()
                        : evaluator
                                .value(elsewhere)
                                .asText()
                                .filter(name -> !name.isBlank())
                                .or(id::resourceGroup);
        var scope =
                deploy.atSubscription() || group.isEmpty()
                        ? subscription
                        : subscription.child("resourceGroups", group.get());
        var location =
                deploy.location() == null
                        ? null
                        : evaluator.value(deploy.location()).asText().orElse(null);
        boolean verifiable =
                evaluator
                        .value(deploy.related().type())
                        .textOr("")
                        .equalsIgnoreCase(id.type().text());
        return new Remedy.Deploy(
                scope, location, deploy.template(), parameters.build(), deploy.mode(), verifiable);
    }

    /// The last snapshot, save that one resource is as it was just read.
    private record FreshSurroundings(Surroundings kept, Dynamic fresh) implements Surroundings {
        @Override
        public Dynamic resourceGroup(Dynamic resource) {
            return kept.resourceGroup(resource);
        }

        @Override
        public Dynamic subscription(Dynamic resource) {
            return kept.subscription(resource);
        }

        @Override
        public List<Dynamic> find(Search search) {
            String id = fresh.getIgnoreCase("id").textOr("");
            String type = fresh.getIgnoreCase("type").textOr("");
            String name = fresh.getIgnoreCase("name").textOr("");
            List<Dynamic> found = new ArrayList<>();
            if (type.equalsIgnoreCase(search.type()) && name.equalsIgnoreCase(search.name())) {
                found.add(fresh);
            }
            for (var candidate : kept.find(search)) {
                if (!candidate.getIgnoreCase("id").textOr("").equalsIgnoreCase(id)) {
                    found.add(candidate);
                } else if (found.isEmpty()) {
                    found.add(fresh);
                }
            }
            return found;
        }
    }
}
