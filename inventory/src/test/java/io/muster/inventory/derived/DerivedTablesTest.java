package io.muster.inventory.derived;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Catalog;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.Completeness;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.ScopeReport;
import io.muster.inventory.source.SnapshotCollector;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DerivedTablesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String COMPUTE =
            "/subscriptions/s1/resourceGroups/RG/providers/Microsoft.Compute/";
    private static final String APP = COMPUTE + "galleries/g1/applications/agent";
    private static final String VM = COMPUTE + "virtualMachines/vm1";
    private static final String SET = COMPUTE + "virtualMachineScaleSets/set1";

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonException fault) {
            throw new IllegalArgumentException(fault.describe(), fault);
        }
    }

    private static Dynamic version(String number) {
        return json(
                "{'id':'%s/versions/%s','name':'%s','type':'Microsoft.Compute/galleries/applications/versions','location':'eastus','tags':{'muster-package-bytes':'100'},'properties':{'provisioningState':'Succeeded','publishingProfile':{'manageActions':{'install':'tar xf agent','remove':'rm -rf x'},'targetRegions':[{'name':'eastus','regionalReplicaCount':2},{'name':'westeurope'}]}}}"
                        .formatted(APP, number, number));
    }

    private static List<Dynamic> estate() {
        String profile =
                "'applicationProfile':{'galleryApplications':[{'packageReferenceId':'%s/versions/latest','order':3}]}"
                        .formatted(APP);
        return List.of(
                json(
                        "{'id':'%s','name':'agent','type':'Microsoft.Compute/galleries/applications','location':'eastus','properties':{'supportedOSType':'Linux'}}"
                                .formatted(APP)),
                version("1.0.0"),
                version("1.2.0"),
                json(("{'id':'%s','name':'vm1','type':'Microsoft.Compute/virtualMachines','location':'East US','properties':{'storageProfile':{'osDisk':{'osType':'Linux'}},%s,"
                                        + "'instanceView':{'vmAgent':{'vmAgentVersion':'2.9'},'statuses':[{'code':'PowerState/running'}],'extensions':[{'name':'VMAppExtension','type':'Microsoft.CPlat.Core.VMApplicationManagerLinux','typeHandlerVersion':'1.0.9','statuses':[{'code':'ProvisioningState/succeeded','level':'Info','displayStatus':'Provisioning succeeded','time':'2026-11-20T10:00:00Z'}]}]}}}")
                                .formatted(VM, profile))
                        .with("properties", vmProperties("1.0.0", "Install SUCCESS")),
                json(
                        "{'id':'%s/extensions/other','name':'other','type':'Microsoft.Compute/virtualMachines/extensions','location':'eastus','properties':{'publisher':'P','type':'T','typeHandlerVersion':'1.0','provisioningState':'Succeeded'}}"
                                .formatted(VM)),
                json(
                        "{'id':'%s/extensions/VMAppExtension','name':'VMAppExtension','type':'Microsoft.Compute/virtualMachines/extensions','properties':{}}"
                                .formatted(VM)),
                json(
                        "{'id':'%s','name':'set1','type':'Microsoft.Compute/virtualMachineScaleSets','location':'eastus','properties':{'orchestrationMode':'Uniform','virtualMachineProfile':{'storageProfile':{'osDisk':{'osType':'Linux'}},%s}}}"
                                .formatted(SET, profile)),
                json(
                        "{'id':'%s/virtualMachines/0','name':'set1_0','type':'Microsoft.Compute/virtualMachineScaleSets/virtualMachines','location':'eastus','properties':{'latestModelApplied':true,'instanceView':{'statuses':[]}}}"
                                .formatted(SET)));
    }

    private static Dynamic vmProperties(String version, String result) {
        String message =
                "Enable succeeded: "
                        + Json.write(
                                json(
                                        "{'CurrentState':[{'applicationName':'agent','version':'%s','result':'%s'}],'ActionsPerformed':[{'package':'agent','operation':'Install','result':'SUCCESS'}],'Errors':''}"
                                                .formatted(version, result)));
        return json("{'storageProfile':{'osDisk':{'osType':'Linux'}},'applicationProfile':{'galleryApplications':[{'packageReferenceId':'%s/versions/latest','order':3}]}}"
                        .formatted(APP))
                .with(
                        "instanceView",
                        json("{'vmAgent':{'vmAgentVersion':'2.9'},'statuses':[{'code':'PowerState/running'}]}")
                                .with(
                                        "extensions",
                                        Dynamic.array(
                                                json("{'name':'VMAppExtension','type':'Microsoft.CPlat.Core.VMApplicationManagerLinux','typeHandlerVersion':'1.0.9'}")
                                                        .with(
                                                                "statuses",
                                                                Dynamic.array(
                                                                        json("{'code':'ProvisioningState/succeeded','level':'Info','displayStatus':'Provisioning succeeded','time':'2026-11-20T10:00:00Z'}")
                                                                                .with(
                                                                                        "message",
                                                                                        Dynamic.of(
                                                                                                message)))))));
    }

    private static Snapshot snapshot() {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        estate().forEach(builder::add);
        return builder.build(NOW, Dynamic.EMPTY_BAG);
    }

    /// The rows of a table as bags, in a bag by their `id`.
    private static Dynamic rows(Catalog catalog, String name) {
        var table = catalog.table(name).orElseThrow();
        var rows = Dynamic.bag();
        for (var segment : table.scan()) {
            segment.live()
                    .forEach(row -> {
                        var values = Dynamic.bag();
                        for (int i = 0; i < table.schema().size(); i++) {
                            values.put(
                                    table.schema().field(i).name(), segment.column(i).dynamic(row));
                        }
                        var built = values.build();
                        rows.put(built.get("id").textOr(""), built);
                    });
        }
        return rows.build();
    }

    private static String text(Dynamic row, String column) {
        return row.get(column).textOr("not text");
    }

    @Test
    void vmapplicationsHasARowForEachMachineAndApplication() {
        var rows = rows(InventoryCatalog.of(snapshot()), "VmApplications");
        assertThat(rows.members().keySet())
                .containsExactlyInAnyOrder(
                        VM + "/VMapplications/agent",
                        SET + "/VMapplications/agent",
                        SET + "/virtualMachines/0/VMapplications/agent");
        var vm = rows.get(VM + "/VMapplications/agent");
        assertThat(text(vm, "state")).isEqualTo("Behind");
        assertThat(text(vm, "wantedVersion")).isEqualTo("latest");
        assertThat(text(vm, "resolvedVersion")).isEqualTo("1.2.0");
        assertThat(text(vm, "runningVersion")).isEqualTo("1.0.0");
        assertThat(text(vm, "behindReason")).isEqualTo("RunningOlderThanWanted");
        assertThat(text(vm, "operation")).isEqualTo("Install");
        assertThat(text(vm, "powerState")).isEqualTo("running");
        assertThat(text(vm, "resourceGroup")).isEqualTo("rg");
        assertThat(vm.get("order")).isEqualTo(Dynamic.of(3));
        assertThat(vm.get("behind")).isEqualTo(Dynamic.TRUE);
        assertThat(vm.get("deployable")).isEqualTo(Dynamic.TRUE);
        // 1.2.0 has no update command: what runs is its install, which unpacks to nowhere.
        assertThat(vm.get("updateFindings").items()).hasSize(1);
        var finding = vm.get("updateFindings").get(0);
        assertThat(text(finding, "version")).isEqualTo("1.2.0");
        assertThat(text(finding, "command")).isEqualTo("install");
        assertThat(text(finding, "kind")).isEqualTo("UNPACK_WITHOUT_TARGET");
        var instance = rows.get(SET + "/virtualMachines/0/VMapplications/agent");
        assertThat(text(instance, "state")).isEqualTo("Pending");
        assertThat(text(instance, "machineKind")).isEqualTo("uniform");
        assertThat(text(rows.get(SET + "/VMapplications/agent"), "state")).isEqualTo("Model");
    }

    @Test
    void aChangedMachineAndANewVersionShowInTheNextSnapshot() {
        var first = snapshot();
        rows(InventoryCatalog.of(first), "vmapplications");
        var vm =
                first.resource(VM)
                        .orElseThrow()
                        .with("properties", vmProperties("1.2.0", "Update SUCCESS"));
        var second = first.with(List.of(vm), Set.of(), NOW);
        var row =
                rows(InventoryCatalog.of(second), "vmapplications")
                        .get(VM + "/VMapplications/agent");
        assertThat(text(row, "state")).isEqualTo("Running");
        var third = second.with(List.of(version("2.0.0")), Set.of(SET + "/virtualMachines/0"), NOW);
        var rows = rows(InventoryCatalog.of(third), "vmapplications");
        assertThat(text(rows.get(VM + "/VMapplications/agent"), "latestVersion"))
                .isEqualTo("2.0.0");
        assertThat(rows.members()).hasSize(2);
    }

    @Test
    void vmextensionsHasWhatTheViewReportsAndTheResourcesThatNoneReports() {
        var rows = rows(InventoryCatalog.of(snapshot()), "vmextensions");
        assertThat(rows.members()).hasSize(2);
        var reported = rows.get(VM + "/extensions/VMAppExtension");
        assertThat(text(reported, "publisher")).isEqualTo("Microsoft.CPlat.Core");
        assertThat(text(reported, "extensionType")).isEqualTo("VMApplicationManagerLinux");
        assertThat(text(reported, "provisioningState")).isEqualTo("succeeded");
        assertThat(text(reported, "message")).startsWith("Enable succeeded");
        assertThat(reported.get("time")).isInstanceOf(Dynamic.DateTime.class);
        assertThat(text(reported, "agentVersion")).isEqualTo("2.9");
        var other = rows.get(VM + "/extensions/other");
        assertThat(other.get("reported")).isEqualTo(Dynamic.FALSE);
        assertThat(text(other, "machineName")).isEqualTo("vm1");
    }

    @Test
    void vmextensionsHasTheExtensionResourcesOfUniformInstances() {
        String instance = SET + "/virtualMachines/0";
        var other =
                json(
                        "{'id':'%s/extensions/other','name':'other','type':'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/extensions','location':'eastus','properties':{'publisher':'P','type':'T','provisioningState':'Succeeded'}}"
                                .formatted(instance));
        var row =
                rows(
                                InventoryCatalog.of(snapshot().with(List.of(other), Set.of(), NOW)),
                                "vmextensions")
                        .get(instance + "/extensions/other");
        assertThat(text(row, "machineKind")).isEqualTo("uniform");
        assertThat(text(row, "machineId")).isEqualTo(instance);
        assertThat(text(row, "publisher")).isEqualTo("P");
        assertThat(text(row, "provisioningState")).isEqualTo("succeeded");
        assertThat(row.get("reported")).isEqualTo(Dynamic.FALSE);
    }

    @Test
    void vmextensionsTellsAMachineOfAFlexibleSetBeforeItReportsAnything() {
        String member = VM.replace("vm1", "web_1");
        var machine =
                json(
                        "{'id':'%s','name':'web_1','type':'Microsoft.Compute/virtualMachines','location':'eastus','properties':{'virtualMachineScaleSet':{'id':'%s'}}}"
                                .formatted(member, SET));
        var extension =
                json(
                        "{'id':'%s/extensions/VMAppExtension','name':'VMAppExtension','type':'Microsoft.Compute/virtualMachines/extensions','location':'eastus','properties':{'provisioningState':'Creating'}}"
                                .formatted(member));
        var row =
                rows(
                                InventoryCatalog.of(
                                        snapshot()
                                                .with(List.of(machine, extension), Set.of(), NOW)),
                                "vmextensions")
                        .get(member + "/extensions/VMAppExtension");
        assertThat(text(row, "machineKind")).isEqualTo("flexible");
        assertThat(row.get("reported")).isEqualTo(Dynamic.FALSE);
    }

    @Test
    void vmextensionsHasTheHistoryOfItsStates() {
        var before = snapshot();
        var vm = before.resource(VM).orElseThrow();
        var after =
                before.with(
                        List.of(vm.with("properties", vmProperties("1.2.0", "Update SUCCESS"))),
                        Set.of(),
                        NOW.plusSeconds(60));
        var recorded =
                ResourceHistory.STANDARD
                        .record(before, after, HistoryEntry.Cause.REFRESH)
                        .snapshot();
        var history =
                rows(InventoryCatalog.of(recorded), "vmextensions")
                        .get(VM + "/extensions/VMAppExtension")
                        .get("history");
        assertThat(history.items()).hasSize(1);
        assertThat(history.get(0).get("time").textOr("")).startsWith("2026");
        var changed = history.get(0).get("changes").get("statuses[0].message");
        assertThat(changed.get("previousValue").textOr("")).contains("1.0.0");
        assertThat(changed.get("newValue").textOr("")).contains("1.2.0");
        assertThat(
                        rows(InventoryCatalog.of(before), "vmextensions")
                                .get(VM + "/extensions/VMAppExtension")
                                .get("history"))
                .isEqualTo(Dynamic.EMPTY_ARRAY);
    }

    @Test
    void galleryversionsCountsReplicasBytesAndEgress() {
        var row =
                rows(InventoryCatalog.of(snapshot()), "galleryversions")
                        .get(APP + "/versions/1.2.0");
        assertThat(row.get("replicas")).isEqualTo(Dynamic.of(3));
        assertThat(row.get("storedBytes")).isEqualTo(Dynamic.of(300));
        assertThat(row.get("egressCopies")).isEqualTo(Dynamic.of(1));
        assertThat(row.get("egressBytes")).isEqualTo(Dynamic.of(100));
        assertThat(row.get("minor")).isEqualTo(Dynamic.of(2));
        assertThat(row.get("latestIn"))
                .isEqualTo(Dynamic.array(Dynamic.of("eastus"), Dynamic.of("westeurope")));
        assertThat(row.get("findings").get(0).get("kind").textOr(""))
                .isEqualTo("UNPACK_WITHOUT_TARGET");
    }

    @Test
    void collectionsSaysHowFreshAndCompleteItIs() throws Exception {
        ResourceSource source =
                new ResourceSource() {
                    @Override
                    public String name() {
                        return "fake";
                    }

                    @Override
                    public CollectionReport read(ResourceSink sink) {
                        estate().forEach(sink::accept);
                        return new CollectionReport(
                                List.of(
                                        new ScopeReport(
                                                "fake",
                                                "/subscriptions/s1",
                                                "resources",
                                                Completeness.PARTIAL,
                                                8,
                                                9L,
                                                NOW,
                                                NOW,
                                                "torn")),
                                List.of());
                    }
                };
        var collected =
                new SnapshotCollector(List.of(source), InstantSource.fixed(NOW))
                        .collect(Snapshot.empty(ResourceGraphTables.STANDARD, NOW));
        var rows =
                new ArrayList<>(
                        rows(InventoryCatalog.of(collected.snapshot()), "collections")
                                .members()
                                .values());
        assertThat(rows).hasSize(1);
        assertThat(text(rows.getFirst(), "completeness")).isEqualTo("Partial");
        assertThat(rows.getFirst().get("expected")).isEqualTo(Dynamic.of(9));
        assertThat(rows.getFirst().get("lastCompleteAt").isNull()).isTrue();
    }
}
