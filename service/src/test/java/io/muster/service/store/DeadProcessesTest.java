package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.task.RemediationRequest;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.config.ServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadProcessesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final ResourceId SCOPE =
            ResourceId.parse("/subscriptions/11111111-1111-1111-1111-111111111111");

    private @TempDir Path folder;

    @Test
    void whoOpensTheFileNeedNotWaitForALeaseOfAProcessThatIsGone() throws Exception {
        var options = ServerOptions.onFreePorts(folder);
        var task = task();
        try (var _ = KeptFleet.forWriting(options)) {
            var transactions = transactions();
            assertThat(DeadProcesses.release(transactions)).isTrue();
            var ledger = new JdbcRemediationLedger(transactions);
            ledger.create(task, _ -> {});
            assertThat(ledger.lease(task.id(), "one", LEASE)).isTrue();
            // Another server of the same process has the file open too: what is leased stays so.
            assertThat(DeadProcesses.release(transactions)).isFalse();
            assertThat(ledger.lease(task.id(), "two", LEASE)).isFalse();
        }
        try (var _ = KeptFleet.forWriting(options)) {
            var transactions = transactions();
            assertThat(DeadProcesses.release(transactions)).isTrue();
            var ledger = new JdbcRemediationLedger(transactions);
            assertThat(ledger.lease(task.id(), "two", LEASE)).isTrue();
        }
    }

    private static RemediationTask task() throws Exception {
        var request =
                RemediationRequest.read(
                        SCOPE,
                        "t",
                        Json.parse(
                                "{\"properties\":{\"policyAssignmentId\":\""
                                        + SCOPE.text()
                                        + "/providers/Microsoft.Authorization/policyAssignments/a\"}}"));
        return RemediationTask.accepted(
                RemediationTask.idOf(SCOPE, "t"), request, "correlation", "me", NOW);
    }

    private Transactions transactions() {
        var source = new JdbcDataSource();
        source.setURL(ServerOptions.h2Url(folder));
        source.setUser("sa");
        source.setPassword("");
        return new Transactions(source);
    }
}
