package io.muster.remediation.plan.application;

import io.muster.core.value.Dynamic;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.PropertyChange;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.Goal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A resource as it was before some tasks changed it: each value that they set is what the ledger says it was, to the byte. A value that somebody else has
/// changed since is not overwritten: the resource is refused.
///
/// @param undone what the tasks did, a value each, in the order of their paths
/// @param irreversible why nothing can be taken back; empty when it can
public record RollbackGoal(List<Undone> undone, String irreversible, Fleet fleet) implements Goal {
    private static final String RESTORE = "restore";
    private static final String EMPTY = "restore as an empty list";
    private static final String PROFILE = "applicationProfile";
    private static final String TAGS = "tags";

    public RollbackGoal {
        undone = List.copyOf(undone);
    }

    /// A value that tasks set, perhaps several times.
    ///
    /// @param before the first of them; null value when there was none
    /// @param after what each of them set, or may have
    /// @param whole whether each found what the one before it had left: if not, somebody else changed it in between, and what was before all of them lacks that
    public record Undone(String path, Dynamic before, List<Dynamic> after, boolean whole) {
        public Undone {
            after = List.copyOf(after);
        }

        /// This, and then that.
        private Undone then(Undone next) {
            List<Dynamic> both = new ArrayList<>(after);
            both.addAll(next.after);
            return new Undone(
                    path,
                    before,
                    both,
                    whole
                            && next.whole
                            && (before.equals(next.before) || after.contains(next.before)));
        }

        private Dynamic valueIn(Dynamic document) {
            return new PropertyChange(path, before, before).valueIn(document);
        }

        private boolean isProfile() {
            return path.equals(PROFILE) || path.endsWith("/" + PROFILE);
        }

        /// Where there was no list of applications an empty one is the same to Azure and the guest; and so are no tags.
        private boolean isRestoredIn(Dynamic document) {
            var now = valueIn(document);
            if (now.equals(before)) {
                return true;
            }
            if (!before.isNull()) {
                return false;
            }
            return isProfile()
                            && now.members().size() == 1
                            && now.getIgnoreCase("galleryApplications").equals(Dynamic.EMPTY_ARRAY)
                    || path.equals(TAGS) && now.equals(Dynamic.EMPTY_BAG);
        }

        /// What is sent for it. ARM replaces tags whole: none are sent as an empty object.
        private Dynamic wanted() {
            return before.isNull() && path.equals(TAGS) ? Dynamic.EMPTY_BAG : before;
        }
    }

    /// @param histories of one resource, one a task, in any order
    public static RollbackGoal of(List<ItemHistory> histories, Fleet fleet) {
        Map<String, Undone> undone = new LinkedHashMap<>();
        String irreversible = "";
        var oldestFirst =
                histories.stream()
                        .filter(history -> history.firstAt() != null)
                        .sorted(
                                Comparator.comparing(
                                        history -> Objects.requireNonNull(history.firstAt())))
                        .toList();
        for (var history : oldestFirst) {
            for (var step : history.steps()) {
                // Only what was certainly not carried out is left out: the resource tells of the
                // rest.
                if (!step.mayBeDone()) {
                    continue;
                }
                switch (step.sending().change()) {
                    case ResourceChange.Patch patch -> {
                        for (var change : patch.changes()) {
                            undone.merge(
                                    change.path(),
                                    new Undone(
                                            change.path(),
                                            change.before(),
                                            List.of(change.after()),
                                            true),
                                    Undone::then);
                        }
                    }
                    case ResourceChange.Deploy deploy ->
                            irreversible =
                                    "The deployment "
                                            + deploy.name()
                                            + " was, or may have been, carried out; what a template made is not"
                                            + " taken back.";
                    case ResourceChange.Reapply _, ResourceChange.UpgradeInstances _ -> {}
                }
            }
        }
        return new RollbackGoal(List.copyOf(undone.values()), irreversible, fleet);
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
            if (!value.whole() || !value.after().contains(value.valueIn(now.body()))) {
                return new Decision.Refuse(
                        "ChangedAfterwards",
                        "Somebody else changed '"
                                + value.path()
                                + "' since; it is left as it is now.");
            }
        }
        // Not every resource type takes a value away when it is told null. A list of applications
        // can be emptied instead.
        var kept =
                history.isDone(RESTORE)
                        ? left.stream().filter(u -> u.before().isNull()).toList()
                        : List.<Undone>of();
        for (var value : kept) {
            if (!value.isProfile()) {
                return new Decision.Fail(
                        "NotReversible", "Azure does not take '" + value.path() + "' away again.");
            }
        }
        boolean emptied = !kept.isEmpty() && kept.size() == left.size();
        return new Decision.Act(emptied ? EMPTY : RESTORE, patch(now, left, emptied));
    }

    private static ResourceChange.Patch patch(ArmResource now, List<Undone> left, boolean emptied) {
        Dynamic body = Dynamic.EMPTY_BAG;
        List<PropertyChange> changes = new ArrayList<>();
        for (var value : left) {
            var to =
                    emptied
                            ? Dynamic.bag().put("galleryApplications", Dynamic.EMPTY_ARRAY).build()
                            : value.wanted();
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
