package io.muster.remediation;

import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.plan.Goal;
import io.muster.remediation.plan.RingMembers;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.plan.application.ApplicationGoal;
import io.muster.remediation.plan.application.Fleet;
import io.muster.remediation.plan.application.RollbackGoal;
import io.muster.remediation.plan.policy.PolicyCompliance;
import io.muster.remediation.plan.policy.PolicyPlanner;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskGoal;
import io.muster.remediation.task.TaskSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;

/// Plans every kind of task.
///
/// @param query answers the queries of application tasks
/// @param ledger tells what a rollback takes back
/// @param rings of campaigns
public record RemediationPlanner(
        PolicyPlanner policies,
        Fleet fleet,
        FleetQuery query,
        RemediationLedger ledger,
        RingMembers rings)
        implements TaskPlanner {

    public static RemediationPlanner of(
            PolicyCompliance compliance,
            Fleet fleet,
            FleetQuery query,
            RemediationLedger ledger,
            RingMembers rings) {
        return new RemediationPlanner(new PolicyPlanner(compliance), fleet, query, ledger, rings);
    }

    @Override
    public void check(RemediationTask task) throws RemediationException {
        switch (task.goal().itself()) {
            case TaskGoal.Policy policy -> policies.check(task, policy);
            case TaskGoal.Application application -> {
                for (var id : application.resourceIds()) {
                    if (!isMachine(id)) {
                        throw RemediationException.create(
                                task.name(),
                                "'"
                                        + id.text()
                                        + "' is neither a virtual machine nor a scale set.");
                    }
                }
            }
            case TaskGoal.Rollback(var undone) -> {
                for (var id : undone) {
                    var other =
                            ledger.task(id)
                                    .orElseThrow(() -> RemediationException.notFound(id.name()));
                    if (!other.state().isTerminal()) {
                        throw RemediationException.create(
                                task.name(),
                                "The remediation '" + other.name() + "' is still active.");
                    }
                    other.checkKnown(task.name());
                }
            }
            case TaskGoal.Ring ring -> throw noRing(ring);
        }
    }

    @Override
    public boolean overlap(ResourceId one, ResourceId other) {
        return policies.overlap(one, other);
    }

    private static IllegalStateException noRing(TaskGoal.Ring ring) {
        return new IllegalStateException("a ring of a ring of " + ring.campaign());
    }

    private static boolean isMachine(ResourceId id) {
        return id.isOfType(Machine.VM_TYPE) || id.isOfType(Machine.SCALE_SET_TYPE);
    }

    @Override
    public List<PlannedResource> candidates(RemediationTask task) throws RemediationException {
        return switch (task.goal()) {
            case TaskGoal.Policy policy -> policies.candidates(task, policy);
            case TaskGoal.Application(_, var ids, var kql) ->
                    kql == null
                            ? ids.stream()
                                    .filter(id -> id.isUnder(task.scope()))
                                    .map(id -> new PlannedResource(id, ""))
                                    .toList()
                            : queried(task, kql);
            case TaskGoal.Rollback(var undone) -> touched(task, undone);
            case TaskGoal.Ring(_, var campaign, int run, int ring) ->
                    rings.members(campaign, run, ring);
        };
    }

    private List<PlannedResource> queried(RemediationTask task, String kql)
            throws RemediationException {
        try {
            var found = Machines.of(query.run(kql, task.scope()));
            return found.stream()
                    .filter(planned -> isMachine(planned.resource()))
                    .filter(planned -> isInScope(planned.resource(), task.scope()))
                    .filter(planned ->
                            planned.location().isEmpty()
                                    ? task.settings().locations().isEmpty()
                                    : task.settings()
                                            .selects(planned.resource(), planned.location()))
                    .toList();
        } catch (DiagnosticException fault) {
            throw RemediationException.create(
                    task.name(), "Its query is at fault: " + fault.getMessage());
        } catch (IllegalArgumentException fault) {
            throw RemediationException.create(task.name(), String.valueOf(fault.getMessage()));
        }
    }

    @Override
    public boolean isShared(ResourceId gallery) {
        return fleet.resolver()
                .catalog()
                .gallery(gallery)
                .map(known -> !known.permissions().equalsIgnoreCase("Private"))
                .orElse(true);
    }

    /// The resources that earlier tasks changed, or may have: all that the filters let pass. Whoever asks for fewer gets fewer; more than a task may have are refused,
    /// not left out.
    private List<PlannedResource> touched(RemediationTask task, List<ResourceId> undone)
            throws RemediationException {
        var found = new TreeMap<ResourceId, PlannedResource>();
        for (var id : undone) {
            var locations = new HashMap<ResourceId, String>();
            for (var line : ledger.entries(id)) {
                switch (line.event()) {
                    case LedgerEvent.Planned(var location) ->
                            locations.put(line.resource(), location);
                    case LedgerEvent.Sending _ ->
                            found.putIfAbsent(
                                    line.resource(),
                                    new PlannedResource(
                                            line.resource(),
                                            locations.getOrDefault(line.resource(), "")));
                    case LedgerEvent.Accepted _, LedgerEvent.Answered _, LedgerEvent.Closed _ -> {}
                }
            }
        }
        var touched =
                found.values().stream()
                        .filter(planned -> isInScope(planned.resource(), task.scope()))
                        .filter(planned ->
                                task.settings().selects(planned.resource(), planned.location()))
                        .toList();
        if (touched.size() > TaskSettings.MAX_RESOURCES
                && task.settings().resourceCount() == TaskSettings.MAX_RESOURCES) {
            throw RemediationException.create(
                    task.name(),
                    "The remediations changed "
                            + touched.size()
                            + " resources, more than the "
                            + TaskSettings.MAX_RESOURCES
                            + " of one remediation: roll them back one by one, or by location.");
        }
        return touched;
    }

    /// An id does not tell a management group's members: there the query's scope does.
    private static boolean isInScope(ResourceId resource, ResourceId scope) {
        return scope.subscriptionId().isEmpty() || resource.isUnder(scope);
    }

    @Override
    public Goal goal(RemediationTask task, ResourceId resource) {
        return switch (task.goal().itself()) {
            case TaskGoal.Policy policy -> policies.goal(task, policy);
            case TaskGoal.Application application ->
                    new ApplicationGoal(application.intent(), fleet);
            case TaskGoal.Rollback(var undone) ->
                    RollbackGoal.of(
                            undone.stream()
                                    .map(id -> ItemHistory.of(ledger.entries(id, resource)))
                                    .toList(),
                            fleet);
            case TaskGoal.Ring ring -> throw noRing(ring);
        };
    }

    /// The machines that a table names.
    static final class Machines {
        private Machines() {}

        /// Each id once, by id.
        ///
        /// @throws IllegalArgumentException when the table has no column `id`
        static List<PlannedResource> of(Table table) {
            int id = column(table, "id");
            if (id < 0) {
                throw new IllegalArgumentException("The query's result has no column 'id'.");
            }
            int location = column(table, "location");
            var found = new TreeMap<ResourceId, PlannedResource>();
            for (var segment : table.segments()) {
                for (int row = 0; row < segment.size(); row++) {
                    if (!segment.isLive(row)) {
                        continue;
                    }
                    var text = segment.columns().get(id).dynamic(row).textOr("");
                    var resource = ResourceId.tryParse(text);
                    if (resource.isPresent()) {
                        String where =
                                location < 0
                                        ? ""
                                        : segment.columns().get(location).dynamic(row).textOr("");
                        found.putIfAbsent(
                                resource.get(), new PlannedResource(resource.get(), where));
                    }
                }
            }
            return new ArrayList<>(found.values());
        }

        private static int column(Table table, String name) {
            var fields = table.schema().fields();
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i).name().equalsIgnoreCase(name)) {
                    return i;
                }
            }
            return -1;
        }
    }
}
