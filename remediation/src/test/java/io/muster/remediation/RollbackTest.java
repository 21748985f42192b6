package io.muster.remediation;

import static io.muster.remediation.Bench.policyBody;
import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.OTHER;
import static io.muster.remediation.Estate.entry;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.rich;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.ledger.LedgerEvent.Answered;
import io.muster.remediation.ledger.StepOutcome;
import io.muster.remediation.task.ProvisioningState;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// What a rollback gives back, and what it leaves: it looks at the machine and at all that the ledger knows.
final class RollbackTest {
    private final Bench bench = new Bench(11);

    private ItemView rollback(String... tasks) throws Exception {
        var ids = new StringBuilder();
        for (var task : tasks) {
            ids.append(ids.isEmpty() ? "'" : ",'").append(Bench.taskId(task).text()).append('\'');
        }
        var task =
                bench.run(
                        "back" + bench.ledger.tasks().size(),
                        Bench.json("{'properties':{'rollbackOf':[" + ids + "]}}"));
        return ItemView.of(bench.ledger.entries(task.id())).getFirst();
    }

    private static Dynamic application(String intent) {
        return Bench.json(
                "{'properties':{'application':{"
                        + intent
                        + ",'applicationId':'"
                        + AGENT.text()
                        + "'},'filters':{'resourceIds':['"
                        + machine(1).text()
                        + "']}}}");
    }

    private Dynamic profile() {
        return bench.arm.resource(machine(1)).path("properties", "applicationProfile");
    }

    private StepOutcome lastStep(String task) {
        return bench.ledger.entries(Bench.taskId(task)).stream()
                .map(line -> line.event())
                .filter(Answered.class::isInstance)
                .map(event -> ((Answered) event).outcome())
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    /// Nothing is answered but that the service is not there.
    private void run(String name, Dynamic body) throws Exception {
        bench.arm.trouble =
                (call, _, _) ->
                        call.equals("send")
                                ? new ArmFailure.Unavailable(
                                        503, "ServiceUnavailable", "later", Duration.ZERO)
                                : null;
        assertThat(bench.run(name, body).state()).isEqualTo(ProvisioningState.COMPLETE);
        bench.arm.trouble = (_, _, _) -> null;
    }

    @Test
    void aWriteThatShowedAfterItWasGivenUpIsTakenBack() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
        var before = profile();
        run("t", policyBody("modify"));
        assertThat(lastStep("t")).isEqualTo(StepOutcome.UNCERTAIN);

        // It comes late.
        bench.arm.put(vm(1, rich(OTHER, "1.0.0"), entry(AGENT, "latest")));
        assertThat(rollback("t").outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(profile()).isEqualTo(before);
    }

    @Test
    void aWriteThatNeverShowedLeavesNothingToTakeBack() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
        var before = profile();
        run("t", policyBody("modify"));

        assertThat(rollback("t").outcome()).isEqualTo(ItemOutcome.ALREADY_COMPLIANT);
        assertThat(profile()).isEqualTo(before);
        assertThat(bench.arm.accepted()).isEmpty();
    }

    @Test
    void anAnswerThatWasLostBeforeAzureHadNoTimeIsLookedUpInTheMachine() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
        var before = profile();
        Set<String> first = ConcurrentHashMap.newKeySet();
        bench.arm.trouble =
                (call, _, done) -> {
                    if (!call.equals("send") || !done && first.isEmpty()) {
                        return null;
                    }
                    return first.add("lost")
                            ? new ArmFailure.Unreachable("the answer was lost")
                            : new ArmFailure.Throttled(Duration.ofSeconds(1), "too many");
                };
        assertThat(bench.run("t", policyBody("modify")).state())
                .isEqualTo(ProvisioningState.SUCCEEDED);
        bench.arm.trouble = (_, _, _) -> null;

        assertThat(rollback("t").outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(profile()).isEqualTo(before);
    }

    @Test
    void whatAzureRefusedAndSomebodyElseThenDidIsLeft() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.refusing = true;
        bench.run("t", policyBody("modify"));
        bench.arm.refusing = false;
        assertThat(lastStep("t")).isEqualTo(StepOutcome.FAILED);
        bench.arm.put(vm(1, entry(AGENT, "latest")));
        var theirs = profile();

        assertThat(rollback("t").outcome()).isEqualTo(ItemOutcome.NOT_APPLICABLE);
        assertThat(profile()).isEqualTo(theirs);
    }

    @Test
    void severalRemediationsAreTakenBackToBeforeTheFirstInWhateverOrderTheyAreNamed()
            throws Exception {
        bench.arm.put(vm(1, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
        var before = profile();
        bench.run("a", application("'kind':'raise','target':'1.9.0'"));
        bench.pacer.pause(Duration.ofHours(1));
        bench.run("b", application("'kind':'forbid'"));
        assertThat(bench.arm.accepted()).hasSize(2);

        assertThat(rollback("b", "a").outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(profile()).isEqualTo(before);
    }

    @Test
    void whatSomebodyElseChangedBetweenTwoOfThemIsNotLost() throws Exception {
        bench.arm.put(vm(1, entry(AGENT, "1.0.0")));
        bench.run("a", application("'kind':'raise','target':'1.9.0'"));
        bench.pacer.pause(Duration.ofHours(1));
        bench.arm.put(vm(1, entry(AGENT, "1.9.0"), rich(OTHER, "1.0.0")));
        bench.run("b", application("'kind':'raise','target':'2.0.0'"));
        var now = profile();

        var item = rollback("a", "b");
        assertThat(item.outcome()).isEqualTo(ItemOutcome.REFUSED);
        assertThat(item.code()).isEqualTo("ChangedAfterwards");
        assertThat(profile()).isEqualTo(now);
        // The second alone is a change that can be taken back.
        assertThat(rollback("b").outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(profile())
                .isEqualTo(
                        vm(1, entry(AGENT, "1.9.0"), rich(OTHER, "1.0.0"))
                                .path("properties", "applicationProfile"));
    }
}
