package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a caller is told that he may do, and what he may do.
class AccessTest {
    private static final String ROLE_ASSIGNMENTS =
            "/providers/Microsoft.Authorization/roleAssignments/";
    private static final String PERMISSIONS = "/providers/Microsoft.Authorization/permissions";
    private static final String READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    private static final String CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
    private static final String MACHINES = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c";

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private static Map<String, String> as(String principal) {
        return principal.isEmpty()
                ? Map.of()
                : Map.of("Authorization", "Bearer " + Bench.token(principal));
    }

    private void role(String scope, String name, String principal, String role) {
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s%s%s","name":"%s","type":"Microsoft.Authorization/roleAssignments",
                         "properties":{"principalId":"%s","roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/%s"}}
                        """
                                .formatted(scope, ROLE_ASSIGNMENTS, name, name, principal, role)));
    }

    private void denial(String scope, String name, String principal, String permissions) {
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/denyAssignments/%s","name":"%s",
                         "type":"Microsoft.Authorization/denyAssignments","properties":{"denyAssignmentName":"%s",
                          "permissions":[%s],"principals":[{"id":"%s","type":"User"}],"excludePrincipals":[]}}
                        """
                                .formatted(scope, name, name, name, permissions, principal)));
    }

    private List<Dynamic> permissions(String principal, String scope) {
        var answer = bench.send("GET", scope + PERMISSIONS, Dynamic.NULL, as(principal));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return Bench.parse(answer.text()).get("value").items();
    }

    /// As a client reads the answer: regular expressions, not our matcher.
    private static boolean allows(List<Dynamic> permissions, String action) {
        return permissions.stream()
                .anyMatch(p ->
                        anyMatches(p.get("actions"), action)
                                && !anyMatches(p.get("notActions"), action));
    }

    private static boolean anyMatches(Dynamic patterns, String action) {
        return patterns.items().stream()
                .map(p -> Pattern.quote(p.textOr("")).replace("*", "\\E.*\\Q"))
                .anyMatch(p ->
                        Pattern.compile(p, Pattern.CASE_INSENSITIVE).matcher(action).matches());
    }

    @Test
    void ownerIsToldThatHeMayDoEverything() {
        for (String scope : List.of(Bench.SUBSCRIPTION, Bench.GROUP, Bench.machineId("vm1"))) {
            assertThat(permissions("", scope))
                    .containsExactly(
                            Bench.parse(
                                    "{\"actions\":[\"*\"],\"notActions\":[],\"dataActions\":[],\"notDataActions\":[]}"));
        }
    }

    @Test
    void callerWithoutRoleIsToldThatHeMayDoNothing() {
        assertThat(permissions("stranger", Bench.machineId("vm1"))).isEmpty();
        role(Bench.machineId("vm1"), "r1", "stranger", MACHINES);
        assertThat(
                        allows(
                                permissions("stranger", Bench.machineId("vm1")),
                                "Microsoft.Compute/virtualMachines/write"))
                .isTrue();
        assertThat(permissions("stranger", Bench.GROUP)).isEmpty();
        assertThat(permissions("stranger", Bench.machineId("vm2"))).isEmpty();
    }

    @Test
    void rolesOfTheScopeAndAboveItAreTold() {
        role(Bench.SUBSCRIPTION, "r1", "operator", READER);
        role(Bench.GROUP, "r2", "operator", MACHINES);
        assertThat(permissions("operator", Bench.SUBSCRIPTION)).hasSize(1);
        var there = permissions("operator", Bench.machineId("vm1"));
        assertThat(there).hasSize(2);
        assertThat(allows(there, "Microsoft.Compute/virtualMachines/write")).isTrue();
        assertThat(allows(there, "Microsoft.Compute/galleries/applications/versions/read"))
                .isTrue();
        assertThat(allows(there, "Microsoft.Compute/galleries/write")).isFalse();
    }

    @Test
    void whatADenyAssignmentTakesAwayIsNotTold() {
        denial(
                Bench.machineId("vm1"),
                "d1",
                "00000000-0000-0000-0000-000000000000",
                "{\"actions\":[\"Microsoft.Compute/virtualMachines/*\"],\"notActions\":[\"*/read\"]}");
        var there = permissions("", Bench.machineId("vm1"));
        assertThat(allows(there, "Microsoft.Compute/virtualMachines/write")).isFalse();
        assertThat(allows(there, "Microsoft.Compute/virtualMachines/read")).isTrue();
        assertThat(allows(there, "Microsoft.Compute/virtualMachines/extensions/read")).isTrue();
        assertThat(allows(there, "Microsoft.Compute/disks/write")).isTrue();
        assertThat(allows(permissions("", Bench.GROUP), "Microsoft.Compute/virtualMachines/write"))
                .isTrue();
    }

    @Test
    void eachPermissionOfARoleStandsByItself() {
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/roleDefinitions/5f1d7a10-0000-4000-8000-000000000001",
                         "name":"5f1d7a10-0000-4000-8000-000000000001","type":"Microsoft.Authorization/roleDefinitions",
                         "properties":{"roleName":"two","type":"CustomRole","assignableScopes":["%s"],"permissions":[
                          {"actions":["Microsoft.Compute/*"],"notActions":["*/write"]},
                          {"actions":["Microsoft.Compute/virtualMachines/write"],"notActions":[]}]}}
                        """
                                .formatted(Bench.SUBSCRIPTION, Bench.SUBSCRIPTION)));
        role(Bench.GROUP, "r1", "operator", "5f1d7a10-0000-4000-8000-000000000001");
        assertThat(permissions("operator", Bench.GROUP)).hasSize(2);
        var tags = Bench.parse("{\"tags\":{\"a\":\"b\"}}");
        assertThat(bench.send("PATCH", Bench.machineId("vm1"), tags, as("operator")).status())
                .isEqualTo(200);
        assertThat(bench.send("PATCH", Bench.galleryId(), tags, as("operator")).status())
                .isEqualTo(403);
    }

    @Test
    void whatIsToldIsWhatIsAllowed() {
        long seed = 20261121;
        var random = new SplittableRandom(seed);
        var scopes = List.of(Bench.SUBSCRIPTION, Bench.GROUP, Bench.machineId("vm1"));
        var roles = List.of(READER, CONTRIBUTOR, MACHINES);
        var patterns =
                List.of(
                        "*",
                        "*/read",
                        "*/write",
                        "Microsoft.Compute/*",
                        "Microsoft.Compute/*/read",
                        "Microsoft.Compute/virtualMachines/write");
        for (int round = 0; round < 60; round++) {
            String caller = "caller" + round;
            for (int i = 0; i < 2; i++) {
                String name = "r" + round + "-" + i;
                role(
                        scopes.get(random.nextInt(3)),
                        name,
                        caller,
                        roles.get(random.nextInt(roles.size())));
            }
            denial(
                    scopes.get(random.nextInt(3)),
                    "d" + round,
                    caller,
                    "{\"actions\":[\"%s\"],\"notActions\":[\"%s\"]}"
                            .formatted(
                                    patterns.get(random.nextInt(patterns.size())),
                                    patterns.get(random.nextInt(patterns.size()))));
            check(seed, caller, Bench.machineId("vm1"), "Microsoft.Compute/virtualMachines");
            check(seed, caller, Bench.galleryId(), "Microsoft.Compute/galleries");
        }
    }

    private void check(long seed, String caller, String id, String type) {
        var told = permissions(caller, id);
        var tags = Bench.parse("{\"tags\":{\"a\":\"b\"}}");
        assertThat(bench.send("PATCH", id, tags, as(caller)).status() != 403)
                .as("seed %d, %s writes %s: %s", seed, caller, id, told)
                .isEqualTo(allows(told, type + "/write"));
        assertThat(bench.send("GET", id, Dynamic.NULL, as(caller)).status() != 403)
                .as("seed %d, %s reads %s: %s", seed, caller, id, told)
                .isEqualTo(allows(told, type + "/read"));
    }

    @Test
    void scopeWhoseContainerIsMissingIsNotThere() {
        var answer =
                bench.send(
                        "GET",
                        Bench.SUBSCRIPTION + "/resourceGroups/none" + PERMISSIONS,
                        Dynamic.NULL);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(Bench.code(answer)).isEqualTo("ResourceGroupNotFound");
        assertThat(bench.send("PUT", Bench.GROUP + PERMISSIONS, Dynamic.EMPTY_BAG).status())
                .isEqualTo(405);
    }
}
