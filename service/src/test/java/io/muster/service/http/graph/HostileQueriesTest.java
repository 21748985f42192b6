package io.muster.service.http.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetSources;
import io.muster.service.query.KqlQueries;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Queries meant to bring the server down, while another client asks and is answered.
class HostileQueriesTest {
    private static final String RESOURCES =
            "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";

    private static final String SUBSCRIPTIONS = "/subscriptions?api-version=2022-12-01";

    /// A query, and the codes that it may be refused with, the innermost ones.
    private static Map<String, String> hostile() {
        var queries = new LinkedHashMap<String, String>();
        queries.put("print x = 1 | where x == 1" + " or x == 22".repeat(95_000), "QueryTooLong");
        queries.put(
                "print " + "(".repeat(10_000) + "1" + ")".repeat(10_000),
                "ParserFailure|QueryTooLarge");
        queries.put(
                "range x from 1 to 1000000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 1000000 step 1 | extend k = 1) on k | count",
                "QueryTimeout|QueryTooLarge");
        queries.put(
                "print a = range(1, 1000000) | extend b = a, c = a | mv-expand a | mv-expand b | mv-expand c | count",
                "QueryTimeout|QueryTooLarge");
        queries.put(
                "range x from 1 to 100000 step 1 | extend s = strrep(strcat('a', x), 5000) | where s matches regex '((a*)*)*b' | count",
                "QueryTimeout|QueryTooLarge");
        queries.put(
                "range x from 1 to 60000 step 1 | extend s = strrep(strcat('x', x), 1000) | extend s = strcat(s, s, s, s) | extend s = strcat(s, s, s, s) | sort by s asc",
                "QueryTimeout|QueryTooLarge");
        queries.put(
                "range x from 1 to 1000000000000 step 1 | where x == 0 | count", "QueryTimeout");
        queries.put("print series_fir(range(1, 1000000), range(1, 1000000))", "QueryTimeout");
        return queries;
    }

    private static HttpResponse<String> ask(HttpClient client, String server, String query)
            throws Exception {
        return client.send(request(server, query), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(String server, String query) {
        return HttpRequest.newBuilder(URI.create(server + RESOURCES))
                .header("Content-Type", "application/json")
                .POST(
                        HttpRequest.BodyPublishers.ofString(
                                Json.write(Dynamic.bag().put("query", query).build())))
                .build();
    }

    @Test
    @Timeout(300)
    void othersAreServedWhileHostileQueriesAreRefused(@TempDir Path data) throws Exception {
        try (var server =
                        MusterServer.start(
                                ServerOptions.onFreePorts(data),
                                InstantSource.system(),
                                Map.of(
                                        // The other client asks without a pause.
                                        "muster.graph.queries-per-window", "1000000",
                                        "muster.query.time-limit", "PT0.5S",
                                        "muster.query.memory-megabytes", "64"),
                                FleetSources.NONE);
                var hostile = HttpClient.newHttpClient();
                var other = HttpClient.newHttpClient()) {
            var done = new AtomicBoolean();
            var answers = new AtomicInteger();
            var asking =
                    new FutureTask<>(() -> {
                        while (!done.get()) {
                            var answer = ask(other, server.httpUrl(), "resources | count");
                            // The limit is so short that a busy machine may reach it at any query.
                            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 504);
                            if (answer.statusCode() == 200) {
                                answers.incrementAndGet();
                            }
                        }
                        return answers.get();
                    });
            var client = new Thread(asking);
            client.start();
            try {
                for (var query : hostile().entrySet()) {
                    int before = answers.get();
                    var answer = ask(hostile, server.httpUrl(), query.getKey());
                    String shown =
                            query.getKey().substring(0, Math.min(150, query.getKey().length()));
                    assertThat(innermost(answer)).as(shown).matches(query.getValue());
                    // Also while it was refused at once: the other one gets its answer then.
                    while (answers.get() == before) {
                        assertThat(asking.isDone()).as(shown).isFalse();
                        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
                    }
                }
            } finally {
                done.set(true);
            }
            assertThat(asking.get()).isGreaterThan(hostile().size());
            client.join();
        }
    }

    @Test
    @Timeout(300)
    void whatIsNoQueryIsServedWhileQueriesTakeEveryProcessor(@TempDir Path data) throws Exception {
        try (var server =
                        MusterServer.start(
                                ServerOptions.onFreePorts(data),
                                InstantSource.system(),
                                Map.of("muster.query.time-limit", "PT10M"),
                                FleetSources.NONE);
                var other = HttpClient.newHttpClient()) {
            var queries = server.bean(KqlQueries.class);
            int processors = Runtime.getRuntime().availableProcessors();
            var hostile = HttpClient.newHttpClient();
            try {
                var endless = new ArrayList<CompletableFuture<?>>();
                for (int i = 0; i < processors; i++) {
                    endless.add(
                            hostile.sendAsync(
                                    request(
                                            server.httpUrl(),
                                            "range x from 1 to 1000000000000 step 1 | where x == "
                                                    + -i
                                                    + " | count"),
                                    HttpResponse.BodyHandlers.ofString()));
                }
                await(() -> queries.running() == processors);
                for (var path : List.of("/health", "/api/status", SUBSCRIPTIONS)) {
                    var answer =
                            other.send(
                                    HttpRequest.newBuilder(URI.create(server.httpUrl() + path))
                                            .timeout(Duration.ofMinutes(2))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString());
                    assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(200);
                }
                assertThat(endless).noneMatch(CompletableFuture::isDone);
            } finally {
                // Whoever goes away takes his queries with him.
                hostile.shutdownNow();
            }
            await(() -> queries.running() == 0);
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /// The code of the first detail that says what is wrong; `none` for an answer.
    private static String innermost(HttpResponse<String> answer) throws Exception {
        if (answer.statusCode() == 200) {
            return "none";
        }
        var error = Json.parse(answer.body()).get("error");
        return error.get("details").items().stream()
                .map(detail -> detail.get("code").textOr(""))
                .filter(code -> !code.equals("InvalidQuery"))
                .findFirst()
                .orElse(error.get("code").textOr(""));
    }
}
