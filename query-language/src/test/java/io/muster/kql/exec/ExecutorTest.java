package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ExecutorTest {
    private static RunContext context(ForkJoinPool pool) {
        return new RunContext(
                Instant.EPOCH,
                1,
                System.nanoTime() + TimeUnit.MINUTES.toNanos(5),
                1 << 20,
                () -> false,
                pool,
                1,
                false);
    }

    @Test
    @Timeout(120)
    void aTaskThatFailsStopsThoseBesideIt() {
        try (var pool = new ForkJoinPool(2)) {
            var context = context(pool);
            var running = new CountDownLatch(1);
            var stopped = new AtomicReference<@Nullable String>();
            Callable<Integer> endless =
                    () -> {
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
            Callable<Integer> failing =
                    () -> {
                        running.await();
                        throw new QueryStoppedException("query-memory", "too much");
                    };
            assertThatThrownBy(
                            () -> new Executor(context).inParallel(List.of(endless, failing), true))
                    .isInstanceOf(QueryStoppedException.class)
                    .hasMessage("too much");
            assertThat(stopped).hasValue("query-cancelled");
        }
    }

    @Test
    void resultsComeInTheOrderOfTheTasks() {
        try (var pool = new ForkJoinPool(2)) {
            List<Callable<String>> tasks = List.of(() -> "a", () -> "b", () -> "c");
            assertThat(new Executor(context(pool)).inParallel(tasks, true))
                    .containsExactly("a", "b", "c");
        }
    }
}
