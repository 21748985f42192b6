package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Lists, what the tenant and a subscription offer, and resource groups that go with all that is in them.
class ListsTest {
    private static final String SET = Bench.setId("s");

    private final Bench bench = new Bench();

    ListsTest() {
        bench.group();
    }

    private static List<String> names(Dynamic page) {
        return page.get("value").items().stream().map(i -> i.get("name").textOr("")).toList();
    }

    private void lock(String scope) {
        Bench.must(
                bench.send(
                        "PUT",
                        scope + "/providers/Microsoft.Authorization/locks/l1",
                        Bench.parse("{\"properties\":{\"level\":\"CanNotDelete\"}}")));
    }

    @Test
    void topIsTheLengthOfAPageAndOfThoseThatFollow() {
        for (String name : List.of("vm1", "vm2", "vm3")) {
            bench.machine(name, "Linux");
        }
        String list = Bench.GROUP + "/providers/Microsoft.Compute/virtualMachines";
        var pages = new ArrayList<List<String>>();
        var page = bench.json("GET", list + "?$top=2");
        pages.add(names(page));
        while (!page.get("nextLink").isNull()) {
            page = bench.follow(page.get("nextLink").textOr(""));
            pages.add(names(page));
        }
        assertThat(pages).containsExactly(List.of("vm1", "vm2"), List.of("vm3"));
        assertThat(names(bench.json("GET", list + "?$top=999"))).hasSize(3);
        for (String wrong : List.of("0", "-1", "many")) {
            var answer = bench.send("GET", list + "?$top=" + wrong, Dynamic.NULL);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(Bench.code(answer)).isEqualTo("InvalidTopInQueryString");
        }
    }

    @Test
    void machinesAndSetsOfARegionAreListed() {
        bench.machine("vm1", "Linux");
        String region = Bench.SUBSCRIPTION + "/providers/Microsoft.Compute/locations/";
        assertThat(names(bench.json("GET", region + "westeurope/virtualMachines")))
                .containsExactly("vm1");
        assertThat(names(bench.json("GET", region + "eastus/virtualMachines"))).isEmpty();
        assertThat(names(bench.json("GET", region + "westeurope/virtualMachineScaleSets")))
                .isEmpty();
    }

    @Test
    void providersOfTheTenantAreListedWhateverASubscriptionIsRegisteredFor() {
        var namespaces =
                bench.json("GET", "/providers").get("value").items().stream()
                        .map(p -> p.get("namespace").textOr(""))
                        .toList();
        assertThat(namespaces).contains("Microsoft.Compute", "Microsoft.Authorization");
        assertThat(bench.json("GET", "/providers/microsoft.compute").get("namespace").textOr(""))
                .isEqualTo("Microsoft.Compute");
        assertThat(Bench.code(bench.send("GET", "/providers/Microsoft.None", Dynamic.NULL)))
                .isEqualTo("InvalidResourceNamespace");
        assertThat(bench.send("DELETE", "/providers", Dynamic.NULL).status()).isEqualTo(405);
    }

    @Test
    void regionsOfASubscriptionAreListed() {
        var regions = bench.json("GET", Bench.SUBSCRIPTION + "/locations?$top=5");
        assertThat(names(regions)).hasSize(5).contains("australiaeast");
        var region = bench.follow(regions.get("nextLink").textOr("")).get("value").get(0);
        assertThat(region.get("type").textOr("")).isEqualTo("Region");
        assertThat(region.get("id").textOr(""))
                .isEqualTo(Bench.SUBSCRIPTION + "/locations/" + region.get("name").textOr(""));
        assertThat(Bench.code(bench.send("GET", "/subscriptions/none/locations", Dynamic.NULL)))
                .isEqualTo("SubscriptionNotFound");
    }

    @Test
    void aGroupGoesByAnOperationWithAllThatIsInIt() {
        bench.installed("a");
        var deleted = bench.send("DELETE", Bench.GROUP, Dynamic.NULL);
        assertThat(deleted.status()).isEqualTo(202);
        String location = Bench.header(deleted, "Location");
        assertThat(bench.send("GET", location, Dynamic.NULL).status()).isEqualTo(202);
        assertThat(
                        bench.json("GET", Bench.GROUP)
                                .path("properties", "provisioningState")
                                .textOr(""))
                .isEqualTo("Deleting");
        var write = bench.profile("vm1");
        assertThat(write.status()).isEqualTo(409);
        assertThat(Bench.code(write)).isEqualTo("ResourceGroupBeingDeleted");
        bench.settle();
        assertThat(bench.send("GET", location, Dynamic.NULL).status()).isEqualTo(200);
        assertThat(
                        bench.follow(Bench.header(deleted, "Azure-AsyncOperation"))
                                .get("status")
                                .textOr(""))
                .isEqualTo("Succeeded");
        assertThat(Bench.code(bench.send("GET", Bench.GROUP, Dynamic.NULL)))
                .isEqualTo("ResourceGroupNotFound");
        assertThat(bench.send("DELETE", Bench.GROUP, Dynamic.NULL).status()).isEqualTo(204);

        // Another group and machine of those names begin with nothing.
        bench.group();
        bench.published("a");
        bench.machine("vm1", "Linux");
        assertThat(bench.extension("vm1").isNull()).isTrue();
        Bench.must(bench.profile("vm1", Bench.entry("a", "1.0.0", 0, false)));
        bench.settle();
        assertThat(bench.results("vm1")).containsEntry("a", "Install SUCCESS");
    }

    @Test
    void theActivityLogIsAskedByDatesAndTimesInQuotesOrWithout() {
        bench.machine("vm1", "Linux");
        String log =
                Bench.SUBSCRIPTION
                        + "/providers/Microsoft.Insights/eventtypes/management/values?$filter=";
        for (String since :
                List.of(
                        "eventTimestamp ge '2026-11-21'",
                        "eventTimestamp ge '2026-11-20' and eventTimestamp le '2026-11-22'",
                        "eventTimestamp ge 2026-11-21T00:00:00Z",
                        "eventTimestamp ge '2026-11-21T00:00:00'")) {
            assertThat(bench.json("GET", log + since).get("value").items()).as(since).hasSize(1);
        }
        assertThat(bench.json("GET", log + "eventTimestamp ge '2026-11-22'").get("value").items())
                .isEmpty();
        assertThat(bench.send("GET", log + "eventTimestamp ge 'today'", Dynamic.NULL).status())
                .isEqualTo(400);
    }

    private String memberOfAFlexibleSet() {
        Bench.must(
                bench.send(
                        "PUT",
                        SET,
                        Bench.parse(
                                """
                                {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":2},"properties":{"orchestrationMode":"Flexible",
                                 "virtualMachineProfile":{"osProfile":{"computerNamePrefix":"s"},"storageProfile":{"osDisk":{"osType":"Linux"}}}}}
                                """)));
        bench.settle();
        return bench.json("GET", Bench.GROUP + "/providers/Microsoft.Compute/virtualMachines")
                .get("value")
                .get(0)
                .get("id")
                .textOr("");
    }

    private ArmResponse capacity(int capacity) {
        return bench.send(
                "PATCH", SET, Bench.parse("{\"sku\":{\"capacity\":%d}}".formatted(capacity)));
    }

    @Test
    void aLockedMachineKeepsItsFlexibleSet() {
        String member = memberOfAFlexibleSet();
        lock(member);
        assertThat(Bench.code(bench.send("DELETE", SET, Dynamic.NULL))).isEqualTo("ScopeLocked");
        assertThat(Bench.code(capacity(0))).isEqualTo("ScopeLocked");
        assertThat(bench.send("GET", SET, Dynamic.NULL).status()).isEqualTo(200);
        Bench.must(
                bench.send(
                        "DELETE",
                        member + "/providers/Microsoft.Authorization/locks/l1",
                        Dynamic.NULL));
        assertThat(bench.send("DELETE", SET, Dynamic.NULL).status()).isEqualTo(202);
        assertThat(bench.send("GET", member, Dynamic.NULL).status()).isEqualTo(404);
    }

    @Test
    void aLockHoldsForWhoeverMayPutLocksAndContributorsMayNot() {
        bench.machine("vm1", "Linux");
        role("11111111-2222-3333-4444-555555555555", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
        role("22222222-2222-3333-4444-555555555555", "b24988ac-6180-42a0-ab88-20f7382dd24c");
        var owner = as("11111111-2222-3333-4444-555555555555");
        var contributor = as("22222222-2222-3333-4444-555555555555");
        String lock = Bench.machineId("vm1") + "/providers/Microsoft.Authorization/locks/l1";
        var level = Bench.parse("{\"properties\":{\"level\":\"CanNotDelete\"}}");
        assertThat(bench.send("PUT", lock, level, contributor).status()).isEqualTo(403);
        Bench.must(bench.send("PUT", lock, level, owner));
        for (var caller : List.of(owner, contributor)) {
            assertThat(
                            Bench.code(
                                    bench.send(
                                            "DELETE",
                                            Bench.machineId("vm1"),
                                            Dynamic.NULL,
                                            caller)))
                    .isEqualTo("ScopeLocked");
        }
        assertThat(bench.send("DELETE", lock, Dynamic.NULL, contributor).status()).isEqualTo(403);
        Bench.must(bench.send("DELETE", lock, Dynamic.NULL, owner));
        assertThat(bench.send("DELETE", Bench.machineId("vm1"), Dynamic.NULL, contributor).status())
                .isEqualTo(202);
    }

    private static Map<String, String> as(String principal) {
        return Map.of("Authorization", "Bearer " + Bench.token(principal));
    }

    private void role(String principal, String definition) {
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/roleAssignments/%s","name":"%s","type":"Microsoft.Authorization/roleAssignments",
                         "properties":{"principalId":"%s","roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/%s"}}
                        """
                                .formatted(
                                        Bench.GROUP, principal, principal, principal, definition)));
    }

    private static String filtered(String filter) {
        return Bench.GROUP
                + "/resources?$filter="
                + URLEncoder.encode(filter, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Test
    void aFilterMayBeLong() {
        var answer =
                bench.send("GET", filtered("name eq '" + "a''".repeat(20_000) + "'"), Dynamic.NULL);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(
                        bench.send("GET", filtered("name eq 'a" + "''".repeat(9)), Dynamic.NULL)
                                .status())
                .isEqualTo(400);
    }

    @Test
    void aTagsValueIsOfTheTagNamedAroundIt() {
        bench.machine("vm1", "Linux");
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.machineId("vm1"),
                        Bench.parse("{\"tags\":{\"env\":\"prod\"}}")));
        for (String filter :
                List.of(
                        "tagName eq 'env' and (tagValue eq 'test' or tagValue eq 'prod')",
                        "(tagName eq 'env') and tagValue eq 'prod'",
                        "tagName eq 'other' or (tagName eq 'env' and tagValue eq 'prod')")) {
            assertThat(names(bench.json("GET", filtered(filter)))).as(filter).contains("vm1");
        }
        // Of no tag at all it is nothing.
        for (String filter :
                List.of("tagValue eq 'prod'", "tagName eq 'env' or tagValue ne 'prod'")) {
            var answer = bench.send("GET", filtered(filter), Dynamic.NULL);
            assertThat(Bench.code(answer)).as(filter).isEqualTo("InvalidFilterInQueryString");
        }
    }

    @Test
    void whatMachinesDoNotHaveIsNoListOfThem() {
        bench.machine("vm1", "Linux");
        var unknown = bench.send("GET", Bench.machineId("vm1") + "/nothing", Dynamic.NULL);
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(Bench.code(unknown)).isEqualTo("InvalidResourceType");
        for (String known : List.of("extensions", "runCommands", "vmapplications")) {
            assertThat(
                            bench.send("GET", Bench.machineId("vm1") + "/" + known, Dynamic.NULL)
                                    .status())
                    .as(known)
                    .isEqualTo(200);
        }
    }
}
