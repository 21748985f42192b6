package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Catalog;
import io.muster.kql.CancellationToken;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What had to wait is done by a worker, as if its asker did it himself.
@Timeout(120)
class TurnWorkersTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private static final Catalog NOTHING = Catalog.of(List.of());

    private static <T> T ask(Turns turns, ScopedValue.CallableOp<T, Exception> work)
            throws Exception {
        return turns.call(LONG, () -> false, work);
    }

    /// One who asks on a thread of his own.
    private static final class Asker<T> {
        private final FutureTask<T> task;
        private final Thread thread;
        private volatile boolean interruptedAfter;

        Asker(Turns turns, ScopedValue.CallableOp<T, Exception> work) {
            task =
                    new FutureTask<>(() -> {
                        try {
                            return ask(turns, work);
                        } finally {
                            interruptedAfter = Thread.currentThread().isInterrupted();
                        }
                    });
            thread = new Thread(task, "asker");
            thread.start();
        }

        /// Waits until he waits for his turn.
        Asker<T> queued() {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            return this;
        }

        T get() throws Exception {
            return task.get();
        }

        boolean interruptedAfter() throws InterruptedException {
            thread.join();
            return interruptedAfter;
        }
    }

    /// Takes every turn until it is closed.
    private static final class Holder implements AutoCloseable {
        private final CountDownLatch go = new CountDownLatch(1);
        private final List<Asker<Boolean>> all = new ArrayList<>();

        Holder(Turns turns, int width) {
            for (int i = 0; i < width; i++) {
                all.add(
                        new Asker<>(
                                turns,
                                () -> {
                                    go.await();
                                    return true;
                                }));
            }
            while (turns.taken() < width) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() {
            go.countDown();
            for (var one : all) {
                assertThat(one.task).succeedsWithin(LONG);
            }
        }
    }

    @Test
    void thoseWhoWaitedAreServedByOneWorkerInTheirOrder() throws Exception {
        var turns = new Turns(1);
        var order = Collections.synchronizedList(new ArrayList<Integer>());
        var askers = new ArrayList<Asker<Thread>>();
        try (var _ = new Holder(turns, 1)) {
            for (int i = 0; i < 5; i++) {
                int number = i;
                askers.add(
                        new Asker<>(
                                        turns,
                                        () -> {
                                            assertThat(Turns.current()).isNotNull();
                                            order.add(number);
                                            return Thread.currentThread();
                                        })
                                .queued());
            }
        }
        var workers = new ArrayList<Thread>();
        for (var asker : askers) {
            workers.add(asker.get());
            assertThat(workers.getLast()).isNotSameAs(asker.thread);
        }
        assertThat(workers).containsOnly(workers.getFirst());
        assertThat(workers.getFirst().isDaemon()).isTrue();
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
        assertThat(turns.taken()).isZero();
        assertThat(ask(turns, Thread::currentThread))
                .as("nobody waits")
                .isSameAs(Thread.currentThread());
    }

    private static void failHere(Throwable failure) throws Exception {
        switch (failure) {
            case Exception checked -> throw checked;
            case Error error -> throw error;
            default -> throw new IllegalArgumentException(failure);
        }
    }

    @Test
    void whatTheWorkThrowsReachesTheAskerAndSaysWhoAsked() throws Exception {
        var turns = new Turns(1);
        for (var failure :
                List.of(
                        new IOException("read"),
                        new IllegalStateException("state"),
                        new StackOverflowError("deep"),
                        new QueryStoppedException("query-rows", "many"))) {
            Asker<Boolean> asker;
            try (var _ = new Holder(turns, 1)) {
                asker =
                        new Asker<Boolean>(
                                        turns,
                                        () -> {
                                            failure.fillInStackTrace();
                                            failHere(failure);
                                            return true;
                                        })
                                .queued();
            }
            assertThatThrownBy(asker::get).cause().isSameAs(failure);
            var calls =
                    Arrays.stream(failure.getStackTrace())
                            .map(call -> call.getClassName() + "." + call.getMethodName())
                            .toList();
            if (calls.isEmpty()) {
                // Of what stops a query it is not asked for.
                assertThat(failure).isInstanceOf(QueryStoppedException.class);
                continue;
            }
            assertThat(calls).contains(TurnWorkersTest.class.getName() + ".ask");
            assertThat(calls).doesNotContain(Errand.class.getName() + ".run");
        }
        assertThat(turns.taken()).isZero();
    }

    @Test
    void whoLeavesBeforeHisWorkBeganHasItNeverDone() throws Exception {
        var turns = new Turns(1);
        var ran = new AtomicBoolean();
        var token = new CancellationToken();
        Asker<Boolean> last;
        try (var _ = new Holder(turns, 1)) {
            var cancelled =
                    new FutureTask<>(() ->
                            turns.<Boolean, RuntimeException>call(
                                    LONG, token::isCancelled, () -> ran.getAndSet(true)));
            new Thread(cancelled).start();
            var interrupted = new Asker<>(turns, () -> ran.getAndSet(true)).queued();
            var late =
                    new FutureTask<>(() ->
                            turns.<Boolean, RuntimeException>call(
                                    Duration.ofMillis(1), () -> false, () -> ran.getAndSet(true)));
            new Thread(late).start();
            last = new Asker<>(turns, () -> true).queued();
            token.cancel();
            interrupted.thread.interrupt();
            assertThatThrownBy(cancelled::get)
                    .cause()
                    .hasMessageContaining("The query was cancelled");
            assertThatThrownBy(interrupted::get)
                    .cause()
                    .hasMessageContaining("The query was cancelled");
            assertThat(interrupted.interruptedAfter()).isTrue();
            assertThatThrownBy(late::get).cause().hasMessageContaining("too many queries run");
        }
        assertThat(last.get()).isTrue();
        assertThat(ran).isFalse();
        assertThat(turns.taken()).isZero();
    }

    @Test
    void interruptOfTheAskerReachesHisWorkAndNoOther() throws Exception {
        var turns = new Turns(1);
        var working = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Asker<Boolean> interrupted;
        Asker<Boolean> next;
        try (var _ = new Holder(turns, 1)) {
            interrupted =
                    new Asker<Boolean>(
                                    turns,
                                    () -> {
                                        working.countDown();
                                        try {
                                            new CountDownLatch(1).await();
                                        } catch (InterruptedException asked) {
                                            // As work does that cannot end at once.
                                            go.await();
                                            Thread.currentThread().interrupt();
                                        }
                                        return true;
                                    })
                            .queued();
            next = new Asker<>(turns, () -> Thread.currentThread().isInterrupted()).queued();
        }
        working.await();
        interrupted.thread.interrupt();
        while (interrupted.thread.isInterrupted()) {
            Thread.onSpinWait();
        }
        assertThat(interrupted.task).as("waits for the end of its work").isNotDone();
        go.countDown();
        assertThat(interrupted.get()).isTrue();
        assertThat(interrupted.interruptedAfter()).as("the work left it so").isTrue();
        assertThat(next.get()).isFalse();
        assertThat(next.interruptedAfter()).isFalse();
        assertThat(turns.taken()).isZero();
    }

    @Test
    void interruptThatTheWorkTookIsGone() throws Exception {
        var turns = new Turns(1);
        var working = new CountDownLatch(1);
        Asker<Boolean> interrupted;
        try (var _ = new Holder(turns, 1)) {
            interrupted =
                    new Asker<Boolean>(
                                    turns,
                                    () -> {
                                        working.countDown();
                                        new CountDownLatch(1).await();
                                        return true;
                                    })
                            .queued();
        }
        working.await();
        interrupted.thread.interrupt();
        assertThatThrownBy(interrupted::get).cause().isInstanceOf(InterruptedException.class);
        assertThat(interrupted.interruptedAfter()).isFalse();
    }

    private static Stream<Error> whereforeNoThreadIsMade() {
        return Stream.of(
                new OutOfMemoryError("unable to create native thread"),
                new StackOverflowError(),
                new InternalError("start"));
    }

    @ParameterizedTest
    @MethodSource("whereforeNoThreadIsMade")
    void whereNoThreadCanBeMadeEachDoesHisWorkInHisTurn(Error failure) throws Exception {
        var turns =
                new Turns(
                        1,
                        _ -> {
                            throw failure;
                        },
                        LONG);
        var askers = new ArrayList<Asker<Thread>>();
        try (var _ = new Holder(turns, 1)) {
            for (int i = 0; i < 3; i++) {
                askers.add(new Asker<>(turns, Thread::currentThread).queued());
            }
        }
        for (var asker : askers) {
            assertThat(asker.get()).isSameAs(asker.thread);
        }
        assertThat(turns.taken()).isZero();
    }

    @Test
    void workersWithoutWorkEnd() throws Exception {
        var made = Collections.synchronizedList(new ArrayList<Thread>());
        var turns =
                new Turns(
                        1,
                        work -> {
                            var thread = new Thread(work);
                            made.add(thread);
                            return thread;
                        },
                        Duration.ofMillis(1));
        for (int i = 0; i < 2; i++) {
            Asker<Thread> asker;
            try (var _ = new Holder(turns, 1)) {
                asker = new Asker<>(turns, Thread::currentThread).queued();
            }
            assertThat(asker.get()).isSameAs(made.get(i));
            made.get(i).join();
        }
    }

    @Test
    void workersWithoutWorkKeepNothingOfWhatTheyDid() throws Exception {
        var turns = new Turns(1, daemons(), Duration.ofHours(1));
        var made = madeByAWorker(turns);
        for (int i = 0; i < 20 && made.get() != null; i++) {
            System.gc();
        }
        assertThat(made.get()).isNull();
    }

    private static ThreadFactory daemons() {
        return Thread.ofPlatform().daemon().factory();
    }

    private static WeakReference<Object> madeByAWorker(Turns turns) throws Exception {
        Asker<Object> asker;
        try (var _ = new Holder(turns, 1)) {
            asker = new Asker<>(turns, Object::new).queued();
        }
        return new WeakReference<>(asker.get());
    }

    @Test
    void whatIsAskedWithinATurnStaysOnItsThread() throws Exception {
        var turns = new Turns(2);
        var holder = new Holder(turns, 1);
        var inner =
                new Asker<>(
                        turns,
                        () -> {
                            var outer = Thread.currentThread();
                            assertThat(ask(turns, Thread::currentThread)).isSameAs(outer);
                            return true;
                        });
        inner.queued();
        holder.close();
        assertThat(inner.get()).isTrue();
        assertThat(turns.taken()).isZero();
    }

    @Test
    void deepestQueryIsAnsweredByAWorkerToo() throws Exception {
        var turns = new Turns(1);
        String deep = "print x = " + "1 + (".repeat(90) + "1" + ")".repeat(90);
        ScopedValue.CallableOp<String, Exception> work =
                () -> Kql.run(deep, NOTHING, QueryOptions.DEFAULT).rows().toString();
        Asker<String> asker;
        try (var _ = new Holder(turns, 1)) {
            asker = new Asker<>(turns, work).queued();
        }
        assertThat(asker.get()).isEqualTo(ask(turns, work)).contains("91");
    }

    /// From where the stack ends upwards, until it is long enough for others to be let in.
    @Test
    void noTurnIsLostWhereTheStackEnds() throws Exception {
        var turns = new Turns(1);
        var begin = new CountDownLatch(1);
        var deep =
                new FutureTask<>(() ->
                        ask(
                                turns,
                                () -> {
                                    begin.await();
                                    var turn = Objects.requireNonNull(Turns.current());
                                    Runnable letIn = () -> turn.breathe(0, 1 << 20, () -> false);
                                    // Compiled calls take less of the stack.
                                    int depth = 0;
                                    for (int i = 0; i < 50; i++) {
                                        depth = Math.max(depth, ended(Integer.MAX_VALUE, letIn));
                                    }
                                    while (ended(depth, letIn) > 0) {
                                        depth--;
                                    }
                                    return true;
                                }));
        new Thread(null, deep, "deep", 256 << 10).start();
        while (turns.taken() == 0) {
            Thread.onSpinWait();
        }
        var asker = new Asker<>(turns, () -> 7).queued();
        // Longer than a query works before it lets others in.
        var slice = Duration.ofMillis(60).toNanos();
        for (long since = System.nanoTime(); System.nanoTime() - since < slice; ) {
            Thread.onSpinWait();
        }
        begin.countDown();
        assertThat(asker.task.get(20, TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(deep.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(turns.taken()).isZero();
    }

    /// As above, by one who asks where the stack ends, and whose stack is too short to start a worker.
    @Test
    void noTurnIsLostByOneWhoAsksWhereTheStackEnds() throws Exception {
        var turns =
                new Turns(
                        1,
                        work -> {
                            var made = new Thread[1];
                            further(100, () -> made[0] = new Thread(work), new int[1]);
                            return made[0];
                        },
                        LONG);
        var working = new CountDownLatch(1);
        var queued = new AtomicBoolean();
        var deep =
                new FutureTask<>(() -> {
                    Runnable ask =
                            () ->
                                    turns.<Boolean, RuntimeException>call(
                                            LONG,
                                            () -> false,
                                            () -> {
                                                working.countDown();
                                                while (!queued.get()) {
                                                    Thread.onSpinWait();
                                                }
                                                return true;
                                            });
                    int depth = ended(Integer.MAX_VALUE, ask);
                    while (ended(depth, ask) > 0) {
                        depth--;
                    }
                    return true;
                });
        new Thread(null, deep, "deep", 256 << 10).start();
        assertThat(working.await(20, TimeUnit.SECONDS)).isTrue();
        var asker = new Asker<>(turns, () -> 7).queued();
        queued.set(true);
        assertThat(asker.task.get(20, TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(deep.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(turns.taken()).isZero();
    }

    /// Does it so many calls further down; says at which call the stack ended, 0 when it was long enough.
    private static int ended(int depth, Runnable work) {
        int[] at = {0};
        try {
            further(depth, work, at);
            return 0;
        } catch (StackOverflowError end) {
            return at[0];
        }
    }

    private static void further(int depth, Runnable work, int[] at) {
        at[0]++;
        if (depth > 0) {
            further(depth - 1, work, at);
        } else {
            work.run();
        }
    }

    @Test
    void manyEndlessQueriesOfOneTurnLetOthersInAndLeaveNothing() throws Exception {
        var turns = new Turns(1);
        var token = new CancellationToken();
        var hostile = new ArrayList<Asker<String>>();
        for (int i = 0; i < 7; i++) {
            hostile.add(
                    new Asker<>(
                            turns,
                            () ->
                                    Kql.prepare(
                                                    "range x from 1 to 100000000000 step 1 | where x % 7 == 3 | summarize sum(x)",
                                                    NOTHING,
                                                    QueryOptions.DEFAULT.withTimeLimit(LONG))
                                            .run(token)
                                            .rows()
                                            .toString()));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(ask(turns, () -> 7)).isEqualTo(7);
        }
        token.cancel();
        for (var one : hostile) {
            assertThatThrownBy(one::get).cause().isInstanceOf(QueryStoppedException.class);
        }
        assertThat(turns.taken()).isZero();
    }

    /// Everything at once: work that ends, fails, steps aside or asks its own interrupt; askers who are cancelled, interrupted and too late; workers that end
    /// and come, or cannot be made.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void noTurnIsLostOrDoubled(int width) throws Exception {
        var made = new AtomicInteger();
        var turns =
                new Turns(
                        width,
                        work -> {
                            if (made.incrementAndGet() % 3 == 0) {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                            return new Thread(work);
                        },
                        Duration.ofNanos(50_000));
        var atWork = new AtomicInteger();
        var most = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        var askers = new ArrayList<FutureTask<Integer>>();
        for (int i = 0; i < 12; i++) {
            var random = new SplittableRandom(i);
            var task =
                    new FutureTask<>(() -> {
                        int answered = 0;
                        for (int n = 0; n < 400; n++) {
                            answered += once(turns, random, n, atWork, most) ? 1 : 0;
                        }
                        return answered;
                    });
            askers.add(task);
            threads.add(new Thread(task));
        }
        threads.forEach(Thread::start);
        var random = new SplittableRandom(99);
        while (threads.stream().anyMatch(Thread::isAlive)) {
            threads.get(random.nextInt(threads.size())).interrupt();
            LockSupport.parkNanos(300_000);
        }
        int answered = 0;
        for (var asker : askers) {
            answered += asker.get();
        }
        assertThat(answered).isPositive();
        assertThat(turns.taken()).isZero();
        assertThat(most.get()).isEqualTo(width);
        // And none is lost: all of them can be had.
        new Holder(turns, width).close();
    }

    private static boolean once(
            Turns turns, SplittableRandom random, int n, AtomicInteger atWork, AtomicInteger most) {
        int kind = random.nextInt(12);
        int looks = random.nextInt(3);
        var looked = new AtomicInteger();
        var ran = new AtomicBoolean();
        try {
            int got =
                    turns.call(
                            kind == 0 ? Duration.ofNanos(random.nextInt(200_000)) : LONG,
                            () -> kind == 1 && looked.getAndIncrement() >= looks,
                            () -> {
                                assertThat(ran.getAndSet(true)).isFalse();
                                enter(atWork, most);
                                try {
                                    return work(kind, n, atWork, most);
                                } finally {
                                    atWork.decrementAndGet();
                                }
                            });
            assertThat(got).isEqualTo(n);
            assertThat(ran).isTrue();
            return true;
        } catch (QueryStoppedException stopped) {
            assertThat(ran).as(stopped.code()).isFalse();
        } catch (IOException failed) {
            assertThat(kind).isEqualTo(2);
        }
        // Whoever is interrupted asks again.
        Thread.interrupted();
        return false;
    }

    private static void enter(AtomicInteger atWork, AtomicInteger most) {
        int now = atWork.incrementAndGet();
        most.accumulateAndGet(now, Math::max);
    }

    private static int work(int kind, int n, AtomicInteger atWork, AtomicInteger most)
            throws IOException {
        switch (kind) {
            case 2 -> throw new IOException("failed");
            case 3 -> Thread.currentThread().interrupt();
            case 4 -> {
                // Waits for something without its turn.
                atWork.decrementAndGet();
                var turn = Objects.requireNonNull(Turns.current());
                try {
                    turn.without(() -> LockSupport.parkNanos(10_000), () -> false);
                } catch (QueryStoppedException interrupted) {
                    takeAgain(turn);
                }
                enter(atWork, most);
            }
            case 5 -> {
                if (n % 40 == 0) {
                    long began = System.nanoTime();
                    while (System.nanoTime() - began < 51_000_000) {
                        Thread.onSpinWait();
                    }
                    atWork.decrementAndGet();
                    var turn = Objects.requireNonNull(Turns.current());
                    Thread.interrupted();
                    try {
                        turn.breathe(1, 1L << 20, () -> false);
                    } catch (QueryStoppedException interrupted) {
                        takeAgain(turn);
                    }
                    enter(atWork, most);
                }
            }
            default -> {}
        }
        return n;
    }

    private static void takeAgain(Turns.Turn turn) {
        while (!turn.isHeld()) {
            try {
                turn.without(Thread::interrupted, () -> false);
            } catch (QueryStoppedException interrupted) {
                // Once more.
            }
        }
    }
}
