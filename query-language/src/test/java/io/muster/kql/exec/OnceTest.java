package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Bits;
import io.muster.core.column.LongColumn;
import io.muster.core.column.Schema;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.value.ValueLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who waits for what in a run's values that are computed once. No test is timed: what must not wait for another would wait for ever.
@Timeout(60)
class OnceTest {
    private static final LogicalPlan PLAN =
            new LogicalPlan.Rows(new Schema(List.of()), List.of(List.of()));

    private static RunContext context(BooleanSupplier cancelled, @Nullable ForkJoinPool pool) {
        return context(cancelled, pool, Duration.ofMinutes(5));
    }

    private static RunContext context(
            BooleanSupplier cancelled, @Nullable ForkJoinPool pool, Duration limit) {
        return new RunContext(
                Instant.EPOCH,
                1,
                System.nanoTime() + limit.toNanos(),
                1 << 20,
                ValueLimits.DEFAULT,
                cancelled,
                pool,
                1,
                false);
    }

    private static <T> FutureTask<T> started(FutureTask<T> task) {
        new Thread(task).start();
        return task;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /// Computes a key until the latch is open; the task is there once it has begun.
    private static <T> FutureTask<T> computing(
            RunContext context, CountDownLatch until, Supplier<T> value) throws Exception {
        var begun = new CountDownLatch(1);
        var task =
                started(
                        new FutureTask<>(() ->
                                context.once(
                                        "key",
                                        PLAN,
                                        () -> {
                                            begun.countDown();
                                            await(until);
                                            return value.get();
                                        })));
        begun.await();
        return task;
    }

    private static FutureTask<String> computing(RunContext context, CountDownLatch until)
            throws Exception {
        return computing(context, until, () -> "computed");
    }

    /// One who waits for what another computes.
    private record Waiting(FutureTask<String> task, Thread thread) {
        Waiting(RunContext context) {
            var task = new FutureTask<>(() -> context.once("key", PLAN, () -> "mine"));
            this(task, new Thread(task));
            thread().start();
            while (thread().getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void anotherKeyIsComputedMeanwhile() throws Exception {
        var context = context(() -> false, null);
        var until = new CountDownLatch(1);
        var slow = computing(context, until);
        var other = started(new FutureTask<>(() -> context.once("other", PLAN, () -> "at once")));
        assertThat(other.get()).isEqualTo("at once");
        until.countDown();
        assertThat(slow.get()).isEqualTo("computed");
    }

    @Test
    void oneComputesAndTheOthersGetWhatItGave() throws Exception {
        var context = context(() -> false, null);
        var computed = new AtomicInteger();
        for (int round = 0; round < 200; round++) {
            var key = new Object();
            var inner = new Object();
            var tasks = new ArrayList<FutureTask<Object>>();
            for (int i = 0; i < 4; i++) {
                boolean within = i % 2 == 0;
                tasks.add(
                        started(
                                new FutureTask<>(() ->
                                        within
                                                ? context.once(
                                                        inner, PLAN, () -> value(computed, "inner"))
                                                : context.once(
                                                        key,
                                                        PLAN,
                                                        () ->
                                                                context.once(
                                                                                inner,
                                                                                PLAN,
                                                                                () ->
                                                                                        value(
                                                                                                computed,
                                                                                                "inner"))
                                                                        + value(
                                                                                computed,
                                                                                " and outer")))));
            }
            for (int i = 0; i < 4; i++) {
                assertThat(tasks.get(i).get()).isEqualTo(i % 2 == 0 ? "inner" : "inner and outer");
            }
        }
        assertThat(computed).hasValue(400);
    }

    private static String value(AtomicInteger computed, String value) {
        computed.incrementAndGet();
        return value;
    }

    @Test
    void whatFailedIsComputedAnew() {
        var context = context(() -> false, null);
        assertThatThrownBy(() ->
                        context.once(
                                "key",
                                PLAN,
                                () -> {
                                    throw new IllegalStateException("no luck");
                                }))
                .hasMessage("no luck");
        assertThat(context.once("key", PLAN, () -> "now")).isEqualTo("now");
        assertThat(context.once("key", PLAN, () -> "again")).isEqualTo("now");
    }

    @Test
    void whoWaitedForWhatFailedComputesIt() throws Exception {
        var context = context(() -> false, null);
        var until = new CountDownLatch(1);
        var failing =
                computing(
                        context,
                        until,
                        () -> {
                            throw new IllegalStateException("no luck");
                        });
        var waiting = new Waiting(context);
        until.countDown();
        assertThat(waiting.task.get()).isEqualTo("mine");
        assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class);
    }

    @Test
    void whoWaitsStopsWhenTheQueryIsCancelled() throws Exception {
        var cancelled = new AtomicBoolean();
        var context = context(cancelled::get, null);
        var until = new CountDownLatch(1);
        var slow = computing(context, until);
        var waiting = new Waiting(context);
        cancelled.set(true);
        // The other computes still.
        assertThatThrownBy(waiting.task::get).hasMessageContaining("cancelled");
        until.countDown();
        assertThat(slow.get()).isEqualTo("computed");
    }

    @Test
    void whoWaitsStopsAtTheTimeLimitAndWhenAnotherFails() throws Exception {
        for (boolean late : List.of(true, false)) {
            var context =
                    context(() -> false, null, late ? Duration.ofMillis(50) : Duration.ofHours(1));
            var until = new CountDownLatch(1);
            var slow = computing(context, until);
            var waiting = started(new FutureTask<>(() -> context.once("key", PLAN, () -> "mine")));
            if (!late) {
                context.fail(new IllegalStateException("elsewhere"));
            }
            assertThatThrownBy(waiting::get)
                    .hasMessageContaining(late ? "longer than allowed" : "has failed");
            until.countDown();
            assertThat(slow.get()).isEqualTo("computed");
        }
    }

    @Test
    void whoWaitsIsInterruptible() throws Exception {
        var context = context(() -> false, null);
        var until = new CountDownLatch(1);
        var slow = computing(context, until);
        var waiting = new Waiting(context);
        waiting.thread.interrupt();
        assertThatThrownBy(waiting.task::get).hasMessageContaining("cancelled");
        until.countDown();
        assertThat(slow.get()).isEqualTo("computed");
    }

    @Test
    void whoWaitsHoldsNoTurn() throws Exception {
        var turns = new Turns(1);
        var context = context(() -> false, null);
        var until = new CountDownLatch(1);
        var slow = computing(context, until);
        var begun = new CountDownLatch(1);
        var waiting =
                started(
                        new FutureTask<>(() ->
                                turns.call(
                                        Duration.ofMinutes(1),
                                        () -> false,
                                        () -> {
                                            begun.countDown();
                                            return context.once("key", PLAN, () -> "mine");
                                        })));
        begun.await();
        // There is one turn only.
        assertThat(turns.call(Duration.ofMinutes(1), () -> false, () -> "meanwhile"))
                .isEqualTo("meanwhile");
        until.countDown();
        assertThat(waiting.get()).isEqualTo("computed");
        assertThat(slow.get()).isEqualTo("computed");
        assertThat(turns.taken()).isZero();
    }

    @Test
    void aThreadOfThePoolWaitsForWhatNeedsThePool() throws Exception {
        try (var pool = new ForkJoinPool(1)) {
            var context = context(() -> false, pool);
            var waited = new CountDownLatch(1);
            var slow =
                    computing(
                            context, waited, () -> new Executor(context).collect(rows(50)).size());
            var waiting =
                    pool.submit(() -> {
                        waited.countDown();
                        return context.once("key", PLAN, () -> 0);
                    });
            assertThat(waiting.get(50, TimeUnit.SECONDS)).isEqualTo(50);
            assertThat(slow.get()).isEqualTo(50);
        }
    }

    private static Relation rows(int morsels) {
        var all = new ArrayList<Morsels.Morsel>();
        for (int i = 0; i < morsels; i++) {
            var column = new LongColumn(KqlType.LONG, new long[] {i}, Bits.all(1));
            all.add(sink -> sink.test(Batch.of(1, List.of(column))));
        }
        return Relation.of(Morsels.of(all), true);
    }
}
