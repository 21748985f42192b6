package io.muster.service.cli;

import io.muster.core.value.Dynamic;
import io.muster.kql.Kql;
import io.muster.service.MusterServer;
import io.muster.service.config.ServerSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;

/// What the first client of a server would wait for: the language, the way of a request through the server, the codecs of its answer. Asked by the server
/// itself before it says that it listens, over its own socket, as a client asks.
final class FirstQuery {
    private static final String PATH =
            "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";

    private static final Dynamic BODY =
            Dynamic.bag()
                    .put(
                            "query",
                            "resources | summarize count() by type | order by type asc | take 3")
                    .build();

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private FirstQuery() {}

    /// @param err is told when the server does not answer: it may still answer others, so it goes on
    static void ask(MusterServer server, PrintStream err) throws InterruptedException {
        Kql.warmUp();
        var token = server.bean(ServerSettings.class).token();
        try (var client = new ServerClient(server.httpUrl(), token, PATIENCE)) {
            client.post(PATH, BODY);
        } catch (BadInput | IOException refused) {
            err.println(
                    "muster: the server failed at a first query of its own: "
                            + refused.getMessage());
        }
    }
}
