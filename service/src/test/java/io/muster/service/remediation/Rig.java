package io.muster.service.remediation;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetSources;
import io.muster.service.http.arm.SimulatedAzureServer;
import io.muster.service.tls.TlsMaterial;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.guest.GuestFaults;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A simulated Azure behind a socket with machines of known profiles, and a client of the server under test.
final class Rig implements AutoCloseable {
    static final String SUBSCRIPTION = "/subscriptions/a1000000-0000-4000-8000-000000000001";
    static final String MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/team";
    static final String GROUP = SUBSCRIPTION + "/resourceGroups/rg";
    static final String GALLERY = GROUP + "/providers/Microsoft.Compute/galleries/gal";
    static final String REGION = "westeurope";

    /// What may be done to a request before Azure looks at it; by default nothing.
    interface Meddling {
        Optional<ArmResponse> with(ArmRequest request);
    }

    final SimulatedAzure azure;
    final TlsMaterial tls;
    private final SimulatedAzureServer arm;
    private final HttpClient client = HttpClient.newHttpClient();
    private final ThreadLocal<Boolean> own = ThreadLocal.withInitial(() -> false);
    volatile Meddling meddling = _ -> Optional.empty();

    /// Commands in guests succeed.
    Rig(Path folder, Duration operationTime) throws IOException {
        this(folder, operationTime, GuestFaults.seeded(1, 0));
    }

    Rig(Path folder, Duration operationTime, GuestFaults guests) throws IOException {
        var clock = InstantSource.system();
        var options = QueryOptions.DEFAULT.withClock(clock);
        var standard = SimulatorSettings.DEFAULT;
        this.azure =
                new SimulatedAzure(
                        new SimulatorSettings(
                                1,
                                operationTime,
                                operationTime,
                                0,
                                0,
                                standard.pageSize(),
                                standard.limits()),
                        new VirtualClock(clock.instant(), clock),
                        (catalog, query) -> Kql.run(query, catalog, options).table(),
                        guests,
                        request -> own.get() ? Optional.empty() : meddling.with(request));
        this.tls = TlsMaterial.ensure(folder.resolve("arm-tls"), clock.instant());
        this.arm = SimulatedAzureServer.start(azure, tls.serverContext(), 0, Optional.empty());
        azure.seed(
                Dynamic.bag()
                        .put("id", SUBSCRIPTION)
                        .put("name", "Test")
                        .put("type", "Microsoft.Resources/subscriptions")
                        .put("subscriptionId", SUBSCRIPTION.substring("/subscriptions/".length()))
                        .put(
                                "properties",
                                json(
                                        "{'managementGroupAncestorsChain':[{'name':'team','displayName':'Team'},{'name':'root','displayName':'Root'}]}"))
                        .build());
        azure.seed(
                Dynamic.bag()
                        .put("id", GROUP)
                        .put("name", "rg")
                        .put("type", "Microsoft.Resources/subscriptions/resourceGroups")
                        .put("location", REGION)
                        .put("properties", Dynamic.EMPTY_BAG)
                        .build());
        put(GALLERY, "{'location':'westeurope','properties':{}}");
    }

    URI armUrl() {
        return arm.httpsUrl();
    }

    /// What is in this Azure, as a server collects it.
    AzureSource source() throws SourceException {
        return new AzureSource(
                "azure",
                AzureSettings.of(armUrl(), new AzureCredential.StaticToken("test"))
                        .withTrustStore(tls.authorityPem()),
                InstantSource.system());
    }

    /// A server that collects from this Azure and writes to it.
    ///
    /// @param firstPause before what failed is tried again
    MusterServer serve(Path data, Duration firstPause) throws Exception {
        return serve(data, firstPause, source());
    }

    MusterServer serve(Path data, Duration firstPause, ResourceSource source) throws Exception {
        return MusterServer.start(
                ServerOptions.onFreePorts(data),
                InstantSource.system(),
                Map.of(
                        "muster.azure.endpoint",
                        armUrl().toString(),
                        "muster.azure.token",
                        "test",
                        "muster.azure.trust-store",
                        tls.authorityPem().toString(),
                        "muster.remediation.first-pause",
                        firstPause.toString()),
                new FleetSources(List.of(source)));
    }

    /// A request of the test's own, which nobody meddles with.
    ArmResponse ask(String method, String path, Dynamic body) {
        own.set(true);
        try {
            return azure.handle(
                    new ArmRequest(
                            method,
                            URI.create("https://127.0.0.1:1" + path + "?api-version=2024-07-01"),
                            Map.of(),
                            body.isNull()
                                    ? new byte[0]
                                    : Json.write(body).getBytes(StandardCharsets.UTF_8)));
        } finally {
            own.set(false);
        }
    }

    /// Lets a request through that is being meddled with, and gives its answer.
    ArmResponse through(ArmRequest request) {
        own.set(true);
        try {
            return azure.handle(request);
        } finally {
            own.set(false);
        }
    }

    private void put(String path, String singleQuoted) {
        var answer = ask("PUT", path, json(singleQuoted));
        if (answer.status() >= 300) {
            throw new AssertionError(answer.status() + " " + answer.text());
        }
    }

    /// Lets everything under way in Azure end.
    void settle() {
        for (int i = 0; i < 5; i++) {
            azure.clock().step(Duration.ofMinutes(10));
            ask("GET", "/subscriptions", Dynamic.NULL);
        }
    }

    void application(String name, String... versions) {
        put(
                GALLERY + "/applications/" + name,
                "{'location':'westeurope','properties':{'supportedOSType':'Linux'}}");
        for (var version : versions) {
            version(name, version);
        }
        settle();
    }

    void version(String application, String version) {
        put(
                GALLERY + "/applications/" + application + "/versions/" + version,
                "{'location':'westeurope','properties':{'publishingProfile':{'source':{'mediaLink':'https://packages.example/p/app'},"
                        + "'manageActions':{'install':'i','remove':'r'}},'safetyProfile':{'allowDeletionOfReplicatedLocations':true}}}");
    }

    static String machine(int number) {
        return GROUP
                + "/providers/Microsoft.Compute/virtualMachines/vm-"
                + "%03d".formatted(number);
    }

    static String reference(String application, String version) {
        return GALLERY + "/applications/" + application + "/versions/" + version;
    }

    /// @param entries JSON of the profile's entries; empty for no profile
    void machine(int number, String entries) {
        machine(number, "Linux", entries);
    }

    void machine(int number, String system, String entries) {
        put(
                machine(number),
                "{'location':'westeurope','tags':{'ring':'"
                        + number % 3
                        + "'},'properties':{'storageProfile':{'osDisk':{'osType':'"
                        + system
                        + "'}}"
                        + (entries.isEmpty()
                                ? ""
                                : ",'applicationProfile':{'galleryApplications':[" + entries + "]}")
                        + "}}");
    }

    /// What a machine's model says, read by the test itself.
    Dynamic resource(String id) {
        return json(ask("GET", id, Dynamic.NULL).text());
    }

    Dynamic profile(int number) {
        return resource(machine(number)).path("properties", "applicationProfile");
    }

    /// How often Azure took a PATCH of each machine, by id in lower case.
    Map<String, Integer> accepted() {
        Map<String, Integer> accepted = new TreeMap<>();
        for (var request : azure.log()) {
            if (request.method().equals("PATCH") && request.status() < 300) {
                accepted.merge(request.path().toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        return accepted;
    }

    static Dynamic json(String singleQuoted) {
        try {
            return Json.parse(
                    singleQuoted.contains("\"") ? singleQuoted : singleQuoted.replace('\'', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(fault.describe() + " in " + singleQuoted, fault);
        }
    }

    /// An answer of the server under test.
    record Answer(int status, Dynamic body) {}

    Answer call(String method, String url, Dynamic body) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofMinutes(2))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body.isNull()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(Json.write(body)));
        var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                answer.statusCode(), answer.body().isEmpty() ? Dynamic.NULL : json(answer.body()));
    }

    /// A campaign that requires an application on every machine.
    static Dynamic campaign(String application, String rings, String more) {
        return json(
                "{'properties':{'application':{'kind':'require','applicationId':'"
                        + GALLERY
                        + "/applications/"
                        + application
                        + "','version':'latest'},"
                        + "'query':'resources | where type has `virtualMachines` | project id, location',"
                                .replace("`", "\\u0022")
                        + "'rings':["
                        + rings
                        + "]"
                        + more
                        + "}}");
    }

    static String campaignPath(String name) {
        return SUBSCRIPTION + "/providers/Muster.Remediation/campaigns/" + name;
    }

    static final String VERSION = "?api-version=2026-01-01";

    List<String> names(Dynamic items, String member) {
        return items.items().stream().map(item -> item.get(member).textOr("")).toList();
    }

    @Override
    public void close() {
        arm.close();
        client.close();
    }
}
