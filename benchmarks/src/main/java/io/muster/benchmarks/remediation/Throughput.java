package io.muster.benchmarks.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.DeploymentCheck;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.remediation.Remediation;
import io.muster.remediation.RemediationPlanner;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.Sent;
import io.muster.remediation.campaign.InMemoryCampaigns;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.task.RemediationException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Remediates machines of a simulated Azure that answers after 10 ms, 30 at once, with a ledger of some kind. The peer makes the same calls of as many other machines by
/// 30 bare threads, before and after: what latency and parallelism allow on this machine at this time.
final class Throughput {
    private static final int PARALLEL = 30;

    private final String name;
    private final RemediationLedger ledger;
    private final int machines;
    private final SimulatedArm arm;
    private final RemediationPlanner planner;
    private final AtomicLong ids = new AtomicLong();

    /// The first machine that nobody has touched.
    private int fresh;

    /// @param rounds how often [#share] is to be asked
    Throughput(String name, RemediationLedger ledger, int machines, int rounds) {
        this.name = name;
        this.ledger = ledger;
        this.machines = machines;
        var azure = Estate.azure();
        var galleries = Estate.seed(azure, 3 * rounds * machines);
        azure.clock().step(Duration.ofHours(1));
        var check =
                new DeploymentCheck(
                        new LatestResolver(
                                GalleryCatalog.of(galleries),
                                ResolutionSettings.DEFAULT,
                                azure.clock().instant()),
                        VmApplicationLimits.NOW);
        this.arm = new SimulatedArm(azure, Estate.LATENCY);
        this.planner =
                RemediationPlanner.of(
                        new Estate.NoPolicies(),
                        () -> check,
                        (_, _) -> Estate.ids(fresh, fresh + machines),
                        ledger,
                        new InMemoryCampaigns(InstantSource.system()));
    }

    /// Remediates as many machines that were not touched before, and prints what it took.
    ///
    /// @return as a share of what the peer does
    double share(String round) throws RemediationException, InterruptedException {
        double before = peer();
        long calls = arm.calls();
        long processor = processor();
        double seconds = remediate(round);
        processor = processor() - processor;
        calls = arm.calls() - calls;
        double after = peer();
        double share = (before + after) / 2 / seconds;
        System.out.printf(
                Locale.ROOT,
                "throughput, ledger in %s, %s: %d machines, %d calls of 10 ms, 30 at once: %.2f s, %.2f s of processor; the peer %.2f and %.2f s: %.0f %%; an idle"
                        + " machine would need %.2f s%n",
                name,
                round,
                machines,
                calls,
                seconds,
                processor / 1e9,
                before,
                after,
                100 * share,
                calls * Estate.LATENCY.toNanos() / 1e9 / PARALLEL);
        return share;
    }

    /// Nanoseconds of processor that this process took so far: the compiler's, the simulator's, the database's in it.
    private static long processor() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private double remediate(String round) throws RemediationException, InterruptedException {
        try (var remediation =
                new Remediation(
                        arm,
                        ledger,
                        planner,
                        Pacer.system(),
                        Estate.patient(),
                        () -> new UUID(0, ids.incrementAndGet()))) {
            long start = System.nanoTime();
            var task =
                    remediation.await(
                            remediation
                                    .create(
                                            Estate.SCOPE,
                                            round,
                                            Estate.body(
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
            fresh += machines;
            return seconds;
        }
    }

    /// Seconds that bare threads take for the same calls of machines of their own.
    private double peer() throws InterruptedException {
        var next = new AtomicInteger(fresh);
        int end = fresh + machines;
        fresh = end;
        var failed = new AtomicReference<@Nullable Exception>();
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < PARALLEL; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int machine = next.getAndIncrement();
                                            machine < end;
                                            machine = next.getAndIncrement()) {
                                        bare(ResourceId.parse(Estate.machine(machine)));
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
    private void bare(ResourceId machine) throws ArmException, InterruptedException {
        var read = arm.read(machine);
        var body =
                Estate.json(
                        "{\"properties\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                                + Estate.AGENT
                                + "/versions/1.0.0\"}]}}}");
        var sent =
                arm.send(new ResourceChange.Patch(machine, body, List.of()), read.etag(), "peer");
        if (sent instanceof Sent.Started(var operation, _)) {
            arm.poll(operation);
        }
        arm.read(machine);
    }
}
