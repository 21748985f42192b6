package io.muster.remediation;

import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.OTHER;
import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.Happening;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What happens is told to campaigns once, whenever a process dies.
final class HappeningsTest {
    private static final int MOST = 1_000;
    private static final ResourceId CAMPAIGN = Campaign.idOf(SCOPE, "c");

    private static Set<ResourceId> versions(String... numbers) {
        Set<ResourceId> ids = new HashSet<>();
        for (var number : numbers) {
            ids.add(AGENT.child("versions", number));
        }
        return ids;
    }

    /// A campaign that waits for versions of the agent and for changes of machines.
    private static Bench waiting(long seed) throws Exception {
        var bench = new Bench(seed);
        bench.arm.put(vm(1));
        bench.query =
                (_, _) -> {
                    throw new AssertionError("nothing is asked");
                };
        var body =
                Bench.json(
                        "{'properties':{'application':{'kind':'require','applicationId':'"
                                + AGENT.text()
                                + "','version':'latest'},'filters':{'resourceIds':['"
                                + machine(1).text()
                                + "']},'rings':[{'name':'all'}],'triggers':[{'galleryVersion':{'applicationId':'"
                                + AGENT.text()
                                + "'}},{'change':{'types':['Microsoft.Compute/virtualMachines']}}]}}");
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            campaigns.create(SCOPE, "c", body, "");
            assertThat(campaigns.await(CAMPAIGN).state()).isEqualTo(CampaignState.WAITING);
        }
        return bench;
    }

    /// What is done by a process that may die, and by the next.
    @FunctionalInterface
    private interface Work {
        void with(Campaigns campaigns);
    }

    private static Campaign after(Bench bench, Crashes crashes, Work work) throws Exception {
        try (var process = bench.process(crashes);
                var campaigns = bench.campaigns(process, crashes)) {
            try {
                work.with(campaigns);
                return campaigns.await(CAMPAIGN);
            } catch (Crashes.Crash | IllegalStateException killed) {
                assertThat(crashes.happened()).isTrue();
                return bench.campaigns.campaign(CAMPAIGN).orElseThrow();
            }
        }
    }

    private static List<String> told(Bench bench) {
        return bench.campaigns.events(CAMPAIGN).stream()
                .filter(event -> event.kind().equals("triggered"))
                .map(CampaignEvent::message)
                .toList();
    }

    @Test
    void aVersionPublishedWhenAProcessDiesIsToldOnceByTheNext() throws Exception {
        boolean mattered = true;
        for (int call = 1; mattered; call++) {
            var bench = waiting(call);
            after(bench, Crashes.never(), campaigns -> campaigns.published(versions("1.0.0")));
            var crashes = Crashes.at(call);
            Work look = campaigns -> campaigns.published(versions("1.0.0", "2.0.0"));
            after(bench, crashes, look);
            mattered = crashes.happened();
            bench.pacer.pause(Duration.ofMinutes(6));

            // The next process looks after its start, and whenever it has collected.
            var ended =
                    after(
                            bench,
                            Crashes.never(),
                            campaigns -> {
                                look.with(campaigns);
                                campaigns.resume();
                            });
            assertThat(ended.run()).as("killed at call " + call).isEqualTo(2);
            assertThat(ended.state()).isEqualTo(CampaignState.WAITING);
            assertThat(told(bench)).hasSize(1).first().asString().contains("2.0.0");
            assertThat(after(bench, Crashes.never(), look).run()).isEqualTo(2);
        }
    }

    @Test
    void aChangeAcceptedWhenAProcessDiesIsToldOnceByTheNext() throws Exception {
        boolean mattered = true;
        for (int call = 1; mattered; call++) {
            var bench = waiting(call);
            var crashes = Crashes.at(call);
            boolean[] accepted = new boolean[1];
            after(
                    bench,
                    crashes,
                    campaigns -> {
                        accepted[0] =
                                new CrashingCampaigns(bench.campaigns, crashes)
                                        .changed(notices(machine(1)), MOST);
                        campaigns.tell(bench.campaigns.changes());
                    });
            mattered = crashes.happened();
            bench.pacer.pause(Duration.ofMinutes(6));
            var ended =
                    after(
                            bench,
                            Crashes.never(),
                            campaigns -> {
                                campaigns.tell(bench.campaigns.changes());
                                campaigns.resume();
                            });
            assertThat(ended.run()).as("killed at call " + call).isEqualTo(accepted[0] ? 2 : 1);
            assertThat(told(bench)).hasSize(accepted[0] ? 1 : 0);
        }
    }

    @Test
    void whatTheFirstLookFindsIsNotNewButTheFirstVersionEverIs() throws Exception {
        var bench = waiting(1);
        assertThat(after(bench, Crashes.never(), c -> c.published(Set.of())).run()).isEqualTo(1);
        assertThat(after(bench, Crashes.never(), c -> c.published(versions("1.0.0"))).run())
                .isEqualTo(2);
        // It goes, and comes again.
        after(bench, Crashes.never(), c -> c.published(Set.of()));
        assertThat(after(bench, Crashes.never(), c -> c.published(versions("1.0.0"))).run())
                .isEqualTo(3);

        var other = waiting(2);
        assertThat(after(other, Crashes.never(), c -> c.published(versions("1.0.0"))).run())
                .isEqualTo(1);
        assertThat(
                        after(
                                        other,
                                        Crashes.never(),
                                        c -> {
                                            var both = versions("1.0.0");
                                            both.add(OTHER.child("versions", "1.0.0"));
                                            c.published(both);
                                        })
                                .run())
                .as("a version of another application")
                .isEqualTo(1);
    }

    @Test
    void moreChangesThanCanWaitAreRefusedAndChangesOfOthersTriggerNothing() throws Exception {
        var bench = waiting(1);
        var many =
                IntStream.rangeClosed(1, MOST)
                        .mapToObj(
                                i -> ChangeNotice.of(Estate.GALLERY.child("applications", "a" + i)))
                        .toList();
        var store = bench.campaigns;
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            assertThat(store.changed(many, MOST)).isTrue();
            assertThat(store.changed(notices(machine(1)), MOST)).isFalse();
            assertThat(campaigns.tell(store.changes())).isEmpty();
            assertThat(store.changes()).isEmpty();
            assertThat(store.changed(notices(machine(1)), MOST)).isTrue();
            // Several are one run.
            assertThat(store.changed(notices(machine(2), machine(3)), MOST)).isTrue();
            assertThat(campaigns.tell(store.changes())).hasSize(1);
            assertThat(campaigns.await(CAMPAIGN).run()).isEqualTo(2);
            assertThat(store.changes()).isEmpty();
        }
    }

    @Test
    void changesThatAnEarlierVersionKeptAreRead() throws Exception {
        assertThat(Happening.fromDynamic(Bench.json("{'changed':['" + machine(1).text() + "']}")))
                .isEqualTo(new Happening.Changed(notices(machine(1))));
        var changed = new Happening.Changed(notices(machine(1), machine(2)));
        assertThat(Happening.fromDynamic(changed.toDynamic())).isEqualTo(changed);
    }

    private static List<ChangeNotice> notices(ResourceId... ids) {
        return Stream.of(ids).map(ChangeNotice::of).toList();
    }
}
