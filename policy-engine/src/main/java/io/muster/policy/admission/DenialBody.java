package io.muster.policy.admission;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.compile.AssignedPolicy;
import java.util.ArrayList;
import java.util.List;

/// Azure's error body of a refused request: code `RequestDisallowedByPolicy`, one `PolicyViolation` an assignment in `additionalInfo`.
final class DenialBody {
    private DenialBody() {}

    static Dynamic of(Dynamic resource, List<AdmissionResult.Finding> findings) {
        String resourceName = resource.getIgnoreCase("name").textOr("");
        List<Dynamic> violations = new ArrayList<>();
        List<Dynamic> identifiers = new ArrayList<>();
        List<String> messages = new ArrayList<>();
        for (var finding : findings) {
            var policy = finding.policy();
            identifiers.add(identifiers(policy));
            policy.assignment().message(policy.referenceId()).ifPresent(messages::add);
            violations.add(
                    Dynamic.bag()
                            .put("type", "PolicyViolation")
                            .put("info", info(finding, resource))
                            .build());
        }
        String message =
                messages.isEmpty()
                        ? "Resource '%s' was disallowed by policy. Policy identifiers: '%s'."
                                .formatted(resourceName, Json.write(new Dynamic.Array(identifiers)))
                        : "Resource '%s' was disallowed by policy. Reasons: '%s'. See error details for policy resource IDs."
                                .formatted(resourceName, String.join("; ", messages));
        return Dynamic.bag()
                .put(
                        "error",
                        Dynamic.bag()
                                .put("code", "RequestDisallowedByPolicy")
                                .put("target", resourceName)
                                .put("message", message)
                                .put("additionalInfo", new Dynamic.Array(violations))
                                .build())
                .build();
    }

    private static Dynamic identifiers(AssignedPolicy policy) {
        var assignment = policy.assignment();
        var definition = policy.definition();
        var identifiers =
                Dynamic.bag()
                        .put(
                                "policyAssignment",
                                named(assignment.displayName(), assignment.name(), assignment.id()))
                        .put(
                                "policyDefinition",
                                named(
                                        definition.displayName(),
                                        definition.name(),
                                        definition.id()));
        var set = policy.set();
        if (set != null) {
            identifiers.put("policySetDefinition", named(set.displayName(), set.name(), set.id()));
        }
        return identifiers.build();
    }

    private static Dynamic named(String displayName, String name, String id) {
        return Dynamic.bag()
                .put("name", displayName.isEmpty() ? name : displayName)
                .put("id", id)
                .build();
    }

    private static Dynamic info(AdmissionResult.Finding finding, Dynamic resource) {
        var policy = finding.policy();
        var info =
                Dynamic.bag()
                        .put("evaluationDetails", finding.details().toJson())
                        .put("policyDefinitionId", policy.definition().id())
                        .put("policyDefinitionName", policy.definition().name())
                        .put("policyDefinitionDisplayName", policy.definition().displayName())
                        .put(
                                "policyDefinitionEffect",
                                policy.ruleFor(resource).effect().kind().wireName())
                        .put("policyAssignmentId", policy.assignment().id())
                        .put("policyAssignmentName", policy.assignment().name())
                        .put("policyAssignmentDisplayName", policy.assignment().displayName())
                        .put("policyAssignmentScope", policy.assignment().scope().id())
                        .put(
                                "policyAssignmentParameters",
                                new Dynamic.Bag(policy.assignment().parameters()));
        var set = policy.set();
        if (set != null) {
            info.put("policySetDefinitionId", set.id())
                    .put("policySetDefinitionName", set.name())
                    .put("policyDefinitionReferenceId", policy.referenceId());
        }
        return info.build();
    }
}
