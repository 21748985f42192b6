package io.muster.inventory.source.azure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Answers Resource Graph queries of the forms that the reader asks, and GETs of what was put; with faults on request.
final class FakeAzure implements AutoCloseable {
    private static final Pattern BEHIND = Pattern.compile("strcmp\\(id, '([^']*?)'\\) > 0");
    private static final Pattern UP_TO = Pattern.compile("strcmp\\(id, '([^']*?)'\\) <= 0");
    private static final Pattern TYPE = Pattern.compile("type =~ '(.*?)'");
    private static final Pattern IDS = Pattern.compile("id in~ \\((.*?)\\)");

    private static final String TOO_LARGE =
            "{\"error\":{\"code\":\"BadRequest\",\"message\":\"m\",\"details\":[{\"code\":\"ResponsePayloadTooLarge\",\"message\":\"16 MB\"}]}}";

    private final HttpServer server;

    /// Rows by id.
    final ConcurrentSkipListMap<String, Dynamic> rows = new ConcurrentSkipListMap<>();

    /// Answers of GETs by path in lower case; `403` refuses.
    final ConcurrentSkipListMap<String, String> gets = new ConcurrentSkipListMap<>();

    /// What the next requests meet instead of an answer.
    final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();

    /// Run after each Resource Graph page.
    final ConcurrentLinkedQueue<Runnable> between = new ConcurrentLinkedQueue<>();

    /// The texts of all queries that were answered.
    final ConcurrentLinkedQueue<String> queries = new ConcurrentLinkedQueue<>();

    /// When set, each answer says that the user's quota is used up for that long.
    volatile String quota = "";

    /// When set, Resource Graph says that the tenant has more subscriptions than it answers for.
    volatile boolean leavesSubscriptionsOut;

    /// A page of more rows is refused as too large.
    volatile int mostRows = Integer.MAX_VALUE;

    /// No page has more rows, whatever is asked for.
    volatile int shortPages = Integer.MAX_VALUE;

    /// A page that a proxy shows instead of what is not there; empty for Azure's own error.
    volatile String page = "";

    /// What stands behind the question marks of GETs.
    final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

    final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();

    /// A status with headers, a dropped connection (0) or a truncated body (-1).
    record Fault(int status, String header, String value) {
        static Fault status(int status) {
            return new Fault(status, "", "");
        }

        static Fault dropped() {
            return status(0);
        }

        static Fault truncated() {
            return status(-1);
        }

        /// Answers as it should.
        static final Fault NONE = status(-2);

        /// The rows of another place of the result: a page left out or sent again.
        static Fault shifted(int rows) {
            return new Fault(-3, "", Integer.toString(rows));
        }
    }

    FakeAzure() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void put(Dynamic row) {
        rows.put(row.get("id").textOr(""), row);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        requests.add(exchange.getRequestMethod() + " " + path);
        String behind = exchange.getRequestURI().getQuery();
        if (behind != null) {
            asked.add(behind);
        }
        var fault = faults.poll();
        if (fault != null && fault.status() == 0) {
            exchange.close();
            return;
        }
        if (fault != null && fault.status() > 0) {
            if (!fault.header().isEmpty()) {
                exchange.getResponseHeaders().add(fault.header(), fault.value());
            }
            send(exchange, fault.status(), "{\"error\":{\"code\":\"Fault\",\"message\":\"m\"}}");
            return;
        }
        if (!quota.isEmpty()) {
            exchange.getResponseHeaders().add("x-ms-user-quota-remaining", "0");
            exchange.getResponseHeaders().add("x-ms-user-quota-resets-after", quota);
        }
        if (leavesSubscriptionsOut) {
            exchange.getResponseHeaders().add("x-ms-tenant-subscription-limit-hit", "true");
        }
        int shift = fault != null && fault.status() == -3 ? Integer.parseInt(fault.value()) : 0;
        String answer = answer(path, body, shift);
        if (answer != null && answer.equals(TOO_LARGE)) {
            send(exchange, 400, answer);
            return;
        }
        if (answer != null && answer.equals("403")) {
            send(
                    exchange,
                    403,
                    "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"no\"}}");
            return;
        }
        if (answer == null) {
            send(
                    exchange,
                    404,
                    page.isEmpty()
                            ? "{\"error\":{\"code\":\"ResourceNotFound\",\"message\":\"none\"}}"
                            : page);
        } else if (fault != null && fault.status() == -1) {
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
            exchange.getResponseBody().flush();
            exchange.close();
        } else {
            send(exchange, 200, answer);
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private @Nullable String answer(String path, byte[] body, int shift) {
        if (path.equals("/providers/Microsoft.ResourceGraph/resources")) {
            try {
                var answer = query(Json.parse(body), shift);
                if (answer.get("count").longOr(0) > mostRows) {
                    return TOO_LARGE;
                }
                var page = Json.write(answer);
                var then = between.poll();
                if (then != null) {
                    then.run();
                }
                return page;
            } catch (JsonException fault) {
                throw new IllegalStateException(fault);
            }
        }
        return gets.get(path.toLowerCase(Locale.ROOT));
    }

    private Dynamic query(Dynamic request, int shift) {
        String query = request.get("query").textOr("");
        queries.add(query);
        String table = query.split(" ")[0];
        var options = request.get("options");
        var matching = new ArrayList<Dynamic>();
        var behind = BEHIND.matcher(query);
        var type = TYPE.matcher(query);
        var ids = IDS.matcher(query);
        boolean keyed = behind.find();
        var upTo = UP_TO.matcher(query);
        boolean ended = upTo.find();
        boolean typed = type.find();
        boolean named = ids.find();
        List<Dynamic> subscriptions = request.get("subscriptions").items();
        for (var row : rows.values()) {
            String id = row.get("id").textOr("");
            boolean container =
                    row.get("type").textOr("").startsWith("microsoft.resources/subscriptions");
            if (container == table.equals("resourcecontainers")
                    && (subscriptions.isEmpty()
                            || subscriptions.stream()
                                    .anyMatch(s -> id.startsWith("/subscriptions/" + s.textOr(""))))
                    && (!keyed || id.compareTo(behind.group(1)) > 0)
                    && (!ended || id.compareTo(upTo.group(1)) <= 0)
                    && (!typed || row.get("type").textOr("").equalsIgnoreCase(type.group(1)))
                    && (!named
                            || ids.group(1)
                                    .toLowerCase(Locale.ROOT)
                                    .contains("'" + id.toLowerCase(Locale.ROOT) + "'"))) {
                matching.add(row);
            }
        }
        matching.sort(Comparator.comparing(row -> row.get("id").textOr("")));
        int top = (int) Math.min(shortPages, options.get("$top").longOr(100));
        String token = options.get("$skipToken").textOr("");
        int from =
                options.get("$skip").isNull()
                        ? token.isEmpty() ? 0 : Integer.parseInt(token)
                        : (int) options.get("$skip").longOr(0);
        if (!typed) {
            from = Math.clamp(from + shift, 0, matching.size());
        }
        var page =
                matching.subList(
                        Math.min(from, matching.size()), Math.min(from + top, matching.size()));
        var answer =
                Dynamic.bag()
                        .put("totalRecords", matching.size())
                        .put("count", page.size())
                        .put("resultTruncated", "false")
                        .put("data", Dynamic.array(page))
                        .put("facets", Dynamic.EMPTY_ARRAY);
        if (from + top < matching.size()) {
            answer.put("$skipToken", Integer.toString(from + top));
        }
        return answer.build();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
