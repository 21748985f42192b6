package io.muster.service.http.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetSources;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What became of resources, by Azure's three contracts: a was changed twice, b deleted, c created, and b created anew.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HistoryOverSocketTest {
    private static final String SUBSCRIPTION =
            "/subscriptions/00000000-0000-0000-0000-000000000001";
    private static final String MACHINES =
            SUBSCRIPTION + "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/";
    private static final String GRAPH = "/providers/Microsoft.ResourceGraph/";
    private static final String DAY =
            "'interval':{'start':'2026-11-21T00:00:00Z','end':'2026-11-22T00:00:00Z'}";

    private final HttpClient client = HttpClient.newHttpClient();
    private volatile Instant now = at(8);
    private MusterServer server;

    private static Instant at(int hour) {
        return Instant.parse("2026-11-21T%02d:00:00Z".formatted(hour));
    }

    private static Dynamic machine(String name, String size) throws Exception {
        return json(
                "{'id':'%s','name':'%s','type':'Microsoft.Compute/virtualMachines','properties':{'vmSize':'%s'}}"
                        .formatted(MACHINES + name, name, size));
    }

    private static Dynamic json(String text) throws Exception {
        return Json.parse(text.replace('\'', '"'));
    }

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data), () -> now, Map.of(), FleetSources.NONE);
        change(8, Set.of(), machine("a", "S1"), machine("b", "S1"));
        change(9, Set.of(), machine("a", "S2"));
        change(10, Set.of(MACHINES + "b"), machine("c", "S1"));
        change(11, Set.of(), machine("a", "S3"), machine("b", "S9"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private void change(int hour, Set<String> deleted, Dynamic... upserts) throws Exception {
        now = at(hour);
        var fleet = server.bean(Fleet.class);
        fleet.publish(
                ResourceHistory.STANDARD.record(
                        fleet.snapshot(),
                        fleet.snapshot().with(List.of(upserts), deleted, now),
                        HistoryEntry.Cause.COLLECTION));
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(
                                path.startsWith("http")
                                        ? URI.create(path)
                                        : URI.create(server.httpUrl() + path))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Dynamic ask(String method, String path, String body) throws Exception {
        var answer = send(method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private Dynamic changes(String more) throws Exception {
        return ask(
                "POST",
                GRAPH + "resourceChanges?api-version=2020-09-01-preview",
                "{%s%s}".formatted(DAY, more));
    }

    private static List<String> told(Dynamic changes) {
        return changes.items().stream()
                .map(change -> {
                    String id = change.get("resourceId").textOr("");
                    return "%s %s %s %s"
                            .formatted(
                                    id.substring(id.lastIndexOf('/') + 1),
                                    change.get("changeType").textOr(""),
                                    change.path("beforeSnapshot", "timestamp")
                                            .textOr("")
                                            .substring(11, 16),
                                    change.path("afterSnapshot", "timestamp")
                                            .textOr("")
                                            .substring(11, 16));
                })
                .toList();
    }

    @Test
    void changesOfResourcesComeNewestFirstWithTheirSnapshots() throws Exception {
        assertThat(told(changes(",'resourceIds':['%s']".formatted(MACHINES + "A")).get("changes")))
                .containsExactly("a Update 10:00 11:00", "a Update 08:00 09:00");
        assertThat(
                        told(
                                changes(
                                                ",'subscriptionId':'%s','table':'resources'"
                                                        .formatted(SUBSCRIPTION.substring(15)))
                                        .get("changes")))
                .containsExactlyInAnyOrder(
                        "a Update 10:00 11:00",
                        "b Create 10:00 11:00",
                        "b Delete 09:00 10:00",
                        "c Create 09:00 10:00",
                        "a Update 08:00 09:00");
        // The end is not included, the start is.
        var some =
                ask(
                        "POST",
                        GRAPH + "resourceChanges?api-version=2020-09-01-preview",
                        "{'interval':{'start':'2026-11-21T09:00:00Z','end':'2026-11-21T11:00:00Z'},'resourceIds':['%s']}"
                                .formatted(MACHINES + "a"));
        assertThat(told(some.get("changes"))).containsExactly("a Update 08:00 09:00");
        assertThat(some.get("$skipToken").isNull()).isTrue();
        assertThat(some.get("changes").items().getFirst().get("propertyChanges").isNull()).isTrue();
    }

    @Test
    void changesComeInPagesWithWhatChangedAndContents() throws Exception {
        String asked =
                ",'resourceIds':['%s'],'$top':1,'fetchPropertyChanges':true,'fetchSnapshots':true"
                        .formatted(MACHINES + "a");
        var first = changes(asked);
        assertThat(told(first.get("changes"))).containsExactly("a Update 10:00 11:00");
        var second = changes(asked + ",'$skipToken':'" + first.get("$skipToken").textOr("") + "'");
        assertThat(second.get("$skipToken").isNull()).isTrue();
        var change = second.get("changes").items().getFirst();
        assertThat(Json.write(change.get("propertyChanges")))
                .isEqualTo(
                        "[{\"propertyName\":\"properties.vmSize\",\"beforeValue\":\"S1\",\"afterValue\":\"S2\",\"changeCategory\":\"User\",\"propertyChangeType\":\"Update\"}]");
        assertThat(change.path("beforeSnapshot", "content")).isEqualTo(machine("a", "S1"));
        assertThat(change.path("afterSnapshot", "content")).isEqualTo(machine("a", "S2"));
    }

    @Test
    void detailsHaveTheResourceBeforeAndAfter() throws Exception {
        var ids =
                changes(",'resourceIds':['%s']".formatted(MACHINES + "b"))
                        .get("changes")
                        .items()
                        .stream()
                        .map(change -> "'" + change.get("changeId").textOr("") + "'")
                        .toList();
        var details =
                ask(
                        "POST",
                        GRAPH + "resourceChangeDetails?api-version=2020-09-01-preview",
                        "{'resourceIds':['%s'],'changeIds':[%s,'none']}"
                                .formatted(MACHINES + "b", String.join(",", ids)));
        assertThat(told(details)).containsExactly("b Create 10:00 11:00", "b Delete 09:00 10:00");
        var created = details.items().getFirst();
        assertThat(created.path("beforeSnapshot", "content").isNull()).isTrue();
        assertThat(created.path("afterSnapshot", "content")).isEqualTo(machine("b", "S9"));
        var deleted = details.items().getLast();
        assertThat(deleted.path("beforeSnapshot", "content")).isEqualTo(machine("b", "S1"));
        assertThat(deleted.path("afterSnapshot", "content").isNull()).isTrue();
    }

    @Test
    void changesOfAResourceAreResourcesBelowIt() throws Exception {
        String below = "/providers/Microsoft.Resources/changes";
        String version = "?api-version=2022-05-01";
        var first = ask("GET", MACHINES + "a" + below + version + "&$top=1", "");
        assertThat(first.get("value").items()).hasSize(1);
        var next = ask("GET", first.get("nextLink").textOr(""), "");
        assertThat(next.get("nextLink").isNull()).isTrue();
        var change = next.get("value").items().getFirst();
        assertThat(change.get("type").textOr("")).isEqualTo("Microsoft.Resources/changes");
        assertThat(change.path("properties", "changeAttributes", "timestamp").textOr(""))
                .startsWith("2026-11-21T09:00:00");
        assertThat(ask("GET", change.get("id").textOr("") + version, "")).isEqualTo(change);
        var none = send("GET", MACHINES + "a" + below + "/none" + version, "");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(none.body()).contains("ResourceNotFound");
    }

    private List<String> states(String query, int start, int end) throws Exception {
        var answer =
                ask(
                        "POST",
                        GRAPH + "resourcesHistory?api-version=2021-06-01-preview",
                        "{'query':\"%s | project name, size = tostring(properties.vmSize), until = format_datetime(snapshotUntil, 'HH:mm') | order by name asc, until desc\",'options':{'interval':{'start':'%s','end':'%s'}}}"
                                .formatted(query, at(start), at(end))
                                .replace("\"", "'")
                                .replace("'HH:mm'", "\\\"HH:mm\\\""));
        return answer.path("snapshots", "rows").items().stream()
                .map(row ->
                        String.join(" ", row.items().stream().map(cell -> cell.textOr("")).toList())
                                .strip())
                .toList();
    }

    @Test
    void everyStateThatHeldWithinAnIntervalIsARow() throws Exception {
        assertThat(states("where type =~ \\\"microsoft.compute/virtualmachines\\\"", 8, 12))
                .containsExactlyInAnyOrder(
                        "a S3", "a S2 11:00", "a S1 09:00", "b S9", "b S1 10:00", "c S1");
        assertThat(states("resources | where name == \\\"a\\\"", 9, 11)).containsExactly("a S2");
        assertThat(states("where name == \\\"a\\\"", 8, 9)).containsExactly("a S1");
        assertThat(states("union resources, resourcecontainers", 11, 12))
                .containsExactlyInAnyOrder("a S3", "b S9", "c S1");
        assertThat(states("// of one machine\\nresources | where name == \\\"c\\\"", 9, 12))
                .containsExactly("c S1");
        assertThat(states("arg(\\\"\\\").Resources | where name == \\\"c\\\"", 9, 12))
                .containsExactly("c S1");
        assertThat(states("where name == \\\"a\\\"", 1, 2)).isEmpty();
        assertThat(states("where name == \\\"a\\\"", 9, 9)).isEmpty();
    }

    @Test
    void mistakesAreSaid() throws Exception {
        assertThat(
                        send(
                                        "POST",
                                        GRAPH + "resourceChanges?api-version=2020-09-01-preview",
                                        "{'resourceIds':['%s'],'interval':{'start':'2026-11-22','end':'2026-11-21'}}"
                                                .formatted(MACHINES + "a"))
                                .body())
                .contains("InvalidInterval", "after its end");
        assertThat(
                        send(
                                        "POST",
                                        GRAPH + "resourceChanges?api-version=2020-09-01-preview",
                                        "{" + DAY + "}")
                                .body())
                .contains("InvalidRequest", "must be given");
        assertThat(
                        send(
                                        "POST",
                                        GRAPH + "resourcesHistory?api-version=2021-06-01-preview",
                                        "{'query':'where nmae == 1','options':{" + DAY + "}}")
                                .body())
                .contains("InvalidQuery", "nmae");
    }
}
