package io.muster.remediation.plan.application;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationState;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineAssessment;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.plan.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A virtual machine, or a scale set with its uniform instances, as just read: its profile, and what the
/// guests say.
///
/// @param model the machine, or the model of the set
/// @param guests where applications run: the machine itself, or the instances
record MachineView(ArmResource read, Machine model, List<Guest> guests) {
    MachineView {
        guests = List.copyOf(guests);
    }

    /// A machine, or an instance of a set. What its guest reports is read when it is asked for: most decisions need the profile alone. Used by one thread.
    static final class Guest {
        private final String instanceId;
        private final Machine machine;
        private final LatestResolver resolver;
        private @Nullable MachineAssessment assessment;

        /// @param instanceId of an instance of a set; empty for a machine
        Guest(String instanceId, Machine machine, LatestResolver resolver) {
            this.instanceId = instanceId;
            this.machine = machine;
            this.resolver = resolver;
        }

        String instanceId() {
            return instanceId;
        }

        boolean hasLatestModel() {
            return machine.latestModelApplied();
        }

        Optional<ApplicationState> state(ResourceId application) {
            var known = assessment;
            if (known == null) {
                known = MachineAssessment.of(machine, resolver);
                assessment = known;
            }
            return known.application(application.name());
        }

        /// Whether what the guest reported was read, understood or not.
        boolean hasReport() {
            return machine.isInstanceViewKnown();
        }

        boolean isRunning() {
            String power = machine.powerState();
            return power.isEmpty() || power.equals("running");
        }

        String name() {
            return instanceId.isEmpty() ? "the machine" : "instance " + instanceId;
        }
    }

    /// Empty when the resource is neither a virtual machine nor a scale set.
    static Optional<MachineView> of(ArmResource read, LatestResolver resolver) {
        return Machine.read(read.body())
                .map(model -> {
                    List<Guest> guests = new ArrayList<>();
                    if (model.kind() == Machine.Kind.SCALE_SET) {
                        for (var instance : read.instances()) {
                            Machine.ofInstance(instance, read.body())
                                    .ifPresent(machine ->
                                            guests.add(
                                                    new Guest(
                                                            instanceId(instance),
                                                            machine,
                                                            resolver)));
                        }
                    } else {
                        guests.add(new Guest("", model, resolver));
                    }
                    return new MachineView(read, model, guests);
                });
    }

    private static String instanceId(Dynamic instance) {
        return instance.getIgnoreCase("instanceId")
                .asText()
                .orElseGet(() -> ResourceId.parse(instance.getIgnoreCase("id").textOr("")).name());
    }

    boolean isScaleSet() {
        return model.kind() == Machine.Kind.SCALE_SET;
    }

    /// Where the profile stands in the resource.
    String profilePath() {
        return isScaleSet()
                ? "properties/virtualMachineProfile/applicationProfile"
                : "properties/applicationProfile";
    }

    /// Instances that do not have the set's model.
    List<String> outdatedInstances() {
        return guests.stream()
                .filter(guest -> !guest.hasLatestModel())
                .map(Guest::instanceId)
                .toList();
    }

    /// Whether the set's instances get a changed model only when told to.
    boolean isUpgradedByHand() {
        return isScaleSet()
                && read.body()
                        .getIgnoreCase("properties")
                        .getIgnoreCase("upgradePolicy")
                        .getIgnoreCase("mode")
                        .textOr("Manual")
                        .equalsIgnoreCase("Manual");
    }

    /// What Azure is doing to the resource; empty when nothing.
    Optional<String> underWay() {
        String state =
                read.body()
                        .getIgnoreCase("properties")
                        .getIgnoreCase("provisioningState")
                        .textOr("")
                        .toLowerCase(Locale.ROOT);
        return switch (state) {
            case "creating", "updating", "deleting", "migrating" -> Optional.of(state);
            default -> Optional.empty();
        };
    }

    /// Why the guest cannot be reached by a change; empty when it can, as far as is known.
    Optional<Decision.Refuse> unreachable() {
        if (isScaleSet()) {
            return Optional.empty();
        }
        String name = model.id().name();
        String power = model.powerState();
        if (!power.isEmpty() && !power.equals("running")) {
            return Optional.of(
                    new Decision.Refuse(
                            "OperationNotAllowed",
                            "Cannot modify extensions in the VM when the VM is not running."));
        }
        return model.isAgentMissing()
                ? Optional.of(
                        new Decision.Refuse(
                                "VMAgentStatusCommunicationError",
                                "VM '"
                                        + name
                                        + "' has not reported status for VM agent or extensions."
                                        + " Verify that the OS is up and healthy, the VM has a"
                                        + " running VM agent, and that it can establish outbound"
                                        + " connections to Azure storage."))
                : Optional.empty();
    }
}
