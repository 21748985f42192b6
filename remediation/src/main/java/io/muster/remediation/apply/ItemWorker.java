package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.LedgerEvent.Accepted;
import io.muster.remediation.ledger.LedgerEvent.Answered;
import io.muster.remediation.ledger.LedgerEvent.Closed;
import io.muster.remediation.ledger.LedgerEvent.Sending;
import io.muster.remediation.ledger.StepOutcome;
import io.muster.remediation.plan.Goal;
import io.muster.remediation.verify.Verification;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Brings one resource to its goal: read, decide, write down, send, wait, and again, until the goal is
/// met or cannot be. Started on a resource that a crash left in the middle, it first finds out what
/// became of the last step. Used by one thread.
///
/// INVARIANT (once): a change is sent again only when it was certainly not carried out, or when ARM
/// refuses it if it was (`If-Match` with the ETag of the read it was planned on).
final class ItemWorker {
    private final ArmPort arm;
    private final LedgerWriter ledger;
    private final Pacer pacer;
    private final RunSettings settings;
    private final ResourceId task;
    private final String correlationId;
    private final ResourceId resource;
    private final Goal goal;

    /// What the ledger has of the resource: nobody else writes of it while the lease is held.
    private final List<LedgerEntry> lines;

    /// @param lines what the ledger has of the resource
    ItemWorker(
            ArmPort arm,
            LedgerWriter ledger,
            Pacer pacer,
            RunSettings settings,
            ResourceId task,
            String correlationId,
            ResourceId resource,
            Goal goal,
            List<LedgerEntry> lines) {
        this.arm = arm;
        this.ledger = ledger;
        this.pacer = pacer;
        this.settings = settings;
        this.task = task;
        this.correlationId = correlationId;
        this.resource = resource;
        this.goal = goal;
        this.lines = new ArrayList<>(lines);
    }

    /// Works until the item is closed.
    Closed work() throws InterruptedException {
        try {
            var history = history();
            if (history.closed() != null) {
                return history.closed();
            }
            if (history.open().isPresent()) {
                recover(history.open().get());
            }
            return pursue();
        } catch (ArmException fault) {
            var failure = fault.failure();
            return close(
                    failure instanceof ArmFailure.NotFound
                            ? ItemOutcome.NOT_APPLICABLE
                            : ItemOutcome.FAILED,
                    failure.code(),
                    failure.message());
        }
    }

    private Closed pursue() throws ArmException, InterruptedException {
        @Nullable Instant waitingSince = null;
        int looks = 0;
        while (true) {
            var now = read();
            var history = history();
            switch (Verification.of(goal.decide(now, history), now, history, settings.steps())) {
                case Verification.Over(var outcome, var code, var message) -> {
                    return close(outcome, code, message);
                }
                case Verification.Pending(var what) -> {
                    if (waitingSince == null) {
                        waitingSince = pacer.instant();
                    }
                    var waited = Duration.between(waitingSince, pacer.instant());
                    if (waited.compareTo(settings.guestTimeout()) > 0) {
                        return close(
                                ItemOutcome.FAILED,
                                "GuestTimeout",
                                "After " + waited.toMinutes() + " minutes still: " + what);
                    }
                    pacer.pause(settings.pause(++looks, Duration.ZERO));
                }
                case Verification.Open(var intent, var change) -> {
                    waitingSince = null;
                    looks = 0;
                    act(intent, change, now.etag(), history.steps().size() + 1);
                }
            }
        }
    }

    private void act(String intent, ResourceChange change, @Nullable String etag, int step)
            throws ArmException, InterruptedException {
        String ifMatch = change.isConditional() ? etag : null;
        append(new Sending(step, intent, change, ifMatch));
        send(step, change, ifMatch, false);
    }

    /// Finds out what became of the step that a crash cut off.
    private void recover(ItemHistory.Step open) throws ArmException, InterruptedException {
        int step = open.sending().step();
        var change = open.sending().change();
        if (open.accepted() != null) {
            follow(step, open.accepted().operation(), change);
        } else if (change instanceof ResourceChange.Deploy deploy) {
            lookUp(step, deploy);
        } else if (change.isConditional() && open.sending().etag() != null) {
            send(step, change, open.sending().etag(), true);
        } else {
            lookAt(step, change, StepOutcome.NOT_DONE);
        }
    }

    private Answered lookAt(int step, ResourceChange change, StepOutcome otherwise)
            throws ArmException, InterruptedException {
        return lookAt(step, change, otherwise, "", "Its answer was lost.");
    }

    /// Tells from the resource whether a change whose answer was lost was carried out. Reapplying and
    /// upgrading instances leave no trace, and may be done again.
    private Answered lookAt(
            int step, ResourceChange change, StepOutcome otherwise, String code, String message)
            throws ArmException, InterruptedException {
        if (change instanceof ResourceChange.Patch patch) {
            var now = read();
            if (patch.changes().stream().allMatch(c -> c.holdsIn(now.body()))) {
                return answer(step, StepOutcome.SUCCEEDED, "", "");
            }
        }
        return answer(step, otherwise, code, message);
    }

    /// @param again whether it may have been carried out before, its answer lost
    private Answered send(int step, ResourceChange change, @Nullable String ifMatch, boolean again)
            throws ArmException, InterruptedException {
        boolean uncertain = again;
        for (int attempt = 1; ; attempt++) {
            Sent sent;
            try {
                sent = arm.send(change, ifMatch, correlationId);
            } catch (ArmException fault) {
                if (uncertain && fault.failure() instanceof ArmFailure.PreconditionFailed) {
                    return lookAt(step, change, StepOutcome.CHANGED_MEANWHILE);
                }
                var answered = failed(step, change, ifMatch, fault.failure(), attempt);
                if (answered.isPresent()) {
                    return answered.get();
                }
                uncertain |= fault.failure().isUncertain();
                continue;
            }
            return switch (sent) {
                case Sent.Done() -> {
                    append(new Accepted(step, ""));
                    yield answer(step, StepOutcome.SUCCEEDED, "", "");
                }
                case Sent.Started(var operation, var retryAfter) -> {
                    append(new Accepted(step, operation));
                    // `Retry-After: 0` asks to look at once.
                    if (retryAfter == null || !retryAfter.isZero()) {
                        pacer.pause(
                                settings.pause(1, retryAfter == null ? Duration.ZERO : retryAfter));
                    }
                    yield follow(step, operation, change);
                }
            };
        }
    }

    /// What a failed request means for its step; empty when it is to be sent again, after a pause.
    private Optional<Answered> failed(
            int step,
            ResourceChange change,
            @Nullable String ifMatch,
            ArmFailure failure,
            int attempt)
            throws ArmException, InterruptedException {
        boolean last = attempt >= settings.attempts();
        switch (failure) {
            case ArmFailure.PreconditionFailed(var message) -> {
                return Optional.of(
                        answer(step, StepOutcome.CHANGED_MEANWHILE, failure.code(), message));
            }
            case ArmFailure.Refused _, ArmFailure.NotFound _ -> {
                return Optional.of(
                        answer(step, StepOutcome.FAILED, failure.code(), failure.message()));
            }
            case ArmFailure.Conflict _, ArmFailure.Throttled _ -> {
                // Nothing was changed: a conditional request may go again as it is.
                if (last) {
                    return Optional.of(
                            answer(step, StepOutcome.FAILED, failure.code(), failure.message()));
                }
            }
            case ArmFailure.Unavailable _, ArmFailure.Unreachable _ -> {
                if (change instanceof ResourceChange.Deploy deploy) {
                    pacer.pause(settings.pause(attempt, failure.retryAfter()));
                    return Optional.of(lookUp(step, deploy));
                }
                if (last) {
                    // It may have been carried out all the same: the resource tells.
                    return Optional.of(
                            lookAt(
                                    step,
                                    change,
                                    StepOutcome.FAILED,
                                    failure.code(),
                                    failure.message()));
                }
                if (ifMatch == null) {
                    pacer.pause(settings.pause(attempt, failure.retryAfter()));
                    return Optional.of(lookAt(step, change, StepOutcome.NOT_DONE));
                }
            }
        }
        pacer.pause(settings.pause(attempt, failure.retryAfter()));
        return Optional.empty();
    }

    /// Finds a deployment whose submission was not answered.
    private Answered lookUp(int step, ResourceChange.Deploy deploy) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                var found = arm.deployment(deploy.deploymentId());
                if (found.isEmpty()) {
                    return answer(step, StepOutcome.NOT_DONE, "", "No deployment of that name.");
                }
                append(new Accepted(step, ""));
                return follow(step, "", deploy);
            } catch (ArmException fault) {
                if (attempt >= settings.attempts()) {
                    return answer(
                            step,
                            StepOutcome.UNKNOWN,
                            fault.failure().code(),
                            fault.failure().message());
                }
                pacer.pause(settings.pause(attempt, fault.failure().retryAfter()));
            }
        }
    }

    /// Waits for an operation to end.
    private Answered follow(int step, String operation, ResourceChange change)
            throws InterruptedException {
        var since = pacer.instant();
        int silent = 0;
        int looks = 0;
        while (true) {
            Duration wait;
            try {
                var state = state(operation, change);
                silent = 0;
                if (state.isEmpty()) {
                    return answer(step, StepOutcome.SUCCEEDED, "", "");
                }
                switch (state.get()) {
                    case OperationState.Succeeded() -> {
                        return answer(step, StepOutcome.SUCCEEDED, "", "");
                    }
                    case OperationState.Failed(var code, var message) -> {
                        return answer(step, StepOutcome.FAILED, code, message);
                    }
                    case OperationState.Canceled() -> {
                        return answer(
                                step,
                                StepOutcome.FAILED,
                                "OperationCanceled",
                                "The operation was cancelled in Azure.");
                    }
                    case OperationState.Running(var retryAfter) ->
                            wait = settings.pause(++looks, retryAfter);
                }
            } catch (ArmException fault) {
                var failure = fault.failure();
                if (failure instanceof ArmFailure.NotFound) {
                    // ARM forgets operations after a while; the resource tells how it ended.
                    return answer(step, StepOutcome.UNKNOWN, failure.code(), failure.message());
                }
                if (++silent >= settings.attempts() || failure instanceof ArmFailure.Refused) {
                    return answer(step, StepOutcome.UNKNOWN, failure.code(), failure.message());
                }
                wait = settings.pause(silent, failure.retryAfter());
            }
            if (Duration.between(since, pacer.instant()).compareTo(settings.operationTimeout())
                    > 0) {
                return answer(
                        step,
                        StepOutcome.FAILED,
                        "OperationTimeout",
                        "The operation did not end within "
                                + settings.operationTimeout().toMinutes()
                                + " minutes.");
            }
            pacer.pause(wait);
        }
    }

    private Optional<OperationState> state(String operation, ResourceChange change)
            throws ArmException, InterruptedException {
        if (!operation.isEmpty()) {
            return Optional.of(arm.poll(operation));
        }
        return change instanceof ResourceChange.Deploy deploy
                ? arm.deployment(deploy.deploymentId())
                : Optional.empty();
    }

    private ArmResource read() throws ArmException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return arm.read(resource);
            } catch (ArmException fault) {
                var failure = fault.failure();
                boolean transientFault =
                        failure.isUncertain()
                                || failure instanceof ArmFailure.Throttled
                                || failure instanceof ArmFailure.Conflict;
                if (!transientFault || attempt >= settings.attempts()) {
                    throw fault;
                }
                pacer.pause(settings.pause(attempt, failure.retryAfter()));
            }
        }
    }

    /// Whether a look at Azure tells that a change was taken: ARM refuses it a second time by its ETag, or knows it by name.
    private boolean isFoundAgain(int step) {
        return history().steps().stream()
                .map(ItemHistory.Step::sending)
                .filter(sending -> sending.step() == step)
                .allMatch(sending ->
                        sending.etag() != null
                                || sending.change() instanceof ResourceChange.Deploy);
    }

    private ItemHistory history() {
        return ItemHistory.of(lines);
    }

    private Answered answer(int step, StepOutcome outcome, String code, String message) {
        var answered = new Answered(step, outcome, code, message);
        append(answered);
        return answered;
    }

    private Closed close(ItemOutcome outcome, String code, String message) {
        var closed = new Closed(outcome, code, message);
        append(closed);
        return closed;
    }

    /// Waits for what must be kept before the next act: what is about to be sent; and that something was taken which, sent once more, would be done once more.
    private void append(LedgerEvent event) {
        boolean first =
                switch (event) {
                    case Sending _ -> true;
                    case Accepted accepted -> !isFoundAgain(accepted.step());
                    case LedgerEvent.Planned _, Answered _, Closed _ -> false;
                };
        var at = first ? ledger.append(resource, event) : ledger.later(resource, event);
        lines.add(new LedgerEntry(task, lines.size() + 1L, resource, at, event));
    }
}
