package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.kql.CancellationToken;
import io.muster.kql.value.QueryStoppedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Work that a worker did is to its asker as if he had done it himself.
@Timeout(120)
class ErrandTest {
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
            assertThat(calls).contains(Asker.class.getName() + ".ask");
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
                                    Asker.LONG, token::isCancelled, () -> ran.getAndSet(true)));
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
}
