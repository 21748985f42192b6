package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Roles that every tenant has, as far as an estate of machines and galleries meets them.
///
/// Source: azure/role-based-access-control/built-in-roles.
final class BuiltInRoles {
    static final String OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

    private static final List<BuiltIn> ALL =
            List.of(
                    role(
                            OWNER,
                            "Owner",
                            "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
                            List.of("*"),
                            List.of()),
                    role(
                            "b24988ac-6180-42a0-ab88-20f7382dd24c",
                            "Contributor",
                            "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage assignments in Azure Blueprints, or share image galleries.",
                            List.of("*"),
                            List.of(
                                    "Microsoft.Authorization/*/Delete",
                                    "Microsoft.Authorization/*/Write",
                                    "Microsoft.Authorization/elevateAccess/Action",
                                    "Microsoft.Blueprint/blueprintAssignments/write",
                                    "Microsoft.Blueprint/blueprintAssignments/delete",
                                    "Microsoft.Compute/galleries/share/action",
                                    "Microsoft.Purview/consents/write",
                                    "Microsoft.Purview/consents/delete")),
                    role(
                            "acdd72a7-3385-48ef-bd42-f606fba81ae7",
                            "Reader",
                            "View all resources, but does not allow you to make any changes.",
                            List.of("*/read"),
                            List.of()),
                    role(
                            "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
                            "User Access Administrator",
                            "Lets you manage user access to Azure resources.",
                            List.of("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
                            List.of()),
                    role(
                            "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
                            "Virtual Machine Contributor",
                            "Lets you manage virtual machines, but not access to them, and not the virtual network or storage account they're connected to.",
                            List.of(
                                    "Microsoft.Authorization/*/read",
                                    "Microsoft.Compute/availabilitySets/*",
                                    "Microsoft.Compute/locations/*",
                                    "Microsoft.Compute/virtualMachines/*",
                                    "Microsoft.Compute/virtualMachineScaleSets/*",
                                    "Microsoft.Compute/cloudServices/*",
                                    "Microsoft.Compute/disks/write",
                                    "Microsoft.Compute/disks/read",
                                    "Microsoft.Compute/disks/delete",
                                    "Microsoft.Insights/alertRules/*",
                                    "Microsoft.Network/*/read",
                                    "Microsoft.Network/*/join/action",
                                    "Microsoft.ResourceHealth/availabilityStatuses/read",
                                    "Microsoft.Resources/deployments/*",
                                    "Microsoft.Resources/subscriptions/resourceGroups/read",
                                    "Microsoft.Storage/storageAccounts/listKeys/action",
                                    "Microsoft.Storage/storageAccounts/read",
                                    "Microsoft.Support/*"),
                            List.of()),
                    role(
                            "1ef6a3be-d0ac-425d-8c01-acb62866290b",
                            "Compute Gallery Sharing Admin",
                            "This role allows user to share gallery to another subscription/tenant or share it to the public.",
                            List.of("Microsoft.Compute/galleries/share/action"),
                            List.of()),
                    role(
                            "36243c78-bf99-498c-9df9-86d9f8d28608",
                            "Resource Policy Contributor",
                            "Users with rights to create/modify resource policy, create support ticket and read resources/hierarchy.",
                            List.of(
                                    "*/read",
                                    "Microsoft.Authorization/policyassignments/*",
                                    "Microsoft.Authorization/policydefinitions/*",
                                    "Microsoft.Authorization/policyexemptions/*",
                                    "Microsoft.Authorization/policysetdefinitions/*",
                                    "Microsoft.PolicyInsights/*",
                                    "Microsoft.Support/*"),
                            List.of()),
                    role(
                            "4a9ae827-6dc8-4573-8ac7-8239d42aa03f",
                            "Tag Contributor",
                            "Lets you manage tags on entities, without providing access to the entities themselves.",
                            List.of(
                                    "Microsoft.Authorization/*/read",
                                    "Microsoft.Insights/alertRules/*",
                                    "Microsoft.Resources/deployments/*",
                                    "Microsoft.Resources/subscriptions/resourceGroups/read",
                                    "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
                                    "Microsoft.Resources/subscriptions/resources/read",
                                    "Microsoft.Support/*",
                                    "Microsoft.Resources/tags/*"),
                            List.of()),
                    role(
                            "f1a07417-d97a-45cb-824c-7a7467783830",
                            "Managed Identity Operator",
                            "Read and Assign User Assigned Identity",
                            List.of(
                                    "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
                                    "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
                                    "Microsoft.Authorization/*/read",
                                    "Microsoft.Insights/alertRules/*",
                                    "Microsoft.Resources/subscriptions/resourceGroups/read",
                                    "Microsoft.Resources/deployments/*",
                                    "Microsoft.Support/*"),
                            List.of()),
                    new BuiltIn(
                            "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
                            "Storage Blob Data Contributor",
                            "Allows for read, write and delete access to Azure Storage blob containers and data",
                            new Role.Permission(
                                    List.of(
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/read",
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/write",
                                            "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"),
                                    List.of(),
                                    List.of(
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action",
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action"),
                                    List.of())),
                    new BuiltIn(
                            "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
                            "Storage Blob Data Reader",
                            "Allows for read access to Azure Storage blob containers and data",
                            new Role.Permission(
                                    List.of(
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/read",
                                            "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"),
                                    List.of(),
                                    List.of(
                                            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"),
                                    List.of())));

    private static final Map<String, BuiltIn> BY_NAME = byName();

    private BuiltInRoles() {}

    /// @param name the GUID by which it is assigned
    record BuiltIn(String name, String roleName, String description, Role.Permission permission) {
        Role role() {
            return new Role(List.of(permission));
        }

        /// As a role definition of the tenant.
        Dynamic json() {
            return Dynamic.bag()
                    .put("id", "/providers/Microsoft.Authorization/roleDefinitions/" + name)
                    .put("name", name)
                    .put("type", "Microsoft.Authorization/roleDefinitions")
                    .put(
                            "properties",
                            Dynamic.bag()
                                    .put("roleName", roleName)
                                    .put("type", "BuiltInRole")
                                    .put("description", description)
                                    .put("assignableScopes", Dynamic.array(Dynamic.of("/")))
                                    .put("permissions", Dynamic.array(permission.json()))
                                    .build())
                    .build();
        }
    }

    private static BuiltIn role(
            String name,
            String roleName,
            String description,
            List<String> actions,
            List<String> notActions) {
        return new BuiltIn(
                name,
                roleName,
                description,
                new Role.Permission(actions, notActions, List.of(), List.of()));
    }

    private static Map<String, BuiltIn> byName() {
        var out = new LinkedHashMap<String, BuiltIn>();
        ALL.forEach(role -> out.put(role.name(), role));
        return Map.copyOf(out);
    }

    /// The role of that GUID, in whatever case.
    static Optional<BuiltIn> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
    }

    static Collection<BuiltIn> all() {
        return ALL;
    }
}
