package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Results that a server gives in pages without tokens.
class ServerPagesTest {
    private static final int TOTAL = 1500;

    /// Pages of 1000 numbers; `$skip` is heeded unless the query has a take of its own, as Resource Graph does.
    private static byte[] page(String request) {
        try {
            var asked = Json.parse(request);
            boolean limited = asked.get("query").textOr("").contains("take");
            int skip =
                    limited || !(asked.path("options", "$skip") instanceof Dynamic.Whole(var s))
                            ? 0
                            : (int) s;
            var rows = new ArrayList<Dynamic>();
            for (int i = skip; i < Math.min(TOTAL, skip + 1000); i++) {
                rows.add(Dynamic.array(Dynamic.of(i)));
            }
            var column = Dynamic.bag().put("name", "n").put("type", "integer").build();
            return Json.write(
                            Dynamic.bag()
                                    .put("totalRecords", TOTAL)
                                    .put("count", rows.size())
                                    .put(
                                            "resultTruncated",
                                            skip + rows.size() < TOTAL ? "true" : "false")
                                    .put(
                                            "data",
                                            Dynamic.bag()
                                                    .put("columns", Dynamic.array(column))
                                                    .put("rows", Dynamic.array(rows))
                                                    .build())
                                    .build())
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonException bad) {
            throw new IllegalArgumentException(bad);
        }
    }

    private record Run(int code, long lines, String err, int requests) {}

    private static Run query(String text) throws IOException {
        var requests = new AtomicInteger();
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    byte[] answer =
                            page(
                                    new String(
                                            exchange.getRequestBody().readAllBytes(),
                                            StandardCharsets.UTF_8));
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        try {
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            int code =
                    Muster.run(
                            new Streams(
                                    new ByteArrayInputStream(new byte[0]),
                                    new PrintStream(out, true, StandardCharsets.UTF_8),
                                    new PrintStream(err, true, StandardCharsets.UTF_8)),
                            InstantSource.system(),
                            List.of(
                                            "query",
                                            "--format",
                                            "csv",
                                            "--server",
                                            "http://127.0.0.1:" + server.getAddress().getPort(),
                                            text)
                                    .toArray(String[]::new));
            return new Run(
                    code,
                    out.toString(StandardCharsets.UTF_8).lines().count() - 1,
                    err.toString(StandardCharsets.UTF_8),
                    requests.get());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void rowsWithoutTokensAreCountedOff() throws Exception {
        var run = query("resources | project n = 1");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.lines()).isEqualTo(TOTAL);
        assertThat(run.requests()).isEqualTo(2);
    }

    @Test
    void queryWithATakeOfItsOwnEndsWithItsFirstPageAndSaysSo() throws Exception {
        var run = query("resources | project n = 1 | take 1500");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.lines()).isEqualTo(1000);
        assertThat(run.requests()).isEqualTo(1);
        assertThat(run.err()).contains("first 1000 of 1500 rows");
    }
}
