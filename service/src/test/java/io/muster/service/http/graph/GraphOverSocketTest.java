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
import io.muster.service.query.KqlQueries;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Resource Graph's contract as a client sees it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GraphOverSocketTest {
    private static final String RESOURCES =
            "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";
    private static final String SAVED =
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
                    + "/providers/Microsoft.ResourceGraph/queries/";
    private final HttpClient client = HttpClient.newHttpClient();
    private MusterServer server;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data),
                        InstantSource.system(),
                        Map.of(),
                        FleetSources.NONE);
        var machines = new ArrayList<Dynamic>();
        for (int i = 0; i < 7; i++) {
            machines.add(
                    Json.parse(
                            "{'id':'/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm%d','name':'vm%d','type':'Microsoft.Compute/virtualMachines','location':'%s'}"
                                    .formatted(i, i, i % 3 == 0 ? "westus" : "eastus")
                                    .replace('\'', '"')));
        }
        var fleet = server.bean(Fleet.class);
        fleet.publish(
                ResourceHistory.STANDARD.record(
                        fleet.snapshot(),
                        fleet.snapshot().with(machines, Set.of(), InstantSource.system().instant()),
                        HistoryEntry.Cause.COLLECTION));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.httpUrl() + path))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Dynamic ask(String body) throws Exception {
        var answer = send("POST", RESOURCES, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    private List<String> codes(String body) throws Exception {
        var answer = send("POST", RESOURCES, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var error = Json.parse(answer.body()).get("error");
        var out = new ArrayList<String>();
        out.add(error.get("code").textOr(""));
        error.get("details").items().forEach(d -> out.add(d.get("code").textOr("")));
        return out;
    }

    @Test
    void pagesFollowTheirTokensAndTotalsCountAllRows() throws Exception {
        var first =
                ask("{'query':'resources | project id | order by id asc','options':{'$top':4}}");
        assertThat(first.get("totalRecords")).isEqualTo(Dynamic.of(7L));
        assertThat(first.get("count")).isEqualTo(Dynamic.of(4L));
        assertThat(first.get("resultTruncated")).isEqualTo(Dynamic.of("false"));
        var second =
                ask(
                        "{'query':'resources | project id | order by id asc','options':{'$top':4,'$skipToken':'%s'}}"
                                .formatted(first.get("$skipToken").textOr("")));
        assertThat(second.get("count")).isEqualTo(Dynamic.of(3L));
        assertThat(second.get("$skipToken").isNull()).isTrue();
        assertThat(second.path("data").items().getLast().get("id").textOr("")).endsWith("/vm6");
    }

    @Test
    void whatCannotBePagedIsTruncated() throws Exception {
        for (var query : List.of("resources | project name", "resources | project id | take 5")) {
            var answer = ask("{'query':'" + query + "','options':{'$top':2}}");
            assertThat(answer.get("resultTruncated")).as(query).isEqualTo(Dynamic.of("true"));
            assertThat(answer.get("$skipToken").isNull()).as(query).isTrue();
        }
        var skipped = ask("{'query':'resources | project id | take 5','options':{'$skip':3}}");
        assertThat(skipped.get("count")).isEqualTo(Dynamic.of(5L));
    }

    @Test
    void facetsSeeAllRowsAndSayWhyTheyFail() throws Exception {
        var answer =
                ask(
                        "{'query':'resources | project id, location','options':{'$top':1},'facets':[{'expression':'location','options':{'sortOrder':'asc'}},{'expression':'nowhere'}]}");
        var facets = answer.get("facets").items();
        assertThat(Json.write(facets.getFirst().get("data")).replace('"', '\''))
                .isEqualTo("[{'location':'westus','count':3},{'location':'eastus','count':4}]");
        assertThat(facets.get(1).get("resultType")).isEqualTo(Dynamic.of("FacetError"));
        assertThat(facets.get(1).get("errors").items().getFirst().get("code"))
                .isEqualTo(Dynamic.of("NoValidColumns"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'expression':'x, location, y'; InvalidColumnNames; Invalid column names: [x, y].",
                "'expression':'location','options':{'filter':'nowhere == 1'}; InvalidColumnNames; The name 'nowhere' does not",
                "'expression':'location','options':{'sortBy':'nowhere'}; InvalidColumnNames; The name 'nowhere' does not",
                "'expression':'location','options':{'filter':'location =='}; ParserFailure; Unexpected"
            },
            quoteCharacter = '`')
    void aFacetBlamesOnlyWhatIsWrong(String facet, String code, String message) throws Exception {
        var answer =
                ask(
                        "{'query':'resources | project id, location','facets':[{%s}]}"
                                .formatted(facet));
        var errors = answer.get("facets").get(0).get("errors").items();
        assertThat(errors.getLast().get("code")).isEqualTo(Dynamic.of(code));
        assertThat(errors.getLast().get("message").textOr("-")).startsWith(message);
        assertThat(errors).hasSize(facet.contains("options") ? 1 : 2);
    }

    @Test
    void optionsThatAzureLacksAreRefused() throws Exception {
        assertThat(codes("{'query':'resources','options':{'authorizationScopeFilter':'Below'}}"))
                .containsExactly("BadRequest", "InvalidQueryOptions");
        assertThat(
                        ask("{'query':'resources | count','subscriptions':['00000000-0000-0000-0000-000000000001'],'options':{'authorizationScopeFilter':'atscopeexact'}}")
                                .path("data")
                                .get(0)
                                .get("Count"))
                .isEqualTo(Dynamic.of(7L));
        assertThat(codes("{'query':'resources','facets':{'expression':'name'}}"))
                .containsExactly("BadRequest", "InvalidRequest");
    }

    @Test
    void quotaIsToldInHeaders() throws Exception {
        var answer = send("POST", RESOURCES, "{'query':'resources | count'}");
        assertThat(answer.headers().firstValue("x-ms-user-quota-remaining")).isPresent();
        assertThat(answer.headers().firstValue("x-ms-user-quota-resets-after").orElse(""))
                .matches("00:00:0[1-5]");
    }

    @Test
    void faultsAreNestedAsResourceGraphNestsThem() throws Exception {
        assertThat(codes("{'query':'resources | where | take'}"))
                .startsWith("BadRequest", "InvalidQuery", "ParserFailure");
        assertThat(codes("{'query':'resources | where tpye == name | project nam'}"))
                .containsExactly(
                        "BadRequest", "InvalidQuery", "InvalidColumnNames", "InvalidColumnNames");
        assertThat(codes("{'query':'nothing'}"))
                .containsExactly("BadRequest", "InvalidQuery", "DisallowedLogicalTableName");
        assertThat(codes("{'query':'  '}")).containsExactly("BadRequest", "QueryMissing");
    }

    @Test
    void savedTextsStandInTheirPlaces() throws Exception {
        String body = "{'location':'global','properties':{'query':'%s'}}";
        send(
                "PUT",
                SAVED + "few?api-version=2024-04-01",
                body.formatted("resources | take 3 // all"));
        var counted = ask("{'query':'{{" + SAVED.replace("/rg/", "/RG/") + "few}} | count'}");
        assertThat(counted.get("data").items().getFirst().get("Count")).isEqualTo(Dynamic.of(3L));
        send(
                "PUT",
                SAVED + "circle?api-version=2024-04-01",
                body.formatted("{{" + SAVED + "circle}} | take 1"));
        assertThat(codes("{'query':'{{" + SAVED + "circle}}'}"))
                .containsExactly("BadRequest", "TooManySavedQueries");
        assertThat(codes("{'query':'{{" + SAVED + "nowhere}}'}"))
                .containsExactly("BadRequest", "SavedQueryNotFound");
    }

    @Test
    void parametersAreValuesAndNeverText() throws Exception {
        var answer =
                ask(
                        "{'query':'declare query_parameters(n:long, words:string); resources | where name == words | extend m = n + 1 | project name, m','options':{'parameters':{'n':41,'words':'vm3'}}}");
        assertThat(Json.write(answer.get("data"))).isEqualTo("[{\"name\":\"vm3\",\"m\":42}]");
        assertThat(
                        ask("{'query':'resources | where name == words | count','options':{'parameters':{'words':'vm3 | take 0'}}}")
                                .get("data")
                                .items()
                                .getFirst()
                                .get("Count"))
                .isEqualTo(Dynamic.of(0L));
        assertThat(codes("{'query':'resources','options':{'parameters':{'wrods':1}}}"))
                .containsExactly("BadRequest", "InvalidQueryOptions");
        assertThat(codes("{'query':'resources','options':{'parameters':[1]}}"))
                .containsExactly("BadRequest", "InvalidQueryOptions");
        assertThat(
                        codes(
                                "{'query':'declare query_parameters(n:long); print n','options':{'parameters':{'n':'one'}}}"))
                .startsWith("BadRequest", "InvalidQuery");
    }

    @Test
    void pagesOfOtherParametersAreOtherPages() throws Exception {
        String body =
                "{'query':'resources | where name != gone | project id | order by id asc','options':{'$top':2,'parameters':{'gone':'%s'}%s}}";
        String token = ask(body.formatted("vm0", "")).get("$skipToken").textOr("");
        var next = ask(body.formatted("vm0", ",'$skipToken':'" + token + "'"));
        assertThat(next.get("data").items().getFirst().get("id").textOr("")).endsWith("/vm3");
        assertThat(codes(body.formatted("vm1", ",'$skipToken':'" + token + "'")))
                .containsExactly("BadRequest", "InvalidSkipToken");
    }

    @Test
    void planIsToldWhenAsked() throws Exception {
        var answer = ask("{'query':'resources | count','options':{'explain':true}}");
        assertThat(answer.get("explain").textOr("")).contains("scan resources", "-- rows");
        assertThat(ask("{'query':'resources | count'}").get("explain").isNull()).isTrue();
    }

    @Test
    void queriesOfClientsThatGoAwayEnd() throws Exception {
        String body =
                "{\"query\":\"range x from 1 to 1000000000000 step 1 | where hash(x) == 0 | count\"}";
        var running = server.bean(KqlQueries.class);
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 2; i++) {
                var address = URI.create(server.httpUrl());
                var socket = new Socket(address.getHost(), address.getPort());
                sockets.add(socket);
                socket.getOutputStream()
                        .write(
                                """
                                POST %s HTTP/1.1
                                Host: 127.0.0.1
                                Content-Type: application/json
                                Content-Length: %d

                                %s\
                                """
                                        .formatted(RESOURCES, body.length(), body)
                                        .replace("\n", "\r\n")
                                        .getBytes(StandardCharsets.UTF_8));
                await(() -> running.running() > 0);
            }
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
        await(() -> running.running() == 0);
        // Each has ended, and a client that stays is served.
        assertThat(ask("{'query':'resources | count'}").path("data").items()).hasSize(1);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("waited too long").isNegative();
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
