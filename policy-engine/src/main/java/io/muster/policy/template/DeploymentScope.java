package io.muster.policy.template;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where and when a deployment runs.
///
/// @param scope id of the resource group, subscription or management group; empty for the tenant
/// @param subscriptionId null above subscriptions
/// @param resourceGroup the group's name; null above groups
/// @param resources what is deployed already, for `reference()`, `list*()` and `resourceGroup()`
/// @param seed makes `newGuid()` repeatable
public record DeploymentScope(
        String scope,
        @Nullable String subscriptionId,
        @Nullable String resourceGroup,
        String tenantId,
        String deploymentName,
        String location,
        Instant now,
        long seed,
        DeployedResources resources) {}
