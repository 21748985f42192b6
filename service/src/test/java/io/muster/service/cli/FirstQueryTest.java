package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetSources;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What a server asks itself before it says that it listens.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirstQueryTest {
    private static final String TOKEN = "a-token-of-this-test-only";
    private MusterServer server;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        var options =
                new ServerOptions(
                        data,
                        "127.0.0.1",
                        0,
                        Optional.empty(),
                        Optional.of(TOKEN),
                        Optional.empty());
        server = MusterServer.start(options, InstantSource.system(), Map.of(), FleetSources.NONE);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String toldBy(Optional<String> token) throws Exception {
        var err = new ByteArrayOutputStream();
        FirstQuery.ask(server.httpUrl(), token, new PrintStream(err, true, StandardCharsets.UTF_8));
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void isAnswered() throws Exception {
        assertThat(toldBy(Optional.of(TOKEN))).isEmpty();
    }

    @Test
    void tellsWhyItWasNot() throws Exception {
        assertThat(toldBy(Optional.of("a-token-of-somebody-else")))
                .contains("a first query of its own", "401 AuthenticationFailed")
                .doesNotContain(TOKEN);
    }
}
