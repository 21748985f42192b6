package io.muster.remediation;

import static io.muster.remediation.Bench.policyBody;
import static io.muster.remediation.Estate.OTHER;
import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.rich;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// What one process said and did not carry out, and what another one does then.
final class TakenOverTest {
    private static final String TASK = "t";
    private final Bench bench = new Bench(11);

    @Test
    void aCancelOfAPausedTaskIsCarriedOutByTheNextProcess() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.put(vm(2));
        try (var process = bench.process(Crashes.never())) {
            bench.arm.beforeWrite = () -> paused(process);
            bench.run(process, TASK, policyBody("modify", "'parallelDeployments':1"));
        }
        bench.arm.beforeWrite = () -> {};
        var kept = bench.ledger.task(Bench.taskId(TASK)).orElseThrow();
        assertThat(kept.paused()).isTrue();
        // The process died right behind what its cancel keeps.
        assertThat(
                        bench.ledger.update(
                                kept.in(ProvisioningState.CANCELLING, "", bench.pacer.instant())))
                .isTrue();
        try (var next = bench.process(Crashes.never())) {
            assertThat(next.resume()).hasSize(1);
            assertThat(next.await(kept.id()).state()).isEqualTo(ProvisioningState.CANCELED);
        }
        assertThat(bench.arm.accepted()).hasSize(1);
    }

    @Test
    void whatIsInFlightOfAPausedTaskIsFollowedByTheNextProcess() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.put(vm(2));
        var crashes = Crashes.at(1_000);
        try (var process = bench.process(crashes)) {
            // Paused while its first machine is being changed; then the process dies.
            bench.arm.beforeWrite = () -> paused(process);
            bench.pacer.hook =
                    () -> {
                        throw new Crashes.Crash();
                    };
            assertThatThrownBy(() ->
                            bench.run(
                                    process, TASK, policyBody("modify", "'parallelDeployments':1")))
                    .hasRootCauseInstanceOf(Crashes.Crash.class);
        }
        bench.arm.beforeWrite = () -> {};
        bench.pacer.hook = () -> {};
        bench.pacer.pause(Duration.ofHours(1));
        try (var next = bench.process(Crashes.never())) {
            assertThat(next.resume()).hasSize(1);
            next.await(Bench.taskId(TASK));
            assertThat(next.deployments(SCOPE, TASK))
                    .extracting(item -> item.outcome() == ItemOutcome.VERIFIED)
                    .containsExactlyInAnyOrder(true, false);
            // It stays paused, and is not looked at again and again.
            assertThat(next.resume()).isEmpty();
            assertThat(bench.arm.accepted()).hasSize(1);
            next.unpause(SCOPE, TASK);
            assertThat(next.await(Bench.taskId(TASK)).state())
                    .isEqualTo(ProvisioningState.SUCCEEDED);
        }
        assertThat(bench.arm.accepted()).hasSize(2);
    }

    private static void paused(Remediation process) {
        try {
            process.pause(SCOPE, TASK);
        } catch (RemediationException refused) {
            throw new AssertionError(refused);
        }
    }

    @Test
    void aPauseOfACampaignOutlivesTheProcessThatWasToldOfIt() throws Exception {
        for (int i = 1; i <= 6; i++) {
            bench.arm.put(vm(i));
        }
        var id = Campaign.idOf(SCOPE, "c");
        var once = new AtomicBoolean();
        var crashes = Crashes.at(1_000);
        try (var process = bench.process(crashes);
                var campaigns = bench.campaigns(process, crashes)) {
            // The pause is kept with the campaign, and the process dies before its remediation
            // knows.
            bench.arm.beforeWrite =
                    () -> {
                        if (once.compareAndSet(false, true)) {
                            Campaign kept;
                            do {
                                kept = bench.campaigns.campaign(id).orElseThrow();
                            } while (!bench.campaigns.update(
                                    kept.withPaused(true, bench.pacer.instant())));
                        }
                        throw new Crashes.Crash();
                    };
            campaigns.create(
                    SCOPE,
                    "c",
                    policyBody("modify", "'rings':[{'name':'all','parallelDeployments':1}]"),
                    "");
            assertThatThrownBy(() -> campaigns.await(id))
                    .hasRootCauseInstanceOf(Crashes.Crash.class);
        }
        bench.arm.beforeWrite = () -> {};
        assertThat(bench.arm.accepted()).isEmpty();
        bench.pacer.pause(Duration.ofHours(1));
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            campaigns.resume();
            // The machine in flight comes to its end, and no other one is begun.
            assertThat(process.resume()).hasSize(1);
            process.await(Bench.taskId("c-1-all"));
            assertThat(bench.ledger.task(Bench.taskId("c-1-all")).orElseThrow().paused()).isTrue();
            assertThat(bench.arm.accepted()).hasSize(1);
            assertThat(process.resume()).isEmpty();

            campaigns.unpause(SCOPE, "c");
            assertThat(campaigns.await(id).state()).isEqualTo(CampaignState.SUCCEEDED);
        }
        assertThat(bench.arm.accepted()).hasSize(6);
    }

    @Test
    void whoLostItsLeaseWhileAzureHadItWaitSendsNothingMore() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
        var throttled = new AtomicBoolean();
        var taken = new AtomicBoolean();
        bench.arm.trouble =
                (call, _, done) ->
                        call.equals("send") && !done && throttled.compareAndSet(false, true)
                                ? new ArmFailure.Throttled(Duration.ofMinutes(10), "too many")
                                : null;
        try (var one = bench.process(Crashes.never());
                var other = bench.process(Crashes.never())) {
            // The whole process stands still beyond its lease; another one takes over and ends it.
            bench.pacer.hook =
                    () -> {
                        if (throttled.get()
                                && bench.pacer.passed().compareTo(Duration.ofMinutes(6)) > 0
                                && taken.compareAndSet(false, true)) {
                            bench.pacer.hook = () -> {};
                            other.resume();
                            ended(other);
                        }
                    };
            assertThatThrownBy(() -> bench.run(one, TASK, policyBody("deploy")))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(taken).isTrue();
        assertThat(bench.arm.accepted()).hasSize(1);
    }

    private static void ended(Remediation process) {
        try {
            assertThat(process.await(Bench.taskId(TASK)).state().isTerminal()).isTrue();
        } catch (RemediationException | InterruptedException fault) {
            throw new AssertionError(fault);
        }
    }

    @Test
    void aCampaignWhoseDriverIsCutOffSaysSoOnceAndGoesOnLater() throws Exception {
        bench.arm.put(vm(1));
        var broken = new AtomicBoolean();
        bench.query =
                (_, _) -> {
                    // The first question is asked when it is created.
                    if (broken.getAndSet(true)) {
                        throw new IllegalStateException("the store is gone");
                    }
                    return CampaignTest.ids(1);
                };
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            var id =
                    campaigns
                            .create(
                                    SCOPE,
                                    "c",
                                    policyBody(
                                            "modify",
                                            "'rings':[{'name':'q','select':{'query':'resources | project id'}}]"),
                                    "")
                            .campaign()
                            .id();
            for (int look = 0; look < 3; look++) {
                assertThatThrownBy(() -> campaigns.await(id))
                        .isInstanceOf(IllegalStateException.class);
                campaigns.resume();
            }
            assertThatThrownBy(() -> campaigns.await(id)).isInstanceOf(IllegalStateException.class);
            assertThat(bench.campaigns.campaign(id).orElseThrow().statusMessage())
                    .contains("cut off", "the store is gone");
            assertThat(bench.campaigns.events(id))
                    .extracting(CampaignEvent::kind)
                    .containsOnlyOnce("cutOff");

            bench.query = (_, _) -> CampaignTest.ids(1);
            campaigns.resume();
            assertThat(campaigns.await(id).state()).isEqualTo(CampaignState.SUCCEEDED);
        }
    }

    @Test
    void onlyTheCampaignThatWasReadIsDeleted() throws Exception {
        bench.arm.put(vm(1));
        var id = Campaign.idOf(SCOPE, "c");
        var body = policyBody("modify", "'rings':[{'name':'all'}]");
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            campaigns.create(SCOPE, "c", body, "first");
            var first = campaigns.await(id);
            bench.pacer.pause(Duration.ofSeconds(1));
            assertThat(campaigns.create(SCOPE, "c", body, "second").isNew()).isFalse();
            campaigns.await(id);

            assertThat(bench.campaigns.delete(first)).isFalse();
            assertThat(bench.campaigns.campaign(id).orElseThrow().createdBy()).isEqualTo("second");
            assertThat(campaigns.delete(SCOPE, "c")).isTrue();
            assertThat(bench.campaigns.campaign(id)).isEmpty();
        }
    }
}
