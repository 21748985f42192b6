package io.muster.policy.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.derived.InventoryCatalog;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What rules see of an application is what the domain's own tables say of the same machine and version, for machines, versions and commands drawn by chance. What a
/// version costs is counted from its JSON a second time.
class ComputedAssessmentsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String GROUP =
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";
    private static final String COMPUTE = GROUP + "/providers/Microsoft.Compute/";
    private static final List<String> REGIONS = List.of("eastus", "westeurope", "northeurope");
    private static final List<String> WINDOWS =
            List.of(
                    "start /wait msiexec /i agent.msi /quiet",
                    "msiexec /i agent.msi",
                    "agent.exe",
                    "setup.exe /S",
                    "powershell -c Expand-Archive agent.zip",
                    "");
    private static final List<String> LINUX =
            List.of(
                    "tar -xzf agent",
                    "mkdir -p /opt/a && tar -xzf agent -C /opt/a",
                    "dpkg -i agent.deb",
                    "rpm -i agent",
                    "rm -rf /usr/bin/agent",
                    "apt-get remove -y agent",
                    "x".repeat(5000));
    private static final List<String> RESULTS =
            List.of(
                    "Install SUCCESS",
                    "Update SUCCESS",
                    "Install FAILED Error executing command 'exit 1'",
                    "skipped, lower order operation failed",
                    "Reboot detected during 'Install' operation. No further action taken.",
                    "");

    private record Cost(long stored, long egress) {}

    /// One generated estate.
    private static final class World {
        final SplittableRandom random;
        final List<Dynamic> resources = new ArrayList<>();
        final List<String> machines = new ArrayList<>();
        final Map<String, Cost> costs = new LinkedHashMap<>();
        final Map<String, String> systems = new LinkedHashMap<>();

        World(long seed) {
            random = new SplittableRandom(seed);
            resources.add(
                    parse(
                            "{'id':'%sgalleries/g','name':'g','type':'Microsoft.Compute/galleries','location':'eastus','properties':{}}"
                                    .formatted(COMPUTE)));
            for (int a = 0; a < 5; a++) {
                application("app" + a, random.nextBoolean() ? "Windows" : "Linux");
            }
            for (int m = 0; m < 40; m++) {
                machine("vm" + m);
            }
        }

        private static Dynamic parse(String json) {
            try {
                return Json.parse(json.replace('\'', '"'));
            } catch (JsonException fault) {
                throw new AssertionError(fault.describe() + " in " + json, fault);
            }
        }

        private String one(List<String> of) {
            return of.get(random.nextInt(of.size()));
        }

        private static String application(String name) {
            return COMPUTE + "galleries/g/applications/" + name;
        }

        private void application(String name, String system) {
            systems.put(name, system);
            resources.add(
                    parse(
                            "{'id':'%s','name':'%s','type':'Microsoft.Compute/galleries/applications','location':'eastus','properties':{'supportedOSType':'%s'}}"
                                    .formatted(application(name), name, system)));
            for (int v = 1; v <= 1 + random.nextInt(4); v++) {
                version(application(name) + "/versions/" + v + ".0.0", v + ".0.0", system);
            }
        }

        private void version(String id, String name, String system) {
            var commands = system.equals("Windows") ? WINDOWS : LINUX;
            boolean sized = random.nextInt(4) != 0;
            long bytes = random.nextLong(1L << 31);
            int fallback = random.nextInt(1, 4);
            var regions = new ArrayList<Dynamic>();
            var summary = new ArrayList<Dynamic>();
            long replicas = 0;
            long copies = 0;
            for (String region : REGIONS) {
                boolean home = region.equals("eastus");
                if (!home && random.nextBoolean()) {
                    continue;
                }
                var target = Dynamic.bag().put("name", region);
                int count = fallback;
                if (random.nextBoolean()) {
                    count = random.nextInt(1, 11);
                    target.put("regionalReplicaCount", count);
                }
                replicas += count;
                copies += home ? 0 : 1;
                regions.add(target.put("excludeFromLatest", random.nextInt(5) == 0).build());
                summary.add(
                        Dynamic.bag()
                                .put("region", region)
                                .put("state", random.nextInt(6) == 0 ? "Replicating" : "Completed")
                                .put("progress", 100)
                                .build());
            }
            var actions = Dynamic.bag().put("install", one(commands)).put("remove", one(commands));
            if (random.nextBoolean()) {
                actions.put("update", one(commands));
            }
            var resource =
                    Dynamic.bag()
                            .put("id", id)
                            .put("name", name)
                            .put("type", "Microsoft.Compute/galleries/applications/versions")
                            .put("location", "eastus")
                            .put(
                                    "tags",
                                    sized
                                            ? Dynamic.bag()
                                                    .put(
                                                            "muster-package-bytes",
                                                            Long.toString(bytes))
                                                    .build()
                                            : Dynamic.EMPTY_BAG)
                            .put(
                                    "properties",
                                    Dynamic.bag()
                                            .put("provisioningState", "Succeeded")
                                            .put(
                                                    "publishingProfile",
                                                    Dynamic.bag()
                                                            .put("manageActions", actions.build())
                                                            .put("replicaCount", fallback)
                                                            .put(
                                                                    "excludeFromLatest",
                                                                    random.nextInt(5) == 0)
                                                            .put(
                                                                    "targetRegions",
                                                                    Dynamic.array(regions))
                                                            .build())
                                            .put(
                                                    "replicationStatus",
                                                    Dynamic.bag()
                                                            .put("aggregatedState", "Completed")
                                                            .put("summary", Dynamic.array(summary))
                                                            .build())
                                            .build())
                            .build();
            resources.add(resource);
            costs.put(id, sized ? new Cost(bytes * replicas, bytes * copies) : new Cost(0, 0));
        }

        private void machine(String name) {
            String system = random.nextBoolean() ? "Windows" : "Linux";
            var wanted = new ArrayList<Dynamic>();
            var state = new ArrayList<Dynamic>();
            for (String application : systems.keySet()) {
                if (random.nextInt(3) == 0) {
                    continue;
                }
                String version = random.nextBoolean() ? "latest" : random.nextInt(1, 6) + ".0.0";
                var entry =
                        Dynamic.bag()
                                .put(
                                        "packageReferenceId",
                                        application(application) + "/versions/" + version);
                if (random.nextBoolean()) {
                    entry.put("order", random.nextInt(1, 4));
                }
                wanted.add(entry.build());
                if (random.nextBoolean()) {
                    state.add(
                            Dynamic.bag()
                                    .put("applicationName", application)
                                    .put("version", random.nextInt(1, 5) + ".0.0")
                                    .put("result", one(RESULTS))
                                    .build());
                }
            }
            String message =
                    "Enable succeeded: "
                            + Json.write(
                                    Dynamic.bag()
                                            .put("CurrentState", Dynamic.array(state))
                                            .put("ActionsPerformed", Dynamic.EMPTY_ARRAY)
                                            .put("Errors", "")
                                            .build());
            var view =
                    Dynamic.bag()
                            .put(
                                    "vmAgent",
                                    random.nextInt(8) == 0
                                            ? Dynamic.EMPTY_BAG
                                            : Dynamic.bag().put("vmAgentVersion", "2.9").build())
                            .put(
                                    "statuses",
                                    Dynamic.array(
                                            Dynamic.bag()
                                                    .put("code", "PowerState/running")
                                                    .build()))
                            .put(
                                    "extensions",
                                    Dynamic.array(
                                            Dynamic.bag()
                                                    .put("name", "VMAppExtension")
                                                    .put(
                                                            "type",
                                                            "Microsoft.CPlat.Core.VMApplicationManager"
                                                                    + system)
                                                    .put(
                                                            "statuses",
                                                            Dynamic.array(
                                                                    Dynamic.bag()
                                                                            .put(
                                                                                    "code",
                                                                                    "ProvisioningState/succeeded")
                                                                            .put("message", message)
                                                                            .build()))
                                                    .build()));
            var properties =
                    Dynamic.bag()
                            .put("storageProfile", parse("{'osDisk':{'osType':'" + system + "'}}"))
                            .put(
                                    "applicationProfile",
                                    Dynamic.bag()
                                            .put("galleryApplications", Dynamic.array(wanted))
                                            .build());
            if (random.nextInt(10) != 0) {
                properties.put("instanceView", view.build());
            }
            String id = COMPUTE + "virtualMachines/" + name;
            machines.add(id);
            resources.add(
                    Dynamic.bag()
                            .put("id", id)
                            .put("name", name)
                            .put("type", "Microsoft.Compute/virtualMachines")
                            .put("location", one(REGIONS))
                            .put("properties", properties.build())
                            .build());
        }
    }

    /// The rows of a table by their id.
    private static Map<String, Dynamic> rows(Snapshot snapshot, String name) {
        var table = InventoryCatalog.of(snapshot).table(name).orElseThrow();
        var out = new LinkedHashMap<String, Dynamic>();
        for (var segment : table.scan()) {
            segment.live()
                    .forEach(row -> {
                        var values = Dynamic.bag();
                        for (int i = 0; i < table.schema().size(); i++) {
                            values.put(
                                    table.schema().field(i).name(), segment.column(i).dynamic(row));
                        }
                        var built = values.build();
                        out.put(built.get("id").textOr(""), built);
                    });
        }
        return out;
    }

    private static Set<String> kinds(Dynamic findings) {
        var out = new LinkedHashSet<String>();
        findings.items()
                .forEach(f -> out.add(f.asText().orElseGet(() -> f.get("kind").textOr(""))));
        return out;
    }

    /// The field of an assessment, and the column of `vmapplications`.
    private static final Map<String, String> SAME =
            Map.ofEntries(
                    Map.entry("applicationId", "applicationId"),
                    Map.entry("applicationName", "application"),
                    Map.entry("packageReferenceId", "packageReferenceId"),
                    Map.entry("wantedVersion", "resolvedVersion"),
                    Map.entry("runningVersion", "runningVersion"),
                    Map.entry("newestVersion", "latestVersion"),
                    Map.entry("behindLatest", "behind"),
                    Map.entry("state", "state"),
                    Map.entry("message", "because"),
                    Map.entry("skippedBecauseOf", "skippedBecauseOf"),
                    Map.entry("stuck", "stuck"),
                    Map.entry("needsRemoveThenAdd", "needsRemoveThenAdd"),
                    Map.entry("behindReason", "behindReason"),
                    Map.entry("deployable", "deployable"),
                    Map.entry("errorCode", "errorCode"),
                    Map.entry("errorMessage", "errorMessage"));

    @Test
    void everyFieldIsWhatTheDomainsTablesSay() {
        int compared = 0;
        int sized = 0;
        var seen = new TreeSet<String>();
        for (int seed = 1; seed <= (Boolean.getBoolean("muster.exhaustive") ? 200 : 12); seed++) {
            var world = new World(seed);
            var snapshot =
                    Snapshot.empty(ResourceGraphTables.STANDARD, NOW)
                            .with(world.resources, Set.of(), NOW);
            var assessments = new ComputedAssessments(snapshot);
            var applications = rows(snapshot, "vmapplications");
            var versions = rows(snapshot, "galleryversions");
            for (String machine : world.machines) {
                var document = snapshot.resource(machine).orElseThrow();
                var computed =
                        assessments
                                .of(document)
                                .orElseThrow()
                                .path("properties", "applications")
                                .items();
                assertThat(computed)
                        .as("seed %d %s", seed, machine)
                        .hasSameSizeAs(
                                document.path(
                                                "properties",
                                                "applicationProfile",
                                                "galleryApplications")
                                        .items());
                for (var application : computed) {
                    String name = application.get("applicationName").textOr("");
                    String at = "seed %d %s %s".formatted(seed, machine, name);
                    var row =
                            Objects.requireNonNull(
                                    applications.get(machine + "/VMapplications/" + name), at);
                    SAME.forEach((field, column) ->
                            assertThat(orEmpty(application.get(field)))
                                    .as(at + " " + field)
                                    .isEqualTo(orEmpty(row.get(column))));
                    assertThat(kinds(application.get("warnings")))
                            .as(at + " warnings")
                            .isEqualTo(kinds(row.get("warnings")));
                    compared++;
                    seen.addAll(kinds(application.get("findings")));
                    String wanted = row.get("resolvedVersion").textOr("");
                    if (wanted.isEmpty()) {
                        assertThat(application.get("findings").items()).as(at).isEmpty();
                        assertThat(application.get("storedBytes").longOr(-1)).as(at).isZero();
                        continue;
                    }
                    String version = World.application(name) + "/versions/" + wanted;
                    var published = Objects.requireNonNull(versions.get(version), at);
                    assertThat(kinds(application.get("findings")))
                            .as(at + " findings")
                            .isEqualTo(kinds(published.get("findings")));
                    var cost = world.costs.get(version);
                    assertThat(
                                    new Cost(
                                            application.get("storedBytes").longOr(-1),
                                            application.get("egressBytes").longOr(-1)))
                            .as(at + " cost")
                            .isEqualTo(cost)
                            .isEqualTo(
                                    new Cost(
                                            published.get("storedBytes").longOr(0),
                                            published.get("egressBytes").longOr(0)));
                    sized += published.get("storedBytes").longOr(0) > 0 ? 1 : 0;
                }
            }
        }
        assertThat(compared).isGreaterThan(1000);
        assertThat(sized).isGreaterThan(200);
        assertThat(seen)
                .contains(
                        "COMMAND_TOO_LONG",
                        "COMMAND_MISSING",
                        "MSIEXEC_WITHOUT_START_WAIT",
                        "EXE_UNDER_EXTENSIONLESS_NAME",
                        "NO_SILENT_SWITCH",
                        "UNPACK_WITHOUT_TARGET",
                        "PACKAGE_WITHOUT_DEPENDENCIES",
                        "REMOVED_WITHOUT_PACKAGE_MANAGER");
    }

    /// A rule sees null where a table has empty text.
    private static Dynamic orEmpty(Dynamic value) {
        return value.isNull() ? Dynamic.of("") : value;
    }
}
