package io.muster.benchmarks.remediation;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.Table;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.DeploymentCheck;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.remediation.Campaigns;
import io.muster.remediation.Remediation;
import io.muster.remediation.RemediationPlanner;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.apply.Sent;
import io.muster.remediation.campaign.InMemoryCampaigns;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.InMemoryLedger;
import io.muster.remediation.plan.policy.AssignmentFacts;
import io.muster.remediation.plan.policy.PolicyCompliance;
import io.muster.remediation.plan.policy.Remedy;
import io.muster.remediation.task.RemediationException;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// `RemediationSpeed [MACHINES] [PLANNED]`: remediates machines of a simulated Azure that answers after 10 ms, 30 at once. The peer makes the same calls of as many
/// other machines by 30 bare threads, before and after: what latency and parallelism allow on this machine. Then plans a campaign of many machines in five rings.
/// Fails below 80 % of the peer and above 5 s.
public final class RemediationSpeed {
    private static final Duration LATENCY = Duration.ofMillis(10);
    private static final int PARALLEL = 30;
    private static final double LEAST_SHARE = 0.8;
    private static final double MOST_SECONDS = 5;
    private static final String SUBSCRIPTION =
            "/subscriptions/a1000000-0000-4000-8000-000000000001";
    private static final String GROUP = SUBSCRIPTION + "/resourceGroups/rg";
    private static final String GALLERY = GROUP + "/providers/Microsoft.Compute/galleries/gal";
    private static final String AGENT = GALLERY + "/applications/agent";

    private RemediationSpeed() {}

    public static void main(String[] args) throws Exception {
        int machines = args.length > 0 ? Integer.parseInt(args[0]) : 3_000;
        int planned = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        boolean met = throughput(machines);
        met &= planning(planned);
        if (!met) {
            throw new IllegalStateException("a goal was missed");
        }
    }

    private static boolean throughput(int machines)
            throws RemediationException, InterruptedException {
        var clock = VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z"));
        var azure =
                new SimulatedAzure(
                        SimulatorSettings.DEFAULT.instantly(),
                        clock,
                        (_, _) -> {
                            throw new IllegalStateException("no query is asked here");
                        });
        List<Dynamic> galleries = seed(azure, 3 * machines);
        clock.step(Duration.ofHours(1));
        var check =
                new DeploymentCheck(
                        new LatestResolver(
                                GalleryCatalog.of(galleries),
                                ResolutionSettings.DEFAULT,
                                clock.instant()),
                        VmApplicationLimits.NOW);
        var arm = new SimulatedArm(azure, LATENCY);
        var ledger = new InMemoryLedger();
        var ids = new AtomicLong();
        try (var remediation =
                new Remediation(
                        arm,
                        ledger,
                        RemediationPlanner.of(
                                new NoPolicies(),
                                () -> check,
                                (_, _) -> ids(machines),
                                ledger,
                                new InMemoryCampaigns()),
                        Pacer.system(),
                        patient(),
                        () -> new UUID(0, ids.incrementAndGet()))) {
            double before = peer(arm, machines, 2 * machines);
            long calls = arm.calls();
            long start = System.nanoTime();
            var task =
                    remediation.await(
                            remediation
                                    .create(
                                            ResourceId.parse(SUBSCRIPTION),
                                            "speed",
                                            body(
                                                    ",\"resourceCount\":"
                                                            + machines
                                                            + ",\"parallelDeployments\":"
                                                            + PARALLEL),
                                            "")
                                    .task()
                                    .id());
            double seconds = (System.nanoTime() - start) / 1e9;
            if (task.counts().successful() != machines) {
                throw new IllegalStateException(
                        "not all machines succeeded: "
                                + task.counts()
                                + " "
                                + task.statusMessage());
            }
            calls = arm.calls() - calls;
            double after = peer(arm, 2 * machines, 3 * machines);
            double share = (before + after) / 2 / seconds;
            System.out.printf(
                    Locale.ROOT,
                    "throughput: %d machines, %d calls of 10 ms, 30 at once: %.2f s; the peer %.2f"
                            + " and %.2f s: %.0f %%; an idle machine would need %.2f s%n",
                    machines,
                    calls,
                    seconds,
                    before,
                    after,
                    100 * share,
                    calls * LATENCY.toNanos() / 1e9 / PARALLEL);
            return share >= LEAST_SHARE;
        }
    }

    /// Seconds that bare threads take for the same calls of the machines of a range.
    private static double peer(SimulatedArm arm, int from, int to) throws InterruptedException {
        var next = new AtomicInteger(from);
        var failed = new AtomicReference<@Nullable Exception>();
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < PARALLEL; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int machine = next.getAndIncrement();
                                            machine < to;
                                            machine = next.getAndIncrement()) {
                                        bare(arm, ResourceId.parse(machine(machine)));
                                    }
                                } catch (ArmException | InterruptedException fault) {
                                    failed.set(fault);
                                }
                            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        if (failed.get() != null) {
            throw new IllegalStateException("the peer failed", failed.get());
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /// Read, write, look whether it is done, read again.
    private static void bare(SimulatedArm arm, ResourceId machine)
            throws ArmException, InterruptedException {
        var read = arm.read(machine);
        var body =
                json(
                        "{\"properties\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                                + AGENT
                                + "/versions/1.0.0\"}]}}}");
        var sent =
                arm.send(new ResourceChange.Patch(machine, body, List.of()), read.etag(), "peer");
        if (sent instanceof Sent.Started(var operation, _)) {
            arm.poll(operation);
        }
        arm.read(machine);
    }

    private static boolean planning(int machines)
            throws RemediationException, InterruptedException {
        var table = ids(machines);
        var ledger = new InMemoryLedger();
        var store = new InMemoryCampaigns();
        var ids = new AtomicLong();
        var azure =
                new SimulatedAzure(
                        SimulatorSettings.DEFAULT.instantly(),
                        VirtualClock.stepped(Instant.EPOCH),
                        (_, _) -> {
                            throw new IllegalStateException("no query is asked here");
                        });
        var arm = new SimulatedArm(azure, LATENCY);
        var planner =
                RemediationPlanner.of(
                        new NoPolicies(),
                        () -> {
                            throw new IllegalStateException("nothing is run here");
                        },
                        (_, _) -> table,
                        ledger,
                        store);
        boolean met = true;
        try (var remediation =
                        new Remediation(
                                arm,
                                ledger,
                                planner,
                                Pacer.system(),
                                patient(),
                                () -> new UUID(0, ids.incrementAndGet()));
                var campaigns =
                        new Campaigns(
                                remediation,
                                planner,
                                arm,
                                (_, _) -> table,
                                store,
                                Pacer.system(),
                                patient(),
                                () -> new UUID(1, ids.incrementAndGet()),
                                true)) {
            for (int round = 1; round <= 3; round++) {
                long start = System.nanoTime();
                var campaign =
                        campaigns.await(
                                campaigns
                                        .create(
                                                ResourceId.parse(SUBSCRIPTION),
                                                "plan" + round,
                                                body(
                                                        ",\"rings\":[{\"name\":\"a\",\"select\":{\"count\":10}},{\"name\":\"b\",\"select\":{\"percentage\":5}},"
                                                                + "{\"name\":\"c\",\"select\":{\"percentage\":20}},{\"name\":\"d\",\"select\":{\"percentage\":25}},{\"name\":\"e\"}]"),
                                                "")
                                        .campaign()
                                        .id());
                double seconds = (System.nanoTime() - start) / 1e9;
                int members = campaign.rings().stream().mapToInt(ring -> ring.members()).sum();
                if (members != machines) {
                    throw new IllegalStateException(
                            members + " of " + machines + " planned: " + campaign.statusMessage());
                }
                System.out.printf(
                        Locale.ROOT,
                        "planning %d: %d machines in five rings: %.2f s%n",
                        round,
                        machines,
                        seconds);
                met &= seconds < MOST_SECONDS;
            }
        }
        return met;
    }

    private static RunSettings patient() {
        var standard = RunSettings.DEFAULT;
        return new RunSettings(
                LATENCY,
                standard.longestPause(),
                standard.attempts(),
                standard.operationTimeout(),
                standard.guestTimeout(),
                standard.steps(),
                standard.leaseFor());
    }

    private static Dynamic body(String more) {
        return json(
                "{\"properties\":{\"application\":{\"kind\":\"require\",\"applicationId\":\""
                        + AGENT
                        + "\",\"version\":\"1.0.0\"},\"query\":\"machines\""
                        + more
                        + "}}");
    }

    private static String machine(int number) {
        return GROUP + "/providers/Microsoft.Compute/virtualMachines/vm-" + number;
    }

    private static Table ids(int machines) {
        var ids = new String[machines];
        for (int i = 0; i < machines; i++) {
            ids[i] = machine(i);
        }
        return new Table(
                "machines",
                new Schema(List.of(new Field("id", KqlType.STRING))),
                List.of(new Segment(machines, List.of(StringColumn.of(ids)))));
    }

    private static Dynamic json(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException fault) {
            throw new IllegalArgumentException(text, fault);
        }
    }

    /// The estate; gives its gallery back as an inventory has it.
    private static List<Dynamic> seed(SimulatedAzure azure, int machines) {
        azure.seed(
                json(
                        "{\"id\":\""
                                + SUBSCRIPTION
                                + "\",\"name\":\"Test\",\"type\":\"Microsoft.Resources/subscriptions\",\"subscriptionId\":\""
                                + SUBSCRIPTION.substring("/subscriptions/".length())
                                + "\"}"));
        azure.seed(
                json(
                        "{\"id\":\""
                                + GROUP
                                + "\",\"name\":\"rg\",\"type\":\"Microsoft.Resources/subscriptions/resourceGroups\",\"location\":\"westeurope\",\"properties\":{}}"));
        put(azure, GALLERY, "{\"location\":\"westeurope\",\"properties\":{}}");
        put(
                azure,
                AGENT,
                "{\"location\":\"westeurope\",\"properties\":{\"supportedOSType\":\"Linux\"}}");
        put(
                azure,
                AGENT + "/versions/1.0.0",
                "{\"location\":\"westeurope\",\"properties\":{\"publishingProfile\":{\"source\":{\"mediaLink\":\"https://packages.example/p/app\"},"
                        + "\"manageActions\":{\"install\":\"i\",\"remove\":\"r\"}}}}");
        for (int i = 0; i < machines; i++) {
            put(
                    azure,
                    machine(i),
                    "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}");
        }
        azure.clock().step(Duration.ofHours(1));
        List<Dynamic> galleries = new ArrayList<>();
        azure.handle(request("GET", "/subscriptions", ""));
        azure.export(resource -> {
            if (resource.get("type")
                    .textOr("")
                    .toLowerCase(Locale.ROOT)
                    .startsWith("microsoft.compute/galleries")) {
                galleries.add(resource);
            }
        });
        return galleries;
    }

    private static void put(SimulatedAzure azure, String path, String body) {
        var answer = azure.handle(request("PUT", path, body));
        if (answer.status() >= 300) {
            throw new IllegalStateException(answer.status() + " " + answer.text());
        }
    }

    private static ArmRequest request(String method, String path, String body) {
        return new ArmRequest(
                method,
                URI.create("https://127.0.0.1:1" + path + "?api-version=2024-07-01"),
                Map.of(),
                body.getBytes(StandardCharsets.UTF_8));
    }

    /// Nothing is assigned.
    private static final class NoPolicies implements PolicyCompliance {
        @Override
        public Optional<AssignmentFacts> assignment(ResourceId assignmentId) {
            return Optional.empty();
        }

        @Override
        public List<NonCompliant> nonCompliant(
                ResourceId assignmentId,
                @Nullable String referenceId,
                ResourceId scope,
                boolean reEvaluate) {
            return List.of();
        }

        @Override
        public Remedy remedy(
                ResourceId assignmentId, @Nullable String referenceId, Dynamic resource) {
            return new Remedy.NotApplicable("nothing is assigned");
        }
    }
}
