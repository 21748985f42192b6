package io.muster.remediation;

import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.OTHER;
import static io.muster.remediation.Estate.entry;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.rich;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.task.ProvisioningState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A process that is killed at every moment there is, and another that goes on: nothing is lost, nothing
/// done twice, nothing foreign touched.
final class CrashTest {
    private static final int MACHINES = 4;

    private static Bench bench(long seed, double faults) {
        var bench = new Bench(seed);
        for (int i = 1; i <= MACHINES; i++) {
            bench.arm.put(i % 2 == 0 ? vm(i) : vm(i, rich(OTHER, "1.0.0")));
        }
        bench.arm.faults = faults;
        return bench;
    }

    private static Dynamic retry() {
        return Bench.json(
                "{'properties':{'application':{'kind':'retry'},'filters':{'resourceIds':['"
                        + machine(1).text()
                        + "','"
                        + machine(2).text()
                        + "']}}}");
    }

    /// Runs until killed, then once more to the end. False when the kill came too late to matter.
    private static boolean killedAt(int call, Bench bench, Dynamic body) throws Exception {
        var crashes = Crashes.at(call);
        try (var dying = bench.process(crashes)) {
            var created = dying.create(Estate.SCOPE, "t", body, "");
            try {
                dying.await(created.task().id());
            } catch (IllegalStateException killed) {
                assertThat(crashes.happened()).isTrue();
            }
        }
        // The dead process's lease has to run out.
        bench.pacer.pause(Duration.ofMinutes(6));
        try (var next = bench.process(Crashes.never())) {
            next.resume();
            next.await(Bench.taskId("t"));
        }
        return crashes.happened();
    }

    private static void assertAllIsWell(Bench bench, String what) {
        assertThat(bench.ledger.task(Bench.taskId("t")).orElseThrow().state())
                .as(what)
                .isEqualTo(ProvisioningState.SUCCEEDED);
        for (int i = 1; i <= MACHINES; i++) {
            var entries = ApplicationProfile.ofResource(bench.arm.resource(machine(i))).entries();
            if (i % 2 == 0) {
                assertThat(entries).as(what).containsExactly(entry(AGENT, "latest"));
            } else {
                assertThat(entries)
                        .as(what)
                        .containsExactly(rich(OTHER, "1.0.0"), entry(AGENT, "latest"));
            }
        }
        assertThat(bench.arm.accepted()).as(what).hasSize(MACHINES);
        assertThat(ItemView.of(bench.ledger.entries(Bench.taskId("t"))))
                .as(what)
                .hasSize(MACHINES)
                .allMatch(item ->
                        item.outcome() == ItemOutcome.VERIFIED
                                || item.outcome() == ItemOutcome.ALREADY_COMPLIANT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"modify", "deploy"})
    void aKillAtAnyMomentLosesNothingAndRepeatsNothing(String effect) throws Exception {
        int call = 0;
        // How lines are gathered is the scheduler's: some runs need fewer calls than others.
        for (int late = 0; late < 6; ) {
            call++;
            var bench = bench(call, 0);
            late = killedAt(call, bench, Bench.policyBody(effect)) ? 0 : late + 1;
            assertAllIsWell(bench, effect + " killed at call " + call);
        }
        assertThat(call).isGreaterThan(35);
    }

    @ParameterizedTest
    @ValueSource(strings = {"modify", "deploy"})
    void killsAmongFaultsLoseNothingAndRepeatNothing(String effect) throws Exception {
        int runs = Boolean.getBoolean("muster.exhaustive") ? 5_000 : 150;
        for (int seed = 1; seed <= runs; seed++) {
            var bench = bench(seed, 0.25);
            killedAt(1 + new Random(seed).nextInt(150), bench, Bench.policyBody(effect));
            assertAllIsWell(bench, effect + " seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"modify", "deploy"})
    void aProcessThatStoodStillWhileAnotherTookOverSendsNothingMore(String effect)
            throws Exception {
        var bench = bench(3, 0);
        try (var slow = bench.process(Crashes.never());
                var next = bench.process(Crashes.never())) {
            var stoodStill = new AtomicBoolean();
            // It has read a machine and decided; before it writes that down it stands still for
            // long.
            bench.beforeAppend =
                    () -> {
                        if (stoodStill.compareAndSet(false, true)) {
                            bench.pacer.pause(Duration.ofMinutes(6));
                            next.resume();
                            next.await(Bench.taskId("t"));
                        }
                    };
            var created =
                    slow.create(
                            Estate.SCOPE,
                            "t",
                            Bench.policyBody(effect, "'parallelDeployments':1"),
                            "");
            assertThatThrownBy(() -> slow.await(created.task().id()))
                    .hasRootCauseInstanceOf(LeaseLostException.class);
        }
        assertAllIsWell(bench, effect);
    }

    @Test
    void aRetryKilledBetweenItsStepsPutsEverythingBack() throws Exception {
        int call = 0;
        // How lines are gathered is the scheduler's: some runs need fewer calls than others.
        for (int late = 0; late < 6; ) {
            call++;
            var bench = new Bench(call);
            bench.arm.put(vm(1, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
            bench.arm.put(vm(2, rich(OTHER, "1.0.0"), rich(AGENT, "1.0.0")));
            var before = new HashMap<Integer, Dynamic>();
            for (int i = 1; i <= 2; i++) {
                bench.arm.report(machine(i), "agent", "1.0.0", "Install FAILED exit status=1");
                bench.arm.report(machine(i), "other", "1.0.0", "Install SUCCESS");
                before.put(i, bench.arm.resource(machine(i)));
            }
            late = killedAt(call, bench, retry()) ? 0 : late + 1;

            assertThat(bench.ledger.task(Bench.taskId("t")).orElseThrow().state())
                    .as("killed at call " + call)
                    .isEqualTo(ProvisioningState.SUCCEEDED);
            for (Map.Entry<Integer, Dynamic> was : before.entrySet()) {
                assertThat(bench.arm.resource(machine(was.getKey()))).isEqualTo(was.getValue());
            }
            assertThat(bench.arm.accepted()).as("killed at call " + call).hasSize(4);
        }
        assertThat(call).isGreaterThan(30);
    }
}
