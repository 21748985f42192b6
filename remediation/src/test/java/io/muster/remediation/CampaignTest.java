package io.muster.remediation;

import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.OTHER;
import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.entry;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.rich;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.RingProgress;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.plan.FleetBusyException;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CampaignTest {
    private final Bench bench = new Bench(11);

    private void machines(int count) {
        for (int i = 1; i <= count; i++) {
            bench.arm.put(i % 2 == 0 ? vm(i) : vm(i, rich(OTHER, "1.0.0")));
        }
    }

    private static Dynamic body(String rings, String... more) {
        return Bench.policyBody(
                "modify",
                ("'rings':[" + rings + "]," + String.join(",", more)).replaceAll(",$", ""));
    }

    static Table ids(int... machines) {
        var ids = IntStream.of(machines).mapToObj(m -> machine(m).text()).toArray(String[]::new);
        return new Table(
                "answer",
                new Schema(List.of(new Field("id", KqlType.STRING))),
                List.of(new Segment(ids.length, List.of(StringColumn.of(ids)))));
    }

    private Campaign run(Dynamic body) throws Exception {
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            return campaigns.await(campaigns.create(SCOPE, "c", body, "me").campaign().id());
        }
    }

    private List<Integer> sizes(Campaign campaign) {
        return campaign.rings().stream().map(RingProgress::members).toList();
    }

    private List<String> order() {
        return bench.arm.accepted().stream().map(a -> a.target().name()).toList();
    }

    @Test
    void ringsAreRunOneAfterTheOther() throws Exception {
        machines(9);
        var ended =
                run(
                        body(
                                "{'name':'canary','select':{'count':1}},"
                                        + "{'name':'early','select':{'percentage':30}},"
                                        + "{'name':'rest'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
        assertThat(sizes(ended)).containsExactly(1, 3, 5);
        assertThat(order().subList(0, 1)).containsExactly("web-1");
        assertThat(order().subList(1, 4)).containsExactlyInAnyOrder("web-2", "web-3", "web-4");
        assertThat(order()).hasSize(9).doesNotHaveDuplicates();
        assertThat(bench.ledger.tasks())
                .extracting(task -> task.name() + " " + task.state())
                .containsExactly(
                        "c-1-canary SUCCEEDED", "c-1-early SUCCEEDED", "c-1-rest SUCCEEDED");
    }

    @Test
    void aRingTakesWhatTheInventoryNames() throws Exception {
        machines(6);
        List<String> asked = new ArrayList<>();
        bench.query =
                (kql, _) -> {
                    asked.add(kql);
                    return kql.contains("it''s") || kql.contains("it\\'s")
                            ? ids(2, 4)
                            : kql.contains("westeurope") ? ids(1, 2) : ids(6);
                };
        var ended =
                run(
                        body(
                                "{'name':'tagged','select':{'tag':{'name':'ring','value':'it\u2019s'}}},"
                                        + "{'name':'region','select':{'locations':['West Europe']}},"
                                        + "{'name':'asked','select':{'query':'resources | project id'}}"));

        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
        assertThat(sizes(ended)).containsExactly(1, 2, 0);
        assertThat(ended.unassigned()).isEqualTo(3);
        assertThat(asked)
                .anyMatch(kql -> kql.contains("tags['ring']"))
                .anyMatch(kql -> kql.contains("'westeurope'"));
    }

    /// Their region has no version of the application: Azure would refuse a change of them.
    private void unreachable(int from, int to) {
        for (int i = from; i <= to; i++) {
            bench.arm.put(vm(i).with("location", Dynamic.of("northeurope")));
        }
    }

    private static Dynamic required(String rings) {
        return Bench.json(
                "{'properties':{'application':{'kind':'require','applicationId':'"
                        + AGENT.text()
                        + "'},'query':'resources','rings':["
                        + rings
                        + "]}}");
    }

    @Test
    void machinesThatCannotBeChangedDoNotStopARing() throws Exception {
        machines(13);
        unreachable(13, 15);
        bench.query = (_, _) -> ids(IntStream.rangeClosed(1, 15).toArray());

        var ended = run(required("{'name':'one','select':{'count':6}},{'name':'two'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.COMPLETE);
        assertThat(ended.rings())
                .extracting(ring -> ring.counts().failed() + " " + ring.counts().refused())
                .containsExactly("2 2", "1 1");
        assertThat(ended.statusMessage())
                .isEqualTo("Run 1: 0 machines failed, 3 cannot be changed.");
        assertThat(bench.arm.accepted()).hasSize(12);
        assertThat(bench.ledger.task(Bench.taskId("c-1-one")).orElseThrow().statusMessage())
                .isEqualTo("2 cannot be changed; nothing was sent to them.");
    }

    @Test
    void ofTheMachinesThatCanBeChangedTheThresholdIsAShare() throws Exception {
        machines(10);
        unreachable(5, 10);
        bench.query = (_, _) -> ids(IntStream.rangeClosed(1, 10).toArray());
        bench.arm.failing.add("agent");

        var ended =
                run(
                        required(
                                "{'name':'one','parallelDeployments':1,'failureThreshold':{'percentage':0.5}}"));

        // Four of four that could be changed; of all ten they would not be half.
        assertThat(ended.state()).isEqualTo(CampaignState.FAILED);
    }

    @Test
    void aRefusedRingStopsWithinTheBatchInFlight() throws Exception {
        machines(40);
        bench.arm.refusing = true;
        var ended =
                run(
                        body(
                                "{'name':'one','select':{'count':30},'parallelDeployments':3,"
                                        + "'failureThreshold':{'percentage':0.1}},{'name':'two'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.FAILED);
        assertThat(ended.statusMessage()).contains("'one' failed").contains("failure threshold");
        var items = ItemView.of(bench.ledger.entries(Bench.taskId("c-1-one")));
        long failed = items.stream().filter(i -> i.outcome() == ItemOutcome.FAILED).count();
        // Four of thirty are more than a tenth; at most two more were in flight then.
        assertThat(failed).isBetween(4L, 6L);
        assertThat(items.stream().filter(i -> i.outcome() == ItemOutcome.CANCELED).count())
                .isEqualTo(30 - failed);
        assertThat(ended.rings().get(1).state()).isEqualTo(RingProgress.State.PENDING);
    }

    @Test
    void aGateHoldsForItsWholeSoakTime() throws Exception {
        machines(4);
        var looks = new AtomicInteger();
        // Fine, fine, then a problem shows up; from then on fine.
        bench.query = (_, _) -> looks.incrementAndGet() == 4 ? ids(1) : ids();
        var ended =
                run(
                        body(
                                "{'name':'one','select':{'count':2},'gate':{'soak':'PT10M','every':'PT2M',"
                                        + "'query':'problems','timeout':'PT5H'}},{'name':'two'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
        // One to probe, three until the problem, then from 0 to 10 minutes in steps of two.
        assertThat(looks.get()).isEqualTo(4 + 6);
        assertThat(bench.pacer.passed()).isGreaterThan(Duration.ofMinutes(16));
    }

    @Test
    void aGateAsksNothingOfAnInventoryThatDoesNotTellOfItsRingYet() throws Exception {
        machines(4);
        var looks = new AtomicInteger();
        var told = new AtomicInteger();
        bench.query =
                (_, _) -> {
                    // Once to probe, then only when the inventory has caught up.
                    assertThat(looks.getAndIncrement() == 0 || told.get() >= 3).isTrue();
                    return ids();
                };
        bench.told = task -> task.equals(Bench.taskId("c-1-one")) && told.incrementAndGet() > 3;
        var ended =
                run(
                        body(
                                "{'name':'one','select':{'count':2},'gate':{'query':'problems'}},"
                                        + "{'name':'two'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
        assertThat(looks.get()).isEqualTo(2);
        assertThat(told.get()).isEqualTo(4);
    }

    /// As when too many queries run: the gate's question is asked again, and the driver goes on.
    @Test
    void aGateAndAPlanWhoseQuestionsHaveNoTurnAskAgain() throws Exception {
        machines(4);
        var asked = new AtomicInteger();
        bench.query =
                (kql, _) -> {
                    int number = asked.incrementAndGet();
                    // The probes of the request are answered; then all but each third is refused.
                    if (number > 2 && number % 3 != 0) {
                        throw new FleetBusyException("no turn", new IllegalStateException());
                    }
                    return kql.contains("canaries") ? ids(1, 2) : ids();
                };
        var ended =
                run(
                        body(
                                "{'name':'one','select':{'query':'canaries'},'gate':{'soak':'PT10M','every':'PT2M',"
                                        + "'query':'problems','timeout':'PT5H'}},{'name':'two'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
        assertThat(sizes(ended)).containsExactly(2, 2);
        assertThat(asked.get()).isGreaterThan(15);
    }

    @Test
    void whatWasDecidedAboutOneCampaignIsNothingToTheNextOfItsName() throws Exception {
        machines(4);
        var id = Campaign.idOf(SCOPE, "c");
        var asked = new AtomicInteger();
        bench.query =
                (_, _) -> {
                    // The first question is the request's; at the gate somebody else has another
                    // campaign in the place of this one.
                    if (asked.incrementAndGet() == 2) {
                        var old = bench.campaigns.campaign(id).orElseThrow();
                        bench.campaigns.delete(old);
                        bench.campaigns.create(
                                Campaign.accepted(
                                        id,
                                        old.spec(),
                                        "another",
                                        old.run() + 1,
                                        old.createdOn().plusSeconds(1)));
                    }
                    return ids();
                };
        var ended =
                run(
                        body(
                                "{'name':'one','select':{'count':2},'gate':{'query':'problems'}},{'name':'two'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
        assertThat(ended.createdBy()).isEqualTo("another");
        assertThat(ended.run()).isEqualTo(2);
        assertThat(bench.campaigns.events(id).getFirst().kind()).isEqualTo("planned");
        assertThat(ended.tasks()).noneMatch(task -> task.name().startsWith("c-1-"));
        assertThat(bench.arm.accepted()).hasSize(4);
    }

    @Test
    void aGateThatIsNeverAnsweredEndsTheCampaignInItsTime() throws Exception {
        machines(4);
        var asked = new AtomicInteger();
        bench.query =
                (_, _) -> {
                    if (asked.incrementAndGet() > 1) {
                        throw new FleetBusyException("no turn", new IllegalStateException());
                    }
                    return ids();
                };
        var ended =
                run(
                        body(
                                "{'name':'one','select':{'count':2},'gate':{'query':'problems','timeout':'PT1H'}},"
                                        + "{'name':'two'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.FAILED);
        assertThat(ended.statusMessage()).contains("PT1H").contains("was not answered: no turn");
    }

    @Test
    void aGateThatStaysClosedEndsTheCampaign() throws Exception {
        machines(4);
        bench.query = (_, _) -> ids(1, 2);
        var ended =
                run(
                        body(
                                "{'name':'one','select':{'count':2},'gate':{'query':'problems','timeout':'PT1H'}},"
                                        + "{'name':'two'}"));

        assertThat(ended.state()).isEqualTo(CampaignState.FAILED);
        assertThat(ended.statusMessage()).contains("PT1H").contains("Its query yields 2 rows.");
        assertThat(bench.arm.accepted()).hasSize(2);
    }

    @Test
    void aGateOfACampaignThatWasPausedForLongIsLookedAtBeforeItsPatienceEnds() throws Exception {
        machines(4);
        var looks = new AtomicInteger();
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            bench.query =
                    (_, _) -> {
                        // One to probe; one that finds a problem, while somebody pauses; one behind
                        // the pause that finds it still there.
                        int look = looks.incrementAndGet();
                        if (look == 2) {
                            paused(campaigns);
                        }
                        return look == 2 || look == 3 ? ids(1) : ids();
                    };
            var id =
                    campaigns
                            .create(
                                    SCOPE,
                                    "c",
                                    body(
                                            "{'name':'one','select':{'count':2},'gate':{'soak':'PT10M','every':'PT2M',"
                                                    + "'query':'problems','timeout':'PT1H'}},{'name':'two'}"),
                                    "")
                            .campaign()
                            .id();
            assertThat(campaigns.await(id).paused()).isTrue();
            bench.pacer.pause(Duration.ofDays(3));
            campaigns.unpause(SCOPE, "c");
            assertThat(campaigns.await(id).state()).isEqualTo(CampaignState.SUCCEEDED);
        }
        // Then from 0 to 10 minutes in steps of two.
        assertThat(looks.get()).isEqualTo(3 + 6);
    }

    @Test
    void aComplianceGateReadsTheMachinesAfresh() throws Exception {
        machines(4);
        var ended =
                run(
                        body(
                                "{'name':'one','select':{'count':2},"
                                        + "'gate':{'soak':'PT30M','every':'PT10M','compliance':1.0}},{'name':'two'}"));
        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);

        var other = new Bench(5);
        other.arm.put(vm(1));
        other.arm.put(vm(2));
        try (var process = other.process(Crashes.never());
                var campaigns = other.campaigns(process, Crashes.never())) {
            // Somebody takes the agent away as soon as it is there.
            other.pacer.hook =
                    () -> {
                        if (other.arm.accepted().size() == 1
                                && process.find(Bench.taskId("c-1-one"))
                                        .map(t -> t.state().isTerminal())
                                        .orElse(false)) {
                            other.arm.put(vm(1));
                        }
                    };
            var stopped =
                    campaigns.await(
                            campaigns
                                    .create(
                                            SCOPE,
                                            "c",
                                            body(
                                                    "{'name':'one','select':{'count':1},'gate':{'compliance':0.9,"
                                                            + "'soak':'PT10M','timeout':'PT1H'}},{'name':'two'}"),
                                            "")
                                    .campaign()
                                    .id());
            assertThat(stopped.state()).isEqualTo(CampaignState.FAILED);
            assertThat(stopped.statusMessage()).contains("0.0 % are as wanted, 90.0 % must be");
        }
    }

    @Test
    void approvalIsWaitedFor() throws Exception {
        machines(2);
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            var id =
                    campaigns
                            .create(SCOPE, "c", body("{'name':'all'}", "'approval':true"), "me")
                            .campaign()
                            .id();
            var waiting = campaigns.await(id);
            assertThat(waiting.state()).isEqualTo(CampaignState.AWAITING_APPROVAL);
            assertThat(sizes(waiting)).containsExactly(2);
            assertThat(bench.arm.accepted()).isEmpty();

            campaigns.approve(SCOPE, "c", "the boss");
            var ended = campaigns.await(id);
            assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
            assertThat(ended.approvedBy()).isEqualTo("the boss");
            assertThatThrownBy(() -> campaigns.approve(SCOPE, "c", ""))
                    .isInstanceOf(RemediationException.class)
                    .hasMessageContaining("does not wait for approval");
        }
    }

    @Test
    void aMaintenanceWindowIsWaitedFor() throws Exception {
        machines(3);
        var ended =
                run(
                        body(
                                "{'name':'all','parallelDeployments':1}",
                                "'maintenanceWindows':[{'cron':'0 3 * * *','duration':'PT2H','timeZone':'Europe/Berlin'}]"));
        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
        // Begun at midnight UTC; three in the morning in Berlin is two in the morning UTC.
        var begun =
                bench.ledger.entries(Bench.taskId("c-1-all")).stream()
                        .filter(line -> line.event().kind().equals("sending"))
                        .map(line -> Duration.between(FakePacer.START, line.at()))
                        .toList();
        assertThat(begun)
                .hasSize(3)
                .allMatch(at -> at.compareTo(Duration.ofHours(2)) >= 0)
                .allMatch(at -> at.compareTo(Duration.ofHours(4)) < 0);
    }

    @Test
    void aRateBudgetIsKept() throws Exception {
        machines(7);
        var ended = run(body("{'name':'all'}", "'rateBudget':{'changes':2,'per':'PT1H'}"));
        assertThat(ended.state()).isEqualTo(CampaignState.SUCCEEDED);
        var begun =
                bench.ledger.entries(Bench.taskId("c-1-all")).stream()
                        .filter(line -> line.event().kind().equals("sending"))
                        .map(line -> Duration.between(FakePacer.START, line.at()).toMinutes())
                        .toList();
        assertThat(begun).hasSize(7);
        for (int i = 2; i < begun.size(); i++) {
            assertThat(begun.get(i) - begun.get(i - 2)).isGreaterThanOrEqualTo(59);
        }
    }

    @Test
    void aRollbackGivesBackProfilesToTheByte() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
        bench.arm.put(vm(2));
        bench.arm.put(vm(3, rich(OTHER, "1.0.0"), entry(AGENT, "1.0.0")));
        Map<Integer, Dynamic> before = new HashMap<>();
        for (int i = 1; i <= 3; i++) {
            before.put(i, bench.arm.resource(machine(i)).path("properties", "applicationProfile"));
        }
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            var created =
                    campaigns.create(
                            SCOPE, "c", body("{'name':'a','select':{'count':1}},{'name':'b'}"), "");
            campaigns.await(created.campaign().id());
            assertThat(bench.arm.accepted()).hasSize(2);
            for (int i = 1; i <= 3; i++) {
                assertThat(ApplicationProfile.ofResource(bench.arm.resource(machine(i))).has(AGENT))
                        .isTrue();
            }

            var one = campaigns.rollback(SCOPE, "c", List.of(machine(1)), "me").getFirst();
            assertThat(process.await(one.id()).state()).isEqualTo(ProvisioningState.SUCCEEDED);
            assertThat(profileOf(1)).isEqualTo(before.get(1));
            assertThat(ApplicationProfile.ofResource(bench.arm.resource(machine(2))).has(AGENT))
                    .isTrue();

            var all = campaigns.rollback(SCOPE, "c", List.of(), "me").getFirst();
            assertThat(process.await(all.id()).state()).isEqualTo(ProvisioningState.SUCCEEDED);
            for (int i = 1; i <= 3; i++) {
                assertThat(profileOf(i)).as("machine " + i).isEqualTo(before.get(i));
            }
        }
    }

    private Dynamic profileOf(int machine) {
        return bench.arm.resource(machine(machine)).path("properties", "applicationProfile");
    }

    @Test
    void aRollbackLeavesWhatSomebodyElseChangedSince() throws Exception {
        bench.arm.put(vm(1));
        run(body("{'name':'a'}"));
        var changed = vm(1, entry(AGENT, "latest"), rich(OTHER, "1.0.0"));
        bench.arm.put(changed);
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            var task = process.await(campaigns.rollback(SCOPE, "c", List.of(), "").getFirst().id());
            assertThat(task.counts().failed()).isEqualTo(1);
            var item = ItemView.of(bench.ledger.entries(task.id())).getFirst();
            assertThat(item.outcome()).isEqualTo(ItemOutcome.REFUSED);
            assertThat(item.code()).isEqualTo("ChangedAfterwards");
        }
        assertThat(bench.arm.resource(machine(1))).isEqualTo(changed);
    }

    @Test
    void aRecurringCampaignKeepsItsGoalTrue() throws Exception {
        machines(2);
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            var id =
                    campaigns
                            .create(
                                    SCOPE,
                                    "c",
                                    body(
                                            "{'name':'all'}",
                                            "'triggers':[{'schedule':{'cron':'0 12 * * *'}},"
                                                    + "{'galleryVersion':{'applicationId':'"
                                                    + AGENT.text()
                                                    + "'}}]"),
                                    "")
                            .campaign()
                            .id();
            var waiting = campaigns.await(id);
            assertThat(waiting.state()).isEqualTo(CampaignState.WAITING);
            assertThat(waiting.nextRun()).isEqualTo(FakePacer.START.plus(Duration.ofHours(12)));

            bench.arm.put(vm(1));
            campaigns.resume();
            assertThat(campaigns.await(id).run()).isEqualTo(1);
            bench.pacer.pause(Duration.ofHours(13));
            campaigns.resume();
            var again = campaigns.await(id);
            assertThat(again.run()).isEqualTo(2);
            assertThat(again.state()).isEqualTo(CampaignState.WAITING);
            assertThat(ApplicationProfile.ofResource(bench.arm.resource(machine(1))).has(AGENT))
                    .isTrue();

            bench.arm.put(vm(2));
            campaigns.published(Set.of(AGENT.child("versions", "1.0.0")));
            assertThat(campaigns.await(id).run()).isEqualTo(2);
            campaigns.published(
                    Set.of(
                            AGENT.child("versions", "1.0.0"),
                            AGENT.child("versions", "9.0.0"),
                            OTHER.child("versions", "1.0.0")));
            assertThat(campaigns.await(id).run()).isEqualTo(3);
            assertThat(bench.arm.accepted()).hasSize(4);
            assertThat(campaigns.cancel(SCOPE, "c").state()).isEqualTo(CampaignState.CANCELLING);
            assertThat(campaigns.await(id).state()).isEqualTo(CampaignState.CANCELED);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoStopsTheCampaignBeforeItsTaskIsThereStopsTheTask(boolean cancel) throws Exception {
        machines(8);
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            bench.beforeCreate =
                    () -> {
                        if (cancel) {
                            campaigns.cancel(SCOPE, "c");
                        } else {
                            campaigns.pause(SCOPE, "c");
                        }
                    };
            var id =
                    campaigns
                            .create(SCOPE, "c", body("{'name':'all','parallelDeployments':1}"), "")
                            .campaign()
                            .id();
            var stopped = campaigns.await(id);
            process.await(Bench.taskId("c-1-all"));

            assertThat(stopped.paused()).isEqualTo(!cancel);
            assertThat(stopped.state())
                    .isEqualTo(cancel ? CampaignState.CANCELED : CampaignState.RUNNING);
            assertThat(bench.arm.accepted()).isEmpty();
        }
    }

    @Test
    void theTaskOfARingIsPausedAndResumedWithItsCampaignAlone() throws Exception {
        machines(8);
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            var once = new AtomicBoolean();
            bench.arm.beforeWrite =
                    () -> {
                        if (once.compareAndSet(false, true)) {
                            refused(() -> process.pause(SCOPE, "c-1-all"));
                            paused(campaigns);
                            refused(() -> process.unpause(SCOPE, "c-1-all"));
                        }
                    };
            var id =
                    campaigns
                            .create(SCOPE, "c", body("{'name':'all','parallelDeployments':1}"), "")
                            .campaign()
                            .id();
            assertThat(campaigns.await(id).paused()).isTrue();
            process.await(Bench.taskId("c-1-all"));
            assertThat(bench.arm.accepted()).hasSize(1);
            campaigns.unpause(SCOPE, "c");
            assertThat(campaigns.await(id).state()).isEqualTo(CampaignState.SUCCEEDED);
        }
    }

    private static void refused(ThrowingCallable steering) {
        assertThatThrownBy(steering)
                .isInstanceOf(RemediationException.class)
                .hasMessageContaining("It is of the campaign 'c'");
    }

    private static void paused(Campaigns campaigns) {
        try {
            campaigns.pause(SCOPE, "c");
        } catch (RemediationException fault) {
            throw new AssertionError(fault);
        }
    }

    @Test
    void pauseAndCancelReachTheRingInFlight() throws Exception {
        machines(30);
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            var turn = new Object();
            var paused = new AtomicInteger();
            var before = new AtomicInteger();
            bench.arm.beforeWrite =
                    () -> {
                        // The other writers wait until it was said: they are those in flight.
                        synchronized (turn) {
                            if (paused.incrementAndGet() == 3) {
                                try {
                                    campaigns.pause(SCOPE, "c");
                                    before.set(bench.arm.accepted().size());
                                } catch (RemediationException fault) {
                                    throw new AssertionError(fault);
                                }
                            }
                        }
                    };
            var id =
                    campaigns
                            .create(SCOPE, "c", body("{'name':'all','parallelDeployments':4}"), "")
                            .campaign()
                            .id();
            var held = campaigns.await(id);
            process.await(Bench.taskId("c-1-all"));
            assertThat(held.state()).isEqualTo(CampaignState.RUNNING);
            assertThat(held.paused()).isTrue();
            int done = bench.arm.accepted().size();
            // Four in parallel: what was in flight when the pause was taken is let go on.
            assertThat(done - before.get()).isBetween(1, 4);

            var cancelling = new AtomicInteger();
            bench.arm.beforeWrite =
                    () -> {
                        // The other writers wait until it was said: they are those in flight.
                        synchronized (turn) {
                            if (cancelling.incrementAndGet() == 3) {
                                try {
                                    campaigns.cancel(SCOPE, "c");
                                    before.set(bench.arm.accepted().size());
                                } catch (RemediationException fault) {
                                    throw new AssertionError(fault);
                                }
                            }
                        }
                    };
            campaigns.unpause(SCOPE, "c");
            var cancelled = campaigns.await(id);
            assertThat(cancelled.state()).isEqualTo(CampaignState.CANCELED);
            assertThat(bench.arm.accepted().size() - before.get()).isBetween(1, 4);
            assertThat(bench.arm.accepted().size()).isLessThan(30);
            assertThat(bench.ledger.task(Bench.taskId("c-1-all")).orElseThrow().state())
                    .isEqualTo(ProvisioningState.CANCELED);
        }
    }

    @Test
    void aDryRunListsEachChangeAndSendsNothing() throws Exception {
        machines(3);
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            var dry =
                    campaigns.dryRun(
                            SCOPE, "c", body("{'name':'a','select':{'count':1}},{'name':'b'}"));
            assertThat(dry.rings()).extracting(Campaigns.DryRing::name).containsExactly("a", "b");
            assertThat(dry.rings().getFirst().lines()).hasSize(1);
            var change = dry.rings().getFirst().lines().getFirst().toDynamic().get("change");
            assertThat(change.get("changes").items().getFirst().get("before").isNull()).isFalse();
            assertThat(campaigns.all()).isEmpty();
        }
        assertThat(bench.arm.accepted()).isEmpty();
    }

    /// What would be taken for left out, and more done than was asked for.
    private static final Map<String, Dynamic> STRICT =
            Map.of(
                    "'approval' must be true or false",
                    body("{'name':'a'}", "'approval':'true'"),
                    "'triggers' must be an array",
                    body("{'name':'a'}", "'triggers':{'change':{}}"),
                    "A trigger is one of",
                    body("{'name':'a'}", "'triggers':[{}]"),
                    "'failureTreshold' of a ring is not known",
                    body("{'name':'a','failureTreshold':{'percentage':0}}"),
                    "a failure threshold is an object",
                    body("{'name':'a','failureThreshold':0}"),
                    "'qeury' of a gate is not known",
                    body("{'name':'a','gate':{'soak':'PT1H','qeury':'x'}}"),
                    "'vlaue' of a tag is not known",
                    body("{'name':'a','select':{'tag':{'name':'x','vlaue':'y'}}}"),
                    "'timezone2' of a maintenance window is not known",
                    body(
                            "{'name':'a'}",
                            "'maintenanceWindows':[{'cron':'0 0 * * *','duration':'PT1H','timezone2':'x'}]"),
                    "'maintenanceWindow' is not known",
                    body("{'name':'a'}", "'maintenanceWindow':[]"),
                    "'locations' must be an array",
                    body("{'name':'a','select':{'locations':'westeurope'}}"));

    @Test
    void whatIsWrongWithACampaignIsSaid() throws Exception {
        machines(1);
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            for (var wrong : new TreeMap<>(STRICT).entrySet()) {
                assertThatThrownBy(() -> campaigns.create(SCOPE, "c", wrong.getValue(), ""))
                        .as(wrong.getKey())
                        .isInstanceOf(RemediationException.class)
                        .hasMessageContaining(wrong.getKey());
            }
            for (var wrong :
                    Map.of(
                                    "", "1 to 20 rings",
                                    "{'name':'a'},{'name':'A'}", "Two rings",
                                    "{'name':'a b'}", "A ring's name",
                                    "{'name':'a','select':{'count':0}}", "'count'",
                                    "{'name':'a','select':{'some':1}}", "'some'",
                                    "{'name':'a','gate':{'soak':'soon'}}", "'soon'",
                                    "{'name':'a','parallelDeployments':31}",
                                            "'parallelDeployments'")
                            .entrySet()) {
                assertThatThrownBy(() -> campaigns.create(SCOPE, "c", body(wrong.getKey()), ""))
                        .as(wrong.getKey())
                        .isInstanceOf(RemediationException.class)
                        .hasMessageContaining(wrong.getValue());
            }
            for (var wrong : List.of("61 * * * *", "* * * *", "0 0 30 2 *", "a * * * *")) {
                assertThatThrownBy(() ->
                                campaigns.create(
                                        SCOPE,
                                        "c",
                                        body(
                                                "{'name':'a'}",
                                                "'maintenanceWindows':[{'cron':'"
                                                        + wrong
                                                        + "','duration':'PT1H'}]"),
                                        ""))
                        .as(wrong)
                        .isInstanceOf(RemediationException.class);
            }
        }
    }

    /// A process that is killed at every moment there is, and another that goes on.
    @Test
    void aKillAtAnyMomentOfACampaignLosesNothingAndRepeatsNothing() throws Exception {
        boolean mattered = true;
        int call = 0;
        while (mattered) {
            call++;
            mattered = killedAt(call, new Bench(call), 0);
        }
        assertThat(call).isGreaterThan(80);
    }

    @Test
    void killsOfCampaignsAmongFaultsLoseNothingAndRepeatNothing() throws Exception {
        int runs = Boolean.getBoolean("muster.exhaustive") ? 2_000 : 60;
        for (int seed = 1; seed <= runs; seed++) {
            killedAt(1 + new Random(seed).nextInt(250), new Bench(seed), 0.2);
        }
    }

    private static boolean killedAt(int call, Bench bench, double faults) throws Exception {
        for (int i = 1; i <= 5; i++) {
            bench.arm.put(i % 2 == 0 ? vm(i) : vm(i, rich(OTHER, "1.0.0")));
        }
        bench.arm.faults = faults;
        var crashes = Crashes.at(call);
        var body =
                body(
                        "{'name':'a','select':{'count':1},'gate':{'soak':'PT3M'}},"
                                + "{'name':'b','select':{'percentage':40}},{'name':'c'}");
        var id = Campaign.idOf(SCOPE, "c");
        try (var process = bench.process(crashes);
                var dying = bench.campaigns(process, crashes)) {
            dying.create(SCOPE, "c", body, "");
            try {
                dying.await(id);
            } catch (IllegalStateException killed) {
                assertThat(crashes.happened()).isTrue();
            }
        }
        // The dead process's leases have to run out.
        bench.pacer.pause(Duration.ofMinutes(6));
        try (var process = bench.process(Crashes.never());
                var next = bench.campaigns(process, Crashes.never())) {
            process.resume();
            next.resume();
            var ended = next.await(id);
            assertThat(ended.state())
                    .as("killed at call " + call)
                    .isEqualTo(CampaignState.SUCCEEDED);
        }
        for (int i = 1; i <= 5; i++) {
            var entries = ApplicationProfile.ofResource(bench.arm.resource(machine(i))).entries();
            if (i % 2 == 0) {
                assertThat(entries).containsExactly(entry(AGENT, "latest"));
            } else {
                assertThat(entries).containsExactly(rich(OTHER, "1.0.0"), entry(AGENT, "latest"));
            }
        }
        assertThat(bench.arm.accepted()).as("killed at call " + call).hasSize(5);
        return crashes.happened();
    }
}
