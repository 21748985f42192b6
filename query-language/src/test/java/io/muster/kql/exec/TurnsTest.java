package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Bits;
import io.muster.core.column.Catalog;
import io.muster.core.column.Field;
import io.muster.core.column.LongColumn;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.value.KqlType;
import io.muster.kql.CancellationToken;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.value.QueryStoppedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TurnsTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    /// Would run for minutes, a batch at a time.
    private static final String ENDLESS =
            "range x from 1 to 100000000000 step 1 | where x % 7 == 3 | summarize sum(x)";

    private static final Catalog NOTHING = Catalog.of(List.of());

    private static String ask(Turns turns, String query, CancellationToken token) throws Exception {
        return turns.call(
                LONG,
                token::isCancelled,
                () -> {
                    var options = QueryOptions.DEFAULT.withTimeLimit(LONG);
                    return Kql.prepare(query, NOTHING, options).run(token).rows().toString();
                });
    }

    private static <T> FutureTask<T> started(FutureTask<T> task) {
        new Thread(task).start();
        return task;
    }

    private static void awaitTaken(Turns turns, int count) {
        while (turns.taken() != count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void longQueryLetsShortOnesIn() throws Exception {
        var turns = new Turns(1);
        var token = new CancellationToken();
        var hostile = started(new FutureTask<>(() -> ask(turns, ENDLESS, token)));
        awaitTaken(turns, 1);
        for (int i = 0; i < 3; i++) {
            assertThat(ask(turns, "print x = 1", new CancellationToken())).contains("1");
            assertThat(hostile).isNotDone();
        }
        token.cancel();
        assertThatThrownBy(hostile::get).cause().isInstanceOf(QueryStoppedException.class);
        assertThat(turns.taken()).isZero();
    }

    @Test
    void queryThatHoldsMuchLetsShortOnesInToo() throws Exception {
        var turns = new Turns(1);
        var token = new CancellationToken();
        // The right side of a million rows stays while the left one goes by.
        String product =
                "range x from 1 to 1000000 step 1 | extend k = 1"
                        + " | join kind=inner (range y from 1 to 1000000 step 1 | extend k = 1) on k | summarize sum(x)";
        var hostile = started(new FutureTask<>(() -> ask(turns, product, token)));
        awaitTaken(turns, 1);
        for (int i = 0; i < 3; i++) {
            assertThat(ask(turns, "print x = 1", new CancellationToken())).contains("1");
            assertThat(hostile).isNotDone();
        }
        token.cancel();
        assertThatThrownBy(hostile::get).cause().isInstanceOf(QueryStoppedException.class);
        assertThat(turns.taken()).isZero();
    }

    @Test
    void twoLongQueriesWorkByTurnsAndBothCanBeCancelled() throws Exception {
        var turns = new Turns(1);
        var tokens = List.of(new CancellationToken(), new CancellationToken());
        var both = new ArrayList<FutureTask<String>>();
        for (var token : tokens) {
            both.add(started(new FutureTask<>(() -> ask(turns, ENDLESS, token))));
        }
        assertThat(ask(turns, "print x = 1", new CancellationToken())).contains("1");
        for (int i = 0; i < 2; i++) {
            tokens.get(i).cancel();
            assertThatThrownBy(both.get(i)::get)
                    .cause()
                    .hasMessageContaining("The query was cancelled");
        }
        assertThat(turns.taken()).isZero();
    }

    @Test
    void thoseWhoWaitComeInTheirOrder() throws Exception {
        var turns = new Turns(1);
        var go = new CountDownLatch(1);
        var order = Collections.synchronizedList(new ArrayList<Integer>());
        var tasks = new ArrayList<FutureTask<Boolean>>();
        turns.call(
                LONG,
                () -> false,
                () -> {
                    for (int i = 0; i < 5; i++) {
                        int number = i;
                        var thread =
                                new Thread(
                                        task(
                                                tasks,
                                                () ->
                                                        turns.call(
                                                                LONG,
                                                                () -> false,
                                                                () -> {
                                                                    go.await();
                                                                    return order.add(number);
                                                                })));
                        thread.start();
                        while (thread.getState() != Thread.State.TIMED_WAITING) {
                            Thread.onSpinWait();
                        }
                    }
                    go.countDown();
                    return true;
                });
        for (var task : tasks) {
            task.get();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
        assertThat(turns.taken()).isZero();
    }

    private static FutureTask<Boolean> task(
            List<FutureTask<Boolean>> tasks, Callable<Boolean> work) {
        var task = new FutureTask<>(work);
        tasks.add(task);
        return task;
    }

    @Test
    void whoIsCancelledOrInterruptedWhileWaitingLeavesAndTakesNoTurn() throws Exception {
        var turns = new Turns(1);
        var token = new CancellationToken();
        turns.call(
                LONG,
                () -> false,
                () -> {
                    var cancelled = started(new FutureTask<>(() -> ask(turns, "print 1", token)));
                    token.cancel();
                    assertThatThrownBy(cancelled::get)
                            .cause()
                            .hasMessageContaining("The query was cancelled");
                    var other =
                            new FutureTask<>(() -> ask(turns, "print 1", new CancellationToken()));
                    var thread = new Thread(other);
                    thread.start();
                    thread.interrupt();
                    assertThatThrownBy(other::get)
                            .cause()
                            .hasMessageContaining("The query was cancelled");
                    return true;
                });
        assertThat(turns.taken()).isZero();
        assertThat(ask(turns, "print x = 1", new CancellationToken())).contains("1");
    }

    /// Waits for something without its turn, which another takes meanwhile; is interrupted when it waits for it again, and must end before the other.
    ///
    /// @param end of what it waits for
    /// @return whether it had its turn when it went on
    private static FutureTask<Boolean> interruptedInItsTurnsPlace(
            Turns turns, Runnable end, BooleanSupplier stopped) throws Exception {
        var waits = new CountDownLatch(1);
        var taken = new FutureTask<>(() -> true);
        var waiter =
                new FutureTask<>(() ->
                        turns.<Boolean, RuntimeException>call(
                                LONG,
                                () -> false,
                                () -> {
                                    var turn = Objects.requireNonNull(Turns.current());
                                    turn.without(
                                            () -> {
                                                waits.countDown();
                                                assertThat(taken).succeedsWithin(LONG);
                                                end.run();
                                            },
                                            stopped);
                                    return turn.isHeld();
                                }));
        var thread = new Thread(waiter);
        thread.start();
        waits.await();
        turns.<Boolean, Exception>call(
                LONG,
                () -> false,
                () -> {
                    taken.run();
                    while (!waiter.isDone()) {
                        if (LockSupport.getBlocker(thread) == turns) {
                            thread.interrupt();
                        }
                        Thread.onSpinWait();
                    }
                    return true;
                });
        assertThat(turns.taken()).isZero();
        return waiter;
    }

    @Test
    void whoIsInterruptedBeforeHisTurnCameAgainEnds() throws Exception {
        var waiter = interruptedInItsTurnsPlace(new Turns(1), () -> {}, () -> false);
        assertThatThrownBy(waiter::get)
                .cause()
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-cancelled"));
    }

    @Test
    void whoIsStoppedBeforeHisTurnCameAgainGoesOnToSayWhy() throws Exception {
        var waiter = interruptedInItsTurnsPlace(new Turns(1), () -> {}, () -> true);
        assertThat(waiter.get()).as("has a turn").isFalse();
    }

    @Test
    void whatFailedInAWaitIsSaidWhetherTheTurnComesAgainOrNot() throws Exception {
        var failure = new IllegalStateException("failed");
        Runnable end =
                () -> {
                    throw failure;
                };
        var waiter = interruptedInItsTurnsPlace(new Turns(1), end, () -> false);
        assertThatThrownBy(waiter::get).cause().isSameAs(failure);
    }

    @Test
    void turnThatDoesNotComeInTimeIsRefused() {
        var turns = new Turns(1);
        turns.<Boolean, RuntimeException>call(
                LONG,
                () -> false,
                () -> {
                    var refused =
                            started(
                                    new FutureTask<>(() ->
                                            turns.<Boolean, RuntimeException>call(
                                                    Duration.ofMillis(1),
                                                    () -> false,
                                                    () -> true)));
                    assertThatThrownBy(refused::get)
                            .cause()
                            .isInstanceOfSatisfying(
                                    QueryStoppedException.class,
                                    stopped -> assertThat(stopped.code()).isEqualTo("query-busy"));
                    return true;
                });
    }

    private static Catalog numbers() {
        var schema = Schema.of(new Field("n", KqlType.LONG));
        var segments = new ArrayList<Segment>();
        for (int i = 0; i < 8; i++) {
            segments.add(
                    new Segment(
                            3,
                            List.of(
                                    new LongColumn(
                                            KqlType.LONG, new long[] {1, 2, 3}, Bits.all(3)))));
        }
        var table = new Table("numbers", schema, segments);
        return Catalog.of(List.of(table));
    }

    @Test
    void helperThatHasNotBegunHoldsNoTurn() throws Exception {
        var turns = new Turns(2);
        try (var pool = new ForkJoinPool(2)) {
            var go = new CountDownLatch(1);
            var busy = new CountDownLatch(2);
            for (int i = 0; i < 2; i++) {
                pool.execute(() -> {
                    busy.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException stopped) {
                        throw new IllegalStateException(stopped);
                    }
                });
            }
            busy.await();
            try {
                var rows =
                        turns.call(
                                LONG,
                                () -> false,
                                () ->
                                        Kql.run(
                                                        "numbers | summarize sum(n)",
                                                        numbers(),
                                                        QueryOptions.DEFAULT.withPool(pool, 1))
                                                .rows()
                                                .toString());
                assertThat(rows).contains("48");
                assertThat(pool.getQueuedSubmissionCount()).as("helpers that wait").isPositive();
                assertThat(turns.taken()).isZero();
            } finally {
                go.countDown();
            }
        }
        assertThat(turns.taken()).isZero();
    }
}
