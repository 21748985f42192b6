package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.Campaigns;
import io.muster.remediation.Remediation;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.OperationState;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.apply.Sent;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignCodec;
import io.muster.remediation.campaign.CampaignSpec;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.RingProgress;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.PropertyChange;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.ledger.StepOutcome;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.Goal;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskCodec;
import io.muster.remediation.task.TaskGoal;
import io.muster.remediation.task.TaskSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A database as version 12 left it in the middle of work: brought up to date, its campaign that was paused and its task that was under way come to their ends, and
/// nothing is done twice.
class KeptWorkTest extends OnBothDatabases {
    private static final Instant BEFORE = Instant.parse("2026-11-20T08:00:00Z");
    private static final ResourceId SCOPE =
            ResourceId.parse("/subscriptions/11111111-1111-1111-1111-111111111111");
    private static final ResourceId ASSIGNMENT =
            ResourceId.parse(
                    SCOPE.text() + "/providers/Microsoft.Authorization/policyAssignments/a");

    private static ResourceId machine(int number) {
        return ResourceId.parse(
                SCOPE.text()
                        + "/resourceGroups/Rg/providers/Microsoft.Compute/virtualMachines/VM-"
                        + number);
    }

    private static ResourceChange.Patch change(ResourceId machine) {
        return new ResourceChange.Patch(
                machine,
                Dynamic.bag().put("tags", Dynamic.bag().put("done", "yes").build()).build(),
                List.of(new PropertyChange("tags/done", Dynamic.NULL, Dynamic.of("yes"))));
    }

    /// Machines that count what they took: `done` or not, with an ETag that tells which.
    private static final class Arm implements ArmPort {
        private final Map<ResourceId, Integer> taken = new HashMap<>();

        @Override
        public synchronized ArmResource read(ResourceId id) {
            int writes = taken.getOrDefault(id, 0);
            var tags = Dynamic.bag();
            if (writes > 0) {
                tags.put("done", "yes");
            }
            return new ArmResource(
                    id,
                    Dynamic.bag().put("id", id.text()).put("tags", tags.build()).build(),
                    etag(writes));
        }

        @Override
        public synchronized Sent send(
                ResourceChange change, @Nullable String ifMatch, String correlationId)
                throws ArmException {
            int writes = taken.getOrDefault(change.target(), 0);
            if (!etag(writes).equals(ifMatch)) {
                throw new ArmException(new ArmFailure.PreconditionFailed("it has changed"));
            }
            taken.put(change.target(), writes + 1);
            return new Sent.Done();
        }

        @Override
        public OperationState poll(String operation) {
            throw new UnsupportedOperationException("nothing takes long here");
        }

        @Override
        public Optional<OperationState> deployment(ResourceId deploymentId) {
            return Optional.empty();
        }
    }

    private static String etag(int writes) {
        return "\"" + writes + "\"";
    }

    /// Plans nothing: all that is to be done was planned before.
    private static final class Planner implements TaskPlanner {
        @Override
        public void check(RemediationTask task) {}

        @Override
        public boolean overlap(ResourceId one, ResourceId other) {
            return false;
        }

        @Override
        public List<PlannedResource> candidates(RemediationTask task) {
            throw new UnsupportedOperationException("it was planned before");
        }

        @Override
        public Goal goal(RemediationTask task, ResourceId resource) {
            return (now, _) ->
                    now.body().get("tags").get("done").textOr("").equals("yes")
                            ? new Decision.Satisfied()
                            : new Decision.Act("tag it", change(resource));
        }
    }

    private static RemediationTask task(String name, TaskGoal goal) {
        return RemediationTask.accepted(
                RemediationTask.idOf(SCOPE, name),
                goal,
                TaskSettings.DEFAULT,
                "before-" + name,
                "me",
                BEFORE);
    }

    /// Four machines: verified; written, its answer lost; written down and not sent; planned.
    private static List<Map.Entry<ResourceId, LedgerEvent>> lines(int first) {
        List<Map.Entry<ResourceId, LedgerEvent>> lines = new ArrayList<>();
        for (int i = first; i < first + 4; i++) {
            lines.add(Map.entry(machine(i), new LedgerEvent.Planned("westeurope")));
        }
        for (int i = first; i < first + 3; i++) {
            lines.add(
                    Map.entry(
                            machine(i),
                            new LedgerEvent.Sending(1, "tag it", change(machine(i)), etag(0))));
        }
        var done = machine(first);
        lines.add(Map.entry(done, new LedgerEvent.Accepted(1, "")));
        lines.add(Map.entry(done, new LedgerEvent.Answered(1, StepOutcome.SUCCEEDED, "", "")));
        lines.add(Map.entry(done, new LedgerEvent.Closed(ItemOutcome.VERIFIED, "", "")));
        return lines;
    }

    @ParameterizedTest
    @MethodSource("both")
    void aPausedCampaignAndATaskUnderWayGoOnAfterTheMigration(Databases.Named database)
            throws Exception {
        Databases.downTo(database, "12");
        var spec =
                CampaignSpec.read(
                        SCOPE,
                        "c",
                        Json.parse(
                                "{\"properties\":{\"policyAssignmentId\":\""
                                        + ASSIGNMENT.text()
                                        + "\",\"rings\":[{\"name\":\"one\"}]}}"));
        var accepted = Campaign.accepted(Campaign.idOf(SCOPE, "c"), spec, "me", 1, BEFORE);
        var ring =
                task("c-1-one", new TaskGoal.Ring(spec.goal(), accepted.id(), 1, 0))
                        .withPaused(true, BEFORE);
        var campaign =
                accepted.planned(List.of(RingProgress.pending(4)), 0, BEFORE)
                        .begun(0, ring.id(), BEFORE)
                        .withPaused(true, BEFORE);
        var single = task("single", new TaskGoal.Policy(ASSIGNMENT, null));
        try (var connection = database.source().getConnection()) {
            insert(connection, ring, lines(1));
            insert(connection, single, lines(5));
            insert(connection, campaign);
        }
        var arm = new Arm();
        for (int written : List.of(1, 2, 5, 6)) {
            arm.taken.put(machine(written), 1);
        }

        Databases.migrate(database);
        var transactions = new Transactions(database.source());
        var ledger = new JdbcRemediationLedger(transactions);
        var store = new JdbcCampaignStore(transactions);
        var settings = RunSettings.DEFAULT;
        var pacer = Pacer.system();
        try (var remediation =
                        new Remediation(
                                arm, ledger, new Planner(), pacer, settings, UUID::randomUUID);
                var campaigns =
                        new Campaigns(
                                remediation,
                                new Planner(),
                                arm,
                                (_, _) -> {
                                    throw new UnsupportedOperationException("no query is asked");
                                },
                                store,
                                pacer,
                                settings,
                                UUID::randomUUID,
                                false)) {
            assertThat(remediation.resume()).extracting(RemediationTask::name).contains("single");
            campaigns.resume();
            assertThat(remediation.await(single.id()).state())
                    .isEqualTo(ProvisioningState.SUCCEEDED);
            assertThat(campaigns.await(campaign.id()).state()).isEqualTo(CampaignState.RUNNING);
            // What was in flight comes to its end; the machine that was only planned waits.
            remediation.await(ring.id());
            assertThat(ledger.entries(ring.id(), machine(4))).hasSize(1);

            campaigns.unpause(SCOPE, "c");
            assertThat(campaigns.await(campaign.id()).state()).isEqualTo(CampaignState.SUCCEEDED);
        }
        for (var id : List.of(ring.id(), single.id())) {
            var entries = ledger.entries(id);
            assertThat(entries)
                    .extracting(LedgerEntry::sequence)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, entries.size()).boxed().toList());
            assertThat(ItemView.of(entries))
                    .extracting(ItemView::outcome)
                    .containsOnly(ItemOutcome.VERIFIED)
                    .hasSize(4);
            assertThat(entries.getFirst().at()).isEqualTo(BEFORE);
        }
        assertThat(arm.taken)
                .containsOnlyKeys(
                        IntStream.rangeClosed(1, 8).mapToObj(KeptWorkTest::machine).toList())
                .values()
                .containsOnly(1);
    }

    private static void insert(
            Connection connection,
            RemediationTask task,
            List<Map.Entry<ResourceId, LedgerEvent>> lines)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into remediation_task (id, version, correlation_id, body) values (?, ?, ?, ?)")) {
            insert.setString(1, task.id().key());
            insert.setLong(2, task.version());
            insert.setString(3, task.correlationId());
            insert.setString(4, Json.write(TaskCodec.write(task)));
            insert.executeUpdate();
        }
        try (var insert =
                connection.prepareStatement(
                        "insert into remediation_log (task_id, lease_owner, lease_until, last_sequence) values (?, ?, ?, ?)")) {
            insert.setString(1, task.id().key());
            // Of a process that died long ago.
            insert.setString(2, "before");
            insert.setObject(3, BEFORE.plusSeconds(30).atOffset(ZoneOffset.UTC));
            insert.setLong(4, lines.size());
            insert.executeUpdate();
        }
        try (var insert =
                connection.prepareStatement(
                        "insert into remediation_entry (task_id, sequence, resource_key, resource_id,"
                                + " at, kind, body) values (?, ?, ?, ?, ?, ?, ?)")) {
            long sequence = 0;
            for (var line : lines) {
                insert.setString(1, task.id().key());
                insert.setLong(2, ++sequence);
                insert.setString(3, line.getKey().key());
                insert.setString(4, line.getKey().text());
                insert.setObject(5, BEFORE.atOffset(ZoneOffset.UTC));
                insert.setString(6, line.getValue().kind());
                insert.setString(7, Json.write(line.getValue().toDynamic()));
                insert.executeUpdate();
            }
        }
    }

    private static void insert(Connection connection, Campaign campaign) throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into campaign (id, version, body, lease_owner, lease_until) values (?, ?, ?, ?, ?)")) {
            insert.setString(1, campaign.id().key());
            insert.setLong(2, campaign.version());
            insert.setString(3, Json.write(CampaignCodec.write(campaign)));
            insert.setString(4, "before");
            insert.setObject(5, BEFORE.plusSeconds(30).atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
    }
}
