package io.muster.benchmarks.remediation;

import io.muster.remediation.Campaigns;
import io.muster.remediation.Remediation;
import io.muster.remediation.RemediationPlanner;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.campaign.InMemoryCampaigns;
import io.muster.remediation.ledger.InMemoryLedger;
import io.muster.remediation.task.RemediationException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/// Plans a campaign of many machines in five rings: the query is answered, the rings are kept, nothing is sent.
final class Planning {
    private static final double MOST_SECONDS = 5;

    private Planning() {}

    /// Prints what it takes, three times.
    static boolean isFastEnough(int machines) throws RemediationException, InterruptedException {
        var table = Estate.ids(0, machines);
        var ledger = new InMemoryLedger(InstantSource.system());
        var store = new InMemoryCampaigns(InstantSource.system());
        var ids = new AtomicLong();
        var arm = new SimulatedArm(Estate.azure(), Estate.LATENCY);
        var planner =
                RemediationPlanner.of(
                        new Estate.NoPolicies(),
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
                                Estate.patient(),
                                () -> new UUID(0, ids.incrementAndGet()));
                var campaigns =
                        new Campaigns(
                                remediation,
                                planner,
                                arm,
                                (_, _) -> table,
                                store,
                                Pacer.system(),
                                Estate.patient(),
                                () -> new UUID(1, ids.incrementAndGet()),
                                true)) {
            for (int round = 1; round <= 3; round++) {
                long start = System.nanoTime();
                var campaign =
                        campaigns.await(
                                campaigns
                                        .create(
                                                Estate.SCOPE,
                                                "plan" + round,
                                                Estate.body(
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
}
