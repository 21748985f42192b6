package io.muster.policy.admission;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.ResourceId;
import io.muster.policy.change.Modification;
import io.muster.policy.change.PropertyOperation;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.compile.RuleReads;
import io.muster.policy.definition.PolicyMode;
import io.muster.policy.effect.Append;
import io.muster.policy.effect.DenyAction;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.effect.Modify;
import io.muster.policy.evaluate.EvaluatedExpression;
import io.muster.policy.evaluate.EvaluationDetails;
import io.muster.policy.evaluate.PolicyEvaluator;
import io.muster.policy.evaluate.PolicyJudge;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleContext;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides requests: append and modify first, then deny over what they made, audit last. A failing evaluation refuses, whatever the effect. Assignments that do
/// not enforce take no part. Stateless apart from what it is given.
public final class Admission {
    /// Effects that ask nothing of a request but that their `if` can be computed: a failure refuses whatever the effect (azure-policy.md section 11).
    private static final List<EffectKind> DECIDED_LATER =
            List.of(
                    EffectKind.MANUAL,
                    EffectKind.AUDIT_IF_NOT_EXISTS,
                    EffectKind.DEPLOY_IF_NOT_EXISTS);

    private final List<AssignedPolicy> policies;
    private final PolicyJudge judge;
    private final ManagementHierarchy hierarchy;

    public Admission(
            List<AssignedPolicy> policies, PolicyJudge judge, ManagementHierarchy hierarchy) {
        this.policies = List.copyOf(policies);
        this.judge = judge;
        this.hierarchy = hierarchy;
    }

    public AdmissionResult admit(AdmissionRequest request) {
        return switch (request.operation()) {
            case WRITE, PATCH, TAGS -> write(request);
            case DELETE, DELETE_WITH_GROUP -> delete(request);
        };
    }

    /// All that policies say of a write.
    ///
    /// @param resource after append and modify
    /// @param warnings the audit policies that match
    record Outcome(
            Dynamic resource,
            List<Change> changes,
            List<AdmissionResult.Finding> denials,
            List<AdmissionResult.Finding> warnings) {}

    /// What one append or modify does.
    record Change(AssignedPolicy policy, List<PropertyOperation> operations) {}

    private AdmissionResult write(AdmissionRequest request) {
        var outcome = outcome(request);
        return outcome.denials().isEmpty()
                ? new AdmissionResult.Admitted(
                        outcome.resource(),
                        outcome.changes().stream().map(Change::policy).toList(),
                        outcome.warnings())
                : denied(outcome.resource(), outcome.denials());
    }

    Outcome outcome(AdmissionRequest request) {
        Dynamic resource = request.resource();
        List<Change> changes = new ArrayList<>();
        List<AdmissionResult.Finding> denials = new ArrayList<>();
        List<AdmissionResult.Finding> warnings = new ArrayList<>();
        for (var policy : covering(request, resource, EffectKind.APPEND)) {
            resource = append(request, policy, resource, changes, denials);
        }
        resource = modify(request, resource, changes, denials);
        for (var kind : List.of(EffectKind.DENY, EffectKind.AUDIT)) {
            for (var policy : covering(request, resource, kind)) {
                List<EvaluatedExpression> trace = new ArrayList<>();
                try {
                    if (matches(request, policy, resource, trace)) {
                        (kind == EffectKind.DENY ? denials : warnings)
                                .add(finding(policy, trace, null));
                    }
                } catch (EvaluationFailure failure) {
                    refuse(policy, trace, failure, denials);
                }
            }
        }
        for (var kind : DECIDED_LATER) {
            for (var policy : covering(request, resource, kind)) {
                List<EvaluatedExpression> trace = new ArrayList<>();
                try {
                    matches(request, policy, resource, trace);
                } catch (EvaluationFailure failure) {
                    refuse(policy, trace, failure, denials);
                }
            }
        }
        return new Outcome(resource, changes, denials, warnings);
    }

    private static AdmissionResult denied(Dynamic resource, List<AdmissionResult.Finding> denials) {
        return new AdmissionResult.Denied(denials, DenialBody.of(resource, denials));
    }

    private Dynamic append(
            AdmissionRequest request,
            AssignedPolicy policy,
            Dynamic resource,
            List<Change> changes,
            List<AdmissionResult.Finding> denials) {
        List<EvaluatedExpression> trace = new ArrayList<>();
        try {
            if (!matches(request, policy, resource, trace)
                    || !(policy.ruleFor(resource).effect() instanceof Append append)) {
                return resource;
            }
            var change =
                    Modification.of(
                            append,
                            RuleEvaluator.of(
                                    context(request, policy, resource), view(resource, request)),
                            resource,
                            judge.fields(),
                            request.apiVersion());
            return settled(policy, trace, change, resource, changes, denials);
        } catch (EvaluationFailure failure) {
            refuse(policy, trace, failure, denials);
            return resource;
        }
    }

    /// Every modify looks at the same request; what they want of one property is settled before any of it is done.
    private Dynamic modify(
            AdmissionRequest request,
            Dynamic asked,
            List<Change> changes,
            List<AdmissionResult.Finding> denials) {
        List<Wish> wishes = new ArrayList<>();
        for (var policy : covering(request, asked, EffectKind.MODIFY)) {
            List<EvaluatedExpression> trace = new ArrayList<>();
            try {
                if (matches(request, policy, asked, trace)
                        && policy.ruleFor(asked).effect() instanceof Modify modify) {
                    var evaluator =
                            RuleEvaluator.of(context(request, policy, asked), view(asked, request));
                    wishes.add(
                            new Wish(
                                    policy,
                                    trace,
                                    Modification.operations(modify, evaluator),
                                    Modification.denies(modify, evaluator)));
                }
            } catch (EvaluationFailure failure) {
                refuse(policy, trace, failure, denials);
            }
        }
        var contest = new Contest(wishes, asked, judge.fields(), request.apiVersion());
        Dynamic resource = asked;
        for (var wish : wishes) {
            var refused = contest.refused(wish);
            if (refused != null) {
                denials.add(
                        finding(
                                wish.policy(),
                                wish.trace(),
                                "another policy sets '%s' to another value".formatted(refused)));
                continue;
            }
            var change =
                    Modification.ofRequest(
                            contest.granted(wish),
                            resource,
                            judge.fields(),
                            request.apiVersion(),
                            wish.denies());
            resource = settled(wish.policy(), wish.trace(), change, resource, changes, denials);
        }
        return resource;
    }

    private static Dynamic settled(
            AssignedPolicy policy,
            List<EvaluatedExpression> trace,
            Modification change,
            Dynamic resource,
            List<Change> changes,
            List<AdmissionResult.Finding> denials) {
        if (change.denies()) {
            denials.add(finding(policy, trace, String.join("; ", change.conflicts())));
            return resource;
        }
        if (change.changes()) {
            changes.add(new Change(policy, change.operations()));
        }
        return change.after();
    }

    private AdmissionResult delete(AdmissionRequest request) {
        List<AdmissionResult.Finding> denials = new ArrayList<>();
        boolean withGroup = request.operation() == AdmissionRequest.Operation.DELETE_WITH_GROUP;
        for (var policy : covering(request, request.resource(), EffectKind.DENY_ACTION)) {
            List<EvaluatedExpression> trace = new ArrayList<>();
            boolean names =
                    policy.ruleFor(request.resource()).effect() instanceof DenyAction action
                            && (withGroup ? action.deniesDeleteWithGroup() : action.deniesDelete());
            try {
                if (names && matches(request, policy, request.resource(), trace)) {
                    denials.add(finding(policy, trace, null));
                }
            } catch (EvaluationFailure failure) {
                refuse(policy, trace, failure, denials);
            }
        }
        return denials.isEmpty()
                ? new AdmissionResult.Admitted(request.resource(), List.of(), List.of())
                : denied(request.resource(), denials);
    }

    /// A failure refuses, unless the rule has nothing to say of such a resource.
    private static void refuse(
            AssignedPolicy policy,
            List<EvaluatedExpression> trace,
            EvaluationFailure failure,
            List<AdmissionResult.Finding> denials) {
        if (!failure.isInapplicable()) {
            denials.add(finding(policy, trace, failure.reason()));
        }
    }

    private static AdmissionResult.Finding finding(
            AssignedPolicy policy, List<EvaluatedExpression> trace, @Nullable String reason) {
        return new AdmissionResult.Finding(policy, new EvaluationDetails(trace, null, reason));
    }

    /// The enforced policies with that effect that are about the resource, exemptions left out.
    private List<AssignedPolicy> covering(
            AdmissionRequest request, Dynamic resource, EffectKind kind) {
        var id = ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""));
        if (id.isEmpty()) {
            return List.of();
        }
        boolean tagsOnly = request.touchesTagsOnly();
        return policies.stream()
                .filter(policy -> policy.assignment().enforced())
                .filter(policy ->
                        !tagsOnly || RuleReads.asksTags(policy.ruleFor(resource).condition()))
                .filter(policy -> isAbout(policy.ruleFor(resource), kind, resource))
                .filter(policy -> policy.covers(id.get(), resource, hierarchy))
                .filter(policy -> judge.exemption(policy, id.get(), resource) == null)
                .toList();
    }

    private static boolean isAbout(CompiledRule rule, EffectKind kind, Dynamic resource) {
        return rule.effect().kind() == kind
                && !(rule.definition().mode() instanceof PolicyMode.ResourceProvider)
                && !rule.definition().isStatic()
                && PolicyEvaluator.isInMode(rule.definition().mode(), resource)
                && PolicyEvaluator.isInPlace(rule, resource.getIgnoreCase("type").textOr(""));
    }

    private boolean matches(
            AdmissionRequest request,
            AssignedPolicy policy,
            Dynamic resource,
            List<EvaluatedExpression> trace)
            throws EvaluationFailure {
        var rule = policy.ruleFor(resource);
        var context = context(request, policy, resource);
        var applicability = rule.applicability();
        // A rule about other resources says nothing here, not even by failing.
        return (applicability.isOfEverything()
                        || RuleEvaluator.of(context, view(resource, request))
                                .test(applicability.condition()))
                && RuleEvaluator.explaining(context, view(resource, request), trace)
                        .test(rule.condition());
    }

    private ResourceView view(Dynamic resource, AdmissionRequest request) {
        return new ResourceView(resource, judge.fields(), request.apiVersion());
    }

    private RuleContext context(AdmissionRequest request, AssignedPolicy policy, Dynamic resource) {
        var scan = judge.context(policy, resource);
        return new RuleContext(
                scan.parameters(),
                scan.resourceGroup(),
                scan.subscription(),
                Dynamic.bag()
                        .put("apiVersion", request.apiVersion())
                        .put("identity", request.identity())
                        .build(),
                scan.policy(),
                scan.now());
    }
}
