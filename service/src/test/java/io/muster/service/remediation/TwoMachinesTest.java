package io.muster.service.remediation;

import static io.muster.service.remediation.Rig.SUBSCRIPTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.service.MusterServer;
import io.muster.service.compliance.PolicyLibrary;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The library's policies remediate a machine without a profile and one with other applications, by nothing but REST: what a machine had it keeps, and states tell the
/// change as soon as the task says that it succeeded.
class TwoMachinesTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final String ASSIGNMENT =
            SUBSCRIPTION + "/providers/Microsoft.Authorization/policyAssignments/agent";
    private static final int BARE = 1;
    private static final int FULL = 2;
    private @TempDir Path data;

    @ParameterizedTest
    @CsvSource({"inject-vm-application-vm, false", "deploy-vm-application-vm, true"})
    void bothMachinesGetTheApplicationAndLoseNothing(String policy, boolean byDeployment)
            throws Exception {
        try (var rig = new Rig(data, Duration.ofMillis(50))) {
            rig.application("agent", "1.0.0");
            rig.application("first", "1.0.0", "1.1.0");
            rig.application("second", "2.0.0");
            rig.machine(BARE, "");
            rig.machine(
                    FULL,
                    "{'packageReferenceId':'"
                            + Rig.reference("second", "latest")
                            + "','order':7,'treatFailureAsDeploymentFailure':true},"
                            + "{'packageReferenceId':'"
                            + Rig.reference("first", "1.0.0")
                            + "','configurationReference':'https://packages.example/c','tags':'kept'}");
            extension(rig, BARE);
            extension(rig, FULL);
            rig.settle();
            var entries = rig.profile(FULL).get("galleryApplications").items();
            Map<Integer, Dynamic> before = Map.of(BARE, known(rig, BARE), FULL, known(rig, FULL));
            try (var server = start(rig)) {
                assign(rig, server, policy);
                assertThat(call(rig, "POST", server.httpUrl() + "/api/round", Dynamic.EMPTY_BAG))
                        .isNotNull();
                assertThat(nonCompliant(rig, server)).isEqualTo(2);

                remediate(rig, server);

                assertThat(nonCompliant(rig, server)).isZero();
            }
            var injected =
                    Dynamic.bag()
                            .put("packageReferenceId", Rig.reference("agent", "latest"))
                            .put("order", 3)
                            .put("treatFailureAsDeploymentFailure", false)
                            .put("enableAutomaticUpgrade", false)
                            .build();
            assertThat(rig.profile(BARE).get("galleryApplications").items())
                    .containsExactly(injected);
            List<Dynamic> all = new ArrayList<>(entries);
            all.add(injected);
            assertThat(rig.profile(FULL).get("galleryApplications").items())
                    .containsExactlyElementsOf(all);
            assertThat(known(rig, BARE)).isEqualTo(before.get(BARE));
            assertThat(known(rig, FULL)).isEqualTo(before.get(FULL));
            assertThat(rig.accepted()).hasSize(byDeployment ? 0 : 2);
            assertThat(rig.azure.log())
                    .filteredOn(request -> request.method().equals("PUT"))
                    .filteredOn(
                            request -> request.path().contains("/Microsoft.Resources/deployments/"))
                    .hasSize(byDeployment ? 2 : 0);
        }
    }

    private static void extension(Rig rig, int machine) {
        var answer =
                rig.ask(
                        "PUT",
                        Rig.machine(machine) + "/extensions/monitor",
                        Rig.json(
                                "{'location':'westeurope','properties':{'publisher':'Example','type':'Monitor','typeHandlerVersion':'1.0','settings':{'a':1}}}"));
        assertThat(answer.status()).isLessThan(300);
    }

    /// All of a machine that no remediation has a business with.
    private static Dynamic known(Rig rig, int machine) {
        var now = rig.resource(Rig.machine(machine));
        return Dynamic.bag()
                .put("tags", now.get("tags"))
                .put("storage", now.path("properties", "storageProfile"))
                .put(
                        "extension",
                        rig.resource(Rig.machine(machine) + "/extensions/monitor")
                                .get("properties"))
                .build();
    }

    private MusterServer start(Rig rig) throws Exception {
        return rig.serve(data, Duration.ofMillis(20));
    }

    private static Dynamic call(Rig rig, String method, String url, Dynamic body) throws Exception {
        var answer = rig.call(method, url, body);
        assertThat(answer.status()).as("%s %s: %s", method, url, answer.body()).isLessThan(300);
        return answer.body();
    }

    private static void assign(Rig rig, MusterServer server, String policy) throws Exception {
        var document =
                PolicyLibrary.read().stream()
                        .map(item -> item.document())
                        .filter(item -> item.get("name").textOr("").equals(policy))
                        .findFirst()
                        .orElseThrow();
        String definition =
                SUBSCRIPTION + "/providers/Microsoft.Authorization/policyDefinitions/" + policy;
        call(
                rig,
                "PUT",
                server.httpUrl() + definition + "?api-version=2023-04-01",
                Dynamic.bag().put("properties", document.get("properties")).build());
        call(
                rig,
                "PUT",
                server.httpUrl() + ASSIGNMENT + "?api-version=2023-04-01",
                Rig.json(
                        "{'location':'westeurope','identity':{'type':'SystemAssigned'},'properties':{'policyDefinitionId':'"
                                + definition
                                + "','parameters':{'osType':{'value':'Linux'},'order':{'value':3},'applicationId':{'value':'"
                                + Rig.GALLERY
                                + "/applications/agent'}}}}"));
    }

    private static long nonCompliant(Rig rig, MusterServer server) throws Exception {
        var summary =
                call(
                        rig,
                        "POST",
                        server.httpUrl()
                                + ASSIGNMENT
                                + "/providers/Microsoft.PolicyInsights/policyStates/latest/summarize?api-version=2024-10-01",
                        Dynamic.NULL);
        return summary.get("value")
                .items()
                .getFirst()
                .path("results", "nonCompliantResources")
                .longOr(-1);
    }

    private static void remediate(Rig rig, MusterServer server) throws Exception {
        String url =
                server.httpUrl()
                        + SUBSCRIPTION
                        + "/providers/Microsoft.PolicyInsights/remediations/agent?api-version=2024-10-01";
        call(
                rig,
                "PUT",
                url,
                Rig.json("{'properties':{'policyAssignmentId':'" + ASSIGNMENT + "'}}"));
        var until = CLOCK.instant().plus(Duration.ofMinutes(3));
        var task = call(rig, "GET", url, Dynamic.NULL);
        while (!task.path("properties", "provisioningState").textOr("").equals("Succeeded")) {
            assertThat(CLOCK.instant()).as("%s", task).isBefore(until);
            LockSupport.parkNanos(20_000_000);
            task = call(rig, "GET", url, Dynamic.NULL);
        }
        assertThat(task.path("properties", "deploymentStatus", "successfulDeployments").longOr(0))
                .isEqualTo(2);
    }
}
