package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.pace.Members;
import io.muster.remediation.pace.Pacing;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationRequest;
import io.muster.remediation.task.TaskGoal;
import io.muster.remediation.task.TaskSettings;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What a campaign is asked to do; fixed once it is created.
///
/// @param filters of the machines, as of a task; its count, parallel deployments and threshold do not matter
/// @param rings in order, at least one
/// @param approval whether somebody must approve the plan before anything is sent
/// @param triggers what makes it run again; empty for a campaign that runs once
public record CampaignSpec(
        TaskGoal goal,
        TaskSettings filters,
        List<Ring> rings,
        boolean approval,
        List<Trigger> triggers) {
    private static final int MOST_RINGS = 20;
    private static final int MOST_TRIGGERS = 20;
    private static final Set<String> OWN = Set.of("rings", "approval", "triggers");

    public CampaignSpec {
        rings = List.copyOf(rings);
        triggers = List.copyOf(triggers);
        if (rings.isEmpty() || rings.size() > MOST_RINGS) {
            throw new IllegalArgumentException(
                    "A campaign has 1 to 20 rings, not " + rings.size() + ".");
        }
        if (triggers.size() > MOST_TRIGGERS) {
            throw new IllegalArgumentException("A campaign has at most 20 triggers.");
        }
        Set<String> names = new HashSet<>();
        for (var ring : rings) {
            if (!names.add(ring.name().toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        "Two rings have the name '" + ring.name() + "'.");
            }
        }
        if (goal instanceof TaskGoal.Ring || goal instanceof TaskGoal.Rollback) {
            throw new IllegalArgumentException(
                    "A campaign is about a policy assignment or an application.");
        }
    }

    public Pacing pacing() {
        return filters.pacing();
    }

    /// Reads the body of a PUT: `{"properties": {...}}` with a task's members (assignment or application, filters, pacing) and `rings`, `approval`,
    /// `triggers`.
    ///
    /// @throws RemediationException 400 `InvalidCampaignRequest`, or as a task of that body is refused
    public static CampaignSpec read(ResourceId scope, String name, Dynamic body)
            throws RemediationException {
        var properties = body.getIgnoreCase("properties");
        Map<String, Dynamic> ofTask = new TreeMap<>();
        properties
                .members()
                .forEach((member, value) -> {
                    if (OWN.stream().noneMatch(member::equalsIgnoreCase)) {
                        ofTask.put(member, value);
                    }
                });
        var request =
                RemediationRequest.read(
                        scope,
                        name,
                        Dynamic.bag().put("properties", new Dynamic.Bag(ofTask)).build());
        try {
            return new CampaignSpec(
                    request.goal(),
                    request.settings(),
                    Members.items(properties, "rings").stream().map(Ring::read).toList(),
                    Boolean.TRUE.equals(Members.flag(properties, "approval")),
                    Members.items(properties, "triggers").stream().map(Trigger::read).toList());
        } catch (IllegalArgumentException wrong) {
            throw CampaignErrors.invalid(name, String.valueOf(wrong.getMessage()));
        }
    }

    /// The same campaign, approval demanded.
    public CampaignSpec withApproval() {
        return new CampaignSpec(goal, filters, rings, true, triggers);
    }
}
