package io.muster.simulator.deployment;

import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Where and when a deployment runs.
///
/// @param scope id of the resource group, subscription or management group; empty for the tenant
/// @param subscriptionId null above subscriptions
/// @param resourceGroup the group's name; null above groups
/// @param lookup a resource by its id, for `reference()` and `resourceGroup()`
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
        Function<String, Optional<Dynamic>> lookup) {}
