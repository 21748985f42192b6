package io.muster.service.remediation;

import static io.muster.service.remediation.Rig.SUBSCRIPTION;
import static io.muster.service.remediation.Rig.VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.SourceException;
import io.muster.remediation.Campaigns;
import io.muster.remediation.Remediation;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.MusterServer;
import io.muster.service.cli.Muster;
import io.muster.service.cli.Streams;
import io.muster.service.config.HistorySettings;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import io.muster.simulator.arm.ArmResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Campaigns by the server's API, its tables and its command line, against a simulated Azure behind HTTPS.
class CampaignOverSocketsTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final int MACHINES = 12;
    private @TempDir Path data;
    private Rig rig;
    private MusterServer server;

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(data, Duration.ZERO);
        rig.application("agent", "1.0.0");
        rig.application("other", "1.0.0");
        for (int i = 1; i <= MACHINES; i++) {
            rig.machine(
                    i,
                    i % 2 == 0
                            ? ""
                            : "{'packageReferenceId':'"
                                    + Rig.reference("other", "1.0.0")
                                    + "','order':3}");
        }
        rig.settle();
        server = launch();
        assertThat(server.bean(FleetRounds.class).run().isComplete()).isTrue();
    }

    private MusterServer launch() throws Exception {
        return launch(rig.source());
    }

    private MusterServer launch(ResourceSource source) throws Exception {
        return rig.serve(data, Duration.ofMillis(50), source);
    }

    @AfterEach
    void stop() {
        server.close();
        rig.close();
    }

    private String url(String path) {
        return server.httpUrl() + path + VERSION;
    }

    private Dynamic query(String kql) throws Exception {
        var answer =
                rig.call(
                        "POST",
                        url("/providers/Microsoft.ResourceGraph/resources"),
                        Dynamic.bag().put("query", kql).build());
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return answer.body().get("data");
    }

    private Campaign await(String name) throws Exception {
        return server.bean(Campaigns.class)
                .await(Campaign.idOf(ResourceId.parse(SUBSCRIPTION), name));
    }

    @Test
    void aCampaignIsPlannedRunShownAndRolledBack() throws Exception {
        Map<Integer, Dynamic> before = new HashMap<>();
        for (int i = 1; i <= MACHINES; i++) {
            before.put(i, rig.profile(i));
        }
        var body =
                Rig.campaign(
                        "agent",
                        "{'name':'canary','select':{'tag':{'name':'ring','value':'0'}},'gate':{'compliance':1.0}},"
                                + "{'name':'half','select':{'percentage':50}},{'name':'rest'}",
                        ",'approval':true");

        var dry = rig.call("POST", url(Rig.campaignPath("c") + "/dryRun"), body);
        assertThat(dry.status()).as(dry.body().toString()).isEqualTo(200);
        assertThat(rig.names(dry.body().get("rings"), "name"))
                .containsExactly("canary", "half", "rest");
        assertThat(dry.body().get("rings").items())
                .extracting(ring -> ring.get("resources").items().size())
                .containsExactly(4, 6, 2);
        assertThat(rig.accepted()).isEmpty();

        assertThat(rig.call("PUT", url(Rig.campaignPath("c")), body).status()).isEqualTo(201);
        assertThat(await("c").state()).isEqualTo(CampaignState.AWAITING_APPROVAL);
        assertThat(rig.accepted()).isEmpty();
        var approved =
                rig.call(
                        "POST",
                        url(Rig.campaignPath("c") + "/approve"),
                        Rig.json("{'approvedBy':'ann'}"));
        assertThat(approved.status()).isEqualTo(200);
        var ended = await("c");
        assertThat(ended.state()).as(ended.statusMessage()).isEqualTo(CampaignState.SUCCEEDED);
        assertThat(rig.accepted())
                .hasSize(MACHINES)
                .allSatisfy((_, times) -> assertThat(times).isOne());

        var changes =
                query(
                        "changes | summarize n = count(), machines = dcount(resourceId) by outcome,"
                                + " kind, remediation | order by remediation asc");
        assertThat(rig.names(changes, "remediation"))
                .containsExactly("c-1-canary", "c-1-half", "c-1-rest");
        assertThat(changes.items())
                .extracting(row -> row.get("n").longOr(0))
                .containsExactly(4L, 6L, 2L);
        var states =
                query(
                        "policyresources | where type startswith"
                                + " 'microsoft.policyinsights/remediations' | summarize n = count() by"
                                + " type | order by type asc");
        assertThat(states.items())
                .extracting(row -> row.get("n").longOr(0))
                .containsExactly(3L, (long) MACHINES);
        var events = rig.call("GET", url(Rig.campaignPath("c") + "/events"), Dynamic.NULL).body();
        assertThat(rig.names(events.get("value"), "kind"))
                .containsSubsequence(
                        "planned",
                        "approved",
                        "ringStarted",
                        "ringEnded",
                        "gateOpened",
                        "ringStarted",
                        "ringEnded",
                        "ended");
        var lines =
                rig.call(
                        "GET",
                        url(
                                SUBSCRIPTION
                                        + "/providers/Microsoft.PolicyInsights/remediations/c-1-rest/events"),
                        Dynamic.NULL);
        assertThat(rig.names(lines.body().get("value"), "kind"))
                .contains("planned", "sending", "accepted", "answered", "closed");

        assertThat(muster("remediate", "list", "--server", server.httpUrl()))
                .contains("campaign    c ")
                .contains("c-1-half");
        assertThat(
                        muster(
                                "remediate",
                                "rollback",
                                "c",
                                "--campaign",
                                "--wait",
                                "--scope",
                                SUBSCRIPTION,
                                "--server",
                                server.httpUrl()))
                .contains("c-rollback-1")
                .contains("Succeeded");
        for (int i = 1; i <= MACHINES; i++) {
            // Azure leaves a profile alone that is told null: an empty one is no other than none.
            assertThat(rig.profile(i).get("galleryApplications").items())
                    .as("machine " + i)
                    .isEqualTo(
                            before.getOrDefault(i, Dynamic.NULL)
                                    .get("galleryApplications")
                                    .items());
        }
    }

    private static String muster(String... arguments) {
        var out = new ByteArrayOutputStream();
        int code =
                Muster.run(
                        new Streams(
                                new ByteArrayInputStream(new byte[0]),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(
                                        new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)),
                        CLOCK,
                        arguments);
        assertThat(code).as(out.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aMachineChangedBetweenReadAndWriteIsPlannedAnew() throws Exception {
        Map<String, Boolean> disturbed = new ConcurrentHashMap<>();
        List<Integer> refused = new ArrayList<>();
        // Somebody else puts another application on each machine just before the first write to it
        // arrives.
        rig.meddling =
                request -> {
                    if (request.method().equals("PATCH")
                            && disturbed.putIfAbsent(request.path(), true) == null) {
                        var now = rig.resource(request.path());
                        rig.ask(
                                "PATCH",
                                request.path(),
                                Rig.json(
                                        "{'properties':{'applicationProfile':{'galleryApplications':["
                                                + "{'packageReferenceId':'"
                                                + Rig.reference("other", "1.0.0")
                                                + "','order':9}]}}}"));
                        var answer = rig.through(request);
                        synchronized (refused) {
                            refused.add(answer.status());
                        }
                        assertThat(now.isNull()).isFalse();
                        return Optional.of(answer);
                    }
                    return Optional.empty();
                };
        assertThat(
                        rig.call(
                                        "PUT",
                                        url(Rig.campaignPath("c")),
                                        Rig.campaign("agent", "{'name':'all'}", ""))
                                .status())
                .isEqualTo(201);
        assertThat(await("c").state()).isEqualTo(CampaignState.SUCCEEDED);
        assertThat(refused).hasSize(MACHINES).containsOnly(412);
        for (int i = 1; i <= MACHINES; i++) {
            var entries = rig.profile(i).get("galleryApplications").items();
            assertThat(rig.names(Dynamic.array(entries), "packageReferenceId"))
                    .containsExactly(
                            Rig.reference("other", "1.0.0"), Rig.reference("agent", "latest"));
            assertThat(entries.getFirst().get("order").longOr(0)).isEqualTo(9);
        }
    }

    @Test
    void aPublishedVersionAndAChangeStartACampaignAgain() throws Exception {
        var body =
                Rig.campaign(
                        "agent",
                        "{'name':'all'}",
                        ",'triggers':[{'galleryVersion':{'applicationId':'"
                                + Rig.GALLERY
                                + "/applications/agent'}},{'change':{'types':['Microsoft.Compute/virtualMachines']}}]");
        assertThat(rig.call("PUT", url(Rig.campaignPath("c")), body).status()).isEqualTo(201);
        assertThat(await("c").state()).isEqualTo(CampaignState.WAITING);

        rig.version("agent", "2.0.0");
        rig.settle();
        server.bean(FleetRounds.class).run();
        var second = await("c");
        assertThat(second.run()).isEqualTo(2);

        rig.machine(MACHINES + 1, "");
        rig.settle();
        var taken =
                rig.call(
                        "POST",
                        server.httpUrl() + "/api/webhooks/eventgrid",
                        Rig.json(
                                "[{'eventType':'Microsoft.Resources.ResourceWriteSuccess','subject':'"
                                        + Rig.machine(MACHINES + 1)
                                        + "','data':{}}]"));
        assertThat(taken.body().get("accepted").longOr(0)).isOne();
        var campaigns = server.bean(Campaigns.class);
        var patience = CLOCK.instant().plus(Duration.ofMinutes(2));
        var third = campaigns.get(ResourceId.parse(SUBSCRIPTION), "c");
        while (third.run() < 3 || third.state() != CampaignState.WAITING) {
            assertThat(CLOCK.instant()).isBefore(patience);
            LockSupport.parkNanos(10_000_000);
            third = campaigns.get(ResourceId.parse(SUBSCRIPTION), "c");
        }
        assertThat(rig.profile(MACHINES + 1).get("galleryApplications").items()).hasSize(1);
        assertThat(
                        rig.call(
                                        "POST",
                                        server.httpUrl() + "/api/events",
                                        Rig.json(
                                                "[{'eventType':'Microsoft.EventGrid.SubscriptionValidationEvent','data':{'validationCode':'abc'}}]"))
                                .body()
                                .get("validationResponse")
                                .textOr(""))
                .isEqualTo("abc");
        var events = URI.create(server.httpUrl() + "/api/events");
        try (var client = HttpClient.newHttpClient()) {
            var handshake =
                    client.send(
                            HttpRequest.newBuilder(events)
                                    .header("WebHook-Request-Origin", "eventgrid.azure.net")
                                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(handshake.headers().firstValue("WebHook-Allowed-Origin"))
                    .contains("eventgrid.azure.net");
            var cloudEvent =
                    client.send(
                            HttpRequest.newBuilder(events)
                                    .header(
                                            "Content-Type",
                                            "application/cloudevents+json; charset=utf-8")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "{\"type\":\"Microsoft.Resources.ResourceWriteFailure\"}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(cloudEvent.body()).isEqualTo("{\"accepted\":0,\"passedOver\":1}");
        }
    }

    /// Waits until a campaign has come to the end of that run.
    private void awaitRun(int run) throws Exception {
        var campaigns = server.bean(Campaigns.class);
        var patience = CLOCK.instant().plus(Duration.ofMinutes(2));
        var now = campaigns.get(ResourceId.parse(SUBSCRIPTION), "c");
        while (now.run() < run || now.state() != CampaignState.WAITING || now.nextRun() != null) {
            assertThat(CLOCK.instant()).as("%s", now).isBefore(patience);
            LockSupport.parkNanos(10_000_000);
            now = campaigns.get(ResourceId.parse(SUBSCRIPTION), "c");
        }
        assertThat(now.run()).isEqualTo(run);
    }

    private long triggered() throws Exception {
        var events = rig.call("GET", url(Rig.campaignPath("c") + "/events"), Dynamic.NULL).body();
        return rig.names(events.get("value"), "kind").stream().filter("triggered"::equals).count();
    }

    @Test
    void whatWasPublishedOrAcceptedBeforeACrashStartsACampaignOnceAfterIt() throws Exception {
        rig.application("fresh");
        var body =
                Rig.campaign(
                        "agent",
                        "{'name':'all'}",
                        ",'triggers':[{'galleryVersion':{'applicationId':'"
                                + Rig.GALLERY
                                + "/applications/fresh'}},{'change':{'types':['Microsoft.Compute/virtualMachines']}}]");
        assertThat(rig.call("PUT", url(Rig.campaignPath("c")), body).status()).isEqualTo(201);
        awaitRun(1);
        // What the run touched is read again beside it: that is over before the next collection.
        awaitSucceeded(SUBSCRIPTION + "/providers/Microsoft.PolicyInsights/remediations/c-1-all");

        // The first version that the application ever had; the process dies when it is collected,
        // and nobody who waits for a collection is told.
        rig.version("fresh", "1.0.0");
        rig.settle();
        new FleetRounds(
                        server.bean(Fleet.class),
                        server.bean(FleetSources.class),
                        List.of(),
                        server.bean(HistorySettings.class),
                        CLOCK)
                .run();
        assertThat(triggered()).isZero();
        server.close();
        server = launch();
        awaitRun(2);
        assertThat(triggered()).isOne();

        // An event that was accepted, and the process died before it was worked on.
        rig.machine(MACHINES + 1, "");
        rig.settle();
        var machine = ResourceId.parse(Rig.machine(MACHINES + 1));
        assertThat(server.bean(CampaignStore.class).changed(List.of(ChangeNotice.of(machine)), 10))
                .isTrue();
        server.close();
        // The next one collects from a source that reads no single resource.
        var azure = rig.source();
        server =
                launch(
                        new ResourceSource() {
                            @Override
                            public String name() {
                                return azure.name();
                            }

                            @Override
                            public CollectionReport read(ResourceSink sink)
                                    throws SourceException, InterruptedException {
                                return azure.read(sink);
                            }
                        });
        awaitRun(3);
        assertThat(rig.profile(MACHINES + 1).get("galleryApplications").items()).hasSize(1);

        server.bean(FleetRounds.class).run();
        server.close();
        server = launch();
        server.bean(FleetRounds.class).run();
        awaitRun(3);
        assertThat(triggered()).isEqualTo(2);
        assertThat(server.bean(CampaignStore.class).changes()).isEmpty();
        assertThat(rig.accepted().values()).hasSize(MACHINES + 1).allMatch(times -> times == 1);
    }

    @Test
    void aMachineWithoutAnAgentIsRefusedAndASetUnderRollingUpgradeIsFollowedToItsEnd()
            throws Exception {
        var without = rig.resource(Rig.machine(1));
        rig.azure.seed(
                without.with(
                        "properties",
                        without.get("properties")
                                .with(
                                        "instanceView",
                                        Rig.json("{'statuses':[{'code':'PowerState/running'}]}"))));
        String set = Rig.GROUP + "/providers/Microsoft.Compute/virtualMachineScaleSets/web";
        var made =
                rig.ask(
                        "PUT",
                        set,
                        Rig.json(
                                "{'location':'westeurope','sku':{'name':'Standard_D2s_v5','capacity':5},'properties':{'orchestrationMode':'Uniform',"
                                        + "'upgradePolicy':{'mode':'Rolling','rollingUpgradePolicy':{'maxBatchInstancePercent':20,'pauseTimeBetweenBatches':'PT0S'}},"
                                        + "'virtualMachineProfile':{'storageProfile':{'osDisk':{'osType':'Linux'}}}}}"));
        assertThat(made.status()).as(made.text()).isLessThan(300);
        rig.settle();
        server.bean(FleetRounds.class).run();

        var machines =
                Rig.campaign("agent", "{'name':'all','failureThreshold':{'percentage':1}}", "");
        var body =
                machines.with(
                        "properties",
                        machines.get("properties")
                                .with(
                                        "query",
                                        Dynamic.of(
                                                "resources | where type in ('microsoft.compute/virtualmachines',"
                                                        + " 'microsoft.compute/virtualmachinescalesets') | project id, location")));
        var dry = rig.call("POST", url(Rig.campaignPath("c") + "/dryRun"), body).body();
        assertThat(rig.names(dry.get("rings").items().getFirst().get("resources"), "decision"))
                .hasSize(MACHINES + 1)
                .containsOnlyOnce("refused");
        assertThat(rig.call("PUT", url(Rig.campaignPath("c")), body).status()).isEqualTo(201);
        var ended = await("c");
        assertThat(ended.state()).as(ended.statusMessage()).isEqualTo(CampaignState.COMPLETE);

        var items =
                rig.call(
                                "POST",
                                url(
                                        SUBSCRIPTION
                                                + "/providers/Microsoft.PolicyInsights/remediations/c-1-all/listDeployments"),
                                Dynamic.NULL)
                        .body()
                        .get("value")
                        .items();
        assertThat(items).hasSize(MACHINES + 1);
        var refused =
                items.stream()
                        .filter(item -> item.get("outcome").textOr("").equals("REFUSED"))
                        .toList();
        assertThat(refused).hasSize(1);
        assertThat(refused.getFirst().get("error").get("code").textOr(""))
                .isEqualTo("VMAgentStatusCommunicationError");
        assertThat(rig.accepted())
                .hasSize(MACHINES)
                .doesNotContainKey(Rig.machine(1).toLowerCase(Locale.ROOT))
                .containsEntry(set.toLowerCase(Locale.ROOT), 1);
        // Its machines were waited for: each has the set's model and the application.
        var instances = Rig.json(rig.ask("GET", set + "/virtualMachines", Dynamic.NULL).text());
        assertThat(instances.get("value").items())
                .hasSize(5)
                .allMatch(one -> one.path("properties", "latestModelApplied").boolOr(false));
    }

    @Test
    void aRequestAboutACampaignIsReadToTheLetter() throws Exception {
        var body = Rig.campaign("agent", "{'name':'all'}", ",'approval':true");
        assertThat(rig.call("PUT", url(Rig.campaignPath("c")), body).status()).isEqualTo(201);
        assertThat(await("c").state()).isEqualTo(CampaignState.AWAITING_APPROVAL);
        for (var wrong :
                Map.of(
                                "{'approvedby2':'ann'}", "/approve",
                                "{'approvedBy':1}", "/approve",
                                "{'resourceId':['x']}", "/rollback",
                                "{'resourceIds':'x'}", "/rollback",
                                "{'resourceIds':['x']}", "/rollback")
                        .entrySet()) {
            var answer =
                    rig.call(
                            "POST",
                            url(Rig.campaignPath("c") + wrong.getValue()),
                            Rig.json(wrong.getKey()));
            assertThat(answer.status()).as(wrong.getKey()).isEqualTo(400);
            assertThat(answer.body().path("error", "code").textOr(""))
                    .isEqualTo("InvalidCampaignRequest");
        }
        assertThat(await("c").state()).isEqualTo(CampaignState.AWAITING_APPROVAL);
        assertThat(await("c").approvedBy()).isEmpty();
    }

    private static final String TASK =
            SUBSCRIPTION + "/providers/Microsoft.PolicyInsights/remediations/t";

    private static Dynamic required(int... machines) {
        var ids =
                IntStream.of(machines)
                        .mapToObj(machine -> "'" + Rig.machine(machine) + "'")
                        .collect(Collectors.joining(","));
        return Rig.json(
                "{'properties':{'application':{'kind':'require','applicationId':'"
                        + Rig.GALLERY
                        + "/applications/agent','version':'latest'},'filters':{'resourceIds':["
                        + ids
                        + "]}}}");
    }

    private void awaitSucceeded() throws Exception {
        awaitSucceeded(TASK);
    }

    private void awaitSucceeded(String id) throws Exception {
        var until = CLOCK.instant().plus(Duration.ofMinutes(3));
        while (true) {
            var task = rig.call("GET", url(id), Dynamic.NULL).body();
            if (task.path("properties", "provisioningState").textOr("").equals("Succeeded")) {
                return;
            }
            assertThat(CLOCK.instant()).as("%s", task).isBefore(until);
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void whatAzureThrottlesIsNotSentAgainBeforeItsTime() throws Exception {
        Map<String, Long> allowed = new ConcurrentHashMap<>();
        Set<String> tooEarly = ConcurrentHashMap.newKeySet();
        rig.meddling =
                request -> {
                    if (!request.method().equals("PATCH")) {
                        return Optional.empty();
                    }
                    String machine = request.path().toLowerCase(Locale.ROOT);
                    Long at = allowed.putIfAbsent(machine, System.nanoTime() + 2_000_000_000L);
                    if (at == null) {
                        return Optional.of(
                                ArmResponse.of(
                                                429,
                                                Rig.json(
                                                        "{'error':{'code':'TooManyRequests','message':'on purpose'}}"))
                                        .with("Retry-After", "2"));
                    }
                    if (System.nanoTime() < at) {
                        tooEarly.add(machine);
                    }
                    return Optional.empty();
                };
        assertThat(rig.call("PUT", url(TASK), required(1, 2, 3)).status()).isEqualTo(201);
        awaitSucceeded();
        assertThat(allowed).hasSize(3);
        assertThat(tooEarly).isEmpty();
        assertThat(rig.accepted().values()).hasSize(3).allMatch(times -> times == 1);
    }

    @Test
    void whatACrashLeftBetweenTheEndOfATaskAndItsCollectionIsCollectedByTheNext() throws Exception {
        // As if the process died right there: nobody reads what the task touched.
        server.bean(AfterTask.class).stop();
        assertThat(rig.call("PUT", url(TASK), required(2)).status()).isEqualTo(201);
        server.bean(Remediation.class).await(ResourceId.parse(TASK));
        assertThat(
                        rig.call("GET", url(TASK), Dynamic.NULL)
                                .body()
                                .path("properties", "provisioningState")
                                .textOr(""))
                .isEqualTo("Evaluating");
        // What is shown as not over is neither deleted nor replaced.
        for (var refused :
                Map.of(
                                "InvalidDeleteRemediationRequest",
                                rig.call("DELETE", url(TASK), Dynamic.NULL),
                                "InvalidUpdateRemediationRequest",
                                rig.call("PUT", url(TASK), required(2)))
                        .entrySet()) {
            assertThat(refused.getValue().status()).isEqualTo(400);
            assertThat(refused.getValue().body().path("error", "code").textOr(""))
                    .isEqualTo(refused.getKey());
        }
        String has =
                "resources | where name == 'vm-002' | where tostring(properties.applicationProfile) has 'agent' | project name";
        assertThat(query(has).items()).isEmpty();

        server.close();
        server = launch();
        awaitSucceeded();
        assertThat(query(has).items()).hasSize(1);
        assertThat(rig.call("DELETE", url(TASK), Dynamic.NULL).status()).isEqualTo(200);
    }

    @Test
    void aServerThatClosesRightBehindATaskSaysNothingOfIt() throws Exception {
        var file = Files.createTempFile(data, "body", ".json");
        Files.writeString(
                file,
                Json.write(
                        Rig.json(
                                "{'properties':{'application':{'kind':'require','applicationId':'"
                                        + Rig.GALLERY
                                        + "/applications/agent','version':'latest'},'filters':{'resourceIds':['"
                                        + Rig.machine(1)
                                        + "']}}}")));
        assertThat(
                        muster(
                                "remediate",
                                "create",
                                "t",
                                "--file",
                                file.toString(),
                                "--scope",
                                SUBSCRIPTION,
                                "--server",
                                server.httpUrl()))
                .contains("t ");
        server.bean(Remediation.class)
                .await(RemediationTask.idOf(ResourceId.parse(SUBSCRIPTION), "t"));
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        var root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(said);
        try {
            server.close();
        } finally {
            root.detachAppender(said);
        }
        assertThat(said.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.ERROR));

        // A server without an Azure shows what was done, and refuses to do more.
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data), CLOCK, Map.of(), FleetSources.NONE);
        String task = SUBSCRIPTION + "/providers/Microsoft.PolicyInsights/remediations/t";
        var shown = rig.call("GET", url(task), Dynamic.NULL);
        assertThat(shown.body().path("properties", "provisioningState").textOr(""))
                .isEqualTo("Succeeded");
        assertThat(
                        rig.call("POST", url(task + "/listDeployments"), Dynamic.NULL)
                                .body()
                                .get("value")
                                .items())
                .hasSize(1);
        for (var refused :
                List.of(
                        rig.call("PUT", url(task), Rig.json("{'properties':{}}")),
                        rig.call("POST", url(task + "/cancel"), Dynamic.NULL),
                        rig.call("DELETE", url(task), Dynamic.NULL),
                        rig.call(
                                "PUT",
                                url(Rig.campaignPath("c")),
                                Rig.json("{'properties':{}}")))) {
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body().path("error", "code").textOr(""))
                    .isEqualTo("NoAzureConfigured");
        }
        assertThat(query("changes | where remediation == 't'").items()).hasSize(1);
    }
}
