package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateNames;
import io.muster.fixtures.estate.EstateSize;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.arm.KqlGraphQueries;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Resource Graph over the simulated estate (azure-rest-api.md section 1).
class ResourceGraphTest {
    private final VirtualClock clock = VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z"));
    private final SimulatedAzure azure =
            new SimulatedAzure(SimulatorSettings.DEFAULT, clock, new KqlGraphQueries(clock));

    @BeforeEach
    void seed() {
        new EstateGenerator(EstateSize.ofMachines(150), 5).write(azure::seed);
    }

    private ArmResponse query(Dynamic body) {
        return azure.handle(
                new ArmRequest(
                        "POST",
                        URI.create(
                                "https://h/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01"),
                        Map.of(),
                        Json.write(body).getBytes(StandardCharsets.UTF_8)));
    }

    private static Dynamic asked(String query, String options) {
        return Dynamic.bag().put("query", query).put("options", Bench.parse(options)).build();
    }

    /// The rows that a caller counts in a table.
    private long counted(String principal, String table) {
        var answer =
                azure.handle(
                        new ArmRequest(
                                "POST",
                                URI.create(
                                        "https://h/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01"),
                                principal.isEmpty()
                                        ? Map.of()
                                        : Map.of(
                                                "Authorization",
                                                "Bearer " + Bench.token(principal)),
                                Json.write(asked(table + " | count", "{}"))
                                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return Bench.parse(answer.text()).get("data").get(0).get("Count").longOr(-1);
    }

    private void assign(String scope, String principal, String role) {
        azure.seed(
                Dynamic.bag()
                        .put(
                                "id",
                                scope
                                        + "/providers/Microsoft.Authorization/roleAssignments/a-"
                                        + principal)
                        .put("name", "a-" + principal)
                        .put("type", "Microsoft.Authorization/roleAssignments")
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put("principalId", principal)
                                        .put("roleDefinitionId", "/x/roleDefinitions/" + role)
                                        .build())
                        .build());
    }

    private static final String READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    private static final String MACHINES = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c";

    @Test
    void callersCountWhatTheirRolesLetThemReadAndNoMore() {
        var group =
                Bench.parse(
                                query(
                                                asked(
                                                        "resources | where type =~ 'microsoft.compute/virtualmachines' | summarize n = count() by subscriptionId, resourceGroup | order by n desc | limit 1",
                                                        "{}"))
                                        .text())
                        .get("data")
                        .get(0);
        String scope =
                "/subscriptions/"
                        + group.get("subscriptionId").textOr("")
                        + "/resourceGroups/"
                        + group.get("resourceGroup").textOr("");
        assign(scope, "reader", READER);
        assign(scope, "operator", MACHINES);
        long there = group.get("n").longOr(0);
        String machines = "resources | where type =~ 'microsoft.compute/virtualmachines'";
        assertThat(counted("", machines)).isEqualTo(150);
        assertThat(counted("reader", machines)).isEqualTo(there);
        assertThat(counted("operator", machines)).isEqualTo(there);
        assertThat(counted("operator", "resources"))
                .isLessThanOrEqualTo(counted("reader", "resources"))
                .isLessThan(counted("", "resources"));
        assertThat(counted("nobody", "resources")).isZero();
        assertThat(counted("nobody", "resourcecontainers")).isZero();
        assertThat(counted("reader", "resourcecontainers"))
                .as("the group and its subscription")
                .isEqualTo(2);
    }

    @Test
    void everyRowComesOnceOverAllPages() {
        var ids = new HashSet<String>();
        String token = "";
        long total = -1;
        int pages = 0;
        do {
            var answer =
                    Bench.parse(
                            query(
                                            asked(
                                                    "resources | where type =~ 'microsoft.compute/virtualmachines' | project id, name | order by id asc",
                                                    "{\"$top\":40"
                                                            + (token.isEmpty()
                                                                    ? ""
                                                                    : ",\"$skipToken\":\""
                                                                            + token
                                                                            + "\"")
                                                            + "}"))
                                    .text());
            total = answer.get("totalRecords").longOr(-1);
            answer.get("data")
                    .items()
                    .forEach(r -> assertThat(ids.add(r.get("id").textOr(""))).isTrue());
            token = answer.get("$skipToken").textOr("");
            pages++;
        } while (!token.isEmpty());
        assertThat(total).isEqualTo(150);
        assertThat(ids).hasSize(150);
        assertThat(pages).isEqualTo(4);
    }

    @Test
    void tableFormHasColumnsWithTheirTypes() {
        var answer =
                Bench.parse(
                        query(
                                        asked(
                                                "resources | summarize vms = count() by type | take 1",
                                                "{\"resultFormat\":\"table\"}"))
                                .text());
        assertThat(answer.path("data", "columns").get(1).get("name").textOr("")).isEqualTo("vms");
        assertThat(answer.path("data", "columns").get(1).get("type").textOr(""))
                .isEqualTo("integer");
    }

    @Test
    void subscriptionsLimitWhatIsSeen() {
        var body =
                asked("resources | where type =~ 'microsoft.compute/galleries' | project id", "{}")
                        .with(
                                "subscriptions",
                                Dynamic.array(Dynamic.of(EstateNames.subscription(1))));
        assertThat(Bench.parse(query(body).text()).get("totalRecords").longOr(-1)).isZero();
    }

    @Test
    void faultyQueryIsRefusedWithItsPlace() {
        var answer = query(asked("resources | where tpye == 'x'", "{}"));
        assertThat(answer.status()).isEqualTo(400);
        var details = Bench.error(answer).get("details");
        assertThat(details.get(0).get("code").textOr("")).isEqualTo("InvalidQuery");
        assertThat(details.get(1).get("line").longOr(0)).isEqualTo(1);
    }

    @Test
    void writeIsSeenByTheNextQuery() {
        String group = "/subscriptions/" + EstateNames.subscription(0) + "/resourceGroups/fresh";
        azure.handle(
                new ArmRequest(
                        "PUT",
                        URI.create("https://h" + group + "?api-version=2024-07-01"),
                        Map.of(),
                        "{\"location\":\"westeurope\"}".getBytes(StandardCharsets.UTF_8)));
        var answer =
                Bench.parse(
                        query(
                                        asked(
                                                "resourcecontainers | where name == 'fresh' | project id",
                                                "{}"))
                                .text());
        assertThat(answer.get("totalRecords").longOr(-1)).isEqualTo(1);
    }
}
