package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What machines, uniform instances and scale sets have below them beside what is served: known, and refused by its name. Guarded by the simulator's lock.
final class MachineParts {
    /// What Azure does to machines and sets and these facts do not speak of, with what is missing for it here. An action that is served has its line in the routes of
    /// its type.
    private static final Map<String, String> UNSERVED =
            Map.ofEntries(
                    Map.entry("approveRollingUpgrade", "no upgrade waits for an approval"),
                    Map.entry("assessPatches", "guests have no patches"),
                    Map.entry("capture", "operating system disks are managed, and have no VHD"),
                    Map.entry("convertToManagedDisks", "disks are managed already"),
                    Map.entry("convertToSinglePlacementGroup", "sets have no placement groups"),
                    Map.entry(
                            "convertToVirtualMachineScaleSet",
                            "availability sets do not become scale sets"),
                    Map.entry(
                            "forceRecoveryServiceFabricPlatformUpdateDomainWalk",
                            "no Service Fabric runs on instances"),
                    Map.entry("installPatches", "guests have no patches"),
                    Map.entry("migrateToVMScaleSet", "machines do not move into scale sets"),
                    Map.entry("retrieveBootDiagnosticsData", "machines have no consoles"),
                    Map.entry("runCommand", "guests run the commands of applications alone"),
                    Map.entry("setOrchestrationServiceState", "nothing repairs instances"),
                    Map.entry("simulateEviction", "no machine is evicted"));

    /// What is listed below them, be there any or none.
    private static final Set<String> PARTS =
            Set.of("extensions", "osupgradehistory", "runcommands", "skus", "vmsizes");

    private final Cloud cloud;

    MachineParts(Cloud cloud) {
        this.cloud = cloud;
    }

    /// Refuses an action that Azure has and this one does not; empty when nobody has it.
    Optional<ArmResponse> unserved(ResourceId id, String word) {
        for (var action : UNSERVED.entrySet()) {
            if (action.getKey().equalsIgnoreCase(word)) {
                cloud.get(id);
                throw new ArmFault(
                        409,
                        "OperationNotAllowed",
                        "Operation '"
                                + action.getKey()
                                + "' is not allowed on '"
                                + id.name()
                                + "': in the simulated Azure "
                                + action.getValue()
                                + ".");
            }
        }
        return Optional.empty();
    }

    /// Refuses what is to be a part of a machine, instance or set that is not there.
    void requireThere(ResourceId id) {
        if (cloud.estate().find(id).isEmpty()) {
            throw Cloud.noParent(id);
        }
    }

    /// Refuses the list of what machines and sets do not have, and nobody put there.
    void requireKnown(ArmRequest request, ResourceId id, String word) {
        cloud.requireContainer(id);
        requireThere(id);
        String type = id.type().text() + "/" + word;
        if (!PARTS.contains(word)
                && cloud.estate().below(id, type.toLowerCase(Locale.ROOT)).isEmpty()) {
            throw new ArmFault(
                    404,
                    "InvalidResourceType",
                    "The resource type '"
                            + type.substring(type.indexOf('/') + 1)
                            + "' could not be found in the namespace '"
                            + id.namespace()
                            + "' for api version '"
                            + request.parameter("api-version").orElse("")
                            + "'.");
        }
    }
}
