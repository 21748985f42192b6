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
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.Goal;
import io.muster.remediation.verify.Verification;
import java.io.Serial;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Brings one resource to its goal: read, decide, write down, send, wait, and again, until the goal is
/// met or cannot be. Started on a resource that a crash left in the middle, it first finds out what
/// became of the last step. Used by one thread.
///
/// INVARIANT (once): a change is sent again only when it was certainly not carried out, or when ARM
/// refuses it if it was (`If-Match` with the ETag of the read it was planned on). Nothing is sent without
/// the lease: a worker that stood still since it wrote its change down, or waited to send it again, may
/// have been overtaken.
final class ItemWorker {
    private final ArmPort arm;
    private final Access access;
    private final LedgerWriter ledger;
    private final LeaseKeeper lease;
    private final Pacer pacer;
    private final RunSettings settings;
    private final ResourceId task;
    private final String correlationId;
    private final ResourceId resource;
    private final Goal goal;
    private final BooleanSupplier cancelled;

    /// What the ledger has of the resource: nobody else writes of it while the lease is held.
    private final List<LedgerEntry> lines;

    /// @param cancelled whether the task is to begin nothing more; asked often
    /// @param lines what the ledger has of the resource
    ItemWorker(
            ArmPort arm,
            Access access,
            LedgerWriter ledger,
            LeaseKeeper lease,
            Pacer pacer,
            RunSettings settings,
            ResourceId task,
            String correlationId,
            ResourceId resource,
            Goal goal,
            BooleanSupplier cancelled,
            List<LedgerEntry> lines) {
        this.arm = arm;
        this.access = access;
        this.ledger = ledger;
        this.lease = lease;
        this.pacer = pacer;
        this.settings = settings;
        this.task = task;
        this.correlationId = correlationId;
        this.resource = resource;
        this.goal = goal;
        this.cancelled = cancelled;
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
        } catch (Left cancelled) {
            return close(
                    ItemOutcome.CANCELED,
                    "",
                    "The remediation was cancelled while Azure had it wait; nothing was changed.");
        } catch (Unforeseen fault) {
            if (history().open().isPresent()) {
                throw fault;
            }
            // One resource that we cannot handle does not hold up the others of its task.
            return close(ItemOutcome.FAILED, "InternalError", String.valueOf(fault.getMessage()));
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

    private Closed pursue() throws ArmException, Left, InterruptedException {
        @Nullable Instant waitingSince = null;
        int looks = 0;
        while (true) {
            var now = read();
            var history = history();
            switch (verified(now, history)) {
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
                    var refused =
                            history.isUntouched()
                                    ? access.refuse(change)
                                    : Optional.<Decision.Refuse>empty();
                    if (refused.isPresent()) {
                        return close(
                                ItemOutcome.REFUSED, refused.get().code(), refused.get().message());
                    }
                    waitingSince = null;
                    looks = 0;
                    act(intent, change, now.etag(), history.steps().size() + 1);
                }
            }
        }
    }

    private Verification verified(ArmResource now, ItemHistory history) {
        try {
            return Verification.of(goal.decide(now, history), now, history, settings.steps());
        } catch (RuntimeException fault) {
            throw new Unforeseen(fault);
        }
    }

    /// A fault of ours about this one resource; those of the ledger are none.
    private static final class Unforeseen extends RuntimeException {
        @Serial private static final long serialVersionUID = 1L;

        Unforeseen(RuntimeException cause) {
            super(cause.toString(), cause);
        }
    }

    private void act(String intent, ResourceChange change, @Nullable String etag, int step)
            throws ArmException, Left, InterruptedException {
        String ifMatch = change.isConditional() ? etag : null;
        append(new Sending(step, intent, change, ifMatch));
        send(step, change, ifMatch, false);
    }

    /// Finds out what became of the step that a crash cut off.
    private void recover(ItemHistory.Step open) throws ArmException, Left, InterruptedException {
        int step = open.sending().step();
        var change = open.sending().change();
        if (open.accepted() != null) {
            follow(step, open.accepted().operation(), change, Duration.ZERO);
        } else if (change instanceof ResourceChange.Deploy deploy) {
            lookUp(step, deploy);
        } else if (change.isConditional() && open.sending().etag() != null) {
            send(step, change, open.sending().etag(), true);
        } else {
            lookAt(step, change, StepOutcome.NOT_DONE);
        }
    }

    private Answered lookAt(int step, ResourceChange change, StepOutcome otherwise)
            throws ArmException, Left, InterruptedException {
        return lookAt(step, change, otherwise, "", "Its answer was lost.");
    }

    /// Tells from the resource whether a change whose answer was lost was carried out. Reapplying and
    /// upgrading instances leave no trace, and may be done again.
    private Answered lookAt(
            int step, ResourceChange change, StepOutcome otherwise, String code, String message)
            throws ArmException, Left, InterruptedException {
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
            throws ArmException, Left, InterruptedException {
        boolean uncertain = again;
        for (int attempt = 1; ; attempt++) {
            lease.check();
            Sent sent;
            try {
                sent = arm.send(change, ifMatch, correlationId);
            } catch (ArmException fault) {
                if (uncertain && fault.failure() instanceof ArmFailure.PreconditionFailed) {
                    return lookAt(step, change, StepOutcome.CHANGED_MEANWHILE);
                }
                uncertain |= fault.failure().isUncertain();
                var answered = failed(step, change, ifMatch, fault.failure(), attempt, uncertain);
                if (answered.isPresent()) {
                    return answered.get();
                }
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
                    boolean atOnce = retryAfter != null && retryAfter.isZero();
                    yield follow(
                            step,
                            operation,
                            change,
                            atOnce
                                    ? Duration.ZERO
                                    : settings.pause(
                                            1, retryAfter == null ? Duration.ZERO : retryAfter));
                }
            };
        }
    }

    /// What a failed request means for its step; empty when it is to be sent again, after a pause.
    ///
    /// @param uncertain whether it may have been carried out, now or before: then the resource tells, however this attempt ended
    private Optional<Answered> failed(
            int step,
            ResourceChange change,
            @Nullable String ifMatch,
            ArmFailure failure,
            int attempt,
            boolean uncertain)
            throws ArmException, Left, InterruptedException {
        boolean last = attempt >= settings.attempts() || settings.isTooLong(failure.retryAfter());
        switch (failure) {
            case ArmFailure.PreconditionFailed(var message) -> {
                return Optional.of(
                        answer(step, StepOutcome.CHANGED_MEANWHILE, failure.code(), message));
            }
            case ArmFailure.Refused _, ArmFailure.NotFound _ -> {
                return Optional.of(givenUp(step, change, failure, uncertain));
            }
            case ArmFailure.Conflict _, ArmFailure.Throttled _ -> {
                // Nothing was changed: a conditional request may go again as it is.
                if (last) {
                    return Optional.of(givenUp(step, change, failure, uncertain));
                }
            }
            case ArmFailure.Unavailable _, ArmFailure.Unreachable _ -> {
                if (settings.isTooLong(failure.retryAfter())) {
                    // Not even a look is asked for so soon.
                    return Optional.of(
                            answer(step, StepOutcome.UNCERTAIN, failure.code(), failure.message()));
                }
                if (change instanceof ResourceChange.Deploy deploy) {
                    pacer.pause(settings.pause(attempt, failure.retryAfter()));
                    return Optional.of(lookUp(step, deploy));
                }
                if (last) {
                    pacer.pause(failure.retryAfter());
                    return Optional.of(givenUp(step, change, failure, true));
                }
                if (ifMatch == null) {
                    pacer.pause(settings.pause(attempt, failure.retryAfter()));
                    return Optional.of(lookAt(step, change, StepOutcome.NOT_DONE));
                }
            }
        }
        var wait = settings.pause(attempt, failure.retryAfter());
        if (uncertain || !isFirst(step)) {
            pacer.pause(wait);
            return Optional.empty();
        }
        try {
            restOrLeave(wait);
        } catch (Left cancelled) {
            answer(step, StepOutcome.NOT_DONE, failure.code(), failure.message());
            throw cancelled;
        }
        return Optional.empty();
    }

    /// A step that is not sent again: where an earlier answer was lost it may have been carried out all the same.
    private Answered givenUp(int step, ResourceChange change, ArmFailure failure, boolean uncertain)
            throws ArmException, Left, InterruptedException {
        return uncertain
                ? lookAt(step, change, StepOutcome.UNCERTAIN, failure.code(), failure.message())
                : answer(step, StepOutcome.FAILED, failure.code(), failure.message());
    }

    /// Whether nothing was changed by the steps before that one.
    private boolean isFirst(int step) {
        return history().steps().stream()
                .filter(before -> before.sending().step() != step)
                .noneMatch(ItemHistory.Step::mayBeDone);
    }

    /// The task was cancelled while ARM had the worker wait, before anything was changed.
    private static final class Left extends Exception {
        @Serial private static final long serialVersionUID = 1L;
    }

    /// Waits where nothing was changed yet: whoever cancels the task need not wait for that.
    private void restOrLeave(Duration wait) throws Left, InterruptedException {
        var until = pacer.instant().plus(wait);
        for (var left = wait; left.isPositive(); left = Duration.between(pacer.instant(), until)) {
            pacer.pause(left.compareTo(settings.firstPause()) < 0 ? left : settings.firstPause());
            if (cancelled.getAsBoolean()) {
                throw new Left();
            }
        }
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
                return follow(step, "", deploy, Duration.ZERO);
            } catch (ArmException fault) {
                if (attempt >= settings.attempts()
                        || settings.isTooLong(fault.failure().retryAfter())) {
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
    ///
    /// @param first before the first look
    private Answered follow(int step, String operation, ResourceChange change, Duration first)
            throws InterruptedException {
        var until = pacer.instant().plus(settings.operationTimeout());
        int silent = 0;
        int looks = 0;
        var wait = first;
        while (true) {
            var left = Duration.between(pacer.instant(), until);
            if (wait.compareTo(left) > 0) {
                // Not looked at earlier than ARM allows, and not waited for any longer.
                if (left.isPositive()) {
                    pacer.pause(left);
                }
                return answer(
                        step,
                        StepOutcome.FAILED,
                        "OperationTimeout",
                        "The operation did not end within "
                                + settings.operationTimeout().toMinutes()
                                + " minutes.");
            }
            if (wait.isPositive()) {
                pacer.pause(wait);
            }
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

    private ArmResource read() throws ArmException, Left, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return arm.read(resource);
            } catch (RuntimeException fault) {
                throw new Unforeseen(fault);
            } catch (ArmException fault) {
                var failure = fault.failure();
                if (!failure.isPassing()
                        || attempt >= settings.attempts()
                        || settings.isTooLong(failure.retryAfter())) {
                    throw fault;
                }
                var wait = settings.pause(attempt, failure.retryAfter());
                if (history().isUntouched()) {
                    restOrLeave(wait);
                } else {
                    pacer.pause(wait);
                }
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
