package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Bits;
import io.muster.core.column.Field;
import io.muster.core.column.LongColumn;
import io.muster.core.column.Schema;
import io.muster.core.column.Table;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.value.ValueLimits;
import io.muster.kql.vector.Columns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

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
                        ValueLimits.DEFAULT,
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
            var rows = new ArrayList<Long>();
            side.rows().forEach(batch -> rows.add(Columns.longOf(batch.column(0).dynamic(0))));
            assertThat(rows).containsExactly(0L, 1L);
            assertThat(side.few()).hasValueSatisfying(few -> assertThat(few).hasSize(2));
            // As many as there were, so that what follows is cut where it always is.
            assertThat(side.rows().morsels().count()).isEqualTo(2);
        }
    }
}
