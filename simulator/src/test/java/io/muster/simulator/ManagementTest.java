package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.simulator.arm.ArmResponse;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Locks, moves, registrations, the activity log, deletions and limits.
class ManagementTest {
    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private void lock(String scope, String level) {
        Bench.must(
                bench.send(
                        "PUT",
                        scope + "/providers/Microsoft.Authorization/locks/l1",
                        Bench.parse("{\"properties\":{\"level\":\"" + level + "\"}}")));
    }

    @Test
    void readOnlyLockOnTheGroupStopsWritesBelowIt() {
        lock(Bench.GROUP, "ReadOnly");
        var answer = bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(Bench.code(answer)).isEqualTo("ScopeLocked");
        assertThat(bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL).status()).isEqualTo(200);
    }

    @Test
    void deleteLockStopsDeletesOfItsScopeAndOfWhatHoldsIt() {
        lock(Bench.machineId("vm1"), "CanNotDelete");
        assertThat(Bench.code(bench.send("DELETE", Bench.machineId("vm1"), Dynamic.NULL)))
                .isEqualTo("ScopeLocked");
        assertThat(Bench.code(bench.send("DELETE", Bench.GROUP, Dynamic.NULL)))
                .isEqualTo("ScopeLocked");
        assertThat(bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false)).status())
                .isEqualTo(200);
        String lock = Bench.machineId("vm1") + "/providers/Microsoft.Authorization/locks/l1";
        assertThat(bench.send("DELETE", lock, Dynamic.NULL).status()).isEqualTo(200);
        assertThat(bench.send("DELETE", Bench.machineId("vm1"), Dynamic.NULL).status())
                .isEqualTo(202);
    }

    @Test
    void denyAssignmentTakesAwayWhatRolesGrantButFromWhomItLeavesOut() {
        String scope = Bench.machineId("vm1");
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/denyAssignments/d1","name":"d1",
                         "type":"Microsoft.Authorization/denyAssignments","properties":{
                          "denyAssignmentName":"hands off",
                          "permissions":[{"actions":["Microsoft.Compute/virtualMachines/*"],"notActions":["*/read"]}],
                          "principals":[{"id":"00000000-0000-0000-0000-000000000000","type":"SystemDefined"}],
                          "excludePrincipals":[{"id":"caretaker","type":"ServicePrincipal"}]}}
                        """
                                .formatted(scope)));
        var answer = bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false));
        assertThat(answer.status()).isEqualTo(403);
        assertThat(Bench.code(answer)).isEqualTo("DenyAssignmentAuthorizationFailed");
        assertThat(Bench.message(answer))
                .contains("deny assignment with name 'hands off' and Id 'd1' at scope");
        assertThat(bench.send("GET", scope, Dynamic.NULL).status()).isEqualTo(200);
        // Whoever is left out needs a role all the same.
        var left = Map.of("Authorization", "Bearer " + Bench.token("caretaker"));
        var body = Bench.parse("{\"tags\":{\"a\":\"b\"}}");
        assertThat(Bench.code(bench.send("PATCH", scope, body, left)))
                .isEqualTo("AuthorizationFailed");
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/roleAssignments/r1","name":"r1",
                         "type":"Microsoft.Authorization/roleAssignments","properties":{"principalId":"caretaker",
                         "roleDefinitionId":"/x/roleDefinitions/9980e02c-c2be-4d73-94e8-173b1dc7cf3c"}}
                        """
                                .formatted(Bench.GROUP)));
        assertThat(bench.send("PATCH", scope, body, left).status()).isEqualTo(200);
    }

    private ArmResponse move(String id) {
        bench.azure.seed(
                Dynamic.bag()
                        .put("id", Bench.SUBSCRIPTION + "/resourceGroups/other")
                        .put("name", "other")
                        .put("type", "Microsoft.Resources/subscriptions/resourceGroups")
                        .put("location", Bench.REGION)
                        .build());
        return bench.send(
                "POST",
                Bench.GROUP + "/moveResources",
                Bench.parse(
                        "{\"resources\":[\""
                                + id
                                + "\"],\"targetResourceGroup\":\""
                                + Bench.SUBSCRIPTION
                                + "/resourceGroups/other\"}"));
    }

    @Test
    void machineWithApplicationsDoesNotMove() {
        Bench.must(bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false)));
        // Not because it is being written.
        bench.settle();
        var refused = move(Bench.machineId("vm1"));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(Bench.code(refused)).isEqualTo("ResourceMoveNotSupported");
        Bench.must(bench.profile("vm1"));
        bench.settle();
        assertThat(move(Bench.machineId("vm1")).status()).isEqualTo(202);
    }

    @Test
    void machineWithoutApplicationsMoves() {
        assertThat(move(Bench.machineId("vm1")).status()).isEqualTo(202);
        assertThat(bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL).status()).isEqualTo(404);
        assertThat(
                        bench.send(
                                        "GET",
                                        Bench.machineId("vm1").replace("/rg/", "/other/"),
                                        Dynamic.NULL)
                                .status())
                .isEqualTo(200);
    }

    @Test
    void activityLogTellsWhoWroteWhat() {
        bench.send("DELETE", Bench.versionId("agent", "9.9.9"), Dynamic.NULL);
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.machineId("vm1"),
                        Bench.parse("{\"tags\":{\"a\":\"b\"}}"),
                        Map.of("x-ms-correlation-request-id", "c-1")));
        var events =
                bench.json(
                        "GET",
                        Bench.SUBSCRIPTION
                                + "/providers/Microsoft.Insights/eventtypes/management/values?$filter=correlationId%20eq%20'c-1'");
        assertThat(events.get("value").items()).hasSize(1);
        var event = events.get("value").get(0);
        assertThat(event.path("operationName", "value").textOr(""))
                .isEqualTo("Microsoft.Compute/virtualMachines/write");
        assertThat(event.path("status", "value").textOr("")).isEqualTo("Succeeded");
        assertThat(event.get("resourceId").textOr("")).isEqualTo(Bench.machineId("vm1"));
    }

    @Test
    void providersAreRegisteredUntilSomebodyUnregistersThem() {
        String compute = Bench.SUBSCRIPTION + "/providers/Microsoft.Compute";
        assertThat(bench.json("GET", compute).get("registrationState").textOr(""))
                .isEqualTo("Registered");
        assertThat(bench.json("POST", compute + "/unregister").get("registrationState").textOr(""))
                .isEqualTo("NotRegistered");
        assertThat(bench.json("POST", compute + "/register").get("registrationState").textOr(""))
                .isEqualTo("Registered");
    }

    @Test
    void applicationWithVersionsCannotBeDeleted() {
        var answer = bench.send("DELETE", Bench.applicationId("agent"), Dynamic.NULL);
        assertThat(answer.status()).isEqualTo(409);
        Bench.must(bench.send("DELETE", Bench.versionId("agent", "1.0.0"), Dynamic.NULL));
        bench.settle();
        assertThat(bench.send("DELETE", Bench.applicationId("agent"), Dynamic.NULL).status())
                .isEqualTo(202);
    }

    @Test
    void safetyProfileKeepsReplicasAndVersion() {
        var body =
                Bench.versionBody(
                        "", ",\"targetRegions\":[{\"name\":\"westeurope\"},{\"name\":\"eastus\"}]");
        body =
                body.with(
                        "properties",
                        body.get("properties")
                                .with(
                                        "safetyProfile",
                                        Dynamic.bag()
                                                .put("allowDeletionOfReplicatedLocations", false)
                                                .build()));
        String id = Bench.versionId("agent", "2.0.0");
        Bench.must(bench.send("PUT", id, body));
        bench.settle();
        assertThat(bench.send("DELETE", id, Dynamic.NULL).status()).isEqualTo(409);
        assertThat(bench.send("PUT", id, Bench.versionBody("", "")).status()).isEqualTo(409);
    }

    @Test
    void replicationTakesTimeAndShowsItsProgress() {
        String id = Bench.versionId("agent", "2.0.0");
        Bench.must(bench.send("PUT", id, Bench.versionBody("", "")));
        String expanded = id + "?$expand=ReplicationStatus";
        assertThat(progress(expanded)).isEqualTo(0);
        bench.clock.step(java.time.Duration.ofSeconds(3));
        assertThat(progress(expanded)).isEqualTo(50);
        bench.settle();
        assertThat(progress(expanded)).isEqualTo(100);
        assertThat(bench.json("GET", id).path("properties", "replicationStatus").isNull()).isTrue();
    }

    private long progress(String id) {
        return bench.json("GET", id)
                .path("properties", "replicationStatus", "summary")
                .get(0)
                .get("progress")
                .longOr(-1);
    }

    @Test
    void galleryNamesAreUniqueInASubscription() {
        move(Bench.machineId("vm1"));
        var answer =
                bench.send(
                        "PUT",
                        Bench.galleryId().replace("/rg/", "/other/"),
                        Bench.parse("{\"location\":\"westeurope\",\"properties\":{}}"));
        assertThat(answer.status()).isEqualTo(409);
    }

    @Test
    void galleriesAndVersionsHaveTheirLimits() {
        var now = VmApplicationLimits.NOW;
        var small =
                new Bench(
                        new VmApplicationLimits(
                                now.applicationsPerMachine(),
                                now.totalBytesPerMachine(),
                                now.packageBytes(),
                                now.configurationBytes(),
                                now.replicasPerRegion(),
                                1,
                                8,
                                now.applicationNameCharacters(),
                                now.galleryNameCharacters(),
                                1,
                                now.maxReboots()));
        small.group();
        small.gallery();
        small.application("agent", "Linux");
        small.version("agent", "1.0.0");
        assertThat(
                        Bench.code(
                                small.send(
                                        "PUT",
                                        Bench.versionId("agent", "2.0.0"),
                                        Bench.versionBody("", ""))))
                .isEqualTo("QuotaExceeded");
        assertThat(
                        Bench.code(
                                small.send(
                                        "PUT",
                                        Bench.galleryId() + "2",
                                        Bench.parse(
                                                "{\"location\":\"westeurope\",\"properties\":{}}"))))
                .isEqualTo("QuotaExceeded");
        assertThat(
                        Bench.message(
                                small.send(
                                        "PUT",
                                        Bench.versionId("agent", "3.0.0"),
                                        Bench.versionBody("more than eight", ""))))
                .contains("manageActions.update' is longer than 8 characters");
    }

    @Test
    void twinBeginsWhereTheEstateStandsAndGoesItsOwnWay() {
        Bench.must(bench.profile("vm1", Bench.entry("agent", "1.0.0", 0, false)));
        bench.settle();
        var twin = new Bench();
        bench.azure.export(twin.azure::seed);
        assertThat(twin.results("vm1")).isEqualTo(Map.of("agent", "Install SUCCESS"));
        Bench.must(twin.profile("vm1"));
        twin.settle();
        assertThat(twin.results("vm1")).isEmpty();
        assertThat(bench.results("vm1")).isEqualTo(Map.of("agent", "Install SUCCESS"));
    }
}
