package io.muster.policy.admission;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.ResourceId;
import io.muster.policy.change.Modification;
import io.muster.policy.change.PropertyOperation;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.CompiledRule;
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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides requests: append and modify first, then deny over what they made, audit last. A failing evaluation refuses, whatever the effect. Assignments that do
/// not enforce take no part. Stateless apart from what it is given.
public final class Admission {
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
            case WRITE -> write(request);
            case DELETE -> delete(request);
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
        // A property that one policy wrote is a conflict for the next that wants another value
        // there.
        Map<String, Dynamic> written = new HashMap<>();
        for (var kind : List.of(EffectKind.APPEND, EffectKind.MODIFY)) {
            for (var policy : covering(resource, kind)) {
                resource = change(request, policy, resource, changes, denials, written);
            }
        }
        for (var kind : List.of(EffectKind.DENY, EffectKind.AUDIT)) {
            for (var policy : covering(resource, kind)) {
                List<EvaluatedExpression> trace = new ArrayList<>();
                try {
                    if (matches(request, policy, resource, trace)) {
                        (kind == EffectKind.DENY ? denials : warnings)
                                .add(finding(policy, trace, null));
                    }
                } catch (EvaluationFailure failure) {
                    denials.add(finding(policy, trace, failure.reason()));
                }
            }
        }
        return new Outcome(resource, changes, denials, warnings);
    }

    private static AdmissionResult denied(Dynamic resource, List<AdmissionResult.Finding> denials) {
        return new AdmissionResult.Denied(
                denials, DenialBody.of(resource.getIgnoreCase("name").textOr(""), denials));
    }

    private Dynamic change(
            AdmissionRequest request,
            AssignedPolicy policy,
            Dynamic resource,
            List<Change> changes,
            List<AdmissionResult.Finding> denials,
            Map<String, Dynamic> written) {
        List<EvaluatedExpression> trace = new ArrayList<>();
        try {
            if (!matches(request, policy, resource, trace)) {
                return resource;
            }
            var rule = policy.ruleFor(resource);
            var evaluator =
                    RuleEvaluator.of(context(request, policy, resource), view(resource, request));
            Optional<Modification> modification =
                    switch (rule.effect()) {
                        case Modify modify ->
                                Optional.of(
                                        Modification.of(
                                                modify,
                                                evaluator,
                                                resource,
                                                judge.fields(),
                                                request.apiVersion()));
                        case Append append ->
                                Optional.of(
                                        Modification.of(
                                                append,
                                                evaluator,
                                                resource,
                                                judge.fields(),
                                                request.apiVersion()));
                        default -> Optional.empty();
                    };
            if (modification.isEmpty()) {
                return resource;
            }
            var change = modification.get();
            if (change.denies()) {
                denials.add(finding(policy, trace, String.join("; ", change.conflicts())));
                return resource;
            }
            for (var operation : change.operations()) {
                var before =
                        written.put(operation.field().toLowerCase(Locale.ROOT), operation.value());
                boolean appends = operation.field().endsWith("[*]");
                if (before != null && !before.equals(operation.value()) && !appends) {
                    denials.add(
                            finding(
                                    policy,
                                    trace,
                                    "another policy sets '%s' to another value"
                                            .formatted(operation.field())));
                    return resource;
                }
            }
            if (change.changes()) {
                changes.add(new Change(policy, change.operations()));
            }
            return change.after();
        } catch (EvaluationFailure failure) {
            denials.add(finding(policy, trace, failure.reason()));
            return resource;
        }
    }

    private AdmissionResult delete(AdmissionRequest request) {
        List<AdmissionResult.Finding> denials = new ArrayList<>();
        for (var policy : covering(request.resource(), EffectKind.DENY_ACTION)) {
            List<EvaluatedExpression> trace = new ArrayList<>();
            boolean names =
                    policy.ruleFor(request.resource()).effect() instanceof DenyAction action
                            && action.actions().stream().anyMatch("delete"::equalsIgnoreCase);
            try {
                if (names && matches(request, policy, request.resource(), trace)) {
                    denials.add(finding(policy, trace, null));
                }
            } catch (EvaluationFailure failure) {
                denials.add(finding(policy, trace, failure.reason()));
            }
        }
        return denials.isEmpty()
                ? new AdmissionResult.Admitted(request.resource(), List.of(), List.of())
                : denied(request.resource(), denials);
    }

    private static AdmissionResult.Finding finding(
            AssignedPolicy policy, List<EvaluatedExpression> trace, @Nullable String reason) {
        return new AdmissionResult.Finding(policy, new EvaluationDetails(trace, null, reason));
    }

    /// The enforced policies with that effect that are about the resource, exemptions left out.
    private List<AssignedPolicy> covering(Dynamic resource, EffectKind kind) {
        var id = ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""));
        if (id.isEmpty()) {
            return List.of();
        }
        return policies.stream()
                .filter(policy -> policy.assignment().enforced())
                .filter(policy -> isAbout(policy.ruleFor(resource), kind, resource))
                .filter(policy -> policy.covers(id.get(), resource, hierarchy))
                .filter(policy -> judge.exemption(policy, id.get(), resource) == null)
                .toList();
    }

    private static boolean isAbout(CompiledRule rule, EffectKind kind, Dynamic resource) {
        return rule.effect().kind() == kind
                && !(rule.definition().mode() instanceof PolicyMode.ResourceProvider)
                && PolicyEvaluator.isInMode(rule.definition().mode(), resource);
    }

    private boolean matches(
            AdmissionRequest request,
            AssignedPolicy policy,
            Dynamic resource,
            List<EvaluatedExpression> trace)
            throws EvaluationFailure {
        return RuleEvaluator.explaining(
                        context(request, policy, resource), view(resource, request), trace)
                .test(policy.ruleFor(resource).condition());
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
