package io.muster.service.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.service.MusterServer;
import io.muster.service.fleet.FleetSources;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsCheckTest {
    private static MusterServer start(Path data, Map<String, Object> settings) throws Exception {
        return MusterServer.start(
                ServerOptions.onFreePorts(data),
                InstantSource.system(),
                settings,
                FleetSources.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "muster.query.time-limit, soon, muster.query.time-limit cannot be 'soon'",
        "muster.query.max-rows, 1e, muster.query.max-rows cannot be '1e'",
        "muster.query.max-text, 5, from 65{c}536",
        "muster.query.concurrent, -1, concurrent",
        "muster.graph.queries-per-window, many, queries-per-window cannot be 'many'",
        "muster.graph.queries-per-window, -1, must be at least 0",
        "muster.history.keep, PT0S, muster.history.keep",
        "muster.query.concurrent, 40000, from 0 to 1000",
        "muster.query.max-length, 4294967396, muster.query.max-length cannot be '4294967396'",
        "muster.query.max-wait, P365000D, to a day",
        "muster.query.time-limit, P365000D, a day at most",
        "muster.azure.endpoint, not an address, muster.azure.endpoint must be an address",
        "muster.remediation.approval, ture, muster.remediation.approval cannot be 'ture'",
        "muster.remediation.lease, PT-30S, longer than nothing",
        "muster.remediation.retention, P-1D, must not be negative",
        "muster.rounds.every, soon, muster.rounds.every cannot be 'soon'",
        "muster.compaction.every, 0s, muster.compaction.every cannot be '0s'",
        "muster.remediation.lease, a while, muster.remediation.lease cannot be 'a while'"
    })
    void whatMakesNoSenseEndsTheStart(String name, String value, String said, @TempDir Path data) {
        assertThatThrownBy(() -> start(data, Map.of(name, value)).close())
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining(said.replace("{c}", ","));
    }

    /// What was opened is closed again: the folder can be used.
    @Test
    void whatWasRefusedCanBeMended(@TempDir Path data) throws Exception {
        assertThatThrownBy(() -> start(data, Map.of("muster.query.max-length", 1L << 33)).close())
                .isInstanceOf(BadSetting.class);
        try (var server =
                start(
                        data,
                        Map.of(
                                "muster.query.max-length",
                                "",
                                "muster.remediation.approval",
                                "yes"))) {
            assertThat(server.bean(QuerySettings.class).maxLength()).isEqualTo(2_000_000);
        }
    }

    @Test
    void whatMakesSenseCounts(@TempDir Path data) throws Exception {
        try (var server =
                start(
                        data,
                        Map.of(
                                "muster.query.time-limit",
                                "PT0.5S",
                                "muster.azure.subscriptions",
                                List.of("a", "b"),
                                "muster.server.allowed-hosts",
                                "one,two",
                                "muster.report.findings",
                                7))) {
            assertThat(server.bean(QuerySettings.class).timeLimit())
                    .isEqualTo(Duration.ofMillis(500));
            assertThat(server.bean(AzureConfig.class).subscriptions()).containsExactly("a", "b");
            assertThat(server.bean(ServerSettings.class).allowedHosts())
                    .containsExactly("one", "two");
            assertThat(server.bean(ReportSettings.class).findings()).isEqualTo(7);
        }
    }
}
