package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationRequest;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskCodec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Tasks that an earlier version kept, with lines and leases, go on after the store was brought up to date.
class LedgerMigrationTest extends OnBothDatabases {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final ResourceId SCOPE =
            ResourceId.parse("/subscriptions/11111111-1111-1111-1111-111111111111");
    private static final ResourceId MACHINE =
            ResourceId.parse(
                    SCOPE.text()
                            + "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm");

    @ParameterizedTest
    @MethodSource("both")
    void whatWasKeptBeforeTheLogHadItsOwnRowAndNumbersGoesOn(Databases.Named database)
            throws Exception {
        Databases.downTo(database, "7");
        var task =
                RemediationTask.accepted(
                        RemediationTask.idOf(SCOPE, "old"),
                        RemediationRequest.read(
                                SCOPE,
                                "old",
                                Json.parse(
                                        "{\"properties\":{\"policyAssignmentId\":\""
                                                + SCOPE.text()
                                                + "/providers/Microsoft.Authorization/policyAssignments/a\"}}")),
                        "correlation",
                        "me",
                        NOW);
        try (var connection = database.source().getConnection()) {
            insertTask(connection, task);
            insertTask(connection, otherOf(task));
            insertEntry(connection, task.id(), 1, SCOPE);
            insertEntry(connection, task.id(), 2, MACHINE);
            insertEntry(connection, task.id(), 3, SCOPE);
            insertEntry(connection, otherOf(task).id(), 1, MACHINE);
        }
        Databases.migrate(database);

        var ledger = new JdbcRemediationLedger(new Transactions(database.source()));
        var kept = ledger.task(task.id()).orElseThrow();
        // What it did was collected long ago, or will be by the next collection.
        assertThat(kept.told()).isTrue();
        assertThat(ledger.entries(task.id()))
                .extracting(LedgerEntry::sequence)
                .containsExactly(1L, 2L, 3L);
        // The lease of the process that ran it before is not taken along.
        assertThat(ledger.lease(task.id(), "me", LEASE)).isTrue();
        ledger.append(task.id(), "me", NOW, List.of(planned()));
        assertThat(ledger.entries(task.id()).getLast().sequence()).isEqualTo(4);
        assertThat(ledger.update(kept.in(ProvisioningState.SUCCEEDED, "", NOW), "me")).isTrue();
        assertThat(ledger.entries(task.id(), SCOPE))
                .extracting(LedgerEntry::sequence)
                .containsExactly(1L, 3L, 4L);
        assertThat(ledger.entries(task.id(), MACHINE))
                .extracting(LedgerEntry::resource)
                .containsExactly(MACHINE);
        assertThat(ledger.delete(kept)).isFalse();
        assertThat(ledger.delete(ledger.task(task.id()).orElseThrow())).isTrue();
        assertThat(ledger.entries(task.id())).isEmpty();
        var other = otherOf(task).id();
        assertThat(ledger.lease(other, "me", LEASE)).isTrue();
        ledger.append(other, "me", NOW, List.of(planned()));
        assertThat(ledger.entries(other))
                .extracting(LedgerEntry::resource)
                .containsExactly(MACHINE, SCOPE);
    }

    private static RemediationTask otherOf(RemediationTask task) {
        return RemediationTask.accepted(
                RemediationTask.idOf(SCOPE, "other"),
                task.goal(),
                task.settings(),
                "other",
                "me",
                NOW);
    }

    private static RemediationLedger.Line planned() {
        return new RemediationLedger.Line(
                SCOPE, new LedgerEvent.Closed(ItemOutcome.VERIFIED, "", ""));
    }

    /// As version 7 kept it: with a lease, and without what was added to the body since.
    private static void insertTask(Connection connection, RemediationTask task)
            throws SQLException {
        Dynamic body = TaskCodec.write(task).without("told");
        try (var insert =
                connection.prepareStatement(
                        "insert into remediation_task (id, version, body, lease_owner, lease_until)"
                                + " values (?, ?, ?, ?, ?)")) {
            insert.setString(1, task.id().key());
            insert.setLong(2, task.version());
            insert.setString(3, Json.write(body));
            insert.setString(4, "a process of before");
            insert.setObject(5, NOW.plusSeconds(3_600).atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
    }

    private static void insertEntry(
            Connection connection, ResourceId task, int sequence, ResourceId resource)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into remediation_entry (task_id, sequence, resource_key, resource_id,"
                                + " at, kind, body) values (?, ?, ?, ?, ?, ?, ?)")) {
            var event = planned().event();
            insert.setString(1, task.key());
            insert.setLong(2, sequence);
            insert.setString(3, resource.key());
            insert.setString(4, resource.text());
            insert.setObject(5, NOW.atOffset(ZoneOffset.UTC));
            insert.setString(6, event.kind());
            insert.setString(7, Json.write(event.toDynamic()));
            insert.executeUpdate();
        }
    }
}
