package io.muster.remediation.plan.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import org.jspecify.annotations.Nullable;

/// What a policy says of a resource, and what would make it compliant.
public sealed interface Remedy {
    record Compliant() implements Remedy {}

    /// The policy is not about the resource, or the resource is exempt or excluded.
    record NotApplicable(String because) implements Remedy {}

    /// The evaluation failed.
    record Failed(String message) implements Remedy {}

    /// Non-compliant; the `modify` operations make it this.
    ///
    /// @param after the whole resource
    record Modify(Dynamic after) implements Remedy {}

    /// Non-compliant; this deployment makes what is missing.
    ///
    /// @param scope the resource group or subscription that it goes to
    /// @param location of a deployment to a subscription; else null
    /// @param parameters `{name: {"value": v}}`, computed
    /// @param verifiable whether reading the resource again shows what the deployment did; a deployment
    ///     of something beside it is judged by how it ended, until the next collection
    record Deploy(
            ResourceId scope,
            @Nullable String location,
            Dynamic template,
            Dynamic parameters,
            String mode,
            boolean verifiable)
            implements Remedy {}

    /// Non-compliant, and the policy's operations do not change that: their conditions do not hold, or
    /// the field is not modifiable and the conflict effect is audit.
    record NoRemedy(String because) implements Remedy {}
}
