package io.muster.policy.effect;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.Members;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `deployIfNotExists`: as auditIfNotExists, and a deployment that makes what is missing.
///
/// @param roles role definitions that the assignment's identity needs
/// @param template ARM language: nothing in it is computed by the policy
/// @param parameters of the template, each `{value}` or `{reference}` to a secret, policy language
/// @param atSubscription whether the deployment goes to the subscription
/// @param location of a subscription deployment
public record DeployIfNotExists(
        RelatedDetails related,
        List<String> roles,
        Dynamic template,
        Map<String, TemplateValue> parameters,
        String mode,
        boolean atSubscription,
        @Nullable TemplateValue location)
        implements Effect {
    public DeployIfNotExists {
        roles = List.copyOf(roles);
    }

    @Override
    public EffectKind kind() {
        return EffectKind.DEPLOY_IF_NOT_EXISTS;
    }

    static DeployIfNotExists read(Dynamic details, String pointer, EffectReader reader) {
        var related = RelatedDetails.read(details, pointer, reader);
        if (!(details instanceof Dynamic.Bag)) {
            return new DeployIfNotExists(
                    related, List.of(), Dynamic.NULL, Map.of(), "Incremental", false, null);
        }
        var roles = reader.roles(details, pointer);
        boolean atSubscription = atSubscription(details, pointer, reader);
        var deployment = details.getIgnoreCase("deployment");
        String at = Faults.below(pointer, "deployment");
        if (deployment.isNull()) {
            reader.report(
                    PolicyFault.MISSING_DEPLOYMENT, pointer, "The details have no deployment.");
        }
        var properties = deployment.getIgnoreCase("properties");
        if (!deployment.isNull()
                && !(properties.getIgnoreCase("template") instanceof Dynamic.Bag)) {
            reader.report(
                    PolicyFault.DEPLOYMENT_MALFORMED, at, "The deployment has no template object.");
        }
        var location = deployment.getIgnoreCase("location");
        if (atSubscription && !deployment.isNull() && location.isNull()) {
            reader.report(
                    PolicyFault.DEPLOYMENT_LOCATION_MISSING,
                    at,
                    "A deployment to a subscription needs a location.");
        }
        return new DeployIfNotExists(
                related,
                roles,
                properties.getIgnoreCase("template"),
                parameters(properties, Faults.below(at, "properties"), reader),
                properties.getIgnoreCase("mode").textOr("Incremental"),
                atSubscription,
                location.isNull() ? null : reader.value(location, Faults.below(at, "location")));
    }

    private static boolean atSubscription(Dynamic details, String pointer, EffectReader reader) {
        var written = details.getIgnoreCase("deploymentScope");
        String scope = written.textOr(written.isNull() ? "ResourceGroup" : "");
        if (!Set.of("resourcegroup", "subscription").contains(scope.toLowerCase(Locale.ROOT))) {
            reader.report(
                    PolicyFault.DEPLOYMENT_SCOPE_UNKNOWN,
                    Faults.below(pointer, "deploymentScope"),
                    "The deployment scope is ResourceGroup or Subscription.");
        }
        return scope.equalsIgnoreCase("Subscription");
    }

    private static Map<String, TemplateValue> parameters(
            Dynamic properties, String pointer, EffectReader reader) {
        Map<String, TemplateValue> parameters = new LinkedHashMap<>();
        String at = Faults.below(pointer, "parameters");
        var written = properties.getIgnoreCase("parameters");
        if (!written.isNull() && !(written instanceof Dynamic.Bag)) {
            reader.report(
                    PolicyFault.DEPLOYMENT_MALFORMED,
                    at,
                    "The parameters of the deployment must be an object.");
        }
        written.members()
                .forEach((name, parameter) -> {
                    boolean refers = !parameter.getIgnoreCase("reference").isNull();
                    if (parameter.getIgnoreCase("value").isNull() && !refers) {
                        reader.report(
                                PolicyFault.DEPLOYMENT_MALFORMED,
                                Faults.below(at, name),
                                "A parameter of the deployment is given as {\"value\": ...}.");
                    }
                    String member = refers ? "reference" : "value";
                    var value =
                            reader.value(
                                    parameter.getIgnoreCase(member),
                                    Faults.below(
                                            Faults.below(at, name),
                                            Members.spelling(parameter, member)));
                    parameters.put(name, new TemplateValue.Members(Map.of(member, value)));
                });
        return parameters;
    }
}
