package io.muster.simulator.estate;

/// The limits of Azure beside those of VM Applications, each a setting: they are other ones a year later.
///
/// Source: azure/virtual-machines/azure-compute-gallery; azure/azure-resource-manager/management/azure-subscription-service-limits.
///
/// @param imageDefinitionsPerRegion of a subscription
/// @param imageVersionsPerRegion of a subscription
/// @param imageReplicas of an image version in a region
/// @param imageDiskGigabytes of each disk that an image version is made of
/// @param instancesPerSet of a scale set made of a gallery's or the platform's image
/// @param instancesPerSetOfManagedImage of a scale set made of a managed image
/// @param tagsPerResource of a resource, resource group or subscription
/// @param tagNameCharacters of a tag's name
/// @param tagValueCharacters of a tag's value
/// @param managementGroupDepth levels below the topmost group, subscriptions apart
/// @param roleAssignmentsPerSubscription at the subscription and all below it
/// @param roleAssignmentsPerManagementGroup at the group itself
/// @param deploymentNameCharacters of a deployment's name
/// @param deploymentsPerScope kept of a resource group, subscription, management group or the tenant: as they near it the oldest that have ended go by themselves
public record AzureLimits(
        int imageDefinitionsPerRegion,
        int imageVersionsPerRegion,
        int imageReplicas,
        int imageDiskGigabytes,
        int instancesPerSet,
        int instancesPerSetOfManagedImage,
        int tagsPerResource,
        int tagNameCharacters,
        int tagValueCharacters,
        int managementGroupDepth,
        int roleAssignmentsPerSubscription,
        int roleAssignmentsPerManagementGroup,
        int deploymentNameCharacters,
        int deploymentsPerScope) {
    /// What Azure's documentation says now.
    public static final AzureLimits NOW =
            new AzureLimits(
                    1_000, 10_000, 10, 1_024, 1_000, 600, 50, 512, 256, 6, 4_000, 500, 64, 800);

    public AzureLimits {
        if (imageDefinitionsPerRegion < 1
                || imageVersionsPerRegion < 1
                || imageReplicas < 1
                || imageDiskGigabytes < 1
                || instancesPerSet < 1
                || instancesPerSetOfManagedImage < 1
                || tagsPerResource < 1
                || tagNameCharacters < 1
                || tagValueCharacters < 1
                || managementGroupDepth < 1
                || roleAssignmentsPerSubscription < 1
                || roleAssignmentsPerManagementGroup < 1
                || deploymentNameCharacters < 1
                || deploymentsPerScope < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }
}
