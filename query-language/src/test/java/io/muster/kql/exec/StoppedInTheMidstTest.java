package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Catalog;
import io.muster.kql.CancellationToken;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.value.ValueLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A cancelled query ends within the step it is in, not at the end of a batch. Counted, not timed: how often a run looks whether it may go on.
class StoppedInTheMidstTest {
    private static final Catalog NOTHING = Catalog.of(List.of());

    /// Runs the query with a token that says stop at its n-th look.
    ///
    /// @return how often it was looked at
    private static long looks(String query, long stopAt) throws Exception {
        var looks = new AtomicLong();
        var context =
                new RunContext(
                        Instant.EPOCH,
                        1,
                        System.nanoTime() + TimeUnit.MINUTES.toNanos(5),
                        1L << 30,
                        ValueLimits.DEFAULT,
                        () -> looks.incrementAndGet() >= stopAt,
                        null,
                        Long.MAX_VALUE,
                        false);
        var plan = Kql.prepare(query, NOTHING).plan();
        try {
            new Executor(context).run(plan, "result", Long.MAX_VALUE);
        } catch (QueryStoppedException stopped) {
            assertThat(stopped.code()).isEqualTo("query-cancelled");
            assertThat(looks).as(query).hasValue(stopAt);
        }
        return looks.get();
    }

    /// Each works long on one batch, or on one row.
    @ParameterizedTest
    @ValueSource(
            strings = {
                // texts that grow
                "range x from 1 to 500 step 1 | extend s = strrep(strcat('text', x), 2000) | summarize max(strlen(strcat(s, s)))",
                // long texts that are searched
                "range x from 1 to 200 step 1 | extend s = strrep(strcat('ab', x), 5000) | where s matches regex '(a|b)+c' | count",
                "range x from 1 to 200 step 1 | extend s = strrep(strcat('ab', x), 5000) | summarize max(countof(s, 'b9'))",
                "range x from 1 to 200 step 1 | extend s = strrep(strcat('ab', x), 5000) | where s has_any ('none', 'other') | count",
                "range x from 1 to 200 step 1 | extend s = strrep(strcat('ab', x), 5000) | summarize max(extract('b(c+)', 1, s))",
                // huge arrays
                "range x from 1 to 40 step 1 | extend a = range(x, 50000) | mv-expand a to typeof(long) | summarize sum(a)",
                "range x from 1 to 40 step 1 | extend a = range(x, 20000) | summarize max(array_sum(a))",
                // rows of rows
                "range x from 1 to 2000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 2000 step 1 | extend k = 1) on k | count",
                // one row that needs a square of its length
                "range x from 1 to 1 step 1 | extend a = range(x, 4000) | project series_fir(a, a)",
                "range x from 1 to 1 step 1 | extend a = range(x, 3000) | project series_fft_dynamic(a)",
                "range x from 1 to 1 step 1 | extend a = range(x, 3000) | project series_fit_2lines_dynamic(a)",
                "range x from 1 to 1 step 1 | extend a = range(x, 3000) | project series_periods_detect_dynamic(a, 0.0, 3000.0, 2)",
                // one big sort
                "range x from 1 to 500000 step 1 | sort by x % 1000 asc, x desc | take 1000 | count",
                "range x from 1 to 60000 step 1 | extend s = tostring(x) | sort by s desc | summarize max(strlen(s))",
            })
    void stepsThatWorkLongLookOften(String query) throws Exception {
        assertThat(looks(query, Long.MAX_VALUE)).isGreaterThan(24);
        looks(query, 20);
    }

    /// Row numbers need all rows in one batch, which the keys behind them are then.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "summarize by n",
                "distinct r = n * 0.5",
                "distinct d = todecimal(n % 9)",
                "summarize by m = n % 1000, k = n % 7"
            })
    void keysOfOneBigBatchAreGroupedWithManyLooks(String grouping) throws Exception {
        String rows = "range x from 1 to 500000 step 1 | serialize n = row_number()";
        long without = looks(rows + " | count", Long.MAX_VALUE);
        assertThat(looks(rows + " | " + grouping + " | count", Long.MAX_VALUE) - without)
                .isGreaterThan(24);
    }

    /// What reads texts, or sorts within one row.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "parse s with * 'b9' rest | summarize max(strlen(rest))",
                "parse kind=regex s with 'b9' rest:long 'z' | summarize max(rest)",
                "parse-kv s as (b9: string) with (pair_delimiter = 'a', kv_delimiter = 'b') | summarize max(b9)",
                "reduce by s",
                "extend a = range(x, 300000) | extend b = array_sort_desc(a) | where b[0] == 1"
            })
    void stepsOverLongTextsAndArraysLookOften(String step) throws Exception {
        String rows =
                step.startsWith("extend")
                        ? "print x = 1, s = 'a'"
                        : "range x from 1 to 200 step 1 | extend s = strrep(strcat('ab', x), 1000)";
        long without = looks(rows + " | summarize max(strlen(s))", Long.MAX_VALUE);
        assertThat(looks(rows + " | " + step + " | count", Long.MAX_VALUE) - without)
                .isGreaterThan(50);
    }

    /// One row that is as long as many.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "parse-kv s as (z: string) with (pair_delimiter = ',', kv_delimiter = '=')",
                "parse-kv s as (z: string) with (pair_delimiter = ',', kv_delimiter = '=', greedy = true)",
                "parse-kv s as (z: string) with (pair_delimiter = 'x', kv_delimiter = 'y', quote = 'a')",
                "parse-kv s as (z: string) with (regex = '(a)=(1)')",
                "parse-kv s as (z: string)",
                "extend i = indexof(s, '=', 0, 9, 300000) | where i == 1",
                "extend i = indexof(s, '', 0, -1, 1000000) | where i == 1",
                "extend a = range(x, 300000) | extend b = zip(a, a, a) | where b[0] == 1",
                "extend a = range(x, 300000) | extend b = bag_zip(a, a) | where b.a == 1",
            })
    void stepsWithinOneRowLookOften(String step) throws Exception {
        String row = "print x = 1, s = strrep(strrep('a=1,', 1000), 300)";
        long without = looks(row + " | summarize max(strlen(s))", Long.MAX_VALUE);
        assertThat(looks(row + " | " + step + " | count", Long.MAX_VALUE) - without)
                .isGreaterThan(30);
    }

    @Test
    void arrayThatWouldNotFitIsRefusedBeforeItIsMade() {
        String query =
                "print a = range(1, 1000000) | extend b = array_concat(a"
                        + ", a".repeat(19)
                        + ") | project array_length(b)";
        var narrow = QueryOptions.DEFAULT.withMemoryLimit(256 << 20);
        assertThatThrownBy(() -> Kql.run(query, NOTHING, narrow))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> {
                            assertThat(stopped.code()).isEqualTo("query-memory");
                            assertThat(stopped.getStackTrace())
                                    .noneMatch(f -> f.getClassName().endsWith(".ColumnBuilder"));
                        });
    }

    @Test
    void spacesBehindAKeyAreReadOnce() throws Exception {
        String query =
                "print s = strcat('a', strrep(strrep(' ', 1000), 300), 'b') "
                        + "| parse-kv s as (a: string) with (pair_delimiter = ' ', kv_delimiter = '=') | count";
        assertThat(looks(query, Long.MAX_VALUE)).isLessThan(500);
    }

    /// Texts in which each delimiter or quote is followed by much that others are
    /// followed by too. Were it read for each, a run would look 40,000 times and more.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    strrep(strrep(' ', 1000), 300) | pair_delimiter = ' ', kv_delimiter = ' '
                    strrep(strrep(' ', 1000), 300) | pair_delimiter = ' ', kv_delimiter = ' ', quote = '()'
                    strcat('a=1', strrep(strrep(' ', 1000), 150), '(b)', strrep(strrep(' ', 1000), 150), 'c=2') | pair_delimiter = ' ', kv_delimiter = '=', quote = '()'
                    strrep(strrep(' (', 1000), 150) | pair_delimiter = ' ', kv_delimiter = '=', quote = '()'
                    strcat('a=1', strrep(strrep(' (', 1000), 100), ')', strrep(strrep(' ', 1000), 100), '=1') | pair_delimiter = ' ', kv_delimiter = '=', quote = '()'
                    strcat('a=1', strrep(strrep(' ([', 1000), 50), ')', strrep(strrep(' ', 1000), 100), ']', strrep(strrep(' ', 1000), 100), 'x b=1') | pair_delimiter = ' ', kv_delimiter = '=', quote = '()', quote = '[]'
                    strrep(strrep('a=(', 1000), 100) | pair_delimiter = ' ', kv_delimiter = '=', quote = '()'
                    """)
    void eachPartOfAGreedyTextIsReadAFewTimes(String text, String options) throws Exception {
        String query =
                "print s = %s | parse-kv s as (z: string) with (%s, greedy = true) | count"
                        .formatted(text, options);
        assertThat(looks(query, 3000)).isLessThan(3000);
    }

    @Test
    void constantsAreComputedUnderTheLimitToo() {
        // Squares of a million: hours.
        String query = "print series_fir(range(1, 1000000), range(1, 1000000))";
        var brief = QueryOptions.DEFAULT.withTimeLimit(Duration.ofMillis(200));
        assertThatThrownBy(() -> Kql.run(query, NOTHING, brief))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-timeout"));
        var cancelled = new CancellationToken();
        cancelled.cancel();
        assertThatThrownBy(() -> Kql.prepare(query, NOTHING, QueryOptions.DEFAULT, cancelled))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-cancelled"));
    }
}
