package io.muster.inventory.derived;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Segment;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Our own tables against what they are to tell: a fact a line, on an estate of two machines, a uniform instance and a gallery.
class OurTablesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String COMPUTE =
            "/subscriptions/s1/resourceGroups/RG/providers/Microsoft.Compute/";
    private static final String AGENT = COMPUTE + "galleries/g1/applications/agent";
    private static final String TOOL = COMPUTE + "galleries/g1/applications/tool";

    /// Every column with its type, in order.
    private static final Map<String, String> COLUMNS =
            Map.of(
                    "vmapplications",
                    "id:string name:string type:string location:string resourceGroup:string subscriptionId:string"
                            + " machineId:string machineName:string machineKind:string scaleSetId:string osType:string"
                            + " powerState:string agentVersion:string latestModelApplied:bool application:string"
                            + " applicationId:string gallery:string packageReferenceId:string wanted:bool"
                            + " wantedVersion:string resolvedVersion:string latestVersion:string runningVersion:string"
                            + " registryVersion:string state:string because:string result:string operation:string"
                            + " order:long configurationReference:string treatFailureAsDeploymentFailure:bool"
                            + " enableAutomaticUpgrade:bool behind:bool behindReason:string stuck:bool"
                            + " needsRemoveThenAdd:bool skippedBecauseOf:dynamic deployable:bool errorCode:string"
                            + " errorMessage:string passedOver:dynamic warnings:dynamic updateFindings:dynamic",
                    "vmextensions",
                    "id:string name:string type:string location:string resourceGroup:string subscriptionId:string"
                            + " machineId:string machineName:string machineKind:string publisher:string"
                            + " extensionType:string typeHandlerVersion:string provisioningState:string statusCode:string"
                            + " level:string displayStatus:string message:string time:datetime substatuses:dynamic"
                            + " agentVersion:string reported:bool history:dynamic",
                    "galleryversions",
                    "id:string name:string type:string location:string resourceGroup:string subscriptionId:string"
                            + " galleryId:string gallery:string applicationId:string application:string version:string"
                            + " major:long minor:long patch:long osType:string provisioningState:string"
                            + " replicationState:string excludeFromLatest:bool publishedDate:datetime"
                            + " endOfLifeDate:datetime pastEndOfLife:bool hasUpdateCommand:bool rerunAfterReboot:bool"
                            + " storageAccountType:string regions:dynamic latestIn:dynamic replicas:long packageBytes:long"
                            + " storedBytes:long egressCopies:long egressBytes:long findings:dynamic",
                    "collections",
                    "id:string source:string scope:string table:string completeness:string rows:long expected:long"
                            + " startedAt:datetime finishedAt:datetime lastCompleteAt:datetime because:string");

    /// Table, end of the row's id, column, value.
    private static final String FACTS =
            """
            vmapplications virtualMachines/old/VMapplications/agent machineKind vm
            vmapplications virtualMachines/old/VMapplications/agent packageReferenceId %1$s/versions/latest
            vmapplications virtualMachines/old/VMapplications/agent wantedVersion latest
            vmapplications virtualMachines/old/VMapplications/agent resolvedVersion 1.2.0
            vmapplications virtualMachines/old/VMapplications/agent latestVersion 1.2.0
            vmapplications virtualMachines/old/VMapplications/agent runningVersion 1.0.0
            vmapplications virtualMachines/old/VMapplications/agent result Install SUCCESS
            vmapplications virtualMachines/old/VMapplications/agent operation Install
            vmapplications virtualMachines/old/VMapplications/agent order 3
            vmapplications virtualMachines/old/VMapplications/agent treatFailureAsDeploymentFailure true
            vmapplications virtualMachines/old/VMapplications/agent enableAutomaticUpgrade true
            vmapplications virtualMachines/old/VMapplications/agent configurationReference https://x/conf
            vmapplications virtualMachines/old/VMapplications/agent behind true
            vmapplications virtualMachines/old/VMapplications/agent behindReason RunningOlderThanWanted
            vmapplications virtualMachines/old/VMapplications/agent deployable true
            vmapplications virtualMachines/old/VMapplications/agent passedOver [{"version":"2.0.0","reason":"EXCLUDED_FROM_LATEST","because":"it is excluded from latest"}]
            vmapplications virtualMachines/flex/VMapplications/agent machineKind flexible
            vmapplications virtualMachines/flex/VMapplications/agent wantedVersion 1.0.0
            vmapplications virtualMachines/flex/VMapplications/agent resolvedVersion 1.0.0
            vmapplications virtualMachines/flex/VMapplications/agent latestVersion 1.2.0
            vmapplications virtualMachines/flex/VMapplications/agent behindReason PinnedToOlder
            vmapplications virtualMachines/flex/VMapplications/agent treatFailureAsDeploymentFailure false
            vmapplications virtualMachines/flex/VMapplications/tool state Failed
            vmapplications virtualMachines/flex/VMapplications/tool result Install FAILED exit status=1
            vmapplications virtualMachines/flex/VMapplications/tool wanted true
            vmapplications virtualMachines/flex/VMapplications/tool deployable false
            vmapplications virtualMachines/flex/VMapplications/tool errorCode GalleryImageNotFound
            vmapplications virtualMachines/flex/VMapplications/tool order null
            vmapplications virtualMachines/0/VMapplications/agent machineKind uniform
            vmapplications virtualMachines/0/VMapplications/agent latestModelApplied false
            vmapplications virtualMachines/0/VMapplications/agent runningVersion 1.2.0
            vmapplications virtualMachines/0/VMapplications/agent behind false
            vmapplications virtualMachineScaleSets/set/VMapplications/agent state Model
            vmextensions virtualMachines/old/extensions/VMAppExtension publisher Microsoft.CPlat.Core
            vmextensions virtualMachines/old/extensions/VMAppExtension extensionType VMApplicationManagerLinux
            vmextensions virtualMachines/old/extensions/VMAppExtension typeHandlerVersion 1.0.9
            vmextensions virtualMachines/old/extensions/VMAppExtension statusCode ProvisioningState/failed/3
            vmextensions virtualMachines/old/extensions/VMAppExtension provisioningState failed
            vmextensions virtualMachines/old/extensions/VMAppExtension level Error
            vmextensions virtualMachines/old/extensions/VMAppExtension displayStatus Provisioning failed
            vmextensions virtualMachines/old/extensions/VMAppExtension time 2026-11-20T10:00:00Z
            vmextensions virtualMachines/old/extensions/VMAppExtension substatuses [{"code":"ComponentStatus/StdOut/succeeded"}]
            vmextensions virtualMachines/old/extensions/VMAppExtension agentVersion 2.9
            vmextensions virtualMachines/old/extensions/VMAppExtension machineKind vm
            vmextensions virtualMachines/old/extensions/VMAppExtension history []
            vmextensions virtualMachines/flex/extensions/VMAppExtension machineKind flexible
            vmextensions virtualMachines/0/extensions/VMAppExtension machineKind uniform
            vmextensions virtualMachines/flex/extensions/other reported false
            vmextensions virtualMachines/flex/extensions/other machineKind flexible
            vmextensions virtualMachines/flex/extensions/other provisioningState succeeded
            galleryversions agent/versions/1.2.0 replicas 6
            galleryversions agent/versions/1.2.0 packageBytes 10737418240
            galleryversions agent/versions/1.2.0 storedBytes 64424509440
            galleryversions agent/versions/1.2.0 egressCopies 2
            galleryversions agent/versions/1.2.0 egressBytes 21474836480
            galleryversions agent/versions/1.2.0 replicationState InProgress
            galleryversions agent/versions/1.2.0 latestIn ["eastus","westeurope"]
            galleryversions agent/versions/1.2.0 hasUpdateCommand false
            galleryversions agent/versions/2.0.0 excludeFromLatest true
            galleryversions agent/versions/2.0.0 latestIn []
            galleryversions agent/versions/2.0.0 major 2
            galleryversions tool/versions/1.0.0 storedBytes null
            galleryversions tool/versions/1.0.0 egressCopies 0
            galleryversions home/versions/3.0.0 latestIn ["eastus"]
            galleryversions home/versions/3.0.0 regions [{"region":"eastus","replicas":4,"excludeFromLatest":false,"state":"completed","progress":null,"latest":true}]
            galleryversions home/versions/3.0.0 replicas 4
            galleryversions home/versions/3.0.0 egressCopies 0
            collections azure|/subscriptions/s1|resources completeness Partial
            collections azure|/subscriptions/s1|resources rows 8
            collections azure|/subscriptions/s1|resources expected 9
            collections azure|/subscriptions/s1|resources because torn
            collections azure|/subscriptions/s1|resources lastCompleteAt 2026-11-20T00:00:00Z
            collections azure|/subscriptions/s1|resources finishedAt 2026-11-21T00:01:00Z
            """
                    .formatted(AGENT);

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonException fault) {
            throw new IllegalArgumentException(fault.describe(), fault);
        }
    }

    private static Dynamic resource(String id, String type, String location, Dynamic properties) {
        return Dynamic.bag()
                .put("id", id)
                .put("name", id.substring(id.lastIndexOf('/') + 1))
                .put("type", type)
                .put("location", location)
                .put("properties", properties)
                .build();
    }

    private static Dynamic application(String id) {
        return resource(
                id,
                "Microsoft.Compute/galleries/applications",
                "eastus",
                json("{'supportedOSType':'Linux'}"));
    }

    private static Dynamic version(String application, String number, String bytes, String rest) {
        return resource(
                        application + "/versions/" + number,
                        "Microsoft.Compute/galleries/applications/versions",
                        "eastus",
                        json("{'provisioningState':'Succeeded'," + rest + "}"))
                .with("tags", json("{'muster-package-bytes':'" + bytes + "'}"));
    }

    private static Dynamic properties(String profile, String states, String rest) {
        String message =
                "Enable succeeded: {'CurrentState':["
                        + states
                        + "],'ActionsPerformed':"
                        + "[{'package':'agent','operation':'Install','result':'SUCCESS'}],'Errors':''}";
        var status =
                json("{'code':'ProvisioningState/failed/3','level':'Error','displayStatus':'Provisioning failed','time':'2026-11-20T10:00:00Z'}")
                        .with("message", Dynamic.of(message.replace('\'', '"')));
        var extension =
                json("{'name':'VMAppExtension','type':'Microsoft.CPlat.Core.VMApplicationManagerLinux','typeHandlerVersion':'1.0.9','substatuses':[{'code':'ComponentStatus/StdOut/succeeded'}]}")
                        .with("statuses", Dynamic.array(json("{'code':'Health/unknown'}"), status));
        var view =
                json("{'vmAgent':{'vmAgentVersion':'2.9'}}")
                        .with("extensions", Dynamic.array(extension));
        return json("{'storageProfile':{'osDisk':{'osType':'Linux'}},'applicationProfile':{'galleryApplications':["
                        + profile
                        + "]}"
                        + rest
                        + "}")
                .with("instanceView", view);
    }

    private static Snapshot estate() {
        String set = COMPUTE + "virtualMachineScaleSets/set";
        String agent = "{'packageReferenceId':'" + AGENT + "/versions/%s'%s}";
        String runs = "{'applicationName':'%s','version':'%s','result':'%s'}";
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        List.of(
                        // Published without regions: to its home.
                        version(
                                COMPUTE + "galleries/g1/applications/home",
                                "3.0.0",
                                "1",
                                "'publishingProfile':{'replicaCount':4}"),
                        application(AGENT),
                        application(TOOL),
                        version(
                                AGENT,
                                "1.0.0",
                                "100",
                                "'publishingProfile':{'targetRegions':[{'name':'eastus'},{'name':'westeurope'}]}"),
                        // Two replicas in each of three regions: the example of the billing rules.
                        version(
                                AGENT,
                                "1.2.0",
                                "10737418240",
                                "'publishingProfile':{'replicaCount':2,'targetRegions':[{'name':'East US'},{'name':'westeurope','regionalReplicaCount':2},{'name':'northeurope'}]},"
                                        + "'replicationStatus':{'aggregatedState':'InProgress','summary':[{'region':'East US','state':'Completed','progress':100},{'region':'West Europe','state':'Completed','progress':100},{'region':'North Europe','state':'Replicating','progress':40}]}"),
                        version(
                                AGENT,
                                "2.0.0",
                                "100",
                                "'publishingProfile':{'excludeFromLatest':true,'targetRegions':[{'name':'eastus'}]}"),
                        version(
                                TOOL,
                                "1.0.0",
                                "unknown",
                                "'publishingProfile':{'targetRegions':[{'name':'eastus'}]}"),
                        resource(
                                COMPUTE + "virtualMachines/old",
                                "Microsoft.Compute/virtualMachines",
                                "East US",
                                properties(
                                        agent.formatted(
                                                "latest",
                                                ",'order':3,'treatFailureAsDeploymentFailure':true,'enableAutomaticUpgrade':true,'configurationReference':'https://x/conf'"),
                                        runs.formatted("agent", "1.0.0", "Install SUCCESS"),
                                        "")),
                        resource(
                                COMPUTE + "virtualMachines/flex",
                                "Microsoft.Compute/virtualMachines",
                                "westeurope",
                                properties(
                                        agent.formatted("1.0.0", "")
                                                + ",{'packageReferenceId':'"
                                                + TOOL
                                                + "/versions/1.0.0'}",
                                        runs.formatted("agent", "1.0.0", "Install SUCCESS")
                                                + ","
                                                + runs.formatted(
                                                        "tool",
                                                        "1.0.0",
                                                        "Install FAILED exit status=1"),
                                        ",'virtualMachineScaleSet':{'id':'" + set + "'}")),
                        resource(
                                COMPUTE + "virtualMachines/flex/extensions/other",
                                "Microsoft.Compute/virtualMachines/extensions",
                                "westeurope",
                                json(
                                        "{'publisher':'P','type':'T','provisioningState':'Succeeded'}")),
                        resource(
                                set,
                                "Microsoft.Compute/virtualMachineScaleSets",
                                "eastus",
                                Dynamic.bag()
                                        .put("orchestrationMode", "Uniform")
                                        .put(
                                                "virtualMachineProfile",
                                                properties(agent.formatted("latest", ""), "", ""))
                                        .build()),
                        resource(
                                set + "/virtualMachines/0",
                                "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
                                "eastus",
                                properties(
                                        "",
                                        runs.formatted("agent", "1.2.0", "Install SUCCESS"),
                                        ",'latestModelApplied':false")))
                .forEach(builder::add);
        return builder.build(
                NOW,
                json(
                        "{'collections':[{'source':'azure','scope':'/subscriptions/s1','table':'resources','completeness':'Partial','rows':8,'expected':9,'startedAt':'2026-11-21T00:00:00Z','finishedAt':'2026-11-21T00:01:00Z','lastCompleteAt':'2026-11-20T00:00:00Z','because':'torn'}]}"));
    }

    private static String shown(Dynamic value) {
        return switch (value) {
            case Dynamic.Text(var text) -> text;
            case Dynamic.DateTime(long ticks) -> Ticks.toInstant(ticks).toString();
            default -> Json.write(value);
        };
    }

    /// Column by row's id and table.
    private static Map<String, Map<String, Map<String, String>>> tables() {
        var catalog = InventoryCatalog.of(estate());
        var tables = new HashMap<String, Map<String, Map<String, String>>>();
        for (String name : COLUMNS.keySet()) {
            var table = catalog.table(name).orElseThrow();
            var rows = new TreeMap<String, Map<String, String>>();
            for (var segment : table.scan()) {
                segment.live()
                        .forEach(row -> {
                            var values = new TreeMap<String, String>();
                            for (int i = 0; i < table.schema().size(); i++) {
                                values.put(
                                        table.schema().field(i).name(),
                                        shown(segment.column(i).dynamic(row)));
                            }
                            assertThat(rows.put(values.getOrDefault("id", ""), values)).isNull();
                        });
            }
            tables.put(name, rows);
        }
        return tables;
    }

    @Test
    void eachTableHasItsColumns() {
        var catalog = InventoryCatalog.of(estate());
        COLUMNS.forEach((name, columns) ->
                assertThat(catalog.table(name).orElseThrow().schema().fields())
                        .as(name)
                        .extracting(field -> field.name() + ":" + field.type().wireName())
                        .containsExactlyElementsOf(List.of(columns.split(" "))));
    }

    @Test
    void eachFactHolds() {
        var tables = tables();
        var told = new HashSet<List<String>>();
        FACTS.lines()
                .map(line -> line.split(" ", 4))
                .forEach(fact -> {
                    var rows =
                            tables.getOrDefault(fact[0], Map.of()).entrySet().stream()
                                    .filter(row -> row.getKey().endsWith(fact[1]))
                                    .toList();
                    assertThat(rows).as("%s %s", fact[0], fact[1]).hasSize(1);
                    assertThat(rows.getFirst().getValue())
                            .as("%s %s", fact[0], fact[1])
                            .containsEntry(fact[2], fact[3]);
                    told.add(Arrays.asList(fact).subList(0, 2));
                });
        // No row that no fact speaks of but the first version, on which the others rest.
        assertThat(told).hasSize(tables.values().stream().mapToInt(Map::size).sum() - 1);
    }

    /// How many versions the table makes for a condition.
    private static List<Segment> made(String column, String value, String... columns) {
        return InventoryCatalog.of(estate())
                .table("galleryversions")
                .orElseThrow()
                .scan(
                        new ScanRequest(
                                columns.length == 0
                                        ? Optional.empty()
                                        : Optional.of(Set.of(columns)),
                                List.of(new ScanRequest.ColumnIn(column, Set.of(value), true))));
    }

    private static int versions(String column, String value) {
        return made(column, value).stream().mapToInt(Segment::liveSize).sum();
    }

    @Test
    void versionsThatAQueryDoesNotWantAreNotMade() {
        assertThat(versions("id", AGENT + "/versions/1.0.0")).isEqualTo(1);
        assertThat(versions("application", "Agent")).isEqualTo(3);
        assertThat(versions("applicationId", TOOL)).isEqualTo(1);
        assertThat(versions("gallery", "g1")).isEqualTo(5);
        assertThat(versions("galleryId", COMPUTE + "galleries/g1")).isEqualTo(5);
        assertThat(versions("version", "1.0.0")).isEqualTo(2);
        assertThat(versions("subscriptionId", "another")).isZero();
        // What the table does not look at is left to the query.
        assertThat(versions("osType", "Windows")).isEqualTo(5);
    }

    @Test
    void regionsAndFindingsThatAQueryDoesNotReadAreNotMade() {
        int regions = GalleryVersionsTable.SCHEMA.indexOf("regions");
        int findings = GalleryVersionsTable.SCHEMA.indexOf("findings");
        var few = made("version", "1.2.0", "id", "version").getFirst();
        assertThat(few.column(regions).isNull(0)).isTrue();
        assertThat(few.column(findings).isNull(0)).isTrue();
        var all = made("version", "1.2.0").getFirst();
        assertThat(all.column(regions).isNull(0)).isFalse();
        assertThat(all.column(findings).isNull(0)).isFalse();
    }
}
