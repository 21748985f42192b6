package io.muster.remediation.ledger;

import io.muster.remediation.ledger.LedgerEvent.Accepted;
import io.muster.remediation.ledger.LedgerEvent.Answered;
import io.muster.remediation.ledger.LedgerEvent.Closed;
import io.muster.remediation.ledger.LedgerEvent.Sending;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What was done to one resource so far, read from its ledger lines. Immutable.
///
/// @param steps in order
/// @param closed null while work is to be done
/// @param firstAt null before anything was written
public record ItemHistory(
        List<Step> steps,
        @Nullable Closed closed,
        @Nullable Instant firstAt,
        @Nullable Instant lastAt) {
    public static final ItemHistory EMPTY = new ItemHistory(List.of(), null, null, null);

    public ItemHistory {
        steps = List.copyOf(steps);
    }

    /// One change sent, or about to be.
    ///
    /// @param accepted null when ARM did not say that it took it
    /// @param answered null when its outcome is not known yet
    public record Step(Sending sending, @Nullable Accepted accepted, @Nullable Answered answered) {
        public boolean isOpen() {
            return answered == null;
        }

        /// Whether the change was, or may have been, carried out.
        public boolean isDone() {
            return answered != null
                    && (answered.outcome() == StepOutcome.SUCCEEDED
                            || answered.outcome() == StepOutcome.UNKNOWN);
        }

        /// Whether the change may have been carried out, as far as is known: not when ARM refused it outright.
        public boolean mayBeDone() {
            return answered == null
                    || isDone()
                    || accepted != null
                    || answered.outcome() == StepOutcome.UNCERTAIN;
        }
    }

    public static ItemHistory of(List<LedgerEntry> entries) {
        List<Step> steps = new ArrayList<>();
        Closed closed = null;
        for (var entry : entries) {
            switch (entry.event()) {
                case LedgerEvent.Planned _ -> {}
                case Sending sending -> steps.add(new Step(sending, null, null));
                case Accepted accepted ->
                        steps.replaceAll(step ->
                                step.sending().step() == accepted.step()
                                        ? new Step(step.sending(), accepted, step.answered())
                                        : step);
                case Answered answered ->
                        steps.replaceAll(step ->
                                step.sending().step() == answered.step()
                                        ? new Step(step.sending(), step.accepted(), answered)
                                        : step);
                case Closed end -> closed = end;
            }
        }
        return new ItemHistory(
                steps,
                closed,
                entries.isEmpty() ? null : entries.getFirst().at(),
                entries.isEmpty() ? null : entries.getLast().at());
    }

    public boolean isClosed() {
        return closed != null;
    }

    /// The step whose outcome is not known: at most one, the last.
    public Optional<Step> open() {
        return steps.isEmpty() || !steps.getLast().isOpen()
                ? Optional.empty()
                : Optional.of(steps.getLast());
    }

    /// Whether a change of that intent was carried out.
    public boolean isDone(String intent) {
        return done(intent).isPresent();
    }

    /// The last change of that intent that was carried out.
    public Optional<Step> done(String intent) {
        return steps.reversed().stream()
                .filter(step -> step.isDone() && step.sending().intent().equals(intent))
                .findFirst();
    }

    /// Whether a change of that intent was sent, however it ended; not when it was certainly not
    /// carried out.
    public boolean isTried(String intent) {
        return steps.stream()
                .filter(step -> step.sending().intent().equals(intent))
                .map(Step::answered)
                .anyMatch(answered ->
                        answered == null
                                || answered.outcome() != StepOutcome.NOT_DONE
                                        && answered.outcome() != StepOutcome.CHANGED_MEANWHILE);
    }

    /// How the last step failed; empty when it did not.
    public Optional<Answered> lastFailure() {
        return steps.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(steps.getLast().answered())
                        .filter(answered ->
                                answered.outcome() == StepOutcome.FAILED
                                        || answered.outcome() == StepOutcome.UNCERTAIN);
    }

    /// Whether no step was carried out, nor may have been.
    public boolean isUntouched() {
        return steps.stream().noneMatch(Step::mayBeDone);
    }

    /// Whether anything was carried out at all.
    public boolean isTouched() {
        return steps.stream().anyMatch(Step::isDone);
    }
}
