package io.muster.remediation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.PropertyChange;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.StepOutcome;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.verify.Verification;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VerificationTest {
    private static final ResourceId MACHINE =
            ResourceId.parse(
                    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg/providers/"
                            + "Microsoft.Compute/virtualMachines/vm");
    private static final Dynamic WANTED = Dynamic.bag().put("agent", "yes").build();
    private static final Dynamic UNWANTED = Dynamic.bag().put("agent", "no").build();
    private static final int MOST_STEPS = 3;

    private static final ResourceChange CHANGE =
            new ResourceChange.Patch(
                    MACHINE,
                    WANTED,
                    List.of(
                            new PropertyChange(
                                    "agent", UNWANTED.get("agent"), WANTED.get("agent"))));
    private static final Decision ACT = new Decision.Act("inject", CHANGE);

    private static ItemHistory after(StepOutcome... outcomes) {
        List<LedgerEntry> entries = new ArrayList<>();
        for (int i = 0; i < outcomes.length; i++) {
            entries.add(entry(new LedgerEvent.Sending(i + 1, "inject", CHANGE, null)));
            entries.add(entry(new LedgerEvent.Answered(i + 1, outcomes[i], "Code", "why")));
        }
        return ItemHistory.of(entries);
    }

    private static LedgerEntry entry(LedgerEvent event) {
        return new LedgerEntry(MACHINE, 1, MACHINE, Instant.EPOCH, event);
    }

    private static Verification verify(Decision goal, Dynamic body, ItemHistory history) {
        return Verification.of(goal, new ArmResource(MACHINE, body, null), history, MOST_STEPS);
    }

    private static ItemOutcome outcome(Decision goal, Dynamic body, ItemHistory history) {
        return ((Verification.Over) verify(goal, body, history)).outcome();
    }

    @Test
    void aGoalThatIsReachedIsVerifiedOnlyAfterSomethingWasDone() {
        var satisfied = new Decision.Satisfied();
        assertThat(outcome(satisfied, WANTED, ItemHistory.EMPTY))
                .isEqualTo(ItemOutcome.ALREADY_COMPLIANT);
        assertThat(outcome(satisfied, WANTED, after(StepOutcome.NOT_DONE)))
                .isEqualTo(ItemOutcome.ALREADY_COMPLIANT);
        assertThat(outcome(satisfied, WANTED, after(StepOutcome.SUCCEEDED)))
                .isEqualTo(ItemOutcome.VERIFIED);
        assertThat(outcome(satisfied, WANTED, after(StepOutcome.UNKNOWN)))
                .isEqualTo(ItemOutcome.VERIFIED);
    }

    @Test
    void aFailedStepIsNotMadeGoodByALookThatIsContent() {
        assertThat(verify(new Decision.Satisfied(), WANTED, after(StepOutcome.FAILED)))
                .isEqualTo(new Verification.Over(ItemOutcome.FAILED, "Code", "why"));
        assertThat(verify(ACT, UNWANTED, after(StepOutcome.FAILED)))
                .isEqualTo(new Verification.Over(ItemOutcome.FAILED, "Code", "why"));
    }

    @Test
    void aStepOfAnotherIntentFollowsAFailedOne() {
        var back = new Decision.Act("put back", CHANGE);
        assertThat(verify(back, UNWANTED, after(StepOutcome.FAILED)))
                .isEqualTo(new Verification.Open("put back", CHANGE));
    }

    @Test
    void anItemStaysOpenWhileItsStepWasCertainlyNotCarriedOut() {
        assertThat(verify(ACT, UNWANTED, ItemHistory.EMPTY))
                .isEqualTo(new Verification.Open("inject", CHANGE));
        assertThat(verify(ACT, UNWANTED, after(StepOutcome.NOT_DONE)))
                .isEqualTo(new Verification.Open("inject", CHANGE));
        assertThat(verify(ACT, UNWANTED, after(StepOutcome.CHANGED_MEANWHILE)))
                .isEqualTo(new Verification.Open("inject", CHANGE));
    }

    @Test
    void whatWasDoneIsNotDoneTwice() {
        assertThat(verify(ACT, WANTED, after(StepOutcome.SUCCEEDED)))
                .isEqualTo(
                        new Verification.Over(
                                ItemOutcome.FAILED,
                                "NoEffect",
                                "The change was carried out (inject) without effect."));
        assertThat(verify(ACT, UNWANTED, after(StepOutcome.SUCCEEDED)))
                .isEqualTo(
                        new Verification.Over(
                                ItemOutcome.DRIFTED,
                                "ChangedAfterwards",
                                "The change was carried out (inject) and then undone."));
    }

    @Test
    void afterEnoughStepsAnItemIsGivenUp() {
        var many =
                after(
                        StepOutcome.CHANGED_MEANWHILE,
                        StepOutcome.CHANGED_MEANWHILE,
                        StepOutcome.CHANGED_MEANWHILE);
        assertThat(verify(ACT, UNWANTED, many))
                .isEqualTo(
                        new Verification.Over(
                                ItemOutcome.FAILED,
                                "TooManySteps",
                                "After 3 steps the resource is still not as wanted."));
    }

    @Test
    void aRefusalAfterSomethingWasDoneIsAFailure() {
        var refuse = new Decision.Refuse("Pinned", "It pins a version.");
        assertThat(outcome(refuse, UNWANTED, ItemHistory.EMPTY)).isEqualTo(ItemOutcome.REFUSED);
        assertThat(outcome(refuse, UNWANTED, after(StepOutcome.SUCCEEDED)))
                .isEqualTo(ItemOutcome.FAILED);
    }

    @Test
    void aGuestThatHasStillToWorkIsWaitedFor() {
        var waits = new Decision.Await("the guest installs it");
        assertThat(verify(waits, WANTED, after(StepOutcome.SUCCEEDED)))
                .isEqualTo(new Verification.Pending("the guest installs it"));
        assertThat(verify(waits, WANTED, after(StepOutcome.FAILED)))
                .isEqualTo(new Verification.Pending("the guest installs it"));
    }
}
