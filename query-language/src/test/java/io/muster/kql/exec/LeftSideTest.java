package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Bits;
import io.muster.core.column.Field;
import io.muster.core.column.LongColumn;
import io.muster.core.column.Schema;
import io.muster.core.column.Table;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeftSideTest {
    private static final LogicalPlan NARROW =
            new LogicalPlan.Values(
                    new Table("T", Schema.of(new Field("n", KqlType.LONG)), List.of()));

    private static Executor executor(ForkJoinPool pool) {
        return new Executor(
                new RunContext(
                        Instant.EPOCH,
                        1,
                        System.nanoTime() + TimeUnit.MINUTES.toNanos(1),
                        1 << 20,
                        () -> false,
                        pool,
                        1,
                        false));
    }

    /// Two rows. Who opens a passage first comes to run nothing, for it waits until all morsels are run.
    private static final class Slow implements Morsels {
        private final CountDownLatch left = new CountDownLatch(2);
        private final AtomicBoolean isOpened = new AtomicBoolean();

        @Override
        public int count() {
            return 2;
        }

        @Override
        public Passage open(Predicate<Batch> sink) {
            if (!isOpened.getAndSet(true)) {
                try {
                    assertThat(left.await(1, TimeUnit.MINUTES)).isTrue();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
            return morsel -> {
                boolean more =
                        sink.test(
                                Batch.of(
                                        1,
                                        List.of(
                                                new LongColumn(
                                                        KqlType.LONG,
                                                        new long[] {morsel},
                                                        Bits.all(1)))));
                left.countDown();
                return more;
            };
        }
    }

    @Test
    void whatIsRunAheadIsThereOnceWhoeverRanIt() {
        try (var pool = new ForkJoinPool(2)) {
            var side = LeftSide.of(NARROW, Relation.of(new Slow(), true), executor(pool));
            assertThat(side.few()).hasValueSatisfying(few -> assertThat(few).hasSize(2));
            var rows = new ArrayList<Long>();
            side.rows().forEach(batch -> rows.add(Columns.longOf(batch.column(0).dynamic(0))));
            assertThat(rows).containsExactly(0L, 1L);
            // As many as there were, so that what follows is cut where it always is.
            assertThat(side.rows().morsels().count()).isEqualTo(2);
        }
    }

    /// Morsels of so many rows.
    private static Relation morsels(int count, int rows) {
        Morsels.Morsel morsel =
                sink ->
                        MemoryMeter.passing(() -> {
                            var column =
                                    new LongColumn(KqlType.LONG, new long[rows], Bits.all(rows));
                            // Much for a batch: what is held of it is its columns.
                            MemoryMeter.current().charge(100L * rows);
                            return sink.test(Batch.of(rows, List.of(column)));
                        });
        return Relation.of(Morsels.of(Collections.nCopies(count, morsel)), false);
    }

    @ParameterizedTest
    @CsvSource({"1000, false", "1000, true", "40000, false", "40000, true"})
    void whatIsHeldIsGivenBackWhenItWasReadUnlessItIsKept(int rows, boolean kept) {
        var taken = new AtomicLong();
        var meter = MemoryMeter.of(taken::addAndGet);
        var before = new AtomicLong();
        meter.running(() -> {
            var side = LeftSide.of(NARROW, morsels(3, rows), executor(null));
            assertThat(side.few().isPresent()).isEqualTo(3 * rows <= LeftSide.FEW);
            before.set(taken.get());
            side.rows()
                    .forEach(batch -> {
                        if (kept) {
                            MemoryMeter.current().keepFor(meter);
                        }
                        return true;
                    });
        });
        assertThat(before.get()).isGreaterThan(16L * 2 * rows);
        if (kept) {
            assertThat(taken.get()).isGreaterThanOrEqualTo(before.get());
        } else {
            assertThat(taken.get()).isZero();
        }
    }
}
