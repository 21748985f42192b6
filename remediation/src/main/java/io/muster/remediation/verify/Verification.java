package io.muster.remediation.verify;

import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.StepOutcome;
import io.muster.remediation.plan.Decision;
import java.util.Objects;
import java.util.Optional;

/// What became of an item, told from its resource as just read, from what its goal says of that, and
/// from what the ledger says was done before.
public sealed interface Verification {

    /// There is nothing more to do: reached, refused, or given up.
    ///
    /// @param code Azure's or ours of a failure, else empty
    /// @param message why, for a person; empty when the outcome says it all
    record Over(ItemOutcome outcome, String code, String message) implements Verification {
        public Over {
            Objects.requireNonNull(outcome);
            Objects.requireNonNull(code);
            Objects.requireNonNull(message);
        }
    }

    /// The goal is not reached, and this is the next step to it.
    record Open(String intent, ResourceChange change) implements Verification {
        public Open {
            Objects.requireNonNull(intent);
            Objects.requireNonNull(change);
        }
    }

    /// The resource has what was asked, and something on it has still to work it off.
    record Pending(String what) implements Verification {
        public Pending {
            Objects.requireNonNull(what);
        }
    }

    /// @param goal what the item's goal says of `now`
    /// @param now the resource, read after the last step in `history` ended
    /// @param mostSteps after so many an item is given up
    static Verification of(Decision goal, ArmResource now, ItemHistory history, int mostSteps) {
        var failed = history.lastFailure();
        if (failed.isPresent() && !isLate(failed.get(), goal) && isNoCure(goal, history)) {
            return new Over(ItemOutcome.FAILED, failed.get().code(), failed.get().message());
        }
        return switch (goal) {
            case Decision.Satisfied() ->
                    new Over(
                            history.isUntouched()
                                    ? ItemOutcome.ALREADY_COMPLIANT
                                    : ItemOutcome.VERIFIED,
                            "",
                            "");
            case Decision.NotApplicable(var because) ->
                    new Over(ItemOutcome.NOT_APPLICABLE, "", because);
            case Decision.Refuse(var code, var message) ->
                    new Over(
                            history.isTouched() ? ItemOutcome.FAILED : ItemOutcome.REFUSED,
                            code,
                            message);
            case Decision.Fail(var code, var message) ->
                    new Over(ItemOutcome.FAILED, code, message);
            case Decision.Await(var what) -> new Pending(what);
            case Decision.Act(var intent, var change) ->
                    givenUp(intent, now, history, mostSteps)
                            .<Verification>map(over -> over)
                            .orElseGet(() -> new Open(intent, change));
        };
    }

    /// What was given up without an answer shows after all.
    private static boolean isLate(LedgerEvent.Answered failed, Decision goal) {
        return failed.outcome() == StepOutcome.UNCERTAIN && goal instanceof Decision.Satisfied;
    }

    /// After a step that failed only a step of another intent goes on: putting back what an earlier
    /// step took away.
    private static boolean isNoCure(Decision goal, ItemHistory history) {
        return switch (goal) {
            case Decision.Act(var intent, _) -> history.isTried(intent);
            case Decision.Await _ -> false;
            case Decision.Satisfied _,
                    Decision.NotApplicable _,
                    Decision.Refuse _,
                    Decision.Fail _ ->
                    true;
        };
    }

    /// Why that step must not be taken: it was already, or enough is enough.
    private static Optional<Over> givenUp(
            String intent, ArmResource now, ItemHistory history, int mostSteps) {
        var before = history.done(intent);
        if (before.isPresent()) {
            boolean undone =
                    before.get().sending().change() instanceof ResourceChange.Patch patch
                            && patch.changes().stream().anyMatch(c -> !c.holdsIn(now.body()));
            return Optional.of(
                    undone
                            ? new Over(
                                    ItemOutcome.DRIFTED,
                                    "ChangedAfterwards",
                                    "The change was carried out (" + intent + ") and then undone.")
                            : new Over(
                                    ItemOutcome.FAILED,
                                    "NoEffect",
                                    "The change was carried out (" + intent + ") without effect."));
        }
        return history.steps().size() >= mostSteps
                ? Optional.of(
                        new Over(
                                ItemOutcome.FAILED,
                                "TooManySteps",
                                "After "
                                        + history.steps().size()
                                        + " steps the resource is still not as wanted."))
                : Optional.empty();
    }
}
