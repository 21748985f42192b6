package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.task.RemediationTask.Counts;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where one ring of a run stands.
///
/// @param members machines that the plan gave to it
/// @param task null before it is begun, and for a ring without members
/// @param counts of its task when it ended
/// @param endedAt when its task ended; null before
/// @param heldSince since when its gate's conditions hold; null when they do not
/// @param lookedAt when they were looked at last
/// @param because what the gate waits for, or why the ring failed; empty when there is nothing to say
public record RingProgress(
        State state,
        int members,
        @Nullable ResourceId task,
        Counts counts,
        @Nullable Instant endedAt,
        @Nullable Instant heldSince,
        @Nullable Instant lookedAt,
        String because) {

    /// The course of a ring.
    public enum State {
        PENDING("Pending"),
        RUNNING("Running"),
        /// Its machines are done; its gate is closed.
        SOAKING("Soaking"),
        PASSED("Passed"),
        FAILED("Failed"),
        CANCELED("Canceled");

        private final String wireName;

        State(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        static State parse(String name) {
            for (var state : values()) {
                if (state.wireName.equals(name)) {
                    return state;
                }
            }
            throw new IllegalArgumentException("'" + name + "' is no state of a ring");
        }
    }

    public static RingProgress pending(int members) {
        return new RingProgress(State.PENDING, members, null, Counts.NONE, null, null, null, "");
    }

    public RingProgress in(State next, String why) {
        return new RingProgress(next, members, task, counts, endedAt, heldSince, lookedAt, why);
    }

    public RingProgress running(ResourceId as) {
        return new RingProgress(
                State.RUNNING, members, as, counts, endedAt, heldSince, lookedAt, "");
    }

    public RingProgress ended(Counts how, Instant at) {
        return new RingProgress(state, members, task, how, at, null, null, because);
    }

    public RingProgress looked(Instant at, @Nullable Instant holdsSince, String why) {
        return new RingProgress(state, members, task, counts, endedAt, holdsSince, at, why);
    }

    Dynamic toDynamic() {
        return Dynamic.bag()
                .put("state", state.wireName())
                .put("machines", members)
                .putIfPresent("taskId", task == null ? null : task.text())
                .put("successful", counts.successful())
                .put("failed", counts.failed())
                .put("refused", counts.refused())
                .putIfPresent("endedAt", text(endedAt))
                .putIfPresent("heldSince", text(heldSince))
                .putIfPresent("lookedAt", text(lookedAt))
                .put("message", because)
                .build();
    }

    private static @Nullable String text(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }

    static RingProgress fromDynamic(Dynamic value) {
        int members = (int) value.get("machines").longOr(0);
        return new RingProgress(
                State.parse(value.get("state").textOr("")),
                members,
                value.get("taskId").asText().map(ResourceId::parse).orElse(null),
                new Counts(
                        members,
                        members,
                        (int) value.get("successful").longOr(0),
                        (int) value.get("failed").longOr(0),
                        (int) value.get("refused").longOr(0)),
                instant(value.get("endedAt")),
                instant(value.get("heldSince")),
                instant(value.get("lookedAt")),
                value.get("message").textOr(""));
    }

    private static @Nullable Instant instant(Dynamic value) {
        return value.asText().map(Instant::parse).orElse(null);
    }
}
