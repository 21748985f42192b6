package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.kql.value.QueryStoppedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No turn is lost or doubled, whatever fails.
@Timeout(120)
class TurnsLostTest {
    /// From where the stack ends upwards, until it is long enough for others to be let in.
    @Test
    void noTurnIsLostWhereTheStackEnds() throws Exception {
        var turns = new Turns(1);
        var begin = new CountDownLatch(1);
        var deep =
                new FutureTask<>(() ->
                        Asker.ask(
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
                        Asker.LONG);
        var working = new CountDownLatch(1);
        var queued = new AtomicBoolean();
        var deep =
                new FutureTask<>(() -> {
                    Runnable ask =
                            () ->
                                    turns.<Boolean, RuntimeException>call(
                                            Asker.LONG,
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
                            kind == 0 ? Duration.ofNanos(random.nextInt(200_000)) : Asker.LONG,
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
