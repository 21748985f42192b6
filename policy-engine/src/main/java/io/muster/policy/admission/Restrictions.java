package io.muster.policy.admission;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.change.AppliedChange;
import io.muster.policy.change.OperationApplier;
import io.muster.policy.change.PropertyOperation;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.effect.Modify;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What policies would say of a resource that is not sent yet, and of values for fields that are still open. Source: policyinsights-checkPolicyRestrictions-2024-10-01.
public final class Restrictions {
    private final Admission admission;
    private final FieldResolver fields;

    public Restrictions(Admission admission, FieldResolver fields) {
        this.admission = admission;
        this.fields = fields;
    }

    /// A field without its value yet.
    ///
    /// @param values that are considered; empty for none
    public record PendingField(String field, List<Dynamic> values) {
        public PendingField {
            values = List.copyOf(values);
        }
    }

    /// `CheckRestrictionsResult`.
    public Dynamic check(
            AdmissionRequest request, List<PendingField> pending, boolean includeAudit) {
        var outcome = admission.outcome(request);
        var evaluations = new ArrayList<Dynamic>();
        outcome.denials().forEach(finding -> evaluations.add(evaluation(finding, request)));
        if (includeAudit) {
            outcome.warnings().forEach(finding -> evaluations.add(evaluation(finding, request)));
        }
        var restrictions = new ArrayList<Dynamic>();
        for (var field : pending) {
            var of = restrictions(field, request, outcome, includeAudit);
            if (!of.isEmpty()) {
                restrictions.add(
                        Dynamic.bag()
                                .put("field", field.field())
                                .put("restrictions", Dynamic.array(of))
                                .build());
            }
        }
        return Dynamic.bag()
                .put("fieldRestrictions", Dynamic.array(restrictions))
                .put(
                        "contentEvaluationResult",
                        Dynamic.bag().put("policyEvaluations", Dynamic.array(evaluations)).build())
                .build();
    }

    private List<Dynamic> restrictions(
            PendingField field,
            AdmissionRequest request,
            Admission.Outcome outcome,
            boolean includeAudit) {
        List<Dynamic> out = new ArrayList<>();
        for (var change : outcome.changes()) {
            for (var operation : change.operations()) {
                if (operation.field().equalsIgnoreCase(field.field())) {
                    out.add(required(change.policy(), operation, request));
                }
            }
        }
        Map<AssignedPolicy, List<Dynamic>> denied = new LinkedHashMap<>();
        Map<AssignedPolicy, List<Dynamic>> audited = new LinkedHashMap<>();
        for (var value : field.values()) {
            var tried = with(request, field.field(), value);
            if (tried == null) {
                continue;
            }
            var of = admission.outcome(tried);
            collect(of.denials(), field.field(), value, denied);
            if (includeAudit) {
                collect(of.warnings(), field.field(), value, audited);
            }
        }
        denied.forEach(
                (policy, values) -> out.add(restriction("Deny", policy, values, null, request)));
        audited.forEach(
                (policy, values) -> out.add(restriction("Audit", policy, values, null, request)));
        return out;
    }

    /// Only policies that look at the field say something of its values: others are told of the content.
    private static void collect(
            List<AdmissionResult.Finding> findings,
            String field,
            Dynamic value,
            Map<AssignedPolicy, List<Dynamic>> into) {
        for (var finding : findings) {
            if (finding.details().evaluatedExpressions().stream()
                    .anyMatch(e -> e.expression().equalsIgnoreCase(field))) {
                into.computeIfAbsent(finding.policy(), _ -> new ArrayList<>()).add(value);
            }
        }
    }

    private @Nullable AdmissionRequest with(AdmissionRequest request, String field, Dynamic value) {
        Dynamic resource;
        if (field.equalsIgnoreCase("name") || field.equalsIgnoreCase("type")) {
            resource = request.resource().with(field, value);
        } else {
            var operation =
                    new PropertyOperation(Modify.OperationKind.ADD_OR_REPLACE, field, value);
            switch (new OperationApplier(fields)
                    .apply(request.resource(), operation, request.apiVersion())) {
                case AppliedChange.Changed(var after, _) -> resource = after;
                case AppliedChange.Unchanged(var same) -> resource = same;
                case AppliedChange.Conflict _ -> {
                    // A value that cannot be put there cannot be tried.
                    return null;
                }
            }
        }
        return request.of(resource);
    }

    private static Dynamic required(
            AssignedPolicy policy, PropertyOperation operation, AdmissionRequest request) {
        return operation.kind() == Modify.OperationKind.REMOVE
                ? restriction("Removed", policy, List.of(), null, request)
                : restriction(
                        "Required", policy, List.of(operation.value()), operation.value(), request);
    }

    private static Dynamic restriction(
            String result,
            AssignedPolicy policy,
            List<Dynamic> values,
            @Nullable Dynamic defaultValue,
            AdmissionRequest request) {
        var json = Dynamic.bag().put("result", result);
        if (defaultValue != null) {
            json.put("defaultValue", defaultValue);
        }
        if (!values.isEmpty()) {
            json.put("values", Dynamic.array(values));
        }
        return json.put("policy", reference(policy))
                .put("policyEffect", effect(policy, request))
                .putIfPresent(
                        "reason", policy.assignment().message(policy.referenceId()).orElse(null))
                .build();
    }

    private static Dynamic evaluation(AdmissionResult.Finding finding, AdmissionRequest request) {
        return Dynamic.bag()
                .put("policyInfo", reference(finding.policy()))
                .put(
                        "evaluationResult",
                        finding.details().reason() == null ? "NonCompliant" : "Error")
                .put("evaluationDetails", finding.details().toJson())
                .put(
                        "effectDetails",
                        Dynamic.bag()
                                .put("policyEffect", effect(finding.policy(), request))
                                .build())
                .build();
    }

    private static String effect(AssignedPolicy policy, AdmissionRequest request) {
        return policy.ruleFor(request.resource()).effect().kind().wireName();
    }

    private static Dynamic reference(AssignedPolicy policy) {
        var set = policy.set();
        return Dynamic.bag()
                .put("policyDefinitionId", policy.definition().id())
                .putIfPresent("policySetDefinitionId", set == null ? null : set.id())
                .putIfPresent(
                        "policyDefinitionReferenceId",
                        policy.referenceId().isEmpty() ? null : policy.referenceId())
                .put("policyAssignmentId", policy.assignment().id())
                .build();
    }
}
