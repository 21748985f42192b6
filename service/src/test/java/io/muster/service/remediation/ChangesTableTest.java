package io.muster.service.remediation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Catalog;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.InMemoryLedger;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.ledger.StepOutcome;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskGoal;
import io.muster.remediation.task.TaskSettings;
import io.muster.service.query.ScopedCatalog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What `changes` makes for a query: rows that a condition on a column allows, columns that are read, and no more.
class ChangesTableTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final List<String> SUBSCRIPTIONS = List.of("s1", "s2");

    private static ResourceId machine(String subscription, int number) {
        return ResourceId.parse(
                "/subscriptions/%s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm%d"
                        .formatted(subscription, number));
    }

    /// Two tasks; each reapplied three machines of each of two subscriptions, of which the first failed.
    private static RemediationLedger ledger() throws Exception {
        var ledger = new InMemoryLedger(InstantSource.system());
        for (String name : new String[] {"one", "two"}) {
            var id = RemediationTask.idOf(ResourceId.parse("/subscriptions/s1"), name);
            var task =
                    RemediationTask.accepted(
                            id,
                            new TaskGoal.Policy(
                                    ResourceId.parse(
                                            "/subscriptions/s1/providers/Microsoft.Authorization/policyAssignments/a"),
                                    null),
                            TaskSettings.DEFAULT,
                            "correlation-" + name,
                            "",
                            NOW);
            ledger.create(task, _ -> {});
            ledger.lease(id, "test", Duration.ofSeconds(60));
            var lines = new ArrayList<RemediationLedger.Line>();
            for (String subscription : SUBSCRIPTIONS) {
                for (int i = 0; i < 3; i++) {
                    var machine = machine(subscription, i);
                    lines.add(
                            new RemediationLedger.Line(
                                    machine,
                                    new LedgerEvent.Sending(
                                            1,
                                            "again",
                                            new ResourceChange.Reapply(machine),
                                            null)));
                    lines.add(
                            new RemediationLedger.Line(
                                    machine,
                                    new LedgerEvent.Answered(
                                            1,
                                            i == 0 ? StepOutcome.FAILED : StepOutcome.SUCCEEDED,
                                            "",
                                            "")));
                }
            }
            ledger.append(id, "test", NOW, lines);
        }
        return ledger;
    }

    /// Remembers what the table gave.
    private record Watched(TableSource table, List<Segment> given) implements TableSource {
        @Override
        public String name() {
            return table.name();
        }

        @Override
        public Schema schema() {
            return table.schema();
        }

        @Override
        public List<Segment> scan(ScanRequest request) {
            var segments = table.scan(request);
            given.addAll(segments);
            return segments;
        }

        int rows() {
            return given.stream().mapToInt(Segment::liveSize).sum();
        }

        /// How many columns have a value.
        long columns() {
            return given.getFirst().columns().stream().filter(c -> !c.isNull(0)).count();
        }
    }

    private record OneTable(TableSource table) implements Catalog {
        @Override
        public Optional<TableSource> table(String name) {
            return name.toLowerCase(Locale.ROOT).equals(table.name())
                    ? Optional.of(table)
                    : Optional.empty();
        }

        @Override
        public List<TableSource> tables() {
            return List.of(table);
        }
    }

    private static Watched watched() throws Exception {
        Snapshot nothing =
                new SnapshotBuilder(ResourceGraphTables.STANDARD).build(NOW, Dynamic.bag().build());
        return new Watched(new ChangesTable(ledger()).over(nothing), new ArrayList<>());
    }

    private static void assertMade(String query, long answered, int rows, int columns)
            throws Exception {
        var table = watched();
        var result = Kql.run(query, new OneTable(table), QueryOptions.DEFAULT);
        assertThat(result.rowCount()).as(query).isEqualTo(answered);
        assertThat(table.rows()).as(query).isEqualTo(rows);
        if (rows > 0) {
            assertThat(table.columns()).as(query).isEqualTo(columns);
        }
    }

    @Test
    void onlyTheRowsAndColumnsThatAQueryWantsAreMade() throws Exception {
        assertMade("changes", 12, 12, 14);
        assertMade("changes | project outcome", 12, 12, 1);
        assertMade("changes | where remediation == 'two' | project resourceId", 6, 6, 2);
        assertMade("changes | where outcome =~ 'failed' | project resourceId", 4, 4, 2);
        assertMade(
                "changes | where subscriptionId == 's2' and remediation == 'one' and outcome == 'FAILED'",
                1,
                1,
                14);
        assertMade("changes | where kind == 'patch'", 0, 0, 0);
        // What a change holds is left to the query.
        assertMade("changes | where changes.kind == 'none' | project outcome", 0, 12, 2);
    }

    @Test
    void scopeOfARequestIsToldToTheTable() throws Exception {
        var table = watched();
        var scoped = new ScopedCatalog(new OneTable(table), Set.of("s2"));
        assertThat(Kql.run("changes | project outcome", scoped, QueryOptions.DEFAULT).rowCount())
                .isEqualTo(6);
        assertThat(table.rows()).isEqualTo(6);
        assertThat(table.columns()).isEqualTo(2);
    }
}
