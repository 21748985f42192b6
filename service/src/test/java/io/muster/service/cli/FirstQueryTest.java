package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetSources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server asks itself before it says that it listens.
class FirstQueryTest {
    private static final String TOKEN = "a-token-of-this-test-only";

    /// What the user is told when it is asked of a server with those properties.
    private static String told(Path data, Map<String, Object> properties) throws Exception {
        var err = new ByteArrayOutputStream();
        try (var server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data),
                        InstantSource.system(),
                        properties,
                        FleetSources.NONE)) {
            FirstQuery.ask(server, new PrintStream(err, true, StandardCharsets.UTF_8));
        }
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void isAnswered(@TempDir Path data) throws Exception {
        assertThat(told(data, Map.of())).isEmpty();
    }

    /// Also one of the configuration, which the command line knows nothing of.
    @Test
    void carriesTheToken(@TempDir Path data) throws Exception {
        assertThat(told(data, Map.of("muster.server.token", TOKEN))).isEmpty();
    }

    @Test
    void tellsWhyItWasNotAnswered(@TempDir Path data) throws Exception {
        assertThat(
                        told(
                                data,
                                Map.of(
                                        "muster.graph.queries-per-window",
                                        0,
                                        "muster.server.token",
                                        TOKEN)))
                .contains("a first query of its own", "429 RateLimiting")
                .doesNotContain(TOKEN);
    }

    /// The JDK knows by itself only that the loopback address needs none; a token must not go there from any other.
    @Test
    void asksNoProxy(@TempDir Path data) throws Exception {
        var before = ProxySelector.getDefault();
        var asked = new ArrayList<URI>();
        ProxySelector.setDefault(
                new ProxySelector() {
                    @Override
                    public List<Proxy> select(URI uri) {
                        asked.add(uri);
                        return List.of(Proxy.NO_PROXY);
                    }

                    @Override
                    public void connectFailed(URI uri, SocketAddress at, IOException fault) {
                        throw new AssertionError(fault);
                    }
                });
        try {
            assertThat(told(data, Map.of())).isEmpty();
        } finally {
            ProxySelector.setDefault(before);
        }
        assertThat(asked).isEmpty();
    }
}
