package io.muster.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetSources;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server that wants a token.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenDoorTest {
    private static final String TOKEN = "a-token-of-this-test-only";
    private final HttpClient client = HttpClient.newHttpClient();
    private MusterServer server;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data),
                        InstantSource.system(),
                        Map.of("muster.server.token", TOKEN),
                        FleetSources.NONE);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.httpUrl() + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/status",
                "/api/schema",
                "/subscriptions?api-version=2024-04-01",
                "/providers/Microsoft.ResourceGraph/operations?api-version=2024-04-01"
            })
    void whatHoldsDataIsShownOnlyWithTheToken(String path) throws Exception {
        var without = get(path);
        assertThat(without.statusCode()).isEqualTo(401);
        assertThat(without.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(without.body()).contains("AuthenticationFailed").doesNotContain(TOKEN);
        assertThat(get(path, "Authorization", "Bearer " + TOKEN + "x").statusCode()).isEqualTo(401);

        assertThat(get(path, "Authorization", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
    }

    /// Else the page that asks for the token could not be shown. The tests may run without a built console: then the page says so.
    @ParameterizedTest
    @ValueSource(strings = {"/", "/health"})
    void theConsolesPageAndTheHealthCheckNeedNone(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/assets/none.js", "/muster.svg/../api/status", "/assets/../api/status"})
    void nothingElseIsReachedThroughTheConsolesPaths(String path) throws Exception {
        assertThat(get(path).body()).doesNotContain("snapshot");
        assertThat(get(path).statusCode()).isIn(400, 401, 404);
    }
}
