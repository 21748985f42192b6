package io.muster.inventory.source.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.source.CollectionLog;
import io.muster.inventory.source.RefreshReport;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.SnapshotCollector;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.azure.FakeAzure.Fault;
import io.muster.inventory.table.ResourceGraphTables;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What is asked of Azure Resource Manager itself: resources of any type, and whether a subscription is there.
class ArmReadsTest extends AgainstFakeAzure {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-11-21T08:00:00Z"));
    private static final String VM = GROUP + "Microsoft.Compute/virtualMachines/vm1";

    ArmReadsTest() throws IOException {
        super();
    }

    private static String versions(String type, String... versions) {
        return "{'resourceTypes':[{'resourceType':'%s','apiVersions':[%s]}]}"
                .formatted(
                        type,
                        String.join(
                                ",", List.of(versions).stream().map(v -> "'" + v + "'").toList()));
    }

    private RefreshReport refresh(ResourceSource.Known known, String... ids) throws Exception {
        return source().refresh(
                        List.of(ids).stream().map(ResourceId::parse).collect(Collectors.toSet()),
                        known,
                        read::add);
    }

    @Test
    void aResourceOfAnyTypeIsReadFromArmWhichIsNotBehind() throws Exception {
        disks(1);
        String alert = GROUP + "Microsoft.Insights/activityLogAlerts/my alert #1";
        get(
                "/subscriptions/s1/providers/microsoft.compute",
                versions("Disks", "2023-01-02", "2025-01-01-preview", "2024-03-02"));
        get(
                "/subscriptions/s1/providers/microsoft.insights",
                versions("activityLogAlerts", "2017-04-01-preview"));
        get(
                disk(0),
                "{'id':'%s','name':'x/D','type':'Microsoft.Compute/disks','location':'West Europe','systemData':{},'properties':{'n':7}}"
                        .formatted(disk(0)));
        get(alert, "{'id':'%s','name':'my alert #1','location':'global'}".formatted(alert));
        var known =
                Objects.requireNonNull(azure.rows.get(disk(0))).with("tenantId", Dynamic.of("t"));

        var report =
                refresh(
                        id -> id.equals(disk(0)) ? Optional.of(known) : Optional.empty(),
                        disk(0),
                        disk(9),
                        alert);

        assertThat(report.faults()).isEmpty();
        assertThat(report.absent()).containsExactly(ResourceId.parse(disk(9)));
        assertThat(one(disk(0)).path("properties", "n")).isEqualTo(Dynamic.of(7));
        assertThat(one(disk(0)).get("location").textOr("")).isEqualTo("westeurope");
        assertThat(one(disk(0)).get("name").textOr("")).isEqualTo("d");
        assertThat(one(disk(0)).get("tenantId").textOr("")).isEqualTo("t");
        assertThat(one(disk(0)).get("systemData").isNull()).isTrue();
        assertThat(one(alert).get("type").textOr(""))
                .isEqualTo("microsoft.insights/activitylogalerts");
        assertThat(azure.queries).isEmpty();
        assertThat(azure.asked)
                .contains("api-version=2024-03-02", "api-version=2017-04-01-preview");
    }

    @Test
    void whatArmRefusesToShowIsNotTakenForGone() throws Exception {
        get("/subscriptions/s1/providers/microsoft.compute", versions("disks", "2024-03-02"));
        get(disk(0), "403");
        var report = refresh(ResourceSource.Known.NOTHING, disk(0));

        assertThat(report.absent()).isEmpty();
        assertThat(report.faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.describe()).contains(disk(0)));
    }

    @Test
    void aSubscriptionOrGroupIsGoneOnlyWhenArmSaysSo() throws Exception {
        get("/subscriptions/s2", "{'id':'/subscriptions/s2','subscriptionId':'s2'}");
        get("/subscriptions/s1/resourceGroups/rg", "403");

        var report =
                refresh(
                        ResourceSource.Known.NOTHING,
                        "/subscriptions/s2",
                        "/subscriptions/s3",
                        "/subscriptions/s1/resourceGroups/rg",
                        "/subscriptions/s1/resourceGroups/none");

        assertThat(report.absent())
                .containsExactlyInAnyOrder(
                        ResourceId.parse("/subscriptions/s3"),
                        ResourceId.parse("/subscriptions/s1/resourceGroups/none"));
        assertThat(report.found()).isEmpty();
        assertThat(report.faults()).hasSize(2);
    }

    /// What a full pass makes of a fleet in which subscription s2 was.
    private Snapshot afterS2() throws Exception {
        String within = "/subscriptions/s2/resourceGroups/rg";
        azure.put(
                json(
                        "{'id':'/subscriptions/s2','name':'two','type':'microsoft.resources/subscriptions'}"));
        azure.put(
                json(
                        "{'id':'%s','name':'rg','type':'microsoft.resources/subscriptions/resourcegroups'}"
                                .formatted(within)));
        azure.put(
                json(
                        "{'id':'%s/providers/Microsoft.Compute/disks/d','name':'d','type':'microsoft.compute/disks'}"
                                .formatted(within)));
        disks(2);
        var collector = new SnapshotCollector(List.of(source()), CLOCK);
        var before =
                collector
                        .collect(Snapshot.empty(ResourceGraphTables.STANDARD, CLOCK.instant()))
                        .snapshot();
        assertThat(before.count()).isEqualTo(6);
        azure.rows.keySet().removeIf(id -> id.startsWith("/subscriptions/s2"));
        return collector.collect(before).snapshot();
    }

    private static List<String> told(Snapshot snapshot) {
        return CollectionLog.of(snapshot).stream()
                .filter(entry -> entry.get("scope").textOr("").equals("/subscriptions/s2"))
                .map(entry ->
                        entry.get("table").textOr("")
                                + " "
                                + entry.get("completeness").textOr("")
                                + " "
                                + entry.get("because").textOr(""))
                .toList();
    }

    @Test
    void aSubscriptionThatAzureSaysIsGoneTakesAllItHeld() throws Exception {
        var after = afterS2();

        assertThat(after.count()).isEqualTo(3);
        assertThat(told(after))
                .containsExactly(
                        "* Complete Azure says that there is no such subscription any more");
        assertThat(CollectionLog.isComplete(after)).isTrue();
        var next = new SnapshotCollector(List.of(source()), CLOCK).collect(after).snapshot();
        assertThat(told(next)).isEmpty();
    }

    @Test
    void aSubscriptionThatMayNotBeReadAnyMoreKeepsAllItHeldAndSaysSo() throws Exception {
        get("/subscriptions/s2", "403");
        var after = afterS2();

        assertThat(after.count()).isEqualTo(6);
        assertThat(told(after))
                .singleElement()
                .asString()
                .startsWith("* Failed the subscription is not listed any more: ");
        var next = new SnapshotCollector(List.of(source()), CLOCK).collect(after).snapshot();
        assertThat(next.count()).isEqualTo(6);
        assertThat(told(next)).hasSize(1);
    }

    @Test
    void aSubscriptionThatVanishesWhileAzureCannotBeReachedIsAskedForAfterwards() throws Exception {
        azure.put(
                json(
                        "{'id':'/subscriptions/s2','name':'two','type':'microsoft.resources/subscriptions'}"));
        String disk = "/subscriptions/s2/resourceGroups/rg/providers/Microsoft.Compute/disks/d";
        azure.put(json("{'id':'%s','name':'d','type':'microsoft.compute/disks'}".formatted(disk)));
        get("/subscriptions/s2", "403");
        var collector = new SnapshotCollector(List.of(source()), CLOCK);
        var before =
                collector
                        .collect(Snapshot.empty(ResourceGraphTables.STANDARD, CLOCK.instant()))
                        .snapshot();
        azure.faults.add(Fault.status(403));
        var unreachable = collector.collect(before).snapshot();
        assertThat(CollectionLog.isComplete(unreachable)).isFalse();
        azure.rows.keySet().removeIf(id -> id.startsWith("/subscriptions/s2"));

        var after = collector.collect(unreachable).snapshot();

        assertThat(after.resource(disk)).isPresent();
        assertThat(told(after))
                .singleElement()
                .asString()
                .startsWith("* Failed the subscription is not listed any more: ");
    }

    @Test
    void whatOneMachineIsAskedToWaitForTheOthersOfItsSubscriptionAreNotAsked() throws Exception {
        var usual = AzureSettings.of(azure.endpoint(), new AzureCredential.StaticToken("any"));
        var oneByOne =
                new AzureSettings(
                        usual.endpoint(),
                        usual.credential(),
                        null,
                        "",
                        List.of(),
                        usual.tables(),
                        true,
                        10,
                        1,
                        0,
                        usual.responseTimeout(),
                        usual.retry());
        azure.faults.add(new Fault(429, "Retry-After", "3600"));
        var machines =
                IntStream.range(0, 20)
                        .mapToObj(i -> ResourceId.parse(VM + i))
                        .collect(Collectors.toSet());
        var report = source(oneByOne).refresh(machines, ResourceSource.Known.NOTHING, read::add);

        assertThat(report.faults())
                .hasSize(20)
                .allSatisfy(fault -> assertThat(fault.message()).startsWith("asked to wait PT1H"));
        assertThat(azure.requests).hasSize(1);
    }

    @Test
    void anExtensionWithoutAnIdIsSaidAndNoneIsTakenForGone() throws Exception {
        get(
                VM,
                "{'id':'%s','name':'vm1','type':'Microsoft.Compute/virtualMachines','resources':[{'id':'%s/extensions/a','type':'Microsoft.Compute/virtualMachines/extensions'}]}"
                        .formatted(VM, VM));
        var id = Set.of(ResourceId.parse(VM));
        var collector = new SnapshotCollector(List.of(source()), CLOCK);
        var before =
                collector
                        .refresh(Snapshot.empty(ResourceGraphTables.STANDARD, CLOCK.instant()), id)
                        .snapshot();
        get(
                VM,
                "{'id':'%s','name':'vm1','type':'Microsoft.Compute/virtualMachines','zones':['1'],'resources':[{'id':'nonsense'}]}"
                        .formatted(VM));
        var after = collector.refresh(before, id);

        assertThat(after.unread()).isEqualTo(id);
        assertThat(after.snapshot().resource(VM + "/extensions/a")).isPresent();
        assertThat(after.snapshot().resource(VM).orElseThrow().get("zones").items()).hasSize(1);
        assertThat(CollectionLog.of(after.snapshot()).getLast().get("because").textOr(""))
                .isEqualTo("an extension of it has no id that can be read: 'nonsense'");
    }

    @Test
    void ofWhatHasNoLocationResourceGraphTellsWhetherItListsIt() throws Exception {
        String deployment = GROUP + "Microsoft.Resources/deployments/d1";
        String subnet = GROUP + "Microsoft.Network/virtualNetworks/v/subnets/s";
        String link = GROUP + "Microsoft.Network/privateDnsZones/z/links/l";
        get(
                "/subscriptions/s1/providers/microsoft.resources",
                versions("deployments", "2024-03-01"));
        get(
                "/subscriptions/s1/providers/microsoft.network",
                versions("virtualNetworks/subnets", "2024-05-01").replace("]}]}", "]},")
                        + "{'resourceType':'privateDnsZones/links','apiVersions':['2024-06-01']}]}");
        for (String id : List.of(deployment, subnet, link)) {
            get(id, "{'id':'%s','properties':{'state':'new'}}".formatted(id));
        }
        azure.put(
                json(
                        "{'id':'%s','type':'microsoft.network/privatednszones/links','properties':{'state':'listed'}}"
                                .formatted(link)));

        var known = json("{'id':'%s','properties':{'state':'old'}}".formatted(subnet));
        var report =
                refresh(
                        id -> id.equals(subnet) ? Optional.of(known) : Optional.empty(),
                        deployment,
                        subnet,
                        link);

        assertThat(report.faults()).isEmpty();
        assertThat(report.absent()).containsExactly(ResourceId.parse(deployment));
        assertThat(ids()).containsExactlyInAnyOrder(link, subnet);
        assertThat(one(subnet).path("properties", "state").textOr("")).isEqualTo("new");
        assertThat(one(link).path("properties", "state").textOr("")).isEqualTo("listed");
    }

    @Test
    void theGroupsThatResourceGraphPutsBesideIdsStay() throws Exception {
        String nic = GROUP + "Microsoft.Network/networkInterfaces/n";
        String first =
                "/subscriptions/s1/resourceGroups/Net/providers/Microsoft.Network/publicIPAddresses/a";
        String second = first + "2";
        get(
                "/subscriptions/s1/providers/microsoft.network",
                versions("networkInterfaces", "2024-05-01"));
        String arm =
                "{'id':'%s','location':'westeurope','properties':{'ips':[{'ip':{'id':'%s'}},{'ip':{'id':'%s'}}]}}";
        get(nic, arm.formatted(nic, first, second));
        var known =
                json(
                        "{'id':'%s','location':'westeurope','properties':{'ips':[{'ip':{'id':'%s','resourceGroup':'net'}}]}}"
                                .formatted(nic, first));

        refresh(id -> Optional.of(known), nic);

        assertThat(one(nic).get("properties"))
                .isEqualTo(
                        json(
                                "{'ips':[{'ip':{'id':'%s','resourceGroup':'net'}},{'ip':{'id':'%s','resourceGroup':'Net'}}]}"
                                        .formatted(first, second)));
        read.clear();
        refresh(ResourceSource.Known.NOTHING, nic);
        assertThat(one(nic).get("properties"))
                .isEqualTo(json(arm.formatted(nic, first, second)).get("properties"));
    }

    @Test
    void aTenantOfMoreSubscriptionsThanResourceGraphAnswersForIsNotTakenForWhole()
            throws Exception {
        disks(1);
        azure.leavesSubscriptionsOut = true;
        assertThatThrownBy(this::collect)
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("first 10,000 subscriptions");
        var usual = AzureSettings.of(azure.endpoint(), new AzureCredential.StaticToken("any"));
        var named =
                new AzureSettings(
                        usual.endpoint(),
                        usual.credential(),
                        null,
                        "",
                        List.of("s1"),
                        List.of("resources"),
                        false,
                        10,
                        1,
                        0,
                        usual.responseTimeout(),
                        usual.retry());
        assertThat(source(named).read(read::add).isComplete()).isTrue();
        assertThat(ids()).containsExactly(disk(0));
    }
}
