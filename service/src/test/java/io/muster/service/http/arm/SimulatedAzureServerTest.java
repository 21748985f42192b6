package io.muster.service.http.arm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.service.tls.TlsMaterial;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.fault.WireFault;
import io.muster.simulator.fault.WireFaults;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedAzureServerTest {
    private static final String SUBSCRIPTION =
            "/subscriptions/a1000000-0000-4000-8000-000000000001";
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<WireFault> next = new AtomicReference<>(new WireFault.None());
    private SimulatedAzureServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        var azure =
                new SimulatedAzure(
                        SimulatorSettings.DEFAULT.instantly(),
                        VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z")),
                        (catalog, query) -> {
                            throw new IllegalStateException("no query is asked here");
                        });
        azure.seed(
                Dynamic.bag()
                        .put("id", SUBSCRIPTION)
                        .put("name", "Test")
                        .put("type", "Microsoft.Resources/subscriptions")
                        .put("subscriptionId", SUBSCRIPTION.substring(15))
                        .build());
        server =
                SimulatedAzureServer.start(
                        azure,
                        TlsMaterial.ensure(folder, Instant.now()).serverContext(),
                        0,
                        Optional.of(0),
                        _ -> next.getAndSet(new WireFault.None()));
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(
                URI.create(server.httpUrl().orElseThrow() + path + "?api-version=2021-04-01"));
    }

    private HttpRequest.Builder known(String path) {
        return to(path).header("Authorization", "Bearer any");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void callWithATokenOfAnyKindIsAnswered() throws Exception {
        assertThat(send(known("/subscriptions")).statusCode()).isEqualTo(200);
    }

    @Test
    void callWithoutATokenIsRefusedAsArmDoes() throws Exception {
        var answer = send(to("/subscriptions"));
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("\"AuthenticationFailed\"");
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
                .startsWith("Bearer authorization_uri=");
    }

    @Test
    void signInNeedsNoToken() throws Exception {
        assertThat(send(to("/adfs/.well-known/openid-configuration")).statusCode()).isEqualTo(200);
        assertThat(
                        send(to("/adfs/oauth2/v2.0/token")
                                        .header("Content-Type", "application/x-www-form-urlencoded")
                                        .POST(HttpRequest.BodyPublishers.ofString("a=b")))
                                .statusCode())
                .isEqualTo(200);
    }

    @Test
    void pageOfAnotherSiteIsRefused() throws Exception {
        var answer = send(known("/subscriptions").header("Origin", "https://evil.example"));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("OriginNotAllowed");
        assertThat(
                        send(known("/subscriptions")
                                        .header(
                                                "Origin",
                                                server.httpUrl().orElseThrow().toString()))
                                .statusCode())
                .isEqualTo(200);
    }

    @Test
    void bodyThatIsNoJsonIsRefused() throws Exception {
        var answer =
                send(
                        known(SUBSCRIPTION + "/resourceGroups/rg")
                                .header("Content-Type", "text/plain")
                                .PUT(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"location\":\"westeurope\"}")));
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(
                        send(known(SUBSCRIPTION + "/resourceGroups/rg")
                                        .header("Content-Type", "application/json; charset=utf-8")
                                        .PUT(
                                                HttpRequest.BodyPublishers.ofString(
                                                        "{\"location\":\"westeurope\"}")))
                                .statusCode())
                .isEqualTo(201);
    }

    @Test
    void hostOfAnotherNameIsRefused() throws Exception {
        assertThat(raw("GET /subscriptions?api-version=2021-04-01", "evil.example"))
                .contains(" 403 ")
                .contains("HostNotAllowed");
    }

    @Test
    void pathThatCannotBeDecodedIsRefused() throws Exception {
        int port = server.httpUrl().orElseThrow().getPort();
        assertThat(raw("GET /subscriptions/%zz?api-version=2021-04-01", "127.0.0.1:" + port))
                .contains(" 400 ");
    }

    @Test
    void wholeAddressIsAnsweredAsItsPathIs() throws Exception {
        String host = "127.0.0.1:" + server.httpUrl().orElseThrow().getPort();
        assertThat(raw("GET http://" + host + "/subscriptions?api-version=2021-04-01", host))
                .contains(" 200 ")
                .contains("\"value\"");
    }

    private String raw(String line, String host) throws IOException {
        try (var socket =
                new Socket(
                        InetAddress.getLoopbackAddress(),
                        server.httpUrl().orElseThrow().getPort())) {
            socket.getOutputStream()
                    .write(
                            (line
                                            + " HTTP/1.1\r\nHost: "
                                            + host
                                            + "\r\n"
                                            + "Authorization: Bearer any\r\n"
                                            + "Connection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void cutAnswerIsNoticedByItsReader() throws Exception {
        next.set(new WireFault.Truncated());
        assertThatThrownBy(() -> send(known("/subscriptions"))).isInstanceOf(IOException.class);
        assertThat(send(known("/subscriptions")).statusCode()).isEqualTo(200);
    }

    @Test
    void lateAnswerComesWhole() throws Exception {
        next.set(new WireFault.Slow(Duration.ofMillis(20)));
        assertThat(send(known("/subscriptions")).body()).contains("\"value\"");
    }

    @Test
    void writeWhoseAnswerIsLostWasCarriedOut() throws Exception {
        next.set(new WireFault.Dropped());
        String answered =
                raw(
                        "DELETE " + SUBSCRIPTION + "/resourceGroups/none?api-version=2021-04-01",
                        "127.0.0.1:" + server.httpUrl().orElseThrow().getPort());
        assertThat(answered).isEmpty();
    }

    @Test
    void sameSeedGivesTheSameWireFaults() {
        assertThat(history(7)).isEqualTo(history(7)).isNotEqualTo(history(8));
        assertThat(history(7)).hasSize(200);
    }

    private static List<WireFault> history(long seed) {
        var faults = WireFaults.seeded(seed, 100, Duration.ofMillis(5), 100, 100);
        var request = new ArmRequest("GET", URI.create("http://127.0.0.1/"), Map.of(), new byte[0]);
        return IntStream.range(0, 200).mapToObj(_ -> faults.fault(request)).toList();
    }
}
