package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.SourceText;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.binder.Binder;
import io.muster.kql.syntax.KqlSyntax;
import io.muster.kql.syntax.SyntaxLimits;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.value.ValueLimits;
import io.muster.kql.vector.MemoryMeter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Plugins run while a query is planned: they look whether to go on, and count what they hold. Counted, not timed.
class StoppedPluginsTest {
    private static final Catalog NOTHING = Catalog.of(List.of());

    private static final String EVENTS =
            "range x from 1 to 50000 step 1 | extend t = datetime(2020-01-01) + x * 1s, u = x % 7, s = tostring(x % 10)";

    /// Counts looks and bytes, and says stop at one of the looks.
    private static final class Counting implements MemoryMeter.Budget {
        private final long stopAt;
        private long looks;
        private long held;
        private long most;

        Counting(long stopAt) {
            this.stopAt = stopAt;
        }

        @Override
        public void take(long bytes) {
            held += bytes;
            most = Math.max(most, held);
            if (bytes >= 0 && ++looks == stopAt) {
                throw new QueryStoppedException("query-cancelled", "It was told to.");
            }
        }
    }

    private static Counting planning(String query, long stopAt) throws Exception {
        var counting = new Counting(stopAt);
        var source = new SourceText("query", query);
        var binder =
                new Binder(
                        source,
                        NOTHING,
                        "T",
                        Map.of(),
                        (plan, instant) ->
                                new Executor(
                                                new RunContext(
                                                        Instant.EPOCH,
                                                        1,
                                                        System.nanoTime()
                                                                + TimeUnit.MINUTES.toNanos(5),
                                                        1L << 30,
                                                        ValueLimits.DEFAULT,
                                                        () -> false,
                                                        null,
                                                        Long.MAX_VALUE,
                                                        false))
                                        .run(plan, "", Long.MAX_VALUE),
                        MemoryMeter.of(counting));
        try {
            binder.bind(KqlSyntax.parse(source, SyntaxLimits.DEFAULT));
        } catch (QueryStoppedException stopped) {
            assertThat(stopped.code()).isEqualTo("query-cancelled");
            assertThat(counting.looks).as(query).isEqualTo(stopAt);
        }
        return counting;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "activity_engagement(x, t, 1s, 1d)",
                "activity_metrics(x, t, 1m)",
                "new_activity_metrics(x, t, datetime(2020-01-01), datetime(2020-01-02), 1h)",
                "session_count(x, t, datetime(2020-01-01), datetime(2020-01-12), 1m, 1h)",
                "sliding_window_counts(x, t, datetime(2020-01-01), datetime(2020-01-02), 1h, 1h)",
                "active_users_count(x, t, datetime(2020-01-01), datetime(2020-01-12), 1d, 1d, 1, 7d)",
                "activity_counts_metrics(x, t, datetime(2020-01-01), datetime(2020-01-12), 1h)",
                "rolling_percentile(x, 50, t, 1m, 10)",
                "funnel_sequence(u, t, datetime(2020-01-01), datetime(2020-01-12), 1d, 1d, s, dynamic(['1', '2']))",
                "funnel_sequence_completion(u, t, datetime(2020-01-01), datetime(2020-01-12), 1d, s, dynamic(['1', '2', '3']), dynamic([1m]))",
                "sequence_detect(t, 2s, 5s, a = (u == 2), b = (u == 3), x)",
                "rows_near(u == 1, 100000)",
                "ipv4_lookup((range y from 1 to 9 step 1 | extend n = '10.0.0.0/8'), s, n, return_unmatched = true)",
                "autocluster()",
                "basket(0.02)",
                "diffpatterns(u, 1, 2)",
                "pivot(u, count(), x)",
            })
    void pluginsLookAndChargeOften(String plugin) throws Exception {
        String query = EVENTS + " | evaluate " + plugin;
        var all = planning(query, Long.MAX_VALUE);
        assertThat(all.looks).isGreaterThan(40);
        // What is read of 50,000 rows, at least, besides the rows.
        assertThat(all.most).isGreaterThan(2_400_000);
        planning(query, 35);
    }

    @Test
    void membersOfBagsAreLookedAtAndCharged() throws Exception {
        String query =
                "range x from 1 to 50000 step 1 | extend b = bag_pack(strcat('k', x % 2000), x, 'l', 1) | evaluate bag_unpack(b)";
        var all = planning(query, Long.MAX_VALUE);
        assertThat(all.looks).isGreaterThan(40);
        planning(query, 35);
    }

    /// What has passed is given back; what is left is the result.
    @Test
    void pluginsGiveBackWhatTheyDoNotKeep() throws Exception {
        var counting =
                planning(
                        EVENTS
                                + " | evaluate active_users_count(x, t, datetime(2020-01-01), datetime(2020-01-12), 1d, 1d, 1, 7d)",
                        Long.MAX_VALUE);
        assertThat(counting.most).isGreaterThan(10_000_000);
        assertThat(counting.held).isLessThan(10_000);
    }

    /// The square of the rows would not end.
    @ParameterizedTest
    @ValueSource(
            strings = {"rows_near(x % 2 == 0, 1000000)", "activity_engagement(x, t, 1s, 3650d)"})
    void rowsThatAreNearManyAreReadOnce(String plugin) throws Exception {
        assertThat(planning(EVENTS + " | evaluate " + plugin, Long.MAX_VALUE).looks)
                .isLessThan(2_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "range x from 1 to 20000 step 1 | extend a = '10.0.0.1' "
                        + "| evaluate ipv4_lookup((range y from 1 to 100 step 1 | extend n = '10.0.0.0/8'), a, n) | count",
                "range x from 1 to 5000 step 1 | evaluate pivot(x, count(), x) | count",
                "range x from 1 to 200000 step 1 | extend t = datetime(2020-01-01) + x * 1s "
                        + "| evaluate sequence_detect(t, 5s, 5s, a = (x > 0), b = (x > 0), c = (x > 0))"
            })
    void pluginsThatHoldTooMuchAreStopped(String query) {
        var narrow = QueryOptions.DEFAULT.withMemoryLimit(64 << 20);
        assertThatThrownBy(() -> Kql.run(query, NOTHING, narrow))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-memory"));
    }
}
