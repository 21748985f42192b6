package io.muster.service.figures;

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
import io.muster.remediation.Remediation;
import io.muster.remediation.RemediationPlanner;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.OperationState;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.apply.Sent;
import io.muster.remediation.campaign.InMemoryCampaigns;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.InMemoryLedger;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.plan.policy.AssignmentFacts;
import io.muster.remediation.plan.policy.PolicyCompliance;
import io.muster.remediation.plan.policy.Remedy;
import io.muster.service.config.ServerOptions;
import io.muster.service.store.JdbcRemediationLedger;
import io.muster.service.store.KeptFleet;
import io.muster.service.store.Transactions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGConnectionPoolDataSource;

/// `MACHINES FOLDER`: remediates machines of an Azure that answers after 10 ms, 30 at once, with the ledger in memory, on H2 (a file in the folder) and on PostgreSQL,
/// and prints each as a share of what 30 bare threads do with the same calls, before and after.
final class LedgerFigures {
    private static final Duration LATENCY = Duration.ofMillis(10);
    private static final int PARALLEL = 30;
    private static final String SUBSCRIPTION =
            "/subscriptions/a1000000-0000-4000-8000-000000000001";
    private static final String GROUP = SUBSCRIPTION + "/resourceGroups/rg";
    private static final String AGENT =
            GROUP + "/providers/Microsoft.Compute/galleries/gal/applications/agent";
    private static final ResourceId SCOPE = ResourceId.parse(SUBSCRIPTION);

    private LedgerFigures() {}

    public static void main(String[] args) throws Exception {
        int machines = Integer.parseInt(args[0]);
        var folder = Path.of(args[1]);
        measure("warm-up", machines, new InMemoryLedger());
        measure("memory", machines, new InMemoryLedger());
        KeptFleet.forWriting(ServerOptions.onFreePorts(folder)).close();
        var h2 = JdbcConnectionPool.create(ServerOptions.h2Url(folder), "sa", "");
        measure("H2", machines, new JdbcRemediationLedger(new Transactions(h2)));
        h2.dispose();
        try (var postgres = EmbeddedPostgres.builder().start()) {
            var url = postgres.getJdbcUrl("postgres", "postgres");
            var options =
                    new ServerOptions(
                            folder,
                            "127.0.0.1",
                            0,
                            Optional.of(0),
                            Optional.empty(),
                            Optional.of(new ServerOptions.Database(url, "postgres", "")));
            KeptFleet.forWriting(options).close();
            var source = new PGConnectionPoolDataSource();
            source.setUrl(url);
            source.setUser("postgres");
            var pool = JdbcConnectionPool.create(source);
            measure("PostgreSQL", machines, new JdbcRemediationLedger(new Transactions(pool)));
            pool.dispose();
        }
    }

    private static void measure(String name, int machines, RemediationLedger ledger)
            throws Exception {
        var arm = new LateArm();
        var ids = new AtomicInteger();
        var check =
                new DeploymentCheck(
                        new LatestResolver(
                                GalleryCatalog.of(galleries()),
                                ResolutionSettings.DEFAULT,
                                Instant.parse("2026-11-21T00:00:00Z")),
                        VmApplicationLimits.NOW);
        var planner =
                RemediationPlanner.of(
                        new NoPolicies(),
                        () -> check,
                        (_, _) -> ids(machines),
                        ledger,
                        new InMemoryCampaigns());
        double before = bare(arm, machines);
        double seconds;
        try (var remediation =
                new Remediation(
                        arm,
                        ledger,
                        planner,
                        Pacer.system(),
                        settings(),
                        () -> new UUID(0, ids.incrementAndGet()))) {
            long start = System.nanoTime();
            var task =
                    remediation.await(
                            remediation
                                    .create(
                                            SCOPE,
                                            "speed",
                                            json(
                                                    "{\"properties\":{\"application\":{\"kind\":\"require\",\"applicationId\":\""
                                                            + AGENT
                                                            + "\",\"version\":\"1.0.0\"},\"query\":\"machines\",\"resourceCount\":"
                                                            + machines
                                                            + ",\"parallelDeployments\":"
                                                            + PARALLEL
                                                            + "}}"),
                                            "")
                                    .task()
                                    .id());
            seconds = (System.nanoTime() - start) / 1e9;
            if (task.counts().successful() != machines) {
                throw new IllegalStateException(task.counts() + " " + task.statusMessage());
            }
        }
        double after = bare(arm, machines);
        System.out.printf(
                Locale.ROOT,
                "%-10s %d machines: %.2f s; bare threads %.2f and %.2f s: %.0f %%; latency alone %.2f s%n",
                name,
                machines,
                seconds,
                before,
                after,
                100 * (before + after) / 2 / seconds,
                4L * machines * LATENCY.toNanos() / 1e9 / PARALLEL);
    }

    /// Seconds that bare threads take to read, write, look and read again as many other machines.
    private static double bare(LateArm arm, int machines) throws Exception {
        var next = new AtomicInteger();
        var fault = new AtomicReference<@Nullable Exception>();
        String run = UUID.randomUUID().toString();
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < PARALLEL; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int m = next.getAndIncrement();
                                            m < machines;
                                            m = next.getAndIncrement()) {
                                        var id = ResourceId.parse(machine(m) + "-" + run);
                                        var read = arm.read(id);
                                        arm.send(
                                                new ResourceChange.Patch(id, BODY, List.of()),
                                                read.etag(),
                                                "");
                                        arm.poll("");
                                        arm.read(id);
                                    }
                                } catch (ArmException | InterruptedException thrown) {
                                    fault.set(thrown);
                                }
                            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        if (fault.get() != null) {
            throw new IllegalStateException("a bare thread failed", fault.get());
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static final Dynamic BODY =
            json(
                    "{\"properties\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                            + AGENT
                            + "/versions/1.0.0\"}]}}}");

    private static RunSettings settings() {
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

    private static List<Dynamic> galleries() {
        String gallery = GROUP + "/providers/Microsoft.Compute/galleries/gal";
        return List.of(
                json(
                        "{\"id\":\""
                                + gallery
                                + "\",\"name\":\"gal\",\"type\":\"microsoft.compute/galleries\",\"location\":\"westeurope\",\"properties\":{}}"),
                json(
                        "{\"id\":\""
                                + AGENT
                                + "\",\"name\":\"agent\",\"type\":\"microsoft.compute/galleries/applications\",\"location\":\"westeurope\",\"properties\":{\"supportedOSType\":\"Linux\"}}"),
                json(
                        "{\"id\":\""
                                + AGENT
                                + "/versions/1.0.0\",\"name\":\"1.0.0\",\"type\":\"microsoft.compute/galleries/applications/versions\",\"location\":\"westeurope\",\"properties\":{\"provisioningState\":\"Succeeded\",\"publishingProfile\":{\"targetRegions\":[{\"name\":\"West Europe\"}]}}}"));
    }

    private static Dynamic json(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException fault) {
            throw new IllegalArgumentException(text, fault);
        }
    }

    /// Machines by their writes; each call takes the latency.
    private static final class LateArm implements ArmPort {
        private final Map<ResourceId, Dynamic> written = new ConcurrentHashMap<>();

        @Override
        public ArmResource read(ResourceId id) throws InterruptedException {
            Thread.sleep(LATENCY);
            var profile = written.get(id);
            var properties =
                    Dynamic.bag()
                            .put("storageProfile", json("{\"osDisk\":{\"osType\":\"Linux\"}}"));
            if (profile != null) {
                properties.put("applicationProfile", profile);
            }
            return new ArmResource(
                    id,
                    Dynamic.bag()
                            .put("id", id.text())
                            .put("name", id.name())
                            .put("type", "Microsoft.Compute/virtualMachines")
                            .put("location", "westeurope")
                            .put("properties", properties.build())
                            .build(),
                    profile == null ? "1" : "2");
        }

        @Override
        public Sent send(ResourceChange change, @Nullable String ifMatch, String correlationId)
                throws ArmException, InterruptedException {
            Thread.sleep(LATENCY);
            if (!(change instanceof ResourceChange.Patch(var id, var body, _))
                    || written.containsKey(id)) {
                throw new ArmException(new ArmFailure.PreconditionFailed("written before"));
            }
            written.put(id, body.path("properties", "applicationProfile"));
            return new Sent.Started("operation", Duration.ZERO);
        }

        @Override
        public OperationState poll(String operation) throws InterruptedException {
            Thread.sleep(LATENCY);
            return new OperationState.Succeeded();
        }

        @Override
        public Optional<OperationState> deployment(ResourceId deploymentId) {
            return Optional.empty();
        }
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
