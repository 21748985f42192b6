package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Catalog;
import io.muster.kql.CancellationToken;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.value.QueryStoppedException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Workers do what had to wait, one thing after the other.
@Timeout(120)
class TurnWorkersTest {
    private static final Catalog NOTHING = Catalog.of(List.of());

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
        assertThat(Asker.ask(turns, Thread::currentThread))
                .as("nobody waits")
                .isSameAs(Thread.currentThread());
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
                        Asker.LONG);
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
                            assertThat(Asker.ask(turns, Thread::currentThread)).isSameAs(outer);
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
        assertThat(asker.get()).isEqualTo(Asker.ask(turns, work)).contains("91");
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
                                                    QueryOptions.DEFAULT.withTimeLimit(Asker.LONG))
                                            .run(token)
                                            .rows()
                                            .toString()));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(Asker.ask(turns, () -> 7)).isEqualTo(7);
        }
        token.cancel();
        for (var one : hostile) {
            assertThatThrownBy(one::get).cause().isInstanceOf(QueryStoppedException.class);
        }
        assertThat(turns.taken()).isZero();
    }
}
