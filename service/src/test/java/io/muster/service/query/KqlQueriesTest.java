package io.muster.service.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Catalog;
import io.muster.core.column.TableSource;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.value.QueryStoppedException;
import io.muster.service.config.QuerySettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class KqlQueriesTest {
    private static final Catalog NOTHING = Catalog.of(List.of());

    private static KqlQueries queries(int memoryMegabytes, long maxRows, Duration maxWait) {
        return new KqlQueries(
                InstantSource.system(),
                new QuerySettings(
                        Duration.ofMinutes(1),
                        memoryMegabytes,
                        maxRows,
                        100,
                        70_000,
                        80_000,
                        1,
                        maxWait));
    }

    private static Catalog catalog(Runnable whenAsked) {
        return new Catalog() {
            @Override
            public Optional<TableSource> table(String name) {
                whenAsked.run();
                return Optional.empty();
            }

            @Override
            public List<TableSource> tables() {
                return List.of();
            }
        };
    }

    /// Asks a query of one row that has its turn until the latch is open.
    private static FutureTask<Long> runningUntil(CountDownLatch go, KqlQueries queries)
            throws InterruptedException {
        var running = new CountDownLatch(1);
        var catalog =
                catalog(() -> {
                    running.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException stopped) {
                        throw new IllegalStateException(stopped);
                    }
                });
        var task =
                new FutureTask<>(() ->
                        queries.run("print x = 1 | union isfuzzy=true (nowhere)", catalog)
                                .rowCount());
        new Thread(task).start();
        running.await();
        return task;
    }

    private static String refusal(KqlQueries queries, String text) throws Exception {
        try {
            queries.run(text, NOTHING);
            return "";
        } catch (QueryStoppedException stopped) {
            return stopped.code();
        }
    }

    @Test
    void limitsOfTextsAndValuesAreTheSettings() throws Exception {
        var queries = queries(64, 100, Duration.ofMinutes(1));
        String texts = "%s project n = strlen(strcat(strrep(strrep('a', 100), 700), %s))";
        String row = "range x from 1 to 1 step 1 |";
        assertThat(refusal(queries, texts.formatted(row, "''"))).isEmpty();
        assertThat(refusal(queries, texts.formatted(row, "'b'"))).isEqualTo("query-memory");
        assertThat(refusal(queries, texts.formatted("print 1 |", "'b'"))).isEqualTo("query-memory");
        String values = "range x from 1 to 1 step 1 | project array_length(range(x, %d))";
        assertThat(refusal(queries, values.formatted(9_999))).isEmpty();
        assertThat(refusal(queries, values.formatted(10_000))).isEqualTo("query-memory");
        assertThatThrownBy(() -> queries.run("print 1 // " + "x".repeat(100), NOTHING))
                .isInstanceOfSatisfying(
                        DiagnosticException.class,
                        refused ->
                                assertThat(refused.diagnostics().getFirst().code())
                                        .isEqualTo("query-too-long"));
    }

    @Test
    void settingsThatNoQueryCouldMeetAreRefused() {
        var second = Duration.ofSeconds(1);
        assertThatThrownBy(
                        () -> new QuerySettings(second, 1, 1, 2_000_001, 70_000, 80_000, 1, second))
                .hasMessageContaining("max-length");
        assertThatThrownBy(() -> new QuerySettings(second, 1, 1, 1, 65_535, 80_000, 1, second))
                .hasMessageContaining("max-text");
        assertThatThrownBy(() -> new QuerySettings(second, 1, 1, 1, 70_000, 65_535, 1, second))
                .hasMessageContaining("max-value");
        assertThatThrownBy(
                        () -> new QuerySettings(second, 1, 1, 1, (16 << 20) + 1, 80_000, 1, second))
                .hasMessageContaining("16,777,216");
    }

    @Test
    void limitsAreTheSettings() throws Exception {
        var queries = queries(1, 100, Duration.ofMinutes(1));
        assertThat(refusal(queries, "range x from 1 to 101 step 1")).isEqualTo("query-rows");
        assertThat(refusal(queries, "range x from 1 to 1000000 step 1 | sort by x asc"))
                .isEqualTo("query-memory");
        assertThat(queries.run("range x from 1 to 100 step 1", NOTHING).rowCount()).isEqualTo(100);
        queries.close();
    }

    @Test
    void queryWhoseTurnDoesNotComeIsRefusedAndTheNextIsAnswered() throws Exception {
        var queries = queries(64, 100, Duration.ZERO);
        var go = new CountDownLatch(1);
        var first = runningUntil(go, queries);
        assertThatThrownBy(() -> queries.run("print 1", NOTHING))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-busy"));
        go.countDown();
        assertThat(first.get()).isEqualTo(1);
        assertThat(refusal(queries, "print 1")).isEmpty();
        queries.close();
    }

    @Test
    void queryThatWaitsIsAnsweredOrRefusedAsIfItHadNot() throws Exception {
        var queries = queries(64, 100, Duration.ofMinutes(1));
        var go = new CountDownLatch(1);
        var first = runningUntil(go, queries);
        var answered = waiting(() -> queries.run("print x = 1", NOTHING).rowCount());
        var faulty = waiting(() -> queries.run("print x = y", NOTHING).rowCount());
        var tooMany = waiting(() -> refusal(queries, "range x from 1 to 101 step 1"));
        go.countDown();
        assertThat(answered.get()).isEqualTo(1);
        assertThatThrownBy(faulty::get).cause().isInstanceOf(DiagnosticException.class);
        assertThat(tooMany.get()).isEqualTo("query-rows");
        assertThat(first.get()).isEqualTo(1);
        assertThat(queries.running()).isZero();
        queries.close();
    }

    private static <T> FutureTask<T> waiting(Callable<T> asking) {
        var task = new FutureTask<>(asking);
        var thread = new Thread(task);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return task;
    }
}
