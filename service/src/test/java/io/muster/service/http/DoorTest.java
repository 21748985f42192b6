package io.muster.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetSources;
import io.muster.service.tls.TlsMaterial;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorTest {
    private static final String ANY = "/providers/Foo.Bar/x?api-version=2024-04-01";
    private MusterServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data),
                        InstantSource.system(),
                        Map.of(),
                        FleetSources.NONE);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(server.httpUrl() + path));
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void healthIsAnswered() throws Exception {
        var answer = send(to("/health").build());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"UP\"");
    }

    @Test
    void aCallWithoutApiVersionIsRefusedAsAzureDoes() throws Exception {
        var answer = send(to("/subscriptions/x").build());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains("\"code\":\"MissingApiVersionParameter\"")
                .contains("The api-version query parameter (?api-version=) is required");
    }

    @Test
    void anApiVersionThatIsNoDateIsRefused() throws Exception {
        var answer = send(to("/subscriptions/x?api-version=latest").build());
        assertThat(answer.body()).contains("InvalidApiVersionParameter");
    }

    @Test
    void aPathThatIsNotServedGetsAzuresErrorBody() throws Exception {
        var answer = send(to(ANY).build());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).startsWith("{\"error\":{\"code\":\"NotFound\"");
        assertThat(send(to("/no/such/page").build()).body())
                .startsWith("{\"error\":{\"code\":\"NotFound\"");
    }

    @Test
    void everyAnswerCarriesRequestIdsAndEchoesTheClients() throws Exception {
        var answer =
                send(
                        to(ANY).header("x-ms-client-request-id", "mine")
                                .header("x-ms-return-client-request-id", "true")
                                .header("x-ms-correlation-request-id", "abc-1")
                                .build());
        assertThat(answer.headers().firstValue("x-ms-request-id")).isPresent();
        assertThat(answer.headers().firstValue("x-ms-correlation-request-id")).contains("abc-1");
        assertThat(answer.headers().firstValue("x-ms-client-request-id")).contains("mine");
    }

    @Test
    void pagesOfOtherSitesCannotCall() throws Exception {
        var answer = send(to(ANY).header("Origin", "https://evil.example").build());
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("OriginNotAllowed");
        assertThat(send(to(ANY).header("Origin", "null").build()).statusCode()).isEqualTo(403);
        assertThat(send(to(ANY).header("Origin", server.httpUrl()).build()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aNameReboundToTheLoopbackAddressIsNotServed() throws Exception {
        int port = URI.create(server.httpUrl()).getPort();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(
                            "GET /health HTTP/1.1\r\nHost: evil.example:%d\r\nConnection: close\r\n\r\n"
                                    .formatted(port)
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 403").contains("HostNotAllowed");
        }
    }

    @Test
    void aBodyThatIsNotJsonIsRefused() throws Exception {
        var answer =
                send(
                        to(ANY).header("Content-Type", "text/plain")
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build());
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body()).contains("UnsupportedMediaType");
    }

    @Test
    void httpsIsServedUnderTheSelfMadeAuthority() throws Exception {
        var context = TlsMaterial.trusting(server.tls().orElseThrow().authorityPem());
        try (var secure = HttpClient.newBuilder().sslContext(context).build()) {
            var url = URI.create(server.httpsUrl().orElseThrow() + "/health");
            var answer =
                    secure.send(
                            HttpRequest.newBuilder(url).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }
}
