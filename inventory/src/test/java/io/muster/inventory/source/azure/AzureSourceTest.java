package io.muster.inventory.source.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.Attribution;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.CollectionProgress;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.Completeness;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.ScopeReport;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.azure.FakeAzure.Fault;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AzureSourceTest extends AgainstFakeAzure {
    AzureSourceTest() throws IOException {
        super();
    }

    @Test
    void readsAllPagesOfAllTablesExactlyOnceAndLosslessly() throws Exception {
        disks(35);
        var report = collect();
        assertThat(report.isComplete()).isTrue();
        assertThat(ids()).isEqualTo(allIds());
        assertThat(read).contains(azure.rows.get(disk(7)));
        assertThat(report.scopes().getFirst().expected()).isEqualTo(35L);
    }

    @Test
    void throttlingServerErrorsDropsAndCutBodiesAreTriedAgain() throws Exception {
        disks(25);
        azure.faults.add(new Fault(429, "Retry-After", "7"));
        azure.faults.add(Fault.status(500));
        azure.faults.add(Fault.dropped());
        azure.faults.add(Fault.truncated());
        azure.faults.add(new Fault(429, "x-ms-user-quota-resets-after", "00:00:05"));
        var report = collect();
        assertThat(report.isComplete()).isTrue();
        assertThat(ids()).isEqualTo(allIds());
        assertThat(pauses).contains(Duration.ofSeconds(7), Duration.ofSeconds(5));
        assertThat(pauses).hasSize(5);
    }

    @Test
    void aReadingThatFailsGoesOnBehindTheLastRowRead() throws Exception {
        disks(45);
        // The list of subscriptions, two pages; then nothing for as long as a request is tried.
        for (int i = 0; i < 3; i++) {
            azure.faults.add(Fault.NONE);
        }
        for (int i = 0; i < RetrySettings.DEFAULT.attempts(); i++) {
            azure.faults.add(Fault.status(503));
        }
        var report = collect();
        assertThat(report.isComplete()).isTrue();
        assertThat(ids()).isEqualTo(allIds());
        assertThat(azure.queries)
                .anyMatch(query -> query.contains("strcmp(id, '" + disk(18) + "') > 0"))
                .noneMatch(query -> query.startsWith("resources") && query.contains(disk(8)));
    }

    @Test
    void aReadingThatFailsForGoodIsPartialAndSaysHowFarItCame() throws Exception {
        disks(45);
        for (int i = 0; i < 3; i++) {
            azure.faults.add(Fault.NONE);
        }
        for (int i = 0; i < 3 * RetrySettings.DEFAULT.attempts(); i++) {
            azure.faults.add(Fault.status(429));
        }
        var report = collect();
        var scope = report.scopes().getFirst();
        assertThat(scope.completeness()).isEqualTo(Completeness.PARTIAL);
        assertThat(scope.because()).startsWith("the reading ended after 19 rows");
        assertThat(scope.expected()).isEqualTo(45L);
    }

    /// Kept beyond a process, in memory.
    private static final class KeptProgress implements CollectionProgress {
        final Map<Reading, List<Dynamic>> rows = new LinkedHashMap<>();
        final Set<Reading> whole = new HashSet<>();
        Instant begun = Instant.now();

        @Override
        public Optional<Kept> find(Reading reading) {
            return Optional.ofNullable(rows.get(reading))
                    .map(read -> new Kept(begun, read, whole.contains(reading)));
        }

        @Override
        public void add(Reading reading, Instant at, List<Dynamic> next, boolean last) {
            rows.computeIfAbsent(reading, _ -> new ArrayList<>()).addAll(next);
            if (last) {
                whole.add(reading);
            }
        }

        @Override
        public void forget(Reading reading) {
            rows.remove(reading);
            whole.remove(reading);
        }

        @Override
        public void clear() {
            rows.clear();
            whole.clear();
        }
    }

    /// A collection that never comes to its end: two pages of resources, then nothing but refusals.
    private KeptProgress cutOffAfterTwoPages() throws Exception {
        disks(45);
        for (int i = 0; i < 3; i++) {
            azure.faults.add(Fault.NONE);
        }
        for (int i = 0; i < 3 * RetrySettings.DEFAULT.attempts(); i++) {
            azure.faults.add(Fault.status(429));
        }
        var progress = new KeptProgress();
        source().read(_ -> {}, progress);
        azure.queries.clear();
        return progress;
    }

    @Test
    void theNextProcessGoesOnBehindWhatOneThatEndedHadRead() throws Exception {
        var progress = cutOffAfterTwoPages();

        var report = source().read(read::add, progress);

        assertThat(report.isComplete()).isTrue();
        assertThat(ids()).isEqualTo(allIds());
        assertThat(azure.queries)
                .filteredOn(query -> query.startsWith("resources"))
                .isNotEmpty()
                .allMatch(query -> query.contains("strcmp(id, "));
        assertThat(report.faults())
                .anyMatch(note ->
                        !note.isError() && note.message().startsWith("goes on behind 19 rows"));
    }

    @Test
    void aScopeThatWasReadWholeIsNotReadAgainByTheNextProcess() throws Exception {
        disks(25);
        var progress = new KeptProgress();
        source().read(_ -> {}, progress);
        azure.queries.clear();

        var report = source().read(read::add, progress);

        assertThat(report.isComplete()).isTrue();
        assertThat(ids()).isEqualTo(allIds());
        assertThat(azure.queries).noneMatch(query -> query.startsWith("resources"));
    }

    @Test
    void whatWasReadTooLongAgoIsReadAgainAndSaysSo() throws Exception {
        var progress = cutOffAfterTwoPages();
        progress.begun = Instant.now().minus(Duration.ofHours(3));

        var report = source().read(read::add, progress);

        assertThat(report.isComplete()).isTrue();
        assertThat(ids()).isEqualTo(allIds());
        assertThat(report.faults())
                .anyMatch(note -> note.message().contains("read again from the beginning"));
    }

    @Test
    void rowsThatMovedWhileReadingAreNotKeptForTheNextProcess() throws Exception {
        disks(35);
        azure.between.add(() -> {});
        azure.between.add(() -> azure.rows.remove(disk(3)));
        var progress = new KeptProgress();

        var report = source().read(read::add, progress);

        assertThat(report.isComplete()).isTrue();
        assertThat(progress.rows.values())
                .allSatisfy(rows ->
                        assertThat(rows.stream().map(row -> row.get("id").textOr("")))
                                .doesNotHaveDuplicates()
                                .doesNotContain(disk(3)));
    }

    @Test
    void theActivityLogTellsWhoChangedWhat() throws Exception {
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        get(
                "/subscriptions/s1/providers/microsoft.insights/eventtypes/management/values",
                ("{'value':[{'eventTimestamp':'2026-11-21T08:00:05Z','caller':'ann@contoso.com','correlationId':'c1',"
                                + "'operationName':{'value':'Microsoft.Compute/virtualMachines/write'},'status':{'value':'Succeeded'},'resourceId':'%s'},"
                                + "{'eventTimestamp':'2026-11-21T08:00:09Z','caller':'eve','operationName':{'value':'x'},'status':{'value':'Failed'},'resourceId':'%s'}],"
                                + "'nextLink':'%s/more'}")
                        .formatted(vm.toUpperCase(Locale.ROOT), vm, azure.endpoint()));
        get(
                "/more",
                "{'value':[{'eventTimestamp':'2026-11-21T08:00:07Z','caller':'9f0a','correlationId':'c2','operationName':{'value':'Microsoft.Compute/disks/write'},'status':{'value':'Succeeded'},'resourceId':'%s'}]}"
                        .formatted(disk(1)));
        var attributor = source().attributor();
        var from = Instant.parse("2026-11-21T08:00:00Z");
        assertThat(attributor.of(ResourceId.parse(vm), from, from.plusSeconds(60)))
                .contains(
                        new Attribution(
                                "ann@contoso.com",
                                "User",
                                "Unspecified",
                                "Microsoft.Compute/virtualMachines/write",
                                "c1"));
        assertThat(
                        attributor
                                .of(ResourceId.parse(disk(1)), from, from.plusSeconds(60))
                                .orElseThrow()
                                .changedByType())
                .isEqualTo("Application");
        assertThat(attributor.of(ResourceId.parse(disk(2)), from, from.plusSeconds(60))).isEmpty();
        // Once for all of them.
        assertThat(azure.requests).hasSize(2);
        assertThat(attributor.faults()).isEmpty();

        azure.gets.clear();
        assertThat(attributor.of(ResourceId.parse(vm), from, from.plusSeconds(120))).isEmpty();
        assertThat(attributor.faults())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("the activity log of subscription s1 cannot be read");
    }

    @Test
    void readsOfASubscriptionWaitForTheirTurnAndThoseOfAnotherDoNot() throws Exception {
        var now = Instant.parse("2026-11-21T08:00:00Z");
        var waits = new ArrayList<Duration>();
        var one = new TokenBucket(25, InstantSource.fixed(now), waits::add);
        var other = new TokenBucket(25, InstantSource.fixed(now), waits::add);
        for (int i = 0; i < 250; i++) {
            one.take(Duration.ZERO);
        }
        assertThat(waits).isEmpty();
        one.take(Duration.ZERO);
        one.take(Duration.ZERO);
        other.take(Duration.ZERO);
        assertThat(waits).hasSize(1).first().isEqualTo(Duration.ofMillis(40));
        assertThat(
                        AzureSettings.of(AzureSettings.PUBLIC_CLOUD, new AzureCredential.Default())
                                .readsPerSecond())
                .isEqualTo(25);
    }

    @Test
    void aQuotaThatIsUsedUpIsWaitedFor() throws Exception {
        disks(25);
        azure.quota = "00:00:03";
        assertThat(collect().isComplete()).isTrue();
        assertThat(pauses).contains(Duration.ofSeconds(3));
    }

    @Test
    void rowsDeletedBetweenPagesDoNotHideOthers() throws Exception {
        disks(30);
        azure.between.add(() -> {});
        azure.between.add(() -> azure.rows.remove(disk(2)));
        var report = collect();
        assertThat(report.isComplete()).isTrue();
        assertThat(ids()).containsAll(allIds());
    }

    @Test
    void aRowDeletedAndAnotherCreatedBetweenPagesAreNoticed() throws Exception {
        disks(30);
        azure.between.add(() -> {});
        azure.between.add(() -> {
            azure.rows.remove(disk(2));
            disk0(500);
        });
        var report = collect();
        assertThat(report.isComplete()).isTrue();
        assertThat(ids()).containsAll(allIds()).doesNotHaveDuplicates();
    }

    @Test
    void aScopeThatNeverSettlesIsPartial() throws Exception {
        disks(30);
        for (int i = 0; i < 3000; i++) {
            int n = i;
            // Every page sees other rows before it.
            azure.between.add(() -> {
                if (azure.rows.remove(disk(n % 2)) == null) {
                    disk0(n % 2);
                }
                azure.rows.remove(disk(10 + n % 3));
                disk0(10 + (n + 1) % 3);
            });
        }
        var report = collect();
        // It may settle; what it may not do is lose what never changed and call itself complete.
        var unchanged = IntStream.range(13, 30).mapToObj(AgainstFakeAzure::disk).toList();
        if (report.scopes().getFirst().completeness() == Completeness.COMPLETE) {
            assertThat(ids()).containsAll(unchanged).doesNotHaveDuplicates();
        } else {
            assertThat(report.scopes().getFirst().because()).isNotEmpty();
        }
    }

    @Test
    void aScopeThatIsRefusedIsReportedAsFailed() throws Exception {
        disks(3);
        azure.faults.add(Fault.status(200 + 204));
        assertThatThrownBy(this::collect)
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("the subscriptions cannot be listed");
        azure.between.add(() -> azure.faults.add(Fault.status(403)));
        var report = collect();
        assertThat(report.scopes().getFirst().completeness()).isEqualTo(Completeness.FAILED);
        // What is asked of each machine and set was not asked: nothing of that is gone.
        assertThat(report.scopes().stream().filter(s -> !s.isComplete()))
                .extracting(ScopeReport::table)
                .contains("resources", ScopeReport.INSTANCE_VIEWS, "computeresources");
        assertThat(report.faults()).hasSize(1);
    }

    @Test
    void machinesGetTheirInstanceViewsSetsTheirInstancesVersionsTheirReplication()
            throws Exception {
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        String gone = GROUP + "Microsoft.Compute/virtualMachines/gone";
        String set = GROUP + "Microsoft.Compute/virtualMachineScaleSets/set1";
        String flexible = GROUP + "Microsoft.Compute/virtualMachineScaleSets/flex";
        String version = GROUP + "Microsoft.Compute/galleries/g/applications/a/versions/1.0.0";
        azure.put(
                json(
                        "{'id':'%s','type':'microsoft.compute/virtualmachines','tenantId':'t','properties':{'vmId':'1'}}"
                                .formatted(vm)));
        azure.put(
                json(
                        "{'id':'%s','type':'microsoft.compute/virtualmachines','properties':{}}"
                                .formatted(gone)));
        azure.put(
                json(
                        "{'id':'%s','type':'microsoft.compute/virtualmachinescalesets','tenantId':'t','properties':{'orchestrationMode':'Uniform'}}"
                                .formatted(set)));
        azure.put(
                json(
                        "{'id':'%s','type':'microsoft.compute/virtualmachinescalesets','properties':{'orchestrationMode':'Flexible'}}"
                                .formatted(flexible)));
        azure.put(
                json(
                        "{'id':'%s','type':'microsoft.compute/galleries/applications/versions','properties':{}}"
                                .formatted(version)));
        get(
                vm + "/instanceView",
                "{'vmAgent':{'vmAgentVersion':'2.7'},'unknownToTheSdk':{'x':[1]},'statuses':[]}");
        get(
                set + "/virtualMachines",
                "{'value':[{'id':'%s/virtualMachines/0','name':'set1_0','type':'Microsoft.Compute/virtualMachineScaleSets/virtualMachines','instanceId':'0','properties':{'latestModelApplied':true,'instanceView':{'statuses':[]}}}],'nextLink':'%s'}"
                        .formatted(set, azure.endpoint() + "/more"));
        get(
                "/more",
                "{'value':[{'id':'%s/virtualMachines/1','name':'set1_1','instanceId':'1','properties':{}}]}"
                        .formatted(set));
        get(
                version,
                "{'id':'%s','properties':{'replicationStatus':{'aggregatedState':'Completed'}}}"
                        .formatted(version));
        var report = collect();
        assertThat(report.isComplete()).isTrue();
        assertThat(one(vm).get("properties"))
                .isEqualTo(
                        json(
                                "{'vmId':'1','instanceView':{'vmAgent':{'vmAgentVersion':'2.7'},'unknownToTheSdk':{'x':[1]},'statuses':[]}}"));
        assertThat(one(gone).get("properties")).isEqualTo(Dynamic.EMPTY_BAG);
        assertThat(one(set + "/virtualMachines/1").get("tenantId").textOr("")).isEqualTo("t");
        assertThat(one(set + "/virtualMachines/0").get("type").textOr(""))
                .isEqualTo("microsoft.compute/virtualmachinescalesets/virtualmachines");
        assertThat(
                        one(version)
                                .path("properties", "replicationStatus", "aggregatedState")
                                .textOr(""))
                .isEqualTo("Completed");
        assertThat(azure.requests).noneMatch(r -> r.contains("flex/virtualMachines"));
    }

    @Test
    void aMachineWhoseViewCannotBeReadMakesItsScopePartial() throws Exception {
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        azure.put(
                json(
                        "{'id':'%s','type':'microsoft.compute/virtualmachines','properties':{}}"
                                .formatted(vm)));
        azure.between.add(() -> {});
        azure.between.add(() -> azure.faults.add(Fault.status(403)));
        var report = collect();
        assertThat(report.isComplete()).isFalse();
        assertThat(report.scopes().get(1).table()).isEqualTo("instanceviews");
        assertThat(report.faults().getFirst().place()).isEqualTo(vm);
        assertThat(one(vm)).isNotNull();
    }

    @Test
    void refreshesSingleResourcesFromComputeAndResourceGraph() throws Exception {
        disks(2);
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        get(
                vm,
                "{'id':'%s','name':'vm1','type':'Microsoft.Compute/virtualMachines','properties':{'instanceView':{}},'resources':[{'id':'%s/extensions/VMAppExtension','type':'Microsoft.Compute/virtualMachines/extensions'}]}"
                        .formatted(vm, vm));
        var report =
                source().refresh(
                                Set.of(
                                        ResourceId.parse(vm),
                                        ResourceId.parse(disk(1).toUpperCase(Locale.ROOT)),
                                        ResourceId.parse(disk(9)),
                                        ResourceId.parse(vm + "0")),
                                ResourceSource.Known.NOTHING,
                                read::add);
        assertThat(report.found())
                .isEqualTo(Set.of(ResourceId.parse(vm), ResourceId.parse(disk(1))));
        assertThat(report.absent())
                .isEqualTo(Set.of(ResourceId.parse(disk(9)), ResourceId.parse(vm + "0")));
        assertThat(ids()).contains(vm, vm + "/extensions/VMAppExtension", disk(1));
        assertThat(one(vm).get("resources").isNull()).isTrue();
    }

    @Test
    void aRealCredentialIsNeverSentOverPlainHttp() {
        assertThatThrownBy(() ->
                        AzureSettings.of(
                                URI.create("http://localhost:1"), new AzureCredential.Default()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("plain HTTP");
    }

    /// A collection that calls itself complete has every row that was there unchanged throughout, exactly once.
    @Test
    void chaosLosesNothingSilently() throws Exception {
        int seeds = Boolean.getBoolean("muster.exhaustive") ? 100 : 10;
        for (long seed = 0; seed < seeds; seed++) {
            var random = new SplittableRandom(seed);
            azure.rows.clear();
            azure.faults.clear();
            azure.between.clear();
            read.clear();
            subscription();
            int size = 20 + random.nextInt(60);
            disks(size);
            var touched = new HashSet<String>();
            for (int i = 0; i < 40; i++) {
                azure.faults.add(
                        switch (random.nextInt(8)) {
                            case 0 -> new Fault(429, "Retry-After", "1");
                            case 1 -> Fault.status(500);
                            case 2 -> Fault.dropped();
                            case 3 -> Fault.truncated();
                            case 4 -> Fault.shifted(10);
                            case 5 -> Fault.shifted(-10);
                            default -> Fault.NONE;
                        });
                int moved = random.nextInt(size + 20);
                boolean moves = random.nextInt(3) == 0;
                if (moves) {
                    touched.add(disk(moved));
                }
                azure.between.add(() -> {
                    if (moves && azure.rows.remove(disk(moved)) == null) {
                        disk0(moved);
                    }
                });
            }
            CollectionReport report;
            try {
                report = collect();
            } catch (SourceException refused) {
                // Nothing was read, and it says so.
                assertThat(refused).hasMessageContaining("cannot be listed");
                continue;
            }
            var unchanged =
                    IntStream.range(0, size)
                            .mapToObj(AgainstFakeAzure::disk)
                            .filter(id -> !touched.contains(id))
                            .toList();
            if (report.scopes().getFirst().isComplete()) {
                assertThat(ids())
                        .as("seed %d", seed)
                        .containsAll(unchanged)
                        .doesNotHaveDuplicates();
            } else {
                assertThat(report.faults()).as("seed %d", seed).isNotEmpty();
            }
        }
    }
}
