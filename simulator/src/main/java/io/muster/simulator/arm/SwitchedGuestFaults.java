package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Operation;
import io.muster.simulator.guest.FaultProfile;
import io.muster.simulator.guest.GuestFaults;
import java.util.Optional;

/// Faults of guests in whose place others can be put. Guarded by the simulator's lock.
final class SwitchedGuestFaults implements GuestFaults {
    private GuestFaults now;

    SwitchedGuestFaults(GuestFaults now) {
        this.now = now;
    }

    void become(GuestFaults other) {
        now = other;
    }

    @Override
    public Outcome outcome(
            String machine,
            String application,
            String version,
            Operation.Kind operation,
            int attempt) {
        return now.outcome(machine, application, version, operation, attempt);
    }

    @Override
    public Optional<String> hostFault(String machine) {
        return now.hostFault(machine);
    }

    @Override
    public Optional<FaultProfile> profile(ResourceId version) {
        return now.profile(version);
    }

    @Override
    public boolean hasProfiles() {
        return now.hasProfiles();
    }
}
