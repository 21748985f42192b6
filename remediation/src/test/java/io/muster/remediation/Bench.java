package io.muster.remediation;

import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.campaign.InMemoryCampaigns;
import io.muster.remediation.ledger.InMemoryLedger;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;

/// Everything a test needs, wired: an ARM twin with machines, a ledger, time, and processes that may die.
final class Bench {
    static final RunSettings SETTINGS =
            new RunSettings(
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(2),
                    12,
                    Duration.ofHours(2),
                    Duration.ofMinutes(30),
                    12,
                    Duration.ofMinutes(5));

    final ArmTwin arm;
    final FakePacer pacer = new FakePacer();
    final InMemoryLedger ledger = new InMemoryLedger(pacer);
    final RequiredAgent policies;
    final InMemoryCampaigns campaigns = new InMemoryCampaigns(pacer);

    /// Answers queries; none by itself.
    FleetQuery query =
            (_, _) -> {
                throw new UnsupportedOperationException();
            };

    /// Runs before a process writes down that it is about to send a change.
    CrashingLedger.Delay beforeAppend = () -> {};

    /// Runs when it has, before it sends it.
    CrashingLedger.Delay afterAppend = () -> {};

    /// Runs before a task is created.
    CrashingLedger.Delay beforeCreate = () -> {};

    RunSettings settings = SETTINGS;

    private final Random chance;

    Bench(long seed) {
        this.chance = new Random(seed);
        this.arm = new ArmTwin(Estate.resolver(), new Random(seed + 1));
        this.policies = new RequiredAgent(arm);
    }

    Remediation process(Crashes crashes) {
        return new Remediation(
                arm.port(crashes), seenBy(crashes), planner(crashes), pacer, settings, this::id);
    }

    private CrashingLedger seenBy(Crashes crashes) {
        return new CrashingLedger(
                ledger,
                crashes,
                () -> beforeCreate.run(),
                () -> beforeAppend.run(),
                () -> afterAppend.run());
    }

    /// Whether the inventory tells already what a remediation did.
    Predicate<ResourceId> told = _ -> true;

    private FleetQuery asked() {
        return new FleetQuery() {
            @Override
            public Table run(String kql, ResourceId scope) throws DiagnosticException {
                return query.run(kql, scope);
            }

            @Override
            public boolean tellsOf(ResourceId remediation) {
                return told.test(remediation);
            }
        };
    }

    /// A process that drives campaigns over a remediation process of its own.
    Campaigns campaigns(Remediation process, Crashes crashes) {
        return new Campaigns(
                process,
                planner(crashes),
                arm.port(crashes),
                asked(),
                new CrashingCampaigns(campaigns, crashes),
                pacer,
                settings,
                this::id,
                false);
    }

    private RemediationPlanner planner(Crashes crashes) {
        return RemediationPlanner.of(
                policies,
                Estate::check,
                (kql, scope) -> query.run(kql, scope),
                seenBy(crashes),
                campaigns);
    }

    private synchronized UUID id() {
        return new UUID(chance.nextLong(), chance.nextLong());
    }

    static Dynamic policyBody(String assignment, String... more) {
        String extra = more.length == 0 ? "" : "," + String.join(",", more);
        return json(
                "{'properties':{'policyAssignmentId':'"
                        + RequiredAgent.assignment(assignment).text()
                        + "'"
                        + extra
                        + "}}");
    }

    static Dynamic json(String singleQuoted) {
        try {
            return Json.parse(singleQuoted.replace('\'', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(fault);
        }
    }

    /// Creates a task at the subscription and waits for its end.
    RemediationTask run(Remediation process, String name, Dynamic body)
            throws RemediationException, InterruptedException {
        return process.await(process.create(Estate.SCOPE, name, body, "me").task().id());
    }

    RemediationTask run(String name, Dynamic body)
            throws RemediationException, InterruptedException {
        try (var process = process(Crashes.never())) {
            return run(process, name, body);
        }
    }

    static ResourceId taskId(String name) {
        return RemediationTask.idOf(Estate.SCOPE, name);
    }
}
