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
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.PropertyChange;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.LedgerEvent.Answered;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.ledger.StepOutcome;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.application.RollbackGoal;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskGoal;
import io.muster.remediation.task.TaskSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    private static ItemHistory done(ResourceChange.Patch patch, String intent) {
        var task = Bench.taskId("t");
        var at = FakePacer.START;
        return ItemHistory.of(
                List.of(
                        new LedgerEntry(
                                task,
                                1,
                                machine(1),
                                at,
                                new LedgerEvent.Sending(1, intent, patch, "e")),
                        new LedgerEntry(
                                task,
                                2,
                                machine(1),
                                at,
                                new Answered(1, StepOutcome.SUCCEEDED, "", ""))));
    }

    private static ResourceChange.Patch adding(String path, Dynamic body, Dynamic value) {
        return new ResourceChange.Patch(
                machine(1), body, List.of(new PropertyChange(path, Dynamic.NULL, value)));
    }

    @Test
    void tagsThatWereAddedAreTakenAwayAndNothingElseIsWritten() {
        var tags = Bench.json("{'env':'prod'}");
        var body = Dynamic.bag().put("tags", tags).build();
        var goal =
                RollbackGoal.of(List.of(done(adding("tags", body, tags), "modify")), Estate::check);
        var act =
                (Decision.Act)
                        goal.decide(
                                new ArmResource(machine(1), vm(1).with("tags", tags), "e2"),
                                ItemHistory.EMPTY);
        assertThat(((ResourceChange.Patch) act.change()).body())
                .isEqualTo(Bench.json("{'tags':{}}"));
        for (var left : List.of(vm(1), vm(1).with("tags", Dynamic.EMPTY_BAG))) {
            assertThat(
                            goal.decide(
                                    new ArmResource(machine(1), left, "e3"),
                                    done((ResourceChange.Patch) act.change(), act.intent())))
                    .isInstanceOf(Decision.Satisfied.class);
        }
    }

    @Test
    void aPropertyThatAzureKeepsWhenToldNullIsSaidToBeLeft() {
        var size = Bench.json("{'vmSize':'big'}");
        var body = Bench.json("{'properties':{'hardwareProfile':{'vmSize':'big'}}}");
        var goal =
                RollbackGoal.of(
                        List.of(done(adding("properties/hardwareProfile", body, size), "modify")),
                        Estate::check);
        var now = vm(1).with("properties", vm(1).get("properties").with("hardwareProfile", size));
        var act =
                (Decision.Act)
                        goal.decide(new ArmResource(machine(1), now, "e2"), ItemHistory.EMPTY);
        var left =
                goal.decide(
                        new ArmResource(machine(1), now, "e3"),
                        done((ResourceChange.Patch) act.change(), act.intent()));
        assertThat(left).isInstanceOf(Decision.Fail.class);
        assertThat(left.toString()).contains("NotReversible", "properties/hardwareProfile");
    }

    @Test
    void moreResourcesThanOneRemediationMayHaveAreRefusedNotLeftOut() throws Exception {
        int many = TaskSettings.MAX_RESOURCES + 1;
        for (int half = 0; half < 2; half++) {
            var task =
                    RemediationTask.accepted(
                            Bench.taskId("half" + half),
                            new TaskGoal.Rollback(List.of(Bench.taskId("x"))),
                            TaskSettings.DEFAULT,
                            "c",
                            "",
                            FakePacer.START);
            bench.ledger.create(task, _ -> {});
            bench.ledger.lease(task.id(), "me", Duration.ofHours(1));
            List<RemediationLedger.Line> lines = new ArrayList<>();
            for (int i = half == 0 ? 1 : many / 2; i <= (half == 0 ? many / 2 : many); i++) {
                lines.add(
                        new RemediationLedger.Line(
                                machine(i),
                                new LedgerEvent.Sending(
                                        1,
                                        "reapply",
                                        new ResourceChange.Reapply(machine(i)),
                                        null)));
            }
            bench.ledger.append(task.id(), "me", FakePacer.START, lines);
            bench.ledger.update(task.in(ProvisioningState.SUCCEEDED, "", FakePacer.START));
        }
        String both =
                "'rollbackOf':['"
                        + Bench.taskId("half0").text()
                        + "','"
                        + Bench.taskId("half1").text()
                        + "']";

        var refused = bench.run("all", Bench.json("{'properties':{" + both + "}}"));
        assertThat(refused.state()).isEqualTo(ProvisioningState.FAILED);
        assertThat(refused.statusMessage()).contains("50001 resources").contains("50000");
        assertThat(bench.ledger.entries(refused.id())).isEmpty();

        // Whoever asks for so few gets so few.
        var few = bench.run("few", Bench.json("{'properties':{" + both + ",'resourceCount':2}}"));
        assertThat(few.counts().total()).isEqualTo(2);
    }
}
