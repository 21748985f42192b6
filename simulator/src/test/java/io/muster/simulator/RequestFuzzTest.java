package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that nobody meant: of whatever method, path, query, headers and body. Each is answered, none by a fault of the simulator's own, and a refusal has Azure's body.
class RequestFuzzTest {
    private static final int REQUESTS = 3_000;

    private static final List<String> METHODS =
            List.of("GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS", "BREW");

    private static final String COMPUTE = "/providers/Microsoft.Compute/";

    /// Places where something is or could be.
    private static final List<String> IDS =
            List.of(
                    Bench.SUBSCRIPTION,
                    Bench.GROUP,
                    Bench.machineId("vm1"),
                    Bench.machineId("vm1") + "/extensions/Monitor",
                    Bench.machineId("vm1") + "/VMapplications/a",
                    Bench.GROUP + COMPUTE + "virtualMachineScaleSets/s",
                    Bench.GROUP + COMPUTE + "virtualMachineScaleSets/s/virtualMachines/0",
                    Bench.GROUP + COMPUTE + "virtualMachineScaleSets/s/extensions/e",
                    Bench.GROUP + COMPUTE + "virtualMachineScaleSets/s/rollingUpgrades/latest",
                    Bench.galleryId(),
                    Bench.applicationId("a"),
                    Bench.versionId("a", "1.0.0"),
                    Bench.galleryId() + "/images/os",
                    Bench.galleryId() + "/images/os/versions/1.0.0",
                    Bench.GROUP + COMPUTE + "disks/d",
                    Bench.GROUP + "/providers/Microsoft.Storage/storageAccounts/acc",
                    Bench.GROUP + "/providers/Microsoft.Authorization/locks/l",
                    Bench.GROUP + "/providers/Microsoft.Authorization/policyAssignments/p",
                    Bench.SUBSCRIPTION + "/providers/Microsoft.Authorization/policyDefinitions/p",
                    Bench.GROUP
                            + "/providers/Microsoft.Authorization/roleAssignments/b0000000-0000-4000-8000-000000000001",
                    Bench.GROUP + "/providers/Microsoft.Resources/deployments/d",
                    Bench.GROUP + "/providers/Microsoft.Resources/tags/default",
                    Bench.SUBSCRIPTION + COMPUTE + "locations/westeurope",
                    Bench.SUBSCRIPTION + COMPUTE + "locations/westeurope/sharedGalleries/x/images",
                    Bench.SUBSCRIPTION + COMPUTE + "locations/westeurope/operations/x",
                    Bench.SUBSCRIPTION
                            + "/providers/Microsoft.Insights/eventtypes/management/values",
                    Bench.SUBSCRIPTION
                            + "/providers/Microsoft.Features/providers/Microsoft.Compute/features/f",
                    "/providers/Microsoft.Management/managementGroups/m",
                    "/providers/Microsoft.ResourceGraph/resources",
                    "/subscriptions",
                    "/tenants",
                    "/providers",
                    "/adfs/oauth2/v2.0/token",
                    "/_storage/acc/container/blob",
                    "/");

    private static final List<String> WORDS =
            List.of(
                    "start",
                    "deallocate",
                    "reapply",
                    "reimage",
                    "delete",
                    "manualupgrade",
                    "osRollingUpgrade",
                    "attachDetachDataDisks",
                    "generalize",
                    "capture",
                    "share",
                    "instanceView",
                    "moveResources",
                    "validateMoveResources",
                    "exportTemplate",
                    "register",
                    "resources",
                    "versions",
                    "extensions",
                    "virtualMachines",
                    "validate",
                    "operations",
                    "providers",
                    "providers/Microsoft.Authorization/permissions",
                    "latest",
                    "%00",
                    "%2F",
                    "..",
                    "a b",
                    "é",
                    "'",
                    "x".repeat(300));

    private static final List<String> PARAMETERS =
            List.of(
                    "$filter=name eq 'x'",
                    "$filter=((((((",
                    "$filter=tagValue eq 'x'",
                    "$filter=eventTimestamp ge '2026'",
                    "$filter=principalId eq 'x'",
                    "$expand=instanceView",
                    "$expand=createdTime,,provisioningState",
                    "$select=,",
                    "$top=-1",
                    "$top=99999999999",
                    "$skiptoken=-5",
                    "$skiptoken=x",
                    "statusOnly=true",
                    "hibernate=true",
                    "forceDeletion=maybe",
                    "api-version=1999-01-01",
                    "api-version=",
                    "api-version=latest",
                    "%ZZ=1");

    /// Bodies of which others are made by putting anything in any place.
    private static final List<Dynamic> BODIES =
            List.of(
                    Bench.parse(
                            "{\"location\":\"westeurope\",\"tags\":{\"a\":\"b\"},\"identity\":{\"type\":\"SystemAssigned\"},\"properties\":{\"storageProfile\":{\"imageReference\":{\"id\":\"x\"},\"osDisk\":{\"osType\":\"Linux\"},\"dataDisks\":[{\"lun\":0,\"managedDisk\":{\"id\":\"x\"}}]},\"osProfile\":{\"computerName\":\"c\"},\"virtualMachineScaleSet\":{\"id\":\"x\"},\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                                    + Bench.versionId("a", "latest")
                                    + "\",\"order\":1,\"treatFailureAsDeploymentFailure\":true,\"configurationReference\":\"https://x/y/z\"}]}},\"resources\":[{\"name\":\"x\"}]}"),
                    Bench.parse(
                            "{\"location\":\"westeurope\",\"sku\":{\"name\":\"s\",\"capacity\":2},\"properties\":{\"orchestrationMode\":\"Uniform\",\"upgradePolicy\":{\"mode\":\"Rolling\",\"rollingUpgradePolicy\":{\"maxBatchInstancePercent\":20,\"pauseTimeBetweenBatches\":\"PT0S\"}},\"virtualMachineProfile\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}},\"extensionProfile\":{\"extensions\":[{\"name\":\"e\",\"properties\":{}}]},\"applicationProfile\":{\"galleryApplications\":[]}}}}"),
                    Bench.versionBody(
                            "u",
                            ",\"targetRegions\":[{\"name\":\"westeurope\",\"regionalReplicaCount\":1}]"),
                    Bench.parse(
                            "{\"location\":\"westeurope\",\"properties\":{\"supportedOSType\":\"Linux\",\"osType\":\"Linux\",\"osState\":\"Generalized\",\"identifier\":{\"publisher\":\"p\",\"offer\":\"o\",\"sku\":\"s\"},\"sharingProfile\":{\"permissions\":\"Groups\",\"groups\":[]},\"storageProfile\":{\"source\":{\"id\":\"x\"}}}}"),
                    Bench.parse(
                            "{\"operationType\":\"Add\",\"groups\":[{\"type\":\"Subscriptions\",\"ids\":[\"x\"]}],\"instanceIds\":[\"*\"],\"operation\":\"Merge\",\"targetResourceGroup\":\"x\",\"resources\":[\"*\"],\"dataDisksToAttach\":[{\"diskId\":\"x\",\"lun\":1}],\"dataDisksToDetach\":[{\"diskId\":\"x\"}]}"),
                    Bench.parse(
                            "{\"location\":\"westeurope\",\"properties\":{\"mode\":\"Incremental\",\"parameters\":{\"p\":{\"value\":1}},\"template\":{\"parameters\":{\"p\":{\"type\":\"int\"}},\"variables\":{\"v\":\"[add(1,2)]\"},\"resources\":[{\"type\":\"Microsoft.Compute/disks\",\"name\":\"d\",\"apiVersion\":\"2024-03-02\",\"location\":\"westeurope\",\"copy\":{\"name\":\"c\",\"count\":2},\"dependsOn\":[\"x\"]}],\"outputs\":{\"o\":{\"type\":\"int\",\"value\":\"[variables('v')]\"}}}}}"),
                    Bench.parse(
                            "{\"properties\":{\"level\":\"ReadOnly\",\"roleDefinitionId\":\"/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\",\"principalId\":\"c3000000-0000-4000-8000-000000000003\",\"policyDefinitionId\":\"x\",\"mode\":\"All\",\"policyRule\":{\"if\":{\"field\":\"type\",\"equals\":\"x\"},\"then\":{\"effect\":\"audit\"}},\"tags\":{\"a\":\"b\"},\"details\":{\"parent\":{\"id\":\"x\"}}}}"));

    private static final List<Dynamic> ODD =
            List.of(
                    Dynamic.NULL,
                    Dynamic.TRUE,
                    Dynamic.of(-1),
                    Dynamic.of(Long.MAX_VALUE),
                    Dynamic.of(0.5),
                    Dynamic.of(""),
                    Dynamic.of("[concat("),
                    Dynamic.of("/"),
                    Dynamic.of("\u0000"),
                    Dynamic.of("/subscriptions/x/providers/y"),
                    Dynamic.of(Bench.machineId("vm1")),
                    Dynamic.of("x".repeat(5_000)),
                    Dynamic.EMPTY_BAG,
                    Dynamic.EMPTY_ARRAY,
                    Dynamic.array(Dynamic.NULL, Dynamic.EMPTY_BAG, Dynamic.of("x")));

    private final Bench bench = new Bench();

    private void begin() {
        bench.group();
        bench.published("a");
        bench.machine("vm1", "Linux");
        bench.send("PUT", Bench.GROUP + COMPUTE + "virtualMachineScaleSets/s", BODIES.get(1));
        bench.settle();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverIsSentIsAnsweredAndARefusalSaysWhy(long seed) {
        var random = new Random(seed);
        begin();
        var faults = new TreeMap<String, String>();
        for (int i = 0; i < REQUESTS; i++) {
            var request = request(random);
            if (request == null) {
                continue;
            }
            try {
                requireForm(request, bench.azure.handle(request));
            } catch (RuntimeException escaped) {
                faults.putIfAbsent(place(escaped), said(request));
            }
            if (i % 50 == 0) {
                bench.clock.step(Duration.ofSeconds(20));
            }
            if (i % 500 == 0) {
                // What was deleted or locked is there again.
                for (var below : List.of(Bench.GROUP, Bench.SUBSCRIPTION)) {
                    bench.send(
                            "DELETE",
                            below + "/providers/Microsoft.Authorization/locks/l",
                            Dynamic.NULL);
                }
                bench.settle();
                bench.group();
                bench.send(
                        "PUT",
                        Bench.machineId("vm1"),
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}"));
            }
        }
        assertThat(faults).isEmpty();
        assertThat(bench.azure.status().get("failedTasks"))
                .as("tasks that threw")
                .isEqualTo(Dynamic.NULL);
        // And it is a state that goes on.
        assertThat(bench.azure.fork().size()).isEqualTo(bench.azure.size());
    }

    /// The line that threw, the same for all that one fault lets escape.
    private static String place(RuntimeException escaped) {
        for (var frame : escaped.getStackTrace()) {
            if (frame.getClassName().startsWith("io.muster.simulator")) {
                return frame + " " + escaped;
            }
        }
        return escaped.toString();
    }

    private static void requireForm(ArmRequest request, ArmResponse answer) {
        assertThat(answer.status()).as(said(request)).isBetween(200, 499);
        if (answer.status() < 400 || request.method().equals("HEAD")) {
            return;
        }
        if (request.path().startsWith("/adfs/") || request.path().startsWith("/_storage/")) {
            // Not ARM: they have forms of their own.
            return;
        }
        var error = Bench.error(answer);
        assertThat(error.get("code").textOr("")).as(said(request)).isNotBlank();
        assertThat(error.get("message").textOr("")).as(said(request)).isNotBlank();
    }

    private static String said(ArmRequest request) {
        String body = new String(request.body(), StandardCharsets.UTF_8);
        return request.method()
                + " "
                + request.uri()
                + " "
                + (body.length() > 2_000 ? body.substring(0, 2_000) : body);
    }

    private static <T> T one(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /// Null when no address can be made of what was drawn.
    private static @Nullable ArmRequest request(Random random) {
        var path = new StringBuilder(one(random, IDS));
        int more = random.nextInt(4);
        for (int i = 0; i < more - 1; i++) {
            path.append('/').append(one(random, WORDS));
        }
        String text = path.toString().replace(" ", "%20");
        if (random.nextInt(12) == 0 && text.length() > 3) {
            int cut = random.nextInt(text.length());
            text =
                    text.substring(0, cut)
                            + one(random, List.of("", "/", "//", "/providers"))
                            + (random.nextBoolean() ? "" : text.substring(cut));
        }
        var query = new ArrayList<String>();
        if (random.nextInt(20) != 0) {
            query.add("api-version=2024-07-01");
        }
        if (random.nextInt(3) == 0) {
            query.add(one(random, PARAMETERS).replace(" ", "%20").replace("%ZZ", "%5A"));
        }
        var headers = new HashMap<String, String>();
        if (random.nextInt(6) == 0) {
            headers.put(
                    one(random, List.of("If-Match", "If-None-Match")),
                    one(random, List.of("*", "\"1\"", "W/\"1\"", "", "x, y")));
        }
        if (random.nextInt(10) == 0) {
            headers.put(
                    "Authorization",
                    one(
                            random,
                            List.of(
                                    "Bearer x",
                                    "Basic x",
                                    "",
                                    "Bearer "
                                            + Bench.token(
                                                    "c3000000-0000-4000-8000-000000000003"))));
        }
        try {
            return new ArmRequest(
                    one(random, METHODS),
                    new URI(Bench.ORIGIN + text + "?" + String.join("&", query)),
                    headers,
                    body(random));
        } catch (URISyntaxException | IllegalArgumentException noAddress) {
            return null;
        }
    }

    private static byte[] body(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> new byte[0];
            case 1 -> "{".getBytes(StandardCharsets.UTF_8);
            case 2 -> ("[".repeat(3_000)).getBytes(StandardCharsets.UTF_8);
            case 3 -> "{\"a\":1,\"a\":2}".getBytes(StandardCharsets.UTF_8);
            case 4 -> new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1};
            case 5 -> Json.write(one(random, ODD)).getBytes(StandardCharsets.UTF_8);
            default -> {
                Dynamic body = one(random, BODIES);
                int changes = random.nextInt(3);
                for (int i = 0; i < changes; i++) {
                    body = changed(body, random);
                }
                yield Json.write(body).getBytes(StandardCharsets.UTF_8);
            }
        };
    }

    /// With something odd in some place.
    private static Dynamic changed(Dynamic value, Random random) {
        if (value instanceof Dynamic.Bag && !value.members().isEmpty() && random.nextInt(5) != 0) {
            Map<String, Dynamic> members = new LinkedHashMap<>(value.members());
            String name = one(random, List.copyOf(members.keySet()));
            if (random.nextInt(8) == 0) {
                members.remove(name);
            } else {
                members.computeIfPresent(name, (_, old) -> changed(old, random));
            }
            return new Dynamic.Bag(members);
        }
        if (value instanceof Dynamic.Array && !value.items().isEmpty() && random.nextInt(4) != 0) {
            var items = new ArrayList<>(value.items());
            int at = random.nextInt(items.size());
            items.set(at, changed(items.get(at), random));
            return Dynamic.array(items);
        }
        return one(random, ODD);
    }
}
