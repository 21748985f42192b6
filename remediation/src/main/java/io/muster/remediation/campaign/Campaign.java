package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.task.TaskGoal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A campaign as it stands. Immutable: each change gives the next version.
///
/// @param id `{scope}/providers/Muster.Remediation/campaigns/{name}`
/// @param run which one it is in, from 1
/// @param ring which one it is in, from 0; the number of rings when all are done
/// @param rings as they stand; empty before they are planned
/// @param unassigned machines that no ring took
/// @param approvedBy empty when nobody did
/// @param nextRun when a waiting campaign runs again by itself; null when only by an event
/// @param tasks of all runs that are over and of this one, oldest first: what a rollback takes back
/// @param version counts the changes from 1
public record Campaign(
        ResourceId id,
        CampaignSpec spec,
        CampaignState state,
        boolean paused,
        int run,
        int ring,
        List<RingProgress> rings,
        int unassigned,
        String statusMessage,
        String createdBy,
        String approvedBy,
        Instant createdOn,
        Instant lastUpdatedOn,
        @Nullable Instant nextRun,
        List<ResourceId> tasks,
        long version) {
    private static final String TYPE = "/providers/Muster.Remediation/campaigns/";

    /// As many as a rollback can take back; the oldest are forgotten.
    private static final int MOST_TASKS = 500;

    public Campaign {
        rings = List.copyOf(rings);
        tasks =
                List.copyOf(
                        tasks.size() > MOST_TASKS
                                ? tasks.subList(tasks.size() - MOST_TASKS, tasks.size())
                                : tasks);
    }

    /// @param firstRun the number of its first run
    public static Campaign accepted(
            ResourceId id, CampaignSpec spec, String createdBy, int firstRun, Instant now) {
        return new Campaign(
                id,
                spec,
                CampaignState.ACCEPTED,
                false,
                firstRun,
                0,
                List.of(),
                0,
                "",
                createdBy,
                "",
                now,
                now,
                null,
                List.of(),
                1);
    }

    /// The id of a campaign of that name at a scope.
    public static ResourceId idOf(ResourceId scope, String name) {
        return ResourceId.parse(scope.text() + TYPE + name);
    }

    public String name() {
        return id.name();
    }

    /// The scope it was created at.
    public ResourceId scope() {
        String text = id.text();
        return ResourceId.parse(
                text.substring(
                        0,
                        text.toLowerCase(Locale.ROOT)
                                .lastIndexOf("/providers/muster.remediation/")));
    }

    /// Whether a campaign of the same name is this very one, unchanged.
    public boolean isSameAs(Campaign other) {
        return id.equals(other.id) && version == other.version && createdOn.equals(other.createdOn);
    }

    /// Whether this is the next version of a campaign, and not of another one of its name.
    public boolean follows(Campaign kept) {
        return id.equals(kept.id)
                && version == kept.version + 1
                && createdOn.equals(kept.createdOn);
    }

    /// Whether this is a campaign as it was once, or is: not another one of its name, which may count its runs from one again.
    public boolean isEarlierOrNow(Campaign kept) {
        return id.equals(kept.id) && version <= kept.version && createdOn.equals(kept.createdOn);
    }

    /// Whether somebody still has to approve it.
    public boolean needsApproval() {
        return spec.approval() && approvedBy.isEmpty();
    }

    /// The name of the task of a ring.
    public String taskName(int index) {
        return name() + "-" + run + "-" + spec.rings().get(index).name();
    }

    public Campaign in(CampaignState next, String message, Instant now) {
        return with(
                now,
                next,
                paused,
                run,
                ring,
                rings,
                unassigned,
                message,
                approvedBy,
                nextRun,
                tasks);
    }

    public Campaign withPaused(boolean pause, Instant now) {
        return with(
                now,
                state,
                pause,
                run,
                ring,
                rings,
                unassigned,
                statusMessage,
                approvedBy,
                nextRun,
                tasks);
    }

    /// Somebody approved its plan: it runs.
    public Campaign approved(String by, Instant now) {
        return with(
                now,
                CampaignState.RUNNING,
                paused,
                run,
                ring,
                rings,
                unassigned,
                "",
                by,
                nextRun,
                tasks);
    }

    /// Its machines are in their rings.
    ///
    /// @param left machines that no ring took
    public Campaign planned(List<RingProgress> as, int left, Instant now) {
        return with(
                now,
                needsApproval() ? CampaignState.AWAITING_APPROVAL : CampaignState.RUNNING,
                paused,
                run,
                0,
                as,
                left,
                "",
                approvedBy,
                null,
                tasks);
    }

    public Campaign withRing(int index, UnaryOperator<RingProgress> edit, Instant now) {
        List<RingProgress> edited = new ArrayList<>(rings);
        edited.set(index, edit.apply(rings.get(index)));
        return with(
                now,
                state,
                paused,
                run,
                ring,
                edited,
                unassigned,
                statusMessage,
                approvedBy,
                nextRun,
                tasks);
    }

    /// A ring's task is about to be created.
    public Campaign begun(int index, ResourceId task, Instant now) {
        List<RingProgress> edited = new ArrayList<>(rings);
        edited.set(index, rings.get(index).running(task));
        List<ResourceId> more = new ArrayList<>(tasks);
        if (!more.contains(task)) {
            more.add(task);
        }
        return with(
                now, state, paused, run, ring, edited, unassigned, "", approvedBy, nextRun, more);
    }

    /// A ring has passed: the next one is to come.
    public Campaign passed(int index, Instant now) {
        List<RingProgress> edited = new ArrayList<>(rings);
        edited.set(index, rings.get(index).in(RingProgress.State.PASSED, ""));
        return with(
                now,
                state,
                paused,
                run,
                index + 1,
                edited,
                unassigned,
                "",
                approvedBy,
                nextRun,
                tasks);
    }

    /// A ring did not pass: nor does the campaign.
    public Campaign stopped(
            int index,
            UnaryOperator<RingProgress> edit,
            CampaignState end,
            String why,
            Instant now) {
        List<RingProgress> edited = new ArrayList<>(rings);
        if (index < edited.size()) {
            edited.set(index, edit.apply(edited.get(index)));
        }
        return with(now, end, paused, run, ring, edited, unassigned, why, approvedBy, null, tasks);
    }

    /// It is to run again at that time, or as soon as it can.
    public Campaign triggered(Instant at) {
        return with(
                at,
                state,
                paused,
                run,
                ring,
                rings,
                unassigned,
                statusMessage,
                approvedBy,
                at,
                tasks);
    }

    /// Which of these make it run again.
    public List<Happening> hears(List<Happening> happenings) {
        return state.isTerminal() || state == CampaignState.CANCELLING
                ? List.of()
                : happenings.stream()
                        .filter(happening -> spec.triggers().stream().anyMatch(happening::meets))
                        .toList();
    }

    /// It waits for a trigger.
    ///
    /// @param at when it runs by itself; null for never
    public Campaign waiting(@Nullable Instant at, String message, Instant now) {
        return with(
                now,
                CampaignState.WAITING,
                paused,
                run,
                ring,
                rings,
                unassigned,
                message,
                approvedBy,
                at,
                tasks);
    }

    /// The next run, to be planned.
    public Campaign again(Instant now) {
        return with(
                now,
                CampaignState.ACCEPTED,
                paused,
                run + 1,
                0,
                List.of(),
                0,
                "",
                approvedBy,
                null,
                tasks);
    }

    private Campaign with(
            Instant now,
            CampaignState next,
            boolean pause,
            int runs,
            int index,
            List<RingProgress> as,
            int left,
            String message,
            String by,
            @Nullable Instant at,
            List<ResourceId> of) {
        return new Campaign(
                id,
                spec,
                next,
                pause,
                runs,
                index,
                as,
                left,
                message,
                createdBy,
                by,
                createdOn,
                now,
                at,
                of,
                version + 1);
    }

    /// How many machines failed in this run.
    public int failed() {
        return rings.stream().mapToInt(ring -> ring.counts().failed()).sum();
    }

    /// How many of those were refused before anything was sent to them.
    public int refused() {
        return rings.stream().mapToInt(ring -> ring.counts().refused()).sum();
    }

    /// The resource as the API shows it.
    public Dynamic toDynamic() {
        var properties = Dynamic.bag();
        switch (spec.goal()) {
            case TaskGoal.Policy(var assignment, var reference) ->
                    properties
                            .put("policyAssignmentId", assignment.text())
                            .putIfPresent("policyDefinitionReferenceId", reference);
            case TaskGoal.Application(var intent, _, var query) ->
                    properties.put("application", intent.toDynamic()).putIfPresent("query", query);
            case TaskGoal.Rollback _, TaskGoal.Ring _ ->
                    throw new IllegalStateException("no goal of a campaign: " + spec.goal());
        }
        properties
                .put("provisioningState", state.wireName())
                .put("paused", paused)
                .put("run", run)
                .put("approval", spec.approval())
                .put("approvedBy", approvedBy)
                .put("unassignedMachines", unassigned)
                .put("statusMessage", statusMessage)
                .put("createdOn", createdOn.toString())
                .put("lastUpdatedOn", lastUpdatedOn.toString())
                .putIfPresent("nextRun", nextRun == null ? null : nextRun.toString());
        List<Dynamic> shown = new ArrayList<>();
        for (int i = 0; i < spec.rings().size(); i++) {
            Dynamic ring = spec.rings().get(i).toDynamic();
            if (i < rings.size()) {
                for (var member : rings.get(i).toDynamic().members().entrySet()) {
                    ring = ring.with(member.getKey(), member.getValue());
                }
            }
            shown.add(ring);
        }
        properties
                .put("rings", Dynamic.array(shown))
                .put(
                        "triggers",
                        Dynamic.array(spec.triggers().stream().map(Trigger::toDynamic).toList()));
        spec.pacing().put(properties);
        return Dynamic.bag()
                .put("id", id.text())
                .put("name", name())
                .put("type", "Muster.Remediation/campaigns")
                .put("properties", properties.build())
                .put(
                        "systemData",
                        Dynamic.bag()
                                .put("createdBy", createdBy)
                                .put("createdAt", createdOn.toString())
                                .put("lastModifiedAt", lastUpdatedOn.toString())
                                .build())
                .build();
    }
}
