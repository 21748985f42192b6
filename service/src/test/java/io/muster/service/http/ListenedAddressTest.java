package io.muster.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micronaut.http.HttpRequest;
import io.muster.service.MusterServer;
import io.muster.service.config.ListenHost;
import io.muster.service.config.ServerOptions;
import io.muster.service.config.ServerSettings;
import io.muster.service.fleet.FleetSources;
import io.muster.service.http.errors.ArmException;
import io.muster.service.tls.TlsMaterial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A server that listens elsewhere than on 127.0.0.1.
class ListenedAddressTest {
    private static final String TOKEN = "a-token-of-this-test-only";

    private static ServerOptions on(String host, Path data) {
        return new ServerOptions(
                data, host, 0, Optional.of(0), Optional.of(TOKEN), Optional.empty());
    }

    /// On the same data first at the usual address, whose certificate does not name the other one.
    @Test
    void theAddressesItTellsAreThoseThatItAnswersAt(@TempDir Path data) throws Exception {
        assumeTrue(hasSecondLoopbackAddress(), "this system has no 127.0.0.2");
        for (String host : List.of("127.0.0.1", "127.0.0.2")) {
            try (var server =
                    MusterServer.start(
                            on(host, data), InstantSource.system(), Map.of(), FleetSources.NONE)) {
                assertThat(server.httpUrl()).startsWith("http://" + host + ":");
                assertThat(status(server, server.httpUrl())).isEqualTo(200);
                assertThat(server.httpsUrl().orElseThrow()).startsWith("https://" + host + ":");
                assertThat(status(server, server.httpsUrl().orElseThrow())).isEqualTo(200);
            }
        }
    }

    private static int status(MusterServer server, String url) throws Exception {
        try (var client =
                HttpClient.newBuilder()
                        .sslContext(TlsMaterial.trusting(server.tls().orElseThrow().authorityPem()))
                        .build()) {
            var request =
                    java.net.http.HttpRequest.newBuilder(URI.create(url + "/api/status"))
                            .header("Authorization", "Bearer " + TOKEN);
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static boolean hasSecondLoopbackAddress() {
        try (var _ = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
            return true;
        } catch (IOException none) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "localhost, localhost",
        "::1, [::1]",
        "192.0.2.7, 192.0.2.7",
        "0.0.0.0, 127.0.0.1",
        "::, 127.0.0.1",
        "0:0:0:0:0:0:0:0, 127.0.0.1"
    })
    void urlsNameTheAddress(String host, String inUrl) {
        assertThat(new ListenHost(host).inUrl()).isEqualTo(inUrl);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:8686, true",
        "127.0.0.1, 192.0.2.7:8686, false",
        "192.0.2.7, 192.0.2.7:8686, true",
        "192.0.2.7, 192.0.2.8:8686, false",
        "192.0.2.7, localhost, true",
        "0.0.0.0, 192.0.2.7:8686, true",
        "0.0.0.0, [2001:db8::7]:8686, true",
        "0.0.0.0, evil.example:8686, false",
        "::, 192.0.2.7, true",
        "::, 192.0.2.7.evil.example, false",
        "2001:db8::7, [2001:db8::7]:8686, true",
        "2001:db8::7, [2001:db8::8]:8686, false",
        "2001:db8:0:0::7, [2001:db8::7]:8686, true",
        "::0, 192.0.2.7, true",
        "fleet.example, FLEET.example:8686, true"
    })
    void aHostIsAnsweredToWhenItIsListenedOn(String listensOn, String host, boolean answered) {
        var door =
                new Doorkeeper(
                        new ServerSettings(Optional.empty(), List.of(), List.of()), listensOn);
        assertThat(passes(door, host)).isEqualTo(answered);
    }

    private static boolean passes(Doorkeeper door, String host) {
        try {
            door.check(HttpRequest.GET("/api/status").header("Host", host));
            return true;
        } catch (ArmException refused) {
            assertThat(refused.getMessage()).contains(host.replaceAll(":\\d+$", ""));
            return false;
        }
    }
}
