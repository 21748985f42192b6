package io.muster.remediation.plan.application;

import io.muster.core.value.Dynamic;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.PropertyChange;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.Goal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A resource as it was before some tasks changed it: each value that they set is what the ledger says it was, to the byte. A value that somebody else has
/// changed since is not overwritten: the resource is refused.
///
/// @param undone what the tasks did, a value each, in the order of their paths
/// @param irreversible why nothing can be taken back; empty when it can
public record RollbackGoal(List<Undone> undone, String irreversible, Fleet fleet) implements Goal {
    private static final String RESTORE = "restore";
    private static final String EMPTY = "restore as an empty list";

    public RollbackGoal {
        undone = List.copyOf(undone);
    }

    /// A value that tasks set, perhaps several times.
    ///
    /// @param before the first of them; null value when there was none
    /// @param after what each of them set
    public record Undone(String path, Dynamic before, List<Dynamic> after) {
        public Undone {
            after = List.copyOf(after);
        }

        private Dynamic valueIn(Dynamic document) {
            return new PropertyChange(path, before, before).valueIn(document);
        }

        /// Where there was no list of applications an empty one is the same to Azure and the guest.
        private boolean isRestoredIn(Dynamic document) {
            var now = valueIn(document);
            return now.equals(before)
                    || before.isNull()
                            && now.members().size() == 1
                            && now.getIgnoreCase("galleryApplications").equals(Dynamic.EMPTY_ARRAY);
        }
    }

    /// @param histories of one resource, one a task, oldest first
    public static RollbackGoal of(List<ItemHistory> histories, Fleet fleet) {
        Map<String, Dynamic> before = new LinkedHashMap<>();
        Map<String, List<Dynamic>> after = new LinkedHashMap<>();
        String irreversible = "";
        for (var history : histories) {
            for (var step : history.steps()) {
                // Only what was certainly not carried out is left out: what a crash cut off may
                // have been.
                if (step.answered() != null && !step.isDone() && step.accepted() == null) {
                    continue;
                }
                switch (step.sending().change()) {
                    case ResourceChange.Patch patch -> {
                        for (var change : patch.changes()) {
                            before.putIfAbsent(change.path(), change.before());
                            after.computeIfAbsent(change.path(), _ -> new ArrayList<>())
                                    .add(change.after());
                        }
                    }
                    case ResourceChange.Deploy deploy ->
                            irreversible =
                                    "The deployment "
                                            + deploy.name()
                                            + " was carried out; what a template made is not taken back.";
                    case ResourceChange.Reapply _, ResourceChange.UpgradeInstances _ -> {}
                }
            }
        }
        List<Undone> undone = new ArrayList<>();
        before.forEach((path, value) ->
                undone.add(new Undone(path, value, after.getOrDefault(path, List.of()))));
        return new RollbackGoal(undone, irreversible, fleet);
    }

    @Override
    public Decision decide(ArmResource now, ItemHistory history) {
        if (!irreversible.isEmpty()) {
            return new Decision.Refuse("NotReversible", irreversible);
        }
        if (undone.isEmpty()) {
            return new Decision.NotApplicable("The remediations changed nothing on it.");
        }
        var machine = MachineView.of(now, fleet.resolver());
        if (history.isTouched() && machine.isPresent() && machine.get().underWay().isPresent()) {
            return new Decision.Await("Azure is " + machine.get().underWay().get() + " it");
        }
        var left = undone.stream().filter(u -> !u.isRestoredIn(now.body())).toList();
        if (left.isEmpty()) {
            return history.isTouched() && machine.isPresent()
                    ? ApplicationGoal.rolledOut(machine.get(), RESTORE)
                            .orElseGet(Decision.Satisfied::new)
                    : new Decision.Satisfied();
        }
        for (var value : left) {
            if (!value.after().contains(value.valueIn(now.body()))) {
                return new Decision.Refuse(
                        "ChangedAfterwards",
                        "Somebody else changed '"
                                + value.path()
                                + "' since; it is left as it is now.");
            }
        }
        // Not every resource type takes a value away when it is told null.
        boolean nullIgnored =
                history.isDone(RESTORE) && left.stream().allMatch(u -> u.before().isNull());
        return new Decision.Act(nullIgnored ? EMPTY : RESTORE, patch(now, left, nullIgnored));
    }

    private static ResourceChange.Patch patch(ArmResource now, List<Undone> left, boolean emptied) {
        Dynamic body = Dynamic.EMPTY_BAG;
        List<PropertyChange> changes = new ArrayList<>();
        for (var value : left) {
            var to =
                    emptied
                            ? Dynamic.bag().put("galleryApplications", Dynamic.EMPTY_ARRAY).build()
                            : value.before();
            changes.add(new PropertyChange(value.path(), value.valueIn(now.body()), to));
            body = put(body, List.of(value.path().split("/", -1)), to);
        }
        return new ResourceChange.Patch(now.id(), body, changes);
    }

    private static Dynamic put(Dynamic into, List<String> path, Dynamic value) {
        String name = path.getFirst().replace("~1", "/").replace("~0", "~");
        if (path.size() == 1) {
            return into.with(name, value);
        }
        var inner = into.get(name);
        return into.with(
                name,
                put(
                        inner instanceof Dynamic.Bag ? inner : Dynamic.EMPTY_BAG,
                        path.subList(1, path.size()),
                        value));
    }
}
