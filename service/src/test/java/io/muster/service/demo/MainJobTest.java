package io.muster.service.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.remediation.Remediation;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.MusterServer;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.PolicyLibrary;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import io.muster.service.tls.TlsMaterial;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The main job over real sockets: the collector and remediation reach the simulated Azure by the Azure SDKs over HTTPS.
class MainJobTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final String CONTOSO =
            "/providers/Microsoft.Management/managementGroups/contoso";
    private static final String ASSIGNMENT =
            CONTOSO + "/providers/Microsoft.Authorization/policyAssignments/linux-security-agent";
    private static final PolicyKey INJECT = new PolicyKey(ASSIGNMENT, "inject-vm");
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void machinesAreCollectedJudgedRemediatedAndFoundCompliantAndKeptOverARestart(
            @TempDir Path data) throws Exception {
        var tls = TlsMaterial.ensure(data.resolve("tls"), CLOCK.instant());
        try (var estate = DemoEstate.start(60, 7, tls, 0, Optional.empty(), CLOCK)) {
            try (var server = start(data, tls, estate)) {
                var compliance = server.bean(FleetCompliance.class);
                for (var item : PolicyLibrary.read()) {
                    assertThat(compliance.put(item.kind(), item.document())).isEmpty();
                }
                assertThat(server.bean(FleetRounds.class).run().isComplete()).isTrue();
                assertThat(nonCompliant(compliance)).isPositive();
                assertThat(summarized(server)).isEqualTo(nonCompliant(compliance));

                assertThat(put(server).statusCode()).isEqualTo(201);
                awaitSuccess(server);

                // Right behind the task, with nothing asked of the server in between.
                assertThat(summarized(server)).isZero();
                assertThat(nonCompliant(compliance)).isZero();
            }
            try (var again = start(data, tls, estate)) {
                assertThat(again.bean(Fleet.class).snapshot().count()).isPositive();
                var kept = again.bean(FleetCompliance.class).current();
                assertThat(kept.isScanned()).isTrue();
                assertThat(kept.verdicts().count(INJECT, ComplianceState.COMPLIANT)).isPositive();
            }
        }
    }

    @Test
    void statesTellWhatAPausedAndResumedRemediationDid(@TempDir Path data) throws Exception {
        var tls = TlsMaterial.ensure(data.resolve("tls"), CLOCK.instant());
        try (var estate = DemoEstate.start(60, 7, tls, 0, Optional.empty(), CLOCK);
                var server = start(data, tls, estate)) {
            var compliance = server.bean(FleetCompliance.class);
            for (var item : PolicyLibrary.read()) {
                assertThat(compliance.put(item.kind(), item.document())).isEmpty();
            }
            server.bean(FleetRounds.class).run();
            assertThat(nonCompliant(compliance)).isPositive();
            var remediation = server.bean(Remediation.class);
            var scope = ResourceId.parse(CONTOSO);
            assertThat(put(server).statusCode()).isEqualTo(201);
            remediation.pause(scope, "agents");
            remediation.await(RemediationTask.idOf(scope, "agents"));
            remediation.unpause(scope, "agents");

            awaitSuccess(server);
            assertThat(nonCompliant(compliance)).isZero();
        }
    }

    private void awaitSuccess(MusterServer server) throws Exception {
        var until = CLOCK.instant().plus(Duration.ofMinutes(3));
        while (!state(server).equals("Succeeded")) {
            assertThat(CLOCK.instant()).as(state(server)).isBefore(until);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /// How many machines lack the agent, by `policyStates/latest/summarize`.
    private int summarized(MusterServer server) throws Exception {
        var answer =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                server.httpUrl()
                                                        + CONTOSO
                                                        + "/providers/Microsoft.PolicyInsights/policyStates/latest/summarize?api-version=2024-10-01&$filter="
                                                        + URLEncoder.encode(
                                                                "policyAssignmentId eq '"
                                                                        + ASSIGNMENT
                                                                        + "' and policyDefinitionReferenceId eq 'inject-vm'",
                                                                StandardCharsets.UTF_8)))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var results = Json.parse(answer.body()).get("value").items().getFirst().get("results");
        return (int) results.get("nonCompliantResources").longOr(-1);
    }

    private String state(MusterServer server) throws Exception {
        var answer =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                server.httpUrl()
                                                        + CONTOSO
                                                        + "/providers/Microsoft.PolicyInsights/remediations/agents?api-version=2024-10-01"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return Json.parse(answer.body()).path("properties", "provisioningState").textOr("");
    }

    private static int nonCompliant(FleetCompliance compliance) {
        return compliance.current().verdicts().count(INJECT, ComplianceState.NON_COMPLIANT);
    }

    private static MusterServer start(Path data, TlsMaterial tls, DemoEstate estate)
            throws Exception {
        var settings =
                AzureSettings.of(
                                estate.server().httpsUrl(), new AzureCredential.StaticToken("test"))
                        .withTrustStore(tls.authorityPem());
        return MusterServer.start(
                ServerOptions.onFreePorts(data),
                CLOCK,
                Map.of(
                        "muster.azure.endpoint", estate.server().httpsUrl().toString(),
                        "muster.azure.token", "test",
                        "muster.azure.trust-store", tls.authorityPem().toString()),
                new FleetSources(List.of(new AzureSource("azure", settings, CLOCK))));
    }

    private HttpResponse<String> put(MusterServer server) throws Exception {
        var body =
                Dynamic.bag()
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put("policyAssignmentId", ASSIGNMENT)
                                        .put("policyDefinitionReferenceId", "inject-vm")
                                        .build())
                        .build();
        var url =
                URI.create(
                        server.httpUrl()
                                + CONTOSO
                                + "/providers/Microsoft.PolicyInsights/remediations/agents?api-version=2024-10-01");
        return client.send(
                HttpRequest.newBuilder(url)
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(Json.write(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
