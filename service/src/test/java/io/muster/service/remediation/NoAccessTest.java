package io.muster.service.remediation;

import static io.muster.service.remediation.Rig.SUBSCRIPTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.remediation.Remediation;
import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server whose principal reads everything and may write one machine alone.
class NoAccessTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final String PRINCIPAL = "c3000000-0000-4000-8000-000000000003";
    private static final String READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    private static final String MACHINES = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c";
    private static final String TASK =
            SUBSCRIPTION + "/providers/Microsoft.PolicyInsights/remediations/t";

    private static String token() {
        return "e30."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                ("{\"oid\":\"" + PRINCIPAL + "\",\"appid\":\"the-app\"}")
                                        .getBytes(StandardCharsets.UTF_8))
                + ".c2ln";
    }

    private static void grant(Rig rig, String scope, String name, String role) {
        rig.azure.seed(
                Dynamic.bag()
                        .put(
                                "id",
                                scope
                                        + "/providers/Microsoft.Authorization/roleAssignments/"
                                        + name)
                        .put("name", name)
                        .put("type", "Microsoft.Authorization/roleAssignments")
                        .put(
                                "properties",
                                Rig.json(
                                        "{'principalId':'"
                                                + PRINCIPAL
                                                + "','roleDefinitionId':'/providers/Microsoft.Authorization/roleDefinitions/"
                                                + role
                                                + "'}"))
                        .build());
    }

    @Test
    void whatMayNotBeWrittenIsRefusedInAzuresWordsAndNeverSent(@TempDir Path data)
            throws Exception {
        try (var rig = new Rig(data, Duration.ZERO)) {
            rig.application("agent", "1.0.0");
            rig.machine(1, "");
            rig.machine(2, "");
            rig.settle();
            grant(rig, SUBSCRIPTION, "d4000000-0000-4000-8000-000000000001", READER);
            grant(rig, Rig.machine(1), "d4000000-0000-4000-8000-000000000002", MACHINES);
            var settings =
                    AzureSettings.of(rig.armUrl(), new AzureCredential.StaticToken(token()))
                            .withTrustStore(rig.tls.authorityPem());
            try (var server =
                    MusterServer.start(
                            ServerOptions.onFreePorts(data),
                            CLOCK,
                            Map.of(
                                    "muster.azure.endpoint",
                                    rig.armUrl().toString(),
                                    "muster.azure.token",
                                    token(),
                                    "muster.azure.trust-store",
                                    rig.tls.authorityPem().toString(),
                                    "muster.remediation.first-pause",
                                    "PT0.05S"),
                            new FleetSources(List.of(new AzureSource("azure", settings, CLOCK))))) {
                server.bean(FleetRounds.class).run();
                remediate(rig, server);
            }
        }
    }

    private static void remediate(Rig rig, MusterServer server) throws Exception {
        String task = server.httpUrl() + TASK;
        var body =
                Rig.json(
                        "{'properties':{'application':{'kind':'require','applicationId':'"
                                + Rig.GALLERY
                                + "/applications/agent'},'filters':{'resourceIds':['"
                                + Rig.machine(1)
                                + "','"
                                + Rig.machine(2)
                                + "']}}}");
        var dry = rig.call("POST", task + "/dryRun" + Rig.VERSION, body).body().get("value");
        assertThat(rig.names(dry, "decision")).containsExactlyInAnyOrder("change", "refused");
        assertThat(rig.call("PUT", task + Rig.VERSION, body).status()).isEqualTo(201);
        server.bean(Remediation.class).await(ResourceId.parse(TASK));

        var items =
                rig.call("POST", task + "/listDeployments" + Rig.VERSION, Dynamic.NULL)
                        .body()
                        .get("value");
        assertThat(rig.names(items, "outcome")).containsExactly("VERIFIED", "REFUSED");
        var error = items.items().getLast().get("error");
        assertThat(error.get("code").textOr("")).isEqualTo("AuthorizationFailed");
        assertThat(error.get("message").textOr(""))
                .isEqualTo(
                        "The client 'the-app' with object id '"
                                + PRINCIPAL
                                + "' does not have authorization to perform action"
                                + " 'Microsoft.Compute/virtualMachines/write' over scope '"
                                + Rig.machine(2)
                                + "' or the scope is invalid. If access was recently granted,"
                                + " please refresh your credentials.");
        assertThat(rig.azure.log())
                .noneMatch(request ->
                        request.method().equals("PATCH")
                                && request.path().equalsIgnoreCase(Rig.machine(2)));
        assertThat(rig.profile(2).isNull()).isTrue();
    }
}
