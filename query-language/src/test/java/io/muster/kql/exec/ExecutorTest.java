package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Bits;
import io.muster.core.column.LongColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.value.ValueLimits;
import io.muster.kql.vector.Columns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutorTest {
    private static RunContext context(ForkJoinPool pool) {
        return new RunContext(
                Instant.EPOCH,
                1,
                System.nanoTime() + TimeUnit.MINUTES.toNanos(5),
                1 << 20,
                ValueLimits.DEFAULT,
                () -> false,
                pool,
                1,
                false);
    }

    private static Batch batch(long value) {
        return Batch.of(1, List.of(new LongColumn(KqlType.LONG, new long[] {value}, Bits.all(1))));
    }

    private static void add(List<Long> values, Batch batch) {
        values.add(Columns.longOf(batch.column(0).dynamic(0)));
    }

    /// Morsels of a row each, 0 and up.
    private static Relation counting(int count, IntConsumer before) {
        var morsels = new ArrayList<Morsels.Morsel>();
        for (int i = 0; i < count; i++) {
            int number = i;
            morsels.add(sink -> {
                before.accept(number);
                return sink.test(batch(number));
            });
        }
        return Relation.of(Morsels.of(morsels), true);
    }

    private static List<List<Long>> parts(ForkJoinPool pool, Relation relation, boolean anyCut) {
        return new Executor(context(pool))
                .fold(relation, anyCut, ArrayList::new, ExecutorTest::add);
    }

    private static List<Long> upTo(int count) {
        return LongStream.range(0, count).boxed().toList();
    }

    @Test
    @Timeout(120)
    void aMorselThatFailsStopsThoseBesideIt() {
        try (var pool = new ForkJoinPool(2)) {
            var context = context(pool);
            var running = new CountDownLatch(1);
            var stopped = new AtomicReference<@Nullable String>();
            Morsels.Morsel endless =
                    sink -> {
                        running.countDown();
                        try {
                            while (true) {
                                context.check();
                                Thread.onSpinWait();
                            }
                        } catch (QueryStoppedException told) {
                            stopped.set(told.code());
                            throw told;
                        }
                    };
            Morsels.Morsel failing =
                    sink -> {
                        await(running);
                        throw new QueryStoppedException("query-memory", "too much");
                    };
            var both = Relation.of(Morsels.of(List.of(endless, failing)), true);
            assertThatThrownBy(() -> new Executor(context).collect(both))
                    .isInstanceOf(QueryStoppedException.class)
                    .hasMessage("too much");
            assertThat(stopped).hasValue("query-cancelled");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(60, TimeUnit.SECONDS);
        } catch (Exception missed) {
            throw new IllegalStateException(missed);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void partsComeInTheOrderOfTheMorsels(boolean anyCut) {
        try (var pool = new ForkJoinPool(2)) {
            var all = counting(100, number -> {});
            assertThat(parts(pool, all, anyCut).stream().flatMap(List::stream).toList())
                    .isEqualTo(upTo(100));
        }
    }

    @Test
    @Timeout(120)
    void neighboursAreSharedWhenTheyAreAllThereIsToDo() {
        try (var pool = new ForkJoinPool(2)) {
            var barrier = new CyclicBarrier(2);
            // The first two wait for one another, as one thread could not.
            var parts =
                    parts(
                            pool,
                            counting(
                                    64,
                                    number -> {
                                        if (number < 2) {
                                            meet(barrier);
                                        }
                                    }),
                            true);
            assertThat(parts).hasSizeGreaterThan(1);
            assertThat(parts.stream().flatMap(List::stream).toList()).isEqualTo(upTo(64));
        }
    }

    @Test
    void whatMustBeCutAtTheSamePlacesIs() {
        try (var pool = new ForkJoinPool(2)) {
            var wanted =
                    IntStream.range(0, 16)
                            .mapToObj(part -> LongStream.range(part * 4L, part * 4L + 4).boxed())
                            .map(Stream::toList)
                            .toList();
            for (int round = 0; round < 20; round++) {
                assertThat(parts(pool, counting(64, number -> {}), false)).isEqualTo(wanted);
            }
        }
    }

    @Test
    void whatAStepHeldBackComesInItsPlace() {
        var first = counting(3, number -> {}).through(Held::new);
        var both =
                new Relation() {
                    @Override
                    public Morsels morsels() {
                        return Morsels.concat(
                                List.of(
                                        first.morsels(),
                                        Morsels.of(List.of()),
                                        counting(2, number -> {}).morsels()));
                    }
                };
        var seen = new ArrayList<Long>();
        assertThat(
                        both.forEach(batch -> {
                            add(seen, batch);
                            return true;
                        }))
                .isTrue();
        assertThat(seen).containsExactly(0L, 1L, 2L, 0L, 1L);
    }

    /// Holds all back until the end.
    private static final class Held implements Morsels.Step {
        private final Predicate<Batch> sink;
        private final List<Batch> batches = new ArrayList<>();

        Held(Predicate<Batch> sink) {
            this.sink = sink;
        }

        @Override
        public boolean test(Batch batch) {
            return batches.add(batch);
        }

        @Override
        public boolean end() {
            return batches.stream().allMatch(sink);
        }
    }

    @Test
    void aPoolThatIsShutDownLeavesTheWorkToTheCaller() {
        try (var pool = new ForkJoinPool(2)) {
            pool.shutdown();
            assertThat(parts(pool, counting(5, number -> {}), true)).containsExactly(upTo(5));
        }
    }
}
