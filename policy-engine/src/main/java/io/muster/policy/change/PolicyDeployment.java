package io.muster.policy.change;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.policy.effect.DeployIfNotExists;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import java.util.Locale;
import java.util.Optional;

/// The deployment that deployIfNotExists starts for one resource.
///
/// @param scope ID of the resource group or subscription that it goes to
/// @param location of a subscription deployment; "" for a group's
/// @param template as written: the deployment computes what is in it
/// @param parameters `{name: {value}}` or `{name: {reference}}` to a secret of a key vault, computed by the policy
public record PolicyDeployment(
        String scope, String location, String mode, Dynamic template, Dynamic parameters) {

    /// The deployment for the resource that `evaluator` evaluates.
    public static PolicyDeployment of(
            DeployIfNotExists effect, RuleEvaluator evaluator, Dynamic resource)
            throws EvaluationFailure {
        var values = Dynamic.bag();
        for (var parameter : effect.parameters().entrySet()) {
            values.put(parameter.getKey(), evaluator.value(parameter.getValue()));
        }
        var location = effect.location();
        var id = ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""));
        var otherGroup = effect.related().resourceGroupName();
        String scope =
                scope(
                        id,
                        effect.atSubscription(),
                        otherGroup == null ? "" : evaluator.value(otherGroup).textOr(""));
        return new PolicyDeployment(
                scope,
                location == null ? "" : evaluator.value(location).textOr(""),
                effect.mode().toLowerCase(Locale.ROOT).equals("complete")
                        ? "Complete"
                        : "Incremental",
                effect.template(),
                values.build());
    }

    private static String scope(
            Optional<ResourceId> id, boolean atSubscription, String otherGroup) {
        String subscription = "/subscriptions/" + id.flatMap(ResourceId::subscriptionId).orElse("");
        String group =
                otherGroup.isEmpty()
                        ? id.flatMap(ResourceId::resourceGroup).orElse("")
                        : otherGroup;
        return atSubscription || group.isEmpty()
                ? subscription
                : subscription + "/resourceGroups/" + group;
    }

    /// The body of a `Microsoft.Resources/deployments` PUT.
    public Dynamic toJson() {
        var properties =
                Dynamic.bag()
                        .put("mode", mode)
                        .put("template", template)
                        .put("parameters", parameters)
                        .build();
        var body = Dynamic.bag();
        if (!location.isEmpty()) {
            body.put("location", location);
        }
        return body.put("properties", properties).build();
    }
}
