package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.ExpressionScope.ScopeFunction;
import io.muster.policy.expression.function.ResourceIds;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a template can ask of the place it is deployed at: its group, subscription, management group, tenant and cloud, the deployment itself, and the IDs of
/// resources there.
/// Source: azure/azure-resource-manager/templates/template-functions-scope, -resource, -deployment.
final class ScopeFunctions {
    private static final Pattern SUBSCRIPTION =
            Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");

    private final Dynamic template;
    private final Dynamic parameters;
    private final DeploymentScope scope;

    /// @param parameters as they were given: `{name: {value}}`
    ScopeFunctions(Dynamic template, Dynamic parameters, DeploymentScope scope) {
        this.template = template;
        this.parameters = parameters;
        this.scope = scope;
    }

    @Nullable ScopeFunction find(String key) {
        return switch (key) {
            case "resourcegroup" -> _ -> resourceGroup();
            case "subscription" -> _ -> subscription();
            case "managementgroup" -> _ -> managementGroup();
            case "tenant" -> _ -> Dynamic.bag().put("tenantId", scope.tenantId()).build();
            case "deployment" -> _ -> deployment();
            case "environment" -> _ -> environment();
            case "resourceid" -> a -> Dynamic.of(resourceId(a));
            case "subscriptionresourceid" -> a -> Dynamic.of(subscriptionResourceId(a));
            case "managementgroupresourceid" -> a -> Dynamic.of(managementGroupResourceId(a));
            default -> null;
        };
    }

    private Dynamic resourceGroup() throws EvaluationFailure {
        if (scope.resourceGroup() == null) {
            throw new EvaluationFailure("there is no resource group at the deployment's scope");
        }
        return scope.resources()
                .find(groupId())
                .orElseGet(() ->
                        Dynamic.bag()
                                .put("id", groupId())
                                .put("name", scope.resourceGroup())
                                .put("location", scope.location())
                                .build());
    }

    private String groupId() {
        return "/subscriptions/"
                + scope.subscriptionId()
                + "/resourceGroups/"
                + scope.resourceGroup();
    }

    private Dynamic subscription() throws EvaluationFailure {
        if (scope.subscriptionId() == null) {
            throw new EvaluationFailure("there is no subscription at the deployment's scope");
        }
        String id = "/subscriptions/" + scope.subscriptionId();
        var stored = scope.resources().find(id).orElse(Dynamic.EMPTY_BAG);
        return Dynamic.bag()
                .put("id", id)
                .put("subscriptionId", scope.subscriptionId())
                .put("tenantId", scope.tenantId())
                .put("displayName", stored.get("displayName").textOr(stored.get("name").textOr("")))
                .build();
    }

    private String managementGroupId() throws EvaluationFailure {
        String prefix = "/providers/Microsoft.Management/managementGroups/";
        if (scope.scope().regionMatches(true, 0, prefix, 0, prefix.length())) {
            return scope.scope();
        }
        throw new EvaluationFailure("there is no management group at the deployment's scope");
    }

    private Dynamic managementGroup() throws EvaluationFailure {
        String id = managementGroupId();
        return scope.resources()
                .find(id)
                .orElseGet(() ->
                        Dynamic.bag()
                                .put("id", id)
                                .put("name", id.substring(id.lastIndexOf('/') + 1))
                                .put("type", "Microsoft.Management/managementGroups")
                                .build());
    }

    private String managementGroupResourceId(List<Dynamic> a) throws EvaluationFailure {
        var texts = texts("managementGroupResourceId", a);
        int type = typeAt("managementGroupResourceId", texts);
        String group =
                type == 1
                        ? "/providers/Microsoft.Management/managementGroups/" + texts.getFirst()
                        : managementGroupId();
        return ResourceIds.below(group, texts.get(type), texts.subList(type + 1, texts.size()));
    }

    private Dynamic deployment() {
        return Dynamic.bag()
                .put("name", scope.deploymentName())
                .put("location", scope.location())
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("template", template)
                                .put("parameters", parameters)
                                .put("templateHash", Integer.toUnsignedString(template.hashCode()))
                                .put("mode", "Incremental")
                                .put("provisioningState", "Accepted")
                                .build())
                .build();
    }

    private static Dynamic environment() {
        return Dynamic.bag()
                .put("name", "AzureCloud")
                .put("gallery", "https://gallery.azure.com/")
                .put("graph", "https://graph.windows.net/")
                .put("graphAudience", "https://graph.windows.net/")
                .put("portal", "https://portal.azure.com")
                .put("resourceManager", "https://management.azure.com/")
                .put("activeDirectoryDataLake", "https://datalake.azure.net/")
                .put("batch", "https://batch.core.windows.net/")
                .put("media", "https://rest.media.azure.net")
                .put("sqlManagement", "https://management.core.windows.net:8443/")
                .put(
                        "authentication",
                        Dynamic.bag()
                                .put("loginEndpoint", "https://login.microsoftonline.com/")
                                .put(
                                        "audiences",
                                        Dynamic.array(
                                                Dynamic.of("https://management.core.windows.net/"),
                                                Dynamic.of("https://management.azure.com/")))
                                .put("tenant", "common")
                                .put("identityProvider", "AAD")
                                .build())
                .put(
                        "suffixes",
                        Dynamic.bag()
                                .put("acrLoginServer", ".azurecr.io")
                                .put(
                                        "azureDatalakeAnalyticsCatalogAndJob",
                                        "azuredatalakeanalytics.net")
                                .put("azureDatalakeStoreFileSystem", "azuredatalakestore.net")
                                .put("keyvaultDns", ".vault.azure.net")
                                .put("sqlServerHostname", ".database.windows.net")
                                .put("storage", "core.windows.net")
                                .build())
                .build();
    }

    /// `resourceId([subscription], [group], type, name...)`.
    private String resourceId(List<Dynamic> a) throws EvaluationFailure {
        var texts = texts("resourceId", a);
        int type = typeAt("resourceId", texts);
        String subscription = type == 2 ? texts.getFirst() : scope.subscriptionId();
        String group =
                type == 2 ? texts.get(1) : type == 1 ? texts.getFirst() : scope.resourceGroup();
        // Above groups one leading argument is a subscription when it looks like one, else a group.
        if (type == 1
                && scope.resourceGroup() == null
                && (subscription == null || SUBSCRIPTION.matcher(texts.getFirst()).matches())) {
            return ResourceIds.below(
                    "/subscriptions/" + texts.getFirst(),
                    texts.get(1),
                    texts.subList(2, texts.size()));
        }
        String base =
                subscription == null
                        ? scope.scope()
                        : "/subscriptions/"
                                + subscription
                                + (group == null ? "" : "/resourceGroups/" + group);
        return ResourceIds.below(base, texts.get(type), texts.subList(type + 1, texts.size()));
    }

    private String subscriptionResourceId(List<Dynamic> a) throws EvaluationFailure {
        var texts = texts("subscriptionResourceId", a);
        int type = typeAt("subscriptionResourceId", texts);
        String subscription = type == 1 ? texts.getFirst() : scope.subscriptionId();
        return ResourceIds.below(
                "/subscriptions/" + subscription,
                texts.get(type),
                texts.subList(type + 1, texts.size()));
    }

    private static List<String> texts(String function, List<Dynamic> a) throws EvaluationFailure {
        var out = new ArrayList<String>();
        for (var argument : a) {
            out.add(
                    argument.asText()
                            .orElseThrow(() ->
                                    new EvaluationFailure(
                                            "the function '" + function + "' takes texts only")));
        }
        return out;
    }

    private static int typeAt(String function, List<String> texts) throws EvaluationFailure {
        for (int i = 0; i < Math.min(3, texts.size()); i++) {
            if (texts.get(i).indexOf('/') > 0) {
                return i;
            }
        }
        throw new EvaluationFailure("the function '" + function + "' has no resource type");
    }
}
