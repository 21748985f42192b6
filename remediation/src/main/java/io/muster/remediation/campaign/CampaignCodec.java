package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.task.TaskCodec;
import io.muster.remediation.task.TaskGoal;
import java.time.Instant;

/// A campaign as one JSON value: what a store keeps beside id and version.
public final class CampaignCodec {
    private CampaignCodec() {}

    public static Dynamic write(Campaign campaign) {
        var spec = campaign.spec();
        return Dynamic.bag()
                .put("id", campaign.id().text())
                .put("goal", spec.goal().toDynamic())
                .put("filters", TaskCodec.write(spec.filters()))
                .put(
                        "ringSpecs",
                        Dynamic.array(spec.rings().stream().map(Ring::toDynamic).toList()))
                .put("approval", spec.approval())
                .put(
                        "triggers",
                        Dynamic.array(spec.triggers().stream().map(Trigger::toDynamic).toList()))
                .put("state", campaign.state().wireName())
                .put("paused", campaign.paused())
                .put("run", campaign.run())
                .put("ring", campaign.ring())
                .put(
                        "rings",
                        Dynamic.array(
                                campaign.rings().stream().map(RingProgress::toDynamic).toList()))
                .put("unassigned", campaign.unassigned())
                .put("statusMessage", campaign.statusMessage())
                .put("createdBy", campaign.createdBy())
                .put("approvedBy", campaign.approvedBy())
                .put("createdOn", campaign.createdOn().toString())
                .put("lastUpdatedOn", campaign.lastUpdatedOn().toString())
                .putIfPresent(
                        "nextRun",
                        campaign.nextRun() == null ? null : campaign.nextRun().toString())
                .put(
                        "tasks",
                        Dynamic.array(
                                campaign.tasks().stream()
                                        .map(id -> Dynamic.of(id.text()))
                                        .toList()))
                .put("version", campaign.version())
                .build();
    }

    /// @throws IllegalArgumentException when [#write] did not write it
    public static Campaign read(Dynamic value) {
        var spec =
                new CampaignSpec(
                        TaskGoal.fromDynamic(value.get("goal")),
                        TaskCodec.readSettings(value.get("filters")),
                        value.get("ringSpecs").items().stream().map(Ring::read).toList(),
                        value.get("approval").boolOr(false),
                        value.get("triggers").items().stream().map(Trigger::read).toList());
        return new Campaign(
                ResourceId.parse(value.get("id").textOr("")),
                spec,
                CampaignState.parse(value.get("state").textOr(""))
                        .orElseThrow(() -> new IllegalArgumentException("a campaign has no state")),
                value.get("paused").boolOr(false),
                (int) value.get("run").longOr(1),
                (int) value.get("ring").longOr(0),
                value.get("rings").items().stream().map(RingProgress::fromDynamic).toList(),
                (int) value.get("unassigned").longOr(0),
                value.get("statusMessage").textOr(""),
                value.get("createdBy").textOr(""),
                value.get("approvedBy").textOr(""),
                Instant.parse(value.get("createdOn").textOr("")),
                Instant.parse(value.get("lastUpdatedOn").textOr("")),
                value.get("nextRun").asText().map(Instant::parse).orElse(null),
                value.get("tasks").items().stream()
                        .map(id -> ResourceId.parse(id.textOr("")))
                        .toList(),
                value.get("version").longOr(1));
    }
}
