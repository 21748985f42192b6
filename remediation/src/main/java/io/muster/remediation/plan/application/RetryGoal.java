package io.muster.remediation.plan.application;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.ApplicationState;
import io.muster.inventory.vm.ApplicationState.Condition;
import io.muster.inventory.vm.ProfileEntry;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.task.ApplicationIntent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Tries what failed or was skipped again, the only way that works: the guest acts on a change alone, so
/// the entry leaves the list, the guest is seen to have forgotten it, and the entry comes back as it was
/// and where it was. The ledger's record of the first write is what the second one restores.
record RetryGoal(Fleet fleet, ApplicationIntent.Retry retry) {
    static final String REMOVE = "remove what failed";
    private static final String RESTORE = "add it back";

    Decision decide(MachineView machine, ItemHistory history) {
        // A removal that ARM says failed, or of which no answer came, may have taken the entries
        // out all the same.
        var attempted =
                history.steps().reversed().stream()
                        .filter(step -> step.sending().intent().equals(REMOVE))
                        .filter(ItemHistory.Step::mayBeDone)
                        .findFirst();
        if (attempted.isEmpty()) {
            return remove(machine);
        }
        var taken = taken((ResourceChange.Patch) attempted.get().sending().change());
        var profile = machine.model().profile();
        if (taken.stream().allMatch(t -> profile.has(t.application()))) {
            return ApplicationGoal.rolledOut(machine, RESTORE)
                    .orElseGet(() -> report(machine, taken));
        }
        var unfinished = ApplicationGoal.rolledOut(machine, REMOVE);
        if (unfinished.isPresent()) {
            return unfinished.get();
        }
        for (var guest : machine.guests()) {
            for (var entry : taken) {
                var state = guest.state(entry.application());
                if (guest.isRunning()
                        && state.isPresent()
                        && state.get().condition() == Condition.LEFT_OVER) {
                    return new Decision.Await(
                            guest.name() + " forgets " + entry.application().name());
                }
            }
        }
        return ApplicationGoal.write(fleet, machine, restored(profile, taken), RESTORE);
    }

    private Decision remove(MachineView machine) {
        Set<ResourceId> stuck = new LinkedHashSet<>();
        for (var entry : machine.model().profile().entries()) {
            ApplicationGoal.applicationOf(entry)
                    .filter(id -> retry.application() == null || id.equals(retry.application()))
                    .filter(id ->
                            machine.guests().stream()
                                    .anyMatch(guest ->
                                            guest.state(id).map(RetryGoal::isStuck).orElse(false)))
                    .ifPresent(stuck::add);
        }
        if (stuck.isEmpty()) {
            return new Decision.Satisfied();
        }
        var kept = machine.model().profile();
        // What cannot come back must not be taken away.
        var back = ApplicationGoal.write(fleet, machine, kept, RESTORE);
        if (back instanceof Decision.Refuse refuse) {
            return refuse;
        }
        for (var id : stuck) {
            kept = kept.without(id);
        }
        return ApplicationGoal.write(fleet, machine, kept, REMOVE);
    }

    private static boolean isStuck(ApplicationState state) {
        return state.isFailed() || state.isSkipped();
    }

    private static Decision report(MachineView machine, List<Taken> taken) {
        for (var entry : taken) {
            var reported = ApplicationGoal.reported(machine, entry.application());
            if (!(reported instanceof Decision.Satisfied)) {
                return reported;
            }
        }
        return new Decision.Satisfied();
    }

    /// An entry that the first write took out, and where it stood.
    private record Taken(ResourceId application, int index, ProfileEntry entry) {}

    private static List<Taken> taken(ResourceChange.Patch patch) {
        var change = patch.changes().getFirst();
        var after = profile(change.after());
        var before = profile(change.before()).entries();
        List<Taken> taken = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            var entry = before.get(i);
            int index = i;
            ApplicationGoal.applicationOf(entry)
                    .filter(id -> !after.has(id))
                    .ifPresent(id -> taken.add(new Taken(id, index, entry)));
        }
        return taken;
    }

    private static ApplicationProfile profile(Dynamic applicationProfile) {
        return ApplicationProfile.read(applicationProfile);
    }

    /// The list as it is now, with what was taken out where it was.
    private static ApplicationProfile restored(ApplicationProfile now, List<Taken> taken) {
        List<ProfileEntry> entries = new ArrayList<>(now.entries());
        for (var entry : taken) {
            if (!now.has(entry.application())) {
                entries.add(Math.min(entry.index(), entries.size()), entry.entry());
            }
        }
        return ApplicationProfile.of(entries);
    }
}
