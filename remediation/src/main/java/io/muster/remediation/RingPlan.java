package io.muster.remediation;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.CampaignErrors;
import io.muster.remediation.campaign.CampaignSpec;
import io.muster.remediation.campaign.RingSelector;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.TaskSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A campaign's machines in their rings: each machine goes to the first ring that selects it.
///
/// @param rings in order, each by id
/// @param unassigned those that no ring took
record RingPlan(List<List<PlannedResource>> rings, List<PlannedResource> unassigned) {

    /// @throws RemediationException when a ring's query is at fault, or a ring is too big
    static RingPlan of(
            String campaign,
            CampaignSpec spec,
            List<PlannedResource> candidates,
            FleetQuery query,
            ResourceId scope)
            throws RemediationException {
        List<List<PlannedResource>> rings = new ArrayList<>();
        var left = candidates;
        for (var ring : spec.rings()) {
            List<PlannedResource> taken = new ArrayList<>();
            List<PlannedResource> others = new ArrayList<>();
            var selected = selection(campaign, ring.selector(), candidates.size(), query, scope);
            for (var machine : left) {
                (selected.takes(machine.resource(), taken.size()) ? taken : others).add(machine);
            }
            if (taken.size() > TaskSettings.MAX_RESOURCES) {
                throw CampaignErrors.invalid(
                        campaign,
                        "The ring '"
                                + ring.name()
                                + "' would have "
                                + taken.size()
                                + " machines, more than "
                                + TaskSettings.MAX_RESOURCES
                                + ".");
            }
            rings.add(taken);
            left = others;
        }
        return new RingPlan(rings, left);
    }

    /// Whether a ring that has so many machines takes one more.
    @FunctionalInterface
    private interface Selection {
        boolean takes(ResourceId machine, int taken);
    }

    private static Selection selection(
            String campaign, RingSelector selector, int total, FleetQuery query, ResourceId scope)
            throws RemediationException {
        return switch (selector) {
            case RingSelector.Count(int count) -> (_, taken) -> taken < count;
            case RingSelector.Percentage(double share) -> {
                // The rounding of 0.1 * 30 must not make a fourth of three.
                long most = (long) Math.ceil(total * share / 100 - 1e-9);
                yield (_, taken) -> taken < most;
            }
            case RingSelector.Rest() -> (_, _) -> true;
            case RingSelector.Tag _, RingSelector.Locations _, RingSelector.Query _ -> {
                var named = named(campaign, String.valueOf(selector.kql()), query, scope);
                yield (machine, _) -> named.contains(machine);
            }
        };
    }

    private static Set<ResourceId> named(
            String campaign, String kql, FleetQuery query, ResourceId scope)
            throws RemediationException {
        try {
            Set<ResourceId> ids = new HashSet<>();
            for (var machine : RemediationPlanner.Machines.of(query.run(kql, scope))) {
                ids.add(machine.resource());
            }
            return ids;
        } catch (DiagnosticException | IllegalArgumentException fault) {
            throw CampaignErrors.invalid(
                    campaign, "The query of a ring is at fault: " + fault.getMessage());
        }
    }
}
