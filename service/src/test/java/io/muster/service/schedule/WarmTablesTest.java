package io.muster.service.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WarmTablesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Snapshot NOTHING = Snapshot.empty(ResourceGraphTables.STANDARD, NOW);

    private volatile Snapshot fleet = NOTHING;
    private final LinkedBlockingQueue<Long> warmed = new LinkedBlockingQueue<>();

    private Snapshot next() {
        var next =
                fleet.with(
                        List.of(
                                Dynamic.bag()
                                        .put("id", "/subscriptions/s")
                                        .put("type", "microsoft.resources/subscriptions")
                                        .build()),
                        Set.of(),
                        NOW);
        fleet = next;
        return next;
    }

    private long warmed() throws InterruptedException {
        var version = warmed.poll(1, TimeUnit.MINUTES);
        assertThat(version).as("the version made ready").isNotNull();
        return version;
    }

    @Test
    void whatWasPublishedWhileRowsAreMadeIsMadeOnceMoreAndOnlyTheLatest() throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var tables =
                new WarmTables(
                        () -> fleet,
                        snapshot -> {
                            begun.countDown();
                            try {
                                goOn.await();
                            } catch (InterruptedException stopped) {
                                Thread.currentThread().interrupt();
                            }
                            warmed.add(snapshot.version());
                        });
        tables.run();
        begun.await();
        for (int i = 0; i < 5; i++) {
            next();
            tables.run();
        }
        goOn.countDown();
        assertThat(warmed()).isZero();
        assertThat(warmed()).isEqualTo(5);
        tables.stop();
        assertThat(warmed).isEmpty();
    }

    @Test
    void aFaultEndsNothingAndAStopEverything() throws Exception {
        var tables =
                new WarmTables(
                        () -> fleet,
                        snapshot -> {
                            warmed.add(snapshot.version());
                            throw new IllegalStateException("no rows");
                        });
        tables.run();
        assertThat(warmed()).isZero();
        next();
        tables.run();
        assertThat(warmed()).isOne();
        tables.stop();
        next();
        tables.run();
        assertThat(warmed).isEmpty();
    }
}
