package io.muster.remediation;

import static io.muster.remediation.Bench.policyBody;
import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.OTHER;
import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.rich;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.vm.ApplicationProfile;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.plan.FleetBusyException;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `Retry-After` is obeyed whatever its length, and nobody has to wait for it who wants to stop.
final class PatienceTest {
    private final Bench bench = new Bench(9);

    private ItemView item(String task) {
        return ItemView.of(bench.ledger.entries(Bench.taskId(task))).getFirst();
    }

    private static ArmFailure.Throttled wait(Duration duration) {
        return new ArmFailure.Throttled(duration, "too many requests");
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "send", "poll"})
    void nothingIsAskedAgainBeforeTheTimeThatAzureNamed(String throttled) throws Exception {
        bench.arm.put(vm(1));
        var allowed = new AtomicReference<Instant>();
        bench.arm.trouble =
                (call, _, done) -> {
                    if (!call.equals(throttled) || done) {
                        return null;
                    }
                    var now = bench.pacer.instant();
                    if (allowed.compareAndSet(null, now.plus(Duration.ofMinutes(47)))) {
                        return wait(Duration.ofMinutes(47));
                    }
                    assertThat(now).isAfterOrEqualTo(allowed.get());
                    return null;
                };

        assertThat(bench.run("t", policyBody("modify")).state())
                .isEqualTo(ProvisioningState.SUCCEEDED);
        assertThat(allowed.get()).isNotNull();
        assertThat(item("t").outcome()).isEqualTo(ItemOutcome.VERIFIED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "send"})
    void aTaskThatAzureHasWaitIsCancelledAtOnce(String throttled) throws Exception {
        bench.arm.put(vm(1));
        bench.arm.trouble =
                (call, _, _) -> call.equals(throttled) ? wait(Duration.ofMinutes(90)) : null;
        try (var process = bench.process(Crashes.never())) {
            bench.pacer.hook =
                    () -> {
                        if (bench.pacer.passed().compareTo(Duration.ofMinutes(5)) > 0) {
                            bench.pacer.hook = () -> {};
                            cancel(process);
                        }
                    };
            var task = bench.run(process, "t", policyBody("modify"));

            assertThat(task.state()).isEqualTo(ProvisioningState.CANCELED);
            assertThat(task.statusMessage()).isEqualTo("Cancelled; 1 resources were not changed.");
            assertThat(task.counts().failed()).isZero();
        }
        assertThat(bench.pacer.passed()).isLessThan(Duration.ofMinutes(10));
        assertThat(item("t").outcome()).isEqualTo(ItemOutcome.CANCELED);
        assertThat(bench.arm.accepted()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "send"})
    void aConflictThatNamesATimeIsNotAskedAgainBefore(String busy) throws Exception {
        bench.arm.put(vm(1));
        var allowed = new AtomicReference<Instant>();
        bench.arm.trouble =
                (call, _, done) -> {
                    if (!call.equals(busy) || done) {
                        return null;
                    }
                    var now = bench.pacer.instant();
                    if (allowed.compareAndSet(null, now.plus(Duration.ofMinutes(5)))) {
                        return new ArmFailure.Conflict("Conflict", "busy", Duration.ofMinutes(5));
                    }
                    assertThat(now).isAfterOrEqualTo(allowed.get());
                    return null;
                };

        assertThat(bench.run("t", policyBody("modify")).state())
                .isEqualTo(ProvisioningState.SUCCEEDED);
        assertThat(allowed.get()).isNotNull();
    }

    @Test
    void oneMachineThatCannotBeHandledDoesNotHoldUpTheOthers() throws Exception {
        for (int i = 1; i <= 6; i++) {
            bench.arm.put(vm(i));
        }
        bench.arm.trouble =
                (_, target, _) -> {
                    if (target.equals(machine(3))) {
                        throw new IllegalStateException("a fault of ours about one machine");
                    }
                    return null;
                };

        var task = bench.run("t", policyBody("modify", "'failureThreshold':{'percentage':1}"));

        assertThat(task.state()).isEqualTo(ProvisioningState.COMPLETE);
        assertThat(task.counts().failed()).isEqualTo(1);
        assertThat(bench.arm.accepted()).hasSize(5);
        assertThat(ItemView.of(bench.ledger.entries(Bench.taskId("t"))))
                .filteredOn(item -> item.resource().equals(machine(3)))
                .singleElement()
                .satisfies(item -> {
                    assertThat(item.outcome()).isEqualTo(ItemOutcome.FAILED);
                    assertThat(item.message()).contains("a fault of ours");
                });
    }

    private static void cancel(Remediation process) {
        try {
            process.cancel(SCOPE, "t");
        } catch (RemediationException fault) {
            throw new AssertionError(fault);
        }
    }

    @Test
    void whatWasTakenAwayIsPutBackThoughAzureHasItWaitAndTheTaskIsCancelled() throws Exception {
        bench.arm.put(vm(1, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
        bench.arm.report(machine(1), "agent", "1.0.0", "Install FAILED exit status=1");
        bench.arm.report(machine(1), "other", "1.0.0", "Install SUCCESS");
        var before = bench.arm.resource(machine(1));
        try (var process = bench.process(Crashes.never())) {
            var waited = new AtomicReference<Instant>();
            bench.arm.trouble =
                    (call, _, done) -> {
                        if (!call.equals("send") || done || bench.arm.accepted().isEmpty()) {
                            return null;
                        }
                        return waited.compareAndSet(null, bench.pacer.instant())
                                ? wait(Duration.ofMinutes(30))
                                : null;
                    };
            bench.pacer.hook =
                    () -> {
                        if (waited.get() != null) {
                            bench.pacer.hook = () -> {};
                            cancel(process);
                        }
                    };
            var task =
                    bench.run(
                            process,
                            "t",
                            Bench.json(
                                    "{'properties':{'application':{'kind':'retry'},'filters':{'resourceIds':['"
                                            + machine(1).text()
                                            + "']}}}"));
            assertThat(task.state()).isEqualTo(ProvisioningState.CANCELED);
        }
        assertThat(item("t").outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(bench.arm.resource(machine(1))).isEqualTo(before);
    }

    private static final String ASKED =
            "{'properties':{'application':{'kind':'require','applicationId':'"
                    + AGENT.text()
                    + "'},'query':'machines'}}";

    @Test
    void aTaskWhoseQuestionHasNoTurnAsksAgain() throws Exception {
        bench.arm.put(vm(1));
        var asked = new AtomicInteger();
        bench.query =
                (_, _) -> {
                    if (asked.incrementAndGet() < 5) {
                        throw new FleetBusyException("no turn", new IllegalStateException());
                    }
                    return CampaignTest.ids(1);
                };
        assertThat(bench.run("t", Bench.json(ASKED)).state())
                .isEqualTo(ProvisioningState.SUCCEEDED);
        assertThat(asked.get()).isEqualTo(5);
        assertThat(item("t").outcome()).isEqualTo(ItemOutcome.VERIFIED);
    }

    @Test
    void aTaskWhoseQuestionNeverHasATurnIsCancelled() throws Exception {
        bench.arm.put(vm(1));
        bench.query =
                (_, _) -> {
                    throw new FleetBusyException("no turn", new IllegalStateException());
                };
        try (var process = bench.process(Crashes.never())) {
            bench.pacer.hook =
                    () -> {
                        if (bench.pacer.passed().compareTo(Duration.ofMinutes(20)) > 0) {
                            bench.pacer.hook = () -> {};
                            cancel(process);
                        }
                    };
            assertThat(bench.run(process, "t", Bench.json(ASKED)).state())
                    .isEqualTo(ProvisioningState.CANCELED);
        }
        assertThat(bench.arm.accepted()).isEmpty();
    }

    @Test
    void whoeverIsToldToWaitForLongerThanAnybodyIsPatientGivesUpAndSendsNothing() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.trouble = (call, _, _) -> call.equals("send") ? wait(Duration.ofHours(10)) : null;

        assertThat(bench.run("t", policyBody("modify")).state())
                .isEqualTo(ProvisioningState.COMPLETE);
        assertThat(item("t").code()).isEqualTo("TooManyRequests");
        assertThat(item("t").outcome()).isEqualTo(ItemOutcome.FAILED);
        assertThat(ApplicationProfile.ofResource(bench.arm.resource(machine(1))).entries())
                .isEmpty();
        assertThat(bench.pacer.passed()).isLessThan(Duration.ofHours(2));
    }
}
