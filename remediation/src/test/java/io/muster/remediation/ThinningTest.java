package io.muster.remediation;

import static io.muster.remediation.Bench.policyBody;
import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.RemediationTask.Lines;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is forgotten of what was done, when, and what is not.
final class ThinningTest {
    private static final Duration KEEP = Duration.ofDays(30);
    private static final String ROLLBACK =
            "{'properties':{'rollbackOf':['" + Bench.taskId("t").text() + "']}}";

    private final Bench bench = new Bench(41);

    private Thinning thinning(int batch) {
        return new Thinning(bench.ledger, bench.campaigns, bench.pacer, KEEP, batch);
    }

    /// A task that changed some machines, and of which the inventory tells.
    private RemediationTask done(int machines) throws Exception {
        for (int i = 1; i <= machines; i++) {
            bench.arm.put(vm(i));
        }
        bench.run("t", policyBody("modify"));
        return told("t");
    }

    private RemediationTask told(String name) {
        var kept = bench.ledger.task(Bench.taskId(name)).orElseThrow().asTold();
        assertThat(bench.ledger.update(kept)).isTrue();
        return kept;
    }

    private List<LedgerEntry> lines(String name) {
        return bench.ledger.entries(Bench.taskId(name));
    }

    @Test
    void linesAreKeptAsLongAsIsAskedForAndCountsForEver() throws Exception {
        var task = done(3);
        int lines = lines("t").size();
        bench.pacer.pause(KEEP.minusDays(1));
        assertThat(thinning(100).run(10)).isTrue();
        assertThat(lines("t")).hasSize(lines);

        bench.pacer.pause(Duration.ofDays(2));
        assertThat(thinning(100).run(10)).isTrue();
        assertThat(lines("t")).isEmpty();
        var kept = bench.ledger.task(task.id()).orElseThrow();
        assertThat(kept.lines()).isEqualTo(Lines.THINNED);
        assertThat(kept.counts()).isEqualTo(task.counts());
        assertThat(kept.lastUpdatedOn()).isEqualTo(task.lastUpdatedOn());
        assertThat(kept.toDynamic().path("properties", "deploymentsThinned"))
                .isEqualTo(Dynamic.of(true));
    }

    @Test
    void whatIsNoLongerKnownIsNotTakenBackHalf() throws Exception {
        done(3);
        bench.pacer.pause(KEEP);
        // One line is forgotten, the others are not yet.
        assertThat(thinning(1).run(1)).isFalse();
        assertThat(lines("t")).isNotEmpty();
        try (var process = bench.process(Crashes.never())) {
            assertThat(process.deployments(SCOPE, "t")).isEmpty();
            assertThatThrownBy(() -> process.create(SCOPE, "back", Bench.json(ROLLBACK), ""))
                    .isInstanceOf(RemediationException.class)
                    .hasMessageContaining("'t' changed is no longer known");
            // Nor does a dry run tell of the half that is left.
            assertThatThrownBy(() -> process.dryRun(SCOPE, "back", Bench.json(ROLLBACK)))
                    .isInstanceOf(RemediationException.class)
                    .hasMessageContaining("'t' changed is no longer known");
        }
        assertThat(thinning(1).run(1_000)).isTrue();
        assertThat(lines("t")).isEmpty();
    }

    @Test
    void aRollbackThatIsNotOverKeepsWhatItTakesBack() throws Exception {
        done(2);
        bench.pacer.pause(KEEP);
        try (var process = bench.process(Crashes.never())) {
            bench.arm.beforeWrite =
                    () -> {
                        bench.arm.beforeWrite = () -> {};
                        assertThat(thinning(100).run(10)).isTrue();
                    };
            bench.run(process, "back", Bench.json(ROLLBACK));
        }
        assertThat(bench.arm.accepted()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(lines("t")).isNotEmpty();
        assertThat(thinning(100).run(10)).isTrue();
        assertThat(lines("t")).isEmpty();
    }

    @Test
    void whatTheInventoryDoesNotTellYetIsKept() throws Exception {
        bench.arm.put(vm(1));
        bench.run("t", policyBody("modify"));
        bench.pacer.pause(KEEP);
        assertThat(thinning(100).run(10)).isTrue();
        assertThat(lines("t")).isNotEmpty();
    }

    @Test
    void theLastRunOfACampaignThatGoesOnIsKept() throws Exception {
        bench.arm.put(vm(1));
        var id = Campaign.idOf(SCOPE, "c");
        try (var process = bench.process(Crashes.never());
                var campaigns = bench.campaigns(process, Crashes.never())) {
            campaigns.create(
                    SCOPE,
                    "c",
                    policyBody(
                            "modify",
                            "'rings':[{'name':'all'}],'triggers':[{'schedule':{'cron':'0 4 1 * *'}}]"),
                    "");
            campaigns.await(id);
            bench.arm.put(vm(2));
            bench.pacer.pause(Duration.ofDays(31));
            campaigns.resume();
            campaigns.await(id);
        }
        told("c-1-all");
        told("c-2-all");
        assertThat(bench.campaigns.members(id, 1, 0)).isNotEmpty();

        bench.pacer.pause(Duration.ofDays(365));
        assertThat(thinning(100).run(10)).isTrue();
        assertThat(lines("c-1-all")).isEmpty();
        assertThat(lines("c-2-all")).isNotEmpty();
        assertThat(bench.campaigns.members(id, 1, 0)).isEmpty();
        assertThat(bench.campaigns.members(id, 2, 0)).isNotEmpty();
    }

    @Test
    void aCrashWhileItIsForgottenLosesNothingElse() throws Exception {
        ResourceId id = done(3).id();
        bench.pacer.pause(KEEP);
        for (int call = 1; !lines("t").isEmpty(); call++) {
            var crashes = Crashes.at(call);
            var dying =
                    new Thinning(
                            new CrashingLedger(bench.ledger, crashes, () -> {}, () -> {}, () -> {}),
                            bench.campaigns,
                            bench.pacer,
                            KEEP,
                            1);
            assertThatThrownBy(() -> dying.run(100)).isInstanceOf(Crashes.Crash.class);
        }
        assertThat(thinning(1).run(100)).isTrue();
        assertThat(bench.ledger.task(id).orElseThrow().lines()).isEqualTo(Lines.THINNED);
    }
}
