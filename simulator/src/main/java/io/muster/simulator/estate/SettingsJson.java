package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import java.time.Duration;
import java.util.Locale;

/// Settings as JSON: what an exported state says of them. A member that is missing is what it is by default.
final class SettingsJson {
    private SettingsJson() {}

    static Dynamic write(SimulatorSettings settings) {
        var limits = settings.limits();
        var azure = settings.azureLimits();
        return Dynamic.bag()
                .put("seed", settings.seed())
                .put("operationTime", settings.operationTime().toString())
                .put("guestTime", settings.guestTime().toString())
                .put("retryAfterSeconds", settings.retryAfterSeconds())
                .put("guestFailuresPerThousand", settings.guestFailuresPerThousand())
                .put("pageSize", settings.pageSize())
                .put("operationsKept", settings.operationsKept().toString())
                .put("packageChecks", settings.packageChecks().name().toLowerCase(Locale.ROOT))
                .put("endOfLifeBlocks", settings.resolution().endOfLifeBlocks())
                .put("replicationRequired", settings.resolution().replicationRequired())
                .put(
                        "limits",
                        Dynamic.bag()
                                .put("applicationsPerMachine", limits.applicationsPerMachine())
                                .put("totalBytesPerMachine", limits.totalBytesPerMachine())
                                .put("packageBytes", limits.packageBytes())
                                .put("configurationBytes", limits.configurationBytes())
                                .put("replicasPerRegion", limits.replicasPerRegion())
                                .put("versionsPerRegion", limits.versionsPerRegion())
                                .put("scriptCharacters", limits.scriptCharacters())
                                .put(
                                        "applicationNameCharacters",
                                        limits.applicationNameCharacters())
                                .put("galleryNameCharacters", limits.galleryNameCharacters())
                                .put("galleriesPerRegion", limits.galleriesPerRegion())
                                .put("maxReboots", limits.maxReboots())
                                .put("imageDefinitionsPerRegion", azure.imageDefinitionsPerRegion())
                                .put("imageVersionsPerRegion", azure.imageVersionsPerRegion())
                                .put("imageReplicas", azure.imageReplicas())
                                .put("imageDiskGigabytes", azure.imageDiskGigabytes())
                                .put("instancesPerSet", azure.instancesPerSet())
                                .put(
                                        "instancesPerSetOfManagedImage",
                                        azure.instancesPerSetOfManagedImage())
                                .put("tagsPerResource", azure.tagsPerResource())
                                .put("tagNameCharacters", azure.tagNameCharacters())
                                .put("tagValueCharacters", azure.tagValueCharacters())
                                .put("managementGroupDepth", azure.managementGroupDepth())
                                .put(
                                        "roleAssignmentsPerSubscription",
                                        azure.roleAssignmentsPerSubscription())
                                .put(
                                        "roleAssignmentsPerManagementGroup",
                                        azure.roleAssignmentsPerManagementGroup())
                                .put("deploymentNameCharacters", azure.deploymentNameCharacters())
                                .put("deploymentsPerScope", azure.deploymentsPerScope())
                                .build())
                .build();
    }

    /// @throws IllegalArgumentException when a member is none
    static SimulatorSettings read(Dynamic json) {
        var otherwise = SimulatorSettings.DEFAULT;
        return new SimulatorSettings(
                json.get("seed").longOr(otherwise.seed()),
                duration(json, "operationTime", otherwise.operationTime()),
                duration(json, "guestTime", otherwise.guestTime()),
                number(json, "retryAfterSeconds", otherwise.retryAfterSeconds()),
                number(json, "guestFailuresPerThousand", otherwise.guestFailuresPerThousand()),
                number(json, "pageSize", otherwise.pageSize()),
                limits(json.get("limits"), otherwise.limits()),
                SimulatorSettings.PackageChecks.valueOf(
                        json.get("packageChecks")
                                .textOr(otherwise.packageChecks().name())
                                .toUpperCase(Locale.ROOT)),
                new ResolutionSettings(
                        json.get("endOfLifeBlocks")
                                .boolOr(otherwise.resolution().endOfLifeBlocks()),
                        json.get("replicationRequired")
                                .boolOr(otherwise.resolution().replicationRequired())),
                azureLimits(json.get("limits"), otherwise.azureLimits()),
                duration(json, "operationsKept", otherwise.operationsKept()));
    }

    private static VmApplicationLimits limits(Dynamic json, VmApplicationLimits otherwise) {
        return new VmApplicationLimits(
                number(json, "applicationsPerMachine", otherwise.applicationsPerMachine()),
                json.get("totalBytesPerMachine").longOr(otherwise.totalBytesPerMachine()),
                json.get("packageBytes").longOr(otherwise.packageBytes()),
                json.get("configurationBytes").longOr(otherwise.configurationBytes()),
                number(json, "replicasPerRegion", otherwise.replicasPerRegion()),
                number(json, "versionsPerRegion", otherwise.versionsPerRegion()),
                number(json, "scriptCharacters", otherwise.scriptCharacters()),
                number(json, "applicationNameCharacters", otherwise.applicationNameCharacters()),
                number(json, "galleryNameCharacters", otherwise.galleryNameCharacters()),
                number(json, "galleriesPerRegion", otherwise.galleriesPerRegion()),
                number(json, "maxReboots", otherwise.maxReboots()));
    }

    private static AzureLimits azureLimits(Dynamic json, AzureLimits otherwise) {
        return new AzureLimits(
                number(json, "imageDefinitionsPerRegion", otherwise.imageDefinitionsPerRegion()),
                number(json, "imageVersionsPerRegion", otherwise.imageVersionsPerRegion()),
                number(json, "imageReplicas", otherwise.imageReplicas()),
                number(json, "imageDiskGigabytes", otherwise.imageDiskGigabytes()),
                number(json, "instancesPerSet", otherwise.instancesPerSet()),
                number(
                        json,
                        "instancesPerSetOfManagedImage",
                        otherwise.instancesPerSetOfManagedImage()),
                number(json, "tagsPerResource", otherwise.tagsPerResource()),
                number(json, "tagNameCharacters", otherwise.tagNameCharacters()),
                number(json, "tagValueCharacters", otherwise.tagValueCharacters()),
                number(json, "managementGroupDepth", otherwise.managementGroupDepth()),
                number(
                        json,
                        "roleAssignmentsPerSubscription",
                        otherwise.roleAssignmentsPerSubscription()),
                number(
                        json,
                        "roleAssignmentsPerManagementGroup",
                        otherwise.roleAssignmentsPerManagementGroup()),
                number(json, "deploymentNameCharacters", otherwise.deploymentNameCharacters()),
                number(json, "deploymentsPerScope", otherwise.deploymentsPerScope()));
    }

    private static int number(Dynamic json, String name, int otherwise) {
        return Math.toIntExact(json.get(name).longOr(otherwise));
    }

    private static Duration duration(Dynamic json, String name, Duration otherwise) {
        return json.get(name).asText().map(Duration::parse).orElse(otherwise);
    }
}
