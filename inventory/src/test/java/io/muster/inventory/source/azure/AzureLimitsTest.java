package io.muster.inventory.source.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.history.Attribution;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.source.SnapshotCollector;
import io.muster.inventory.source.azure.FakeAzure.Fault;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.inventory.vm.Machine;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What Azure says is taken as far as it makes sense, and never makes a collection hang, end or leave something out.
@Timeout(60)
final class AzureLimitsTest extends AgainstFakeAzure {
    private static final String LOG =
            "/subscriptions/s1/providers/microsoft.insights/eventtypes/management/values";
    private static final Instant FROM = Instant.parse("2026-11-21T08:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(FROM);

    AzureLimitsTest() throws IOException {
        super();
    }

    @Test
    void aQuotaThatIsFullAgainInAYearOrSaysNonsenseDoesNotHoldACollectionUp() throws Exception {
        disks(25);
        for (String quota :
                List.of(
                        "8760:00:00",
                        "9223372036854775807:00:00",
                        "-1:00:00",
                        "00:00:NaN",
                        "00:00:1e300",
                        "soon")) {
            azure.quota = quota;
            read.clear();
            pauses.clear();
            assertThat(collect().isComplete()).as(quota).isTrue();
            assertThat(ids()).isEqualTo(allIds());
            assertThat(pauses)
                    .as(quota)
                    .allMatch(pause -> !pause.isNegative())
                    .allMatch(pause -> pause.compareTo(Duration.ofMinutes(15)) <= 0);
        }
    }

    @Test
    void aWaitThatAzureAsksForIsKeptAlsoWhenItIsLongerThanOurOwn() throws Exception {
        disks(5);
        azure.faults.add(new Fault(429, "Retry-After", "300"));
        assertThat(collect().isComplete()).isTrue();
        assertThat(pauses).containsExactly(Duration.ofMinutes(5));
    }

    @Test
    void whoIsToldToWaitLongerThanAnybodyWaitsDoesNotAskAgainAtOnce() throws Exception {
        disks(25);
        azure.faults.add(Fault.NONE);
        azure.faults.add(Fault.NONE);
        azure.faults.add(new Fault(429, "Retry-After", "86400"));
        var report = collect();
        assertThat(report.isComplete()).isFalse();
        assertThat(report.faults())
                .anySatisfy(fault -> assertThat(fault.message()).contains("asked to wait PT24H"));
        assertThat(pauses).isEmpty();
        assertThat(azure.queries).filteredOn(query -> query.startsWith("resources")).hasSize(1);
    }

    @Test
    void aPageTooLargeForOneAnswerIsReadInSmallerOnes() throws Exception {
        disks(35);
        azure.mostRows = 4;
        var report = collect();
        assertThat(report.isComplete()).as("%s", report.faults()).isTrue();
        assertThat(ids()).isEqualTo(allIds());
    }

    @Test
    void pagesShorterThanAskedForAreReadToTheEnd() throws Exception {
        disks(35);
        azure.shortPages = 7;
        // Also by keys, after the tokens' reading failed.
        for (int i = 0; i < 2; i++) {
            azure.faults.add(Fault.NONE);
        }
        for (int i = 0; i < RetrySettings.DEFAULT.attempts(); i++) {
            azure.faults.add(Fault.status(503));
        }
        var report = collect();
        assertThat(report.isComplete()).as("%s", report.faults()).isTrue();
        assertThat(ids()).isEqualTo(allIds());
    }

    @Test
    void aRefreshedMachineWithoutAnExtensionOrASetWithoutAnInstanceLosesIt() throws Exception {
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        String set = GROUP + "Microsoft.Compute/virtualMachineScaleSets/set1";
        String machine =
                "{'id':'%s','name':'vm1','type':'Microsoft.Compute/virtualMachines','properties':{'instanceView':{}}%s}";
        get(
                vm,
                machine.formatted(
                        vm,
                        ",'resources':[{'id':'%s/extensions/a','type':'Microsoft.Compute/virtualMachines/extensions'},{'id':'%s/extensions/b','type':'Microsoft.Compute/virtualMachines/extensions'}]"
                                .formatted(vm, vm)));
        get(
                set,
                "{'id':'%s','name':'set1','type':'Microsoft.Compute/virtualMachineScaleSets','properties':{}}"
                        .formatted(set));
        get(
                set + "/virtualMachines",
                "{'value':[{'id':'%s/virtualMachines/0','instanceId':'0','properties':{}},{'id':'%s/virtualMachines/1','instanceId':'1','properties':{}}]}"
                        .formatted(set, set));
        var both = Set.of(ResourceId.parse(vm), ResourceId.parse(set));
        var before = refreshed(Snapshot.empty(ResourceGraphTables.STANDARD, FROM), both);
        assertThat(before.count()).isEqualTo(6);

        get(
                vm,
                machine.formatted(
                        vm,
                        ",'resources':[{'id':'%s/extensions/B','type':'Microsoft.Compute/virtualMachines/extensions'}]"
                                .formatted(vm)));
        get(
                set + "/virtualMachines",
                "{'value':[{'id':'%s/virtualMachines/1','instanceId':'1','properties':{}}]}"
                        .formatted(set));
        var after = refreshed(before, both);
        assertThat(after.resource(vm + "/extensions/a")).isEmpty();
        assertThat(after.resource(vm + "/extensions/b")).isPresent();
        assertThat(after.resource(set + "/virtualMachines/0")).isEmpty();
        assertThat(after.count()).isEqualTo(4);

        get(vm, machine.formatted(vm, ""));
        assertThat(refreshed(after, both).count()).isEqualTo(3);
    }

    private Snapshot refreshed(Snapshot before, Set<ResourceId> ids) throws Exception {
        return new SnapshotCollector(List.of(source()), CLOCK).refresh(before, ids).snapshot();
    }

    @Test
    void aNextPageElsewhereIsNeverAskedForAndALoopOfPagesIsGivenUp() throws Exception {
        String set = GROUP + "Microsoft.Compute/virtualMachineScaleSets/set1";
        String instances = set + "/virtualMachines";
        get(
                set,
                "{'id':'%s','name':'set1','type':'Microsoft.Compute/virtualMachineScaleSets','properties':{}}"
                        .formatted(set));
        var ids = Set.of(ResourceId.parse(set));
        try (var other = new FakeAzure()) {
            other.gets.put(
                    "/x",
                    "{\"value\":[{\"id\":\"%s/1\",\"instanceId\":\"1\",\"properties\":{}}]}"
                            .formatted(instances));
            for (String next : List.of(other.endpoint() + "/x", azure.endpoint() + instances)) {
                get(
                        instances,
                        "{'value':[{'id':'%s/0','instanceId':'0','properties':{}}],'nextLink':'%s'}"
                                .formatted(instances, next));
                azure.requests.clear();
                var read =
                        new SnapshotCollector(List.of(source()), CLOCK)
                                .refresh(Snapshot.empty(ResourceGraphTables.STANDARD, FROM), ids);
                assertThat(read.unread()).as(next).isEqualTo(ids);
                assertThat(azure.requests).as(next).hasSizeLessThan(10);
            }
            assertThat(other.requests).isEmpty();
        }
    }

    @Test
    void onlyAzureItselfSaysThatAResourceIsGone() throws Exception {
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        get(
                vm,
                "{'id':'%s','name':'vm1','type':'Microsoft.Compute/virtualMachines','properties':{}}"
                        .formatted(vm));
        var ids = Set.of(ResourceId.parse(vm));
        var before = refreshed(Snapshot.empty(ResourceGraphTables.STANDARD, FROM), ids);
        azure.gets.clear();
        for (String page : List.of("<html>no such site</html>", "{}", "{\"error\":{}}")) {
            azure.page = page;
            var after = new SnapshotCollector(List.of(source()), CLOCK).refresh(before, ids);
            assertThat(after.snapshot().resource(vm)).as(page).isPresent();
            assertThat(after.unread()).as(page).isEqualTo(ids);
        }
        azure.page = "";
        assertThat(refreshed(before, ids).resource(vm)).isEmpty();
    }

    @Test
    void anAnswerThatIsNotAboutTheResourceIsNoReadingOfIt() throws Exception {
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        String set = GROUP + "Microsoft.Compute/virtualMachineScaleSets/set1";
        String row = "{'id':'%s','name':'n','type':'t','properties':{}}";
        var empty = Snapshot.empty(ResourceGraphTables.STANDARD, FROM);
        String ofSet = row.formatted(set).replace("'t'", "'" + Machine.SCALE_SET_TYPE + "'");
        get(set, ofSet);
        azure.put(json(ofSet));
        for (String answer : List.of("{}", "{'id':5}", row.formatted(vm + "2"))) {
            get(vm, answer);
            get(set + "/virtualMachines", "{'value':[%s]}".formatted(answer));
            var collector = new SnapshotCollector(List.of(source()), CLOCK);
            var ids = Set.of(ResourceId.parse(vm), ResourceId.parse(set));
            var refreshed = collector.refresh(empty, ids);
            assertThat(refreshed.unread()).as(answer).isEqualTo(ids);
            assertThat(refreshed.snapshot().count()).as(answer).isZero();
            var collected = collector.collect(empty);
            assertThat(collected.report().isComplete()).as(answer).isFalse();
            assertThat(collected.snapshot().resource(set)).as(answer).isPresent();
        }
    }

    @Test
    void whatIsReadAgainUnchangedIsAsItWasCollected() throws Exception {
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        String row =
                "{'id':'%s','name':'vm1','type':'%s','location':'westeurope'%s,'properties':{'vmId':'1'%s}}";
        azure.put(
                json(
                        row.formatted(
                                vm,
                                "microsoft.compute/virtualmachines",
                                ",'resourceGroup':'rg','subscriptionId':'s1','tenantId':'t','kind':''",
                                ",'extended':{'instanceView':{'powerState':{'code':'PowerState/running'}}}")));
        get(vm + "/instanceView", "{'statuses':[]}");
        get(
                vm,
                row.formatted(
                        vm,
                        "Microsoft.Compute/virtualMachines",
                        ",'etag':'1'",
                        ",'instanceView':{'statuses':[]}"));
        var collector = new SnapshotCollector(List.of(source()), CLOCK);
        var before =
                collector.collect(Snapshot.empty(ResourceGraphTables.STANDARD, FROM)).snapshot();
        var after = collector.refresh(before, Set.of(ResourceId.parse(vm))).snapshot();
        assertThat(after.resource(vm)).isEqualTo(before.resource(vm));
    }

    @Test
    void computeWritesIdsInAnotherCaseWhichIsNoChange() throws Exception {
        String vm = GROUP + "Microsoft.Compute/virtualMachines/vm1";
        String upper = vm.replace("/rg/", "/RG/");
        String row =
                "{'id':'%s','name':'vm1','type':'microsoft.compute/virtualmachines','location':'westeurope','resourceGroup':'rg','subscriptionId':'s1','tenantId':'t','properties':{'vmId':'1','instanceView':{}}}";
        azure.put(json(row.formatted(vm)));
        get(vm + "/instanceView", "{}");
        get(vm, row.formatted(upper));
        var collector = new SnapshotCollector(List.of(source()), CLOCK);
        var before =
                collector.collect(Snapshot.empty(ResourceGraphTables.STANDARD, FROM)).snapshot();
        var after = collector.refresh(before, Set.of(ResourceId.parse(vm))).snapshot();
        assertThat(after.resource(vm)).isEqualTo(before.resource(vm));
    }

    private static String event(String time, String caller, String operation, String id) {
        return "{'eventTimestamp':'%s','caller':'%s','operationName':{'value':'%s'},'status':{'value':'Succeeded'},'resourceId':'%s'}"
                .formatted(time, caller, operation, id);
    }

    private Optional<String> caller(String id) throws Exception {
        return source().attributor()
                .of(ResourceId.parse(id), FROM, FROM.plusSeconds(60))
                .map(Attribution::changedBy);
    }

    @Test
    void theLastWriteCountsNotWhatWasDoneBesideIt() throws Exception {
        String write = "Microsoft.Compute/disks/write";
        get(
                LOG,
                "{'value':[%s,%s,%s,%s]}"
                        .formatted(
                                event("2026-11-21T08:00:05Z", "first", write, disk(1)),
                                event("2026-11-21T08:00:05.5Z", "second", write, disk(1)),
                                event(
                                        "2026-11-21T08:00:09Z",
                                        "auditor",
                                        "Microsoft.Authorization/policies/audit/action",
                                        disk(1)),
                                event(
                                        "2026-11-21T08:00:09Z",
                                        "reader",
                                        "Microsoft.Compute/disks/beginGetAccess/action",
                                        disk(1))));
        assertThat(caller(disk(1))).contains("second");
    }

    @Test
    void anActivityLogThatNeverEndsOrLeadsNowhereIsGivenUpAndSaysSo() throws Exception {
        for (String next :
                List.of(
                        azure.endpoint() + LOG,
                        "http://[",
                        "no link",
                        "https://" + azure.endpoint().getAuthority() + "/x",
                        "http://127.0.0.1:1/x")) {
            get(
                    LOG,
                    "{'value':[%s],'nextLink':'%s'}"
                            .formatted(
                                    event("2026-11-21T08:00:05Z", "ann", "a/b/write", disk(1)),
                                    next));
            var attributor = source().attributor();
            assertThat(
                            attributor
                                    .of(ResourceId.parse(disk(1)), FROM, FROM.plusSeconds(60))
                                    .map(Attribution::changedBy))
                    .as(next)
                    .contains("ann");
            assertThat(attributor.faults()).as(next).hasSize(1);
        }
    }
}
