package io.muster.remediation;

import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.task.ProvisioningState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two processes on one store, of which one stands still or is slow: stopped and woken again, swept by its collector, or at a step that takes longer than a lease.
final class OvertakenTest {
    private static final ResourceId CAMPAIGN = Campaign.idOf(SCOPE, "c");

    private final Bench bench = new Bench(17);

    /// What was sent after the other process was done.
    private final List<String> sentLate = new CopyOnWriteArrayList<>();

    private final AtomicBoolean stoodStill = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();

    private void machines(int count) {
        for (int i = 1; i <= count; i++) {
            bench.arm.put(vm(i));
        }
    }

    /// Once: time passes that this process knows nothing of, and the other one takes over and comes to the end.
    private void standStill(Remediation other) throws Exception {
        if (stoodStill.compareAndSet(false, true)) {
            bench.pacer.pause(Duration.ofMinutes(6));
            other.resume();
            assertThat(other.await(Bench.taskId("t")).state())
                    .isEqualTo(ProvisioningState.SUCCEEDED);
            over.set(true);
        }
    }

    private void assertTheFirstSendsNothingMore(Remediation first, String effect) throws Exception {
        var created =
                first.create(SCOPE, "t", Bench.policyBody(effect, "'parallelDeployments':1"), "");
        assertThatThrownBy(() -> first.await(created.task().id()))
                .hasRootCauseInstanceOf(LeaseLostException.class);
        assertThat(stoodStill).isTrue();
        assertThat(sentLate).isEmpty();
        assertThat(bench.arm.accepted()).hasSize(3);
        assertThat(bench.ledger.task(created.task().id()).orElseThrow().state())
                .isEqualTo(ProvisioningState.SUCCEEDED);
    }

    private @Nullable ArmFailure late(String call, ResourceId target) {
        if (call.equals("send") && over.get()) {
            sentLate.add(target.name());
        }
        return null;
    }

    @ParameterizedTest
    @ValueSource(strings = {"modify", "deploy"})
    void aProcessThatStoodStillBetweenWritingDownAndSendingSendsNothing(String effect)
            throws Exception {
        machines(3);
        try (var first = bench.process(Crashes.never());
                var other = bench.process(Crashes.never())) {
            bench.arm.trouble = (call, target, _) -> late(call, target);
            bench.afterAppend = () -> standStill(other);
            assertTheFirstSendsNothingMore(first, effect);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"modify", "deploy"})
    void aProcessThatStoodStillBeforeItSentAgainSendsNothing(String effect) throws Exception {
        machines(3);
        var throttled = new AtomicBoolean();
        try (var first = bench.process(Crashes.never());
                var other = bench.process(Crashes.never())) {
            bench.arm.trouble =
                    (call, target, _) ->
                            call.equals("send") && throttled.compareAndSet(false, true)
                                    ? new ArmFailure.Throttled(Duration.ofSeconds(7), "too many")
                                    : late(call, target);
            bench.pacer.hook =
                    () -> {
                        try {
                            if (throttled.get()) {
                                standStill(other);
                            }
                        } catch (Exception fault) {
                            throw new IllegalStateException(fault);
                        }
                    };
            assertTheFirstSendsNothingMore(first, effect);
        }
    }

    private static Dynamic campaign() {
        String gate = "'gate':{'query':'problems','timeout':'PT1M'}";
        return Bench.policyBody(
                "modify",
                "'rings':[{'name':'one','select':{'count':1},"
                        + gate
                        + "},{'name':'two',"
                        + gate
                        + "}]");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void aDriverThatWasOvertakenBeforeItCreatedARingsTaskChangesNothingOfACancelledCampaign()
            throws Exception {
        machines(3);
        try (var first = bench.process(Crashes.never());
                var campaigns = bench.campaigns(first, Crashes.never());
                var second = bench.process(Crashes.never());
                var others = bench.campaigns(second, Crashes.never())) {
            bench.beforeCreate =
                    () -> {
                        bench.pacer.pause(Duration.ofMinutes(6));
                        others.cancel(SCOPE, "c");
                        assertThat(others.await(CAMPAIGN).state())
                                .isEqualTo(CampaignState.CANCELED);
                    };
            campaigns.create(
                    SCOPE, "c", Bench.policyBody("modify", "'rings':[{'name':'all'}]"), "");
            campaigns.await(CAMPAIGN);
            var task = first.await(Bench.taskId("c-1-all"));
            assertThat(task.state()).isEqualTo(ProvisioningState.CANCELED);
            assertThat(bench.arm.accepted()).isEmpty();
        }
    }

    @Test
    void aDriverThatWasOvertakenInTheMiddleOfAStepDecidesNothingMore() throws Exception {
        machines(3);
        var asked = new AtomicInteger();
        var slow = new CountDownLatch(1);
        var wakes = new CountDownLatch(1);
        var second = new CountDownLatch(1);
        var goesOn = new CountDownLatch(1);
        bench.query =
                (_, _) -> {
                    // The request's two probes; the first driver's look, which finds the gate
                    // closed
                    // at a time when it should have opened; the other one's looks at both gates.
                    int number = asked.incrementAndGet();
                    if (number == 3) {
                        slow.countDown();
                        await(wakes);
                        return problems();
                    }
                    if (number == 5) {
                        second.countDown();
                        await(goesOn);
                    }
                    return CampaignTest.ids();
                };
        try (var oneProcess = bench.process(Crashes.never());
                var one = bench.campaigns(oneProcess, Crashes.never());
                var otherProcess = bench.process(Crashes.never());
                var other = bench.campaigns(otherProcess, Crashes.never())) {
            one.create(SCOPE, "c", campaign(), "me");
            await(slow);
            bench.pacer.pause(Duration.ofMinutes(6));
            other.resume();
            await(second);
            var before = bench.campaigns.campaign(CAMPAIGN).orElseThrow();
            var told = bench.campaigns.events(CAMPAIGN);
            wakes.countDown();
            assertThat(one.await(CAMPAIGN)).isEqualTo(before);
            assertThat(bench.campaigns.events(CAMPAIGN)).isEqualTo(told);
            goesOn.countDown();
            assertThat(other.await(CAMPAIGN).state()).isEqualTo(CampaignState.SUCCEEDED);
        }
        assertThat(bench.campaigns.events(CAMPAIGN))
                .extracting(CampaignEvent::kind)
                .containsExactly(
                        "planned",
                        "ringStarted",
                        "ringEnded",
                        "gateOpened",
                        "ringStarted",
                        "ringEnded",
                        "gateOpened",
                        "ended");
        assertThat(bench.arm.accepted()).hasSize(3);
    }

    private static Table problems() {
        return CampaignTest.ids(1);
    }

    @Test
    void aStepThatTakesLongerThanALeaseIsNotBegunByAnotherProcess() throws Exception {
        var lease = Duration.ofMillis(40);
        bench.settings = shortLease(lease);
        machines(3);
        var asked = new AtomicInteger();
        var slow = new CountDownLatch(1);
        var goesOn = new CountDownLatch(1);
        bench.query =
                (_, _) -> {
                    if (asked.incrementAndGet() == 3) {
                        slow.countDown();
                        await(goesOn);
                    }
                    return CampaignTest.ids();
                };
        try (var oneProcess = bench.process(Crashes.never());
                var one = bench.campaigns(oneProcess, Crashes.never());
                var otherProcess = bench.process(Crashes.never());
                var other = bench.campaigns(otherProcess, Crashes.never())) {
            one.create(SCOPE, "c", campaign(), "me");
            await(slow);
            for (int i = 0; i < 5; i++) {
                bench.pacer.pause(lease.dividedBy(2));
                // The second look comes after the first one was written down.
                awaitLooks(bench.pacer.looks.get() + 3);
            }
            other.resume();
            other.await(CAMPAIGN);
            assertThat(asked).hasValue(3);
            goesOn.countDown();
            assertThat(one.await(CAMPAIGN).state()).isEqualTo(CampaignState.SUCCEEDED);
        }
        assertThat(asked).hasValue(4);
        assertThat(bench.arm.accepted()).hasSize(3);
        assertThat(bench.arm.accepted()).extracting(a -> a.target()).contains(machine(1));
    }

    private void awaitLooks(long looks) {
        var until = Instant.now().plusSeconds(60);
        while (bench.pacer.looks.get() < looks) {
            assertThat(Instant.now()).isBefore(until);
            Thread.onSpinWait();
        }
    }

    private static RunSettings shortLease(Duration lease) {
        var usual = Bench.SETTINGS;
        return new RunSettings(
                usual.firstPause(),
                usual.longestPause(),
                usual.attempts(),
                usual.operationTimeout(),
                usual.guestTimeout(),
                usual.steps(),
                lease);
    }
}
