package io.muster.simulator;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.GuestApplication;
import io.muster.inventory.vm.Operation;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.arm.RequestFaults;
import io.muster.simulator.estate.AzureLimits;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.guest.GuestFaults;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// A small simulated Azure on a stepped clock, and the requests that tests make of it.
final class Bench {
    static final String ORIGIN = "https://127.0.0.1:8443";
    static final String SUBSCRIPTION = "/subscriptions/a1000000-0000-4000-8000-000000000001";
    static final String GROUP = SUBSCRIPTION + "/resourceGroups/rg";
    static final String REGION = "westeurope";

    /// Among the outcomes: a failure of what every run begins with.
    static final String HOST_READ = "host Read";

    final VirtualClock clock;

    /// What commands do, by `application operation`; others succeed.
    final Map<String, GuestFaults.Outcome> outcomes = new HashMap<>();

    /// How often a command reboots the guest before it does that, by `application operation`.
    final Map<String, Integer> reboots = new HashMap<>();

    /// What [#broken] names instead of a command: whether there are fault profiles.
    static final String PROFILES = "profiles";

    /// The command, `application operation`, whose outcome nobody can tell: a fault of the simulator's own.
    String broken = "";

    final SimulatedAzure azure;

    /// Another one's fork.
    Bench(SimulatedAzure azure, VirtualClock clock) {
        this.azure = azure;
        this.clock = clock;
    }

    Bench() {
        this(VmApplicationLimits.NOW);
    }

    Bench(VmApplicationLimits limits) {
        this(limits, false);
    }

    /// @param allLinks whether links to packages outside the estate are followed as well
    Bench(VmApplicationLimits limits, boolean allLinks) {
        this(limits, allLinks, ResolutionSettings.DEFAULT);
    }

    Bench(VmApplicationLimits limits, boolean allLinks, ResolutionSettings resolution) {
        this(limits, allLinks, resolution, AzureLimits.NOW);
    }

    Bench(AzureLimits limits) {
        this(VmApplicationLimits.NOW, false, ResolutionSettings.DEFAULT, limits);
    }

    private Bench(
            VmApplicationLimits limits,
            boolean allLinks,
            ResolutionSettings resolution,
            AzureLimits azureLimits) {
        clock = VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z"));
        azure =
                new SimulatedAzure(
                        new SimulatorSettings(
                                1,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(5),
                                0,
                                0,
                                25,
                                limits,
                                allLinks
                                        ? SimulatorSettings.PackageChecks.ALL
                                        : SimulatorSettings.PackageChecks.KNOWN_ACCOUNTS,
                                resolution,
                                azureLimits),
                        clock,
                        (catalog, query) -> {
                            throw new IllegalStateException("no query is asked here");
                        },
                        new GuestFaults() {
                            @Override
                            public Outcome outcome(
                                    String machine,
                                    String application,
                                    String version,
                                    Operation.Kind operation,
                                    int attempt) {
                                String command = application + " " + operation.wireName();
                                if (command.equals(broken)) {
                                    throw new IllegalStateException("broken command");
                                }
                                return attempt <= reboots.getOrDefault(command, 0)
                                        ? new Outcome.Reboot()
                                        : outcomes.getOrDefault(command, GuestFaults.success());
                            }

                            @Override
                            public boolean hasProfiles() {
                                if (broken.equals(PROFILES)) {
                                    throw new IllegalStateException("broken profiles");
                                }
                                return false;
                            }

                            @Override
                            public Optional<String> hostFault(String machine) {
                                return outcomes.get(HOST_READ) instanceof Outcome.Failure(var text)
                                        ? Optional.of(text)
                                        : Optional.empty();
                            }
                        },
                        RequestFaults.NONE);
    }

    ArmResponse send(String method, String path, Dynamic body, Map<String, String> headers) {
        String uri = (path.startsWith("http") ? path : ORIGIN + path.replace(" ", "%20"));
        if (!uri.contains("api-version=")) {
            uri += (uri.contains("?") ? "&" : "?") + "api-version=2024-07-01";
        }
        return azure.handle(
                new ArmRequest(
                        method,
                        URI.create(uri),
                        headers,
                        body.isNull()
                                ? new byte[0]
                                : Json.write(body).getBytes(StandardCharsets.UTF_8)));
    }

    ArmResponse send(String method, String path, Dynamic body) {
        return send(method, path, body, Map.of());
    }

    static Dynamic parse(String json) {
        try {
            return Json.parse(json);
        } catch (JsonException e) {
            throw new AssertionError(e.describe() + " in " + json, e);
        }
    }

    Dynamic json(String method, String path) {
        return parse(send(method, path, Dynamic.NULL).text());
    }

    Dynamic follow(String url) {
        return parse(send("GET", url, Dynamic.NULL).text());
    }

    static String header(ArmResponse answer, String name) {
        return Objects.requireNonNull(answer.headers().get(name), name);
    }

    /// An unsigned token of a principal.
    static String token(String oid) {
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString("{}".getBytes(StandardCharsets.UTF_8))
                + "."
                + encoder.encodeToString(
                        ("{\"oid\":\"" + oid + "\"}").getBytes(StandardCharsets.UTF_8))
                + ".c2ln";
    }

    static Dynamic error(ArmResponse answer) {
        return parse(answer.text()).get("error");
    }

    static String message(ArmResponse answer) {
        return error(answer).get("message").textOr("");
    }

    static String code(ArmResponse answer) {
        return error(answer).get("code").textOr("");
    }

    /// Lets everything under way end.
    void settle() {
        for (int i = 0; i < 20; i++) {
            clock.step(Duration.ofSeconds(30));
            send("GET", "/subscriptions", Dynamic.NULL);
        }
    }

    void group() {
        azure.seed(
                Dynamic.bag()
                        .put("id", SUBSCRIPTION)
                        .put("name", "Test")
                        .put("type", "Microsoft.Resources/subscriptions")
                        .put("subscriptionId", SUBSCRIPTION.substring("/subscriptions/".length()))
                        .build());
        azure.seed(
                Dynamic.bag()
                        .put("id", GROUP)
                        .put("name", "rg")
                        .put("type", "Microsoft.Resources/subscriptions/resourceGroups")
                        .put("location", REGION)
                        .put("properties", Dynamic.EMPTY_BAG)
                        .build());
    }

    static String galleryId() {
        return GROUP + "/providers/Microsoft.Compute/galleries/gal";
    }

    static String applicationId(String application) {
        return galleryId() + "/applications/" + application;
    }

    static String versionId(String application, String version) {
        return applicationId(application) + "/versions/" + version;
    }

    static String machineId(String name) {
        return GROUP + "/providers/Microsoft.Compute/virtualMachines/" + name;
    }

    static String setId(String name) {
        return GROUP + "/providers/Microsoft.Compute/virtualMachineScaleSets/" + name;
    }

    static String identityId(String name) {
        return GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" + name;
    }

    /// A user-assigned identity.
    ///
    /// @return its principal
    String identity(String name) {
        must(send("PUT", identityId(name), parse("{\"location\":\"westeurope\"}")));
        return json("GET", identityId(name)).path("properties", "principalId").textOr("");
    }

    void gallery() {
        must(send("PUT", galleryId(), parse("{\"location\":\"westeurope\",\"properties\":{}}")));
    }

    void application(String name, String system) {
        must(
                send(
                        "PUT",
                        applicationId(name),
                        parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"supportedOSType\":\""
                                        + system
                                        + "\"}}")));
    }

    static Dynamic versionBody(String update, String more) {
        return parse(
                "{\"location\":\"westeurope\",\"properties\":{\"publishingProfile\":{\"source\":{\"mediaLink\":\"https://packages.example/p/app\"},"
                        + "\"manageActions\":{\"install\":\"i\",\"remove\":\"r\""
                        + (update.isEmpty() ? "" : ",\"update\":\"" + update + "\"")
                        + "}"
                        + more
                        + "},\"safetyProfile\":{\"allowDeletionOfReplicatedLocations\":true}}}");
    }

    void version(String application, String version) {
        must(send("PUT", versionId(application, version), versionBody("", "")));
        settle();
    }

    void machine(String name, String system) {
        must(
                send(
                        "PUT",
                        machineId(name),
                        parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\""
                                        + system
                                        + "\"}}}}")));
        settle();
    }

    /// An application of Linux machines in the gallery, in the version 1.0.0.
    void published(String application) {
        gallery();
        application(application, "Linux");
        version(application, "1.0.0");
    }

    /// The same on the machine `vm1`.
    void installed(String application) {
        published(application);
        machine("vm1", "Linux");
        must(profile("vm1", entry(application, "1.0.0", 0, false)));
        settle();
    }

    /// An entry of a profile; 0 for no order.
    static Dynamic entry(String application, String version, int order, boolean fails) {
        var entry = Dynamic.bag().put("packageReferenceId", versionId(application, version));
        if (order != 0) {
            entry.put("order", order);
        }
        if (fails) {
            entry.put("treatFailureAsDeploymentFailure", true);
        }
        return entry.build();
    }

    ArmResponse profile(String machine, Dynamic... entries) {
        return send(
                "PATCH",
                machineId(machine),
                Dynamic.bag()
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put(
                                                "applicationProfile",
                                                Dynamic.bag()
                                                        .put(
                                                                "galleryApplications",
                                                                Dynamic.array(List.of(entries)))
                                                        .build())
                                        .build())
                        .build());
    }

    Dynamic extension(String machine) {
        var view = json("GET", machineId(machine) + "/instanceView");
        for (var extension : view.get("extensions").items()) {
            if (extension.get("name").textOr("").equals("VMAppExtension")) {
                return extension;
            }
        }
        return Dynamic.NULL;
    }

    /// What the instance view says of each application.
    Map<String, String> results(String machine) {
        var message =
                ExtensionMessage.parse(
                        extension(machine).get("statuses").get(0).get("message").textOr(""));
        var out = new TreeMap<String, String>();
        for (GuestApplication application : message.registry().orElse(List.of())) {
            out.put(application.name(), application.result().text());
        }
        return out;
    }

    static void must(ArmResponse answer) {
        if (answer.status() >= 300) {
            throw new AssertionError(answer.status() + " " + answer.text());
        }
    }
}
