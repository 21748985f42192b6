package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.value.QueryStoppedException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileQueriesTest {
    /// Time enough on a busy machine, so that it is not what stops them.
    private static final QueryOptions NARROW =
            QueryOptions.DEFAULT
                    .withTimeLimit(Duration.ofMinutes(5))
                    .withMemoryLimit(64 << 20)
                    .withMaxRows(100_000);

    private static final QueryOptions SHORT = NARROW.withTimeLimit(Duration.ofMillis(500));

    private static String refusal(String query) {
        return Refusals.code(query, NARROW);
    }

    @Test
    void tenThousandNestedParenthesesAreADiagnostic() {
        assertThat(refusal("print " + "(".repeat(10_000) + "1" + ")".repeat(10_000)))
                .isEqualTo("query-too-deep");
    }

    @Test
    void signsInARowAreADiagnostic() {
        assertThat(refusal("print " + "-".repeat(5_000) + "1")).isEqualTo("query-too-deep");
    }

    @Test
    void chainOfAdditionsIsADiagnostic() {
        assertThat(refusal("print 1" + " + 1".repeat(5_000))).isEqualTo("query-too-deep");
    }

    @Test
    void pipeOfThousandsOfOperatorsIsADiagnosticWithItsPlace() {
        for (String step :
                new String[] {"extend x = x", "summarize x = max(x)", "union (print x = 1)"}) {
            assertThatThrownBy(() ->
                            Kql.prepare(
                                    "print x = 1" + ("\n| " + step).repeat(5_000),
                                    Tables.catalog()))
                    .isInstanceOfSatisfying(
                            DiagnosticException.class,
                            refused ->
                                    assertThat(refused.diagnostics())
                                            .singleElement()
                                            .satisfies(d -> {
                                                assertThat(d.code()).isEqualTo("query-too-deep");
                                                assertThat(d.line()).isBetween(50, 210);
                                                assertThat(d.column()).isEqualTo(3);
                                            }));
        }
    }

    @Test
    void valuesOfValuesOfValuesAreADiagnostic() {
        var query = new StringBuilder("let a0 = now();\n");
        for (int i = 1; i < 20_000; i++) {
            query.append("let a%d = a%d + 1s;\n".formatted(i, i - 1));
        }
        assertThat(refusal(query + "print a19999")).isIn("query-too-deep", "");
    }

    @Test
    void longFlatConditionRuns() throws Exception {
        String query = "print x = 1 | where x == 1" + " or x == 2".repeat(3_000);
        assertThat(Kql.run(query, Tables.catalog(), QueryOptions.DEFAULT).rowCount()).isEqualTo(1);
    }

    @Test
    void tooLongTextIsADiagnostic() {
        assertThat(refusal("print '" + "x".repeat(3_000_000) + "'")).isEqualTo("query-too-long");
    }

    @Test
    void endlessRangeStopsAtItsTimeLimit() {
        assertThat(Refusals.code("range x from 1 to 1000000000000 step 1 | count", SHORT))
                .isEqualTo("query-timeout");
    }

    @Test
    void endlessRangeStopsAtItsMemoryLimit() {
        assertThat(refusal("range x from 1 to 1000000000000 step 1 | sort by x asc"))
                .isEqualTo("query-memory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "range x from 1 to 60000 step 1 | extend s = strcat(strrep('x', 1000), x), t = strrep(tostring(x), 1000) | extend s = strcat(s, s, s, s), u = strcat(t, s) | summarize max(strlen(strcat(u, s, t)))",
                "print s = strrep('x', 1000) | extend s = strcat(s, s, s, s, s, s, s, s), n = range(1, 100000) | mv-expand n | summarize max(strlen(strcat(s, n)))",
                "range x from 1 to 3000000 step 1 | summarize make_list(strcat('item ', x))",
                "range x from 1 to 3000000 step 1 | summarize make_set(x)",
                "range x from 1 to 3000000 step 1 | extend s = strcat(strrep('x', 60), x) | where isnotempty(s) | sort by s asc | summarize max(s)",
                "range x from 1 to 3000000 step 1 | extend s = tostring(x) | summarize count() by s",
                "range x from 1 to 3000000 step 1 | extend b = bag_pack('a', x, 'b', tostring(x)) | sort by x desc | project b",
                "range x from 1 to 5000000 step 1 | summarize percentile(x, 50)",
                "range x from 1 to 5000000 step 1 | summarize percentiles(x * 1.5, 5, 95)",
                "range x from 1 to 3000000 step 1 | summarize percentilew(x, x, 50)",
                "range x from 1 to 3000000 step 1 | summarize d = tdigest(x) | project percentile_tdigest(d, 50)",
                "range x from 1 to 3000000 step 1 | summarize h = hll(x) | project dcount_hll(h)",
                "range x from 1 to 3000000 step 1 | summarize dcount(x)",
                "print a = range(1, 100000) | mv-expand b = a | extend c = a | mv-expand c | count",
                "print a = range(1, 1000000) | extend b = a | mv-expand a | mv-expand b | count",
                "range x from 1 to 2000 step 1 | extend a = range(x, 100000) | where array_length(a) > 0 | summarize make_list(a)",
                "range x from 1 to 100000 step 1 | extend s = strcat_array(split(strrep('a,', 1000), ','), '-') | summarize arg_max(x, *) by s = strcat(s, x)",
                "range x from 1 to 20000000 step 1 | extend g = x | join kind=inner (range y from 1 to 20000000 step 1 | extend g = y) on g | count",
                "range x from 1 to 2000000 step 1 | extend p = parse_json(strcat('{\"a\":', x, ',\"b\":[1,2,3]}')) | sort by x asc | project p",
            })
    void whatDoesNotFitIsRefused(String query) throws Exception {
        var prepared = Kql.prepare(query, Tables.catalog(), NARROW);
        assertThatThrownBy(prepared::run)
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-memory"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "range x from 1 to 2000000 step 1 | where strcat(strrep('x', 60), x) == 'never' | count",
                "range x from 1 to 300000 step 1 | extend s = strcat('some text ', x), d = pack_array(x, x) | where array_length(d) == 3 | summarize max(s)",
                "range x from 1 to 2000000 step 1 | extend s = strcat(strrep('x', 60), x) | where s endswith '00000' | project x | sort by x asc | summarize count()",
                "range x from 1 to 2000000 step 1 | where strcat(strrep('x', 60), x) endswith '00000' | top 5 by x | summarize count()",
                "range x from 1 to 12000000 step 1 | top 2 by x | count",
                "range x from 1.0 to 12000000.0 step 1.0 | sort by x asc | take 2 | count",
                "range x from 1 to 12000000 step 1 | where x % 60000 == 0 | sort by x asc | count",
                "range x from 1 to 50000 step 1 | extend a = pack_array(x, x + 1) | mv-apply a to typeof(long) on (top 1 by a) | summarize sum(a)",
                "range x from 1 to 300000 step 1 | extend k = 1 | join kind=rightsemi (range y from 1 to 300000 step 1 | extend k = 1) on k | count",
                "range x from 1 to 300000 step 1 | extend k = 1 | join kind=rightanti (range y from 1 to 300000 step 1 | extend k = 1) on k | count",
                "range x from 1 to 100 step 1 | extend a = range(1, 10000) | mv-expand a to typeof(long) | summarize sum(a)",
                "range x from 1 to 4000000 step 1 | summarize count() by s = strcat(strrep('some text ', 50), x % 10) | count",
            })
    void whatPassesBatchByBatchNeedsLittle(String query) throws Exception {
        assertThat(Kql.run(query, Tables.catalog(), NARROW).rowCount()).isEqualTo(1);
    }

    @Test
    void crossJoinStopsAtALimit() {
        assertThat(
                        Refusals.code(
                                "range x from 1 to 1000000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 1000000 step 1 | extend k = 1) on k | count",
                                SHORT))
                .startsWith("query-");
    }

    @Test
    void tooManyRowsAreRefused() {
        assertThat(refusal("range x from 1 to 200000 step 1")).isEqualTo("query-rows");
    }

    @Test
    void computedStepThatIsNotPositiveIsAWrongArgument() {
        for (String step : new String[] {"1h - 1h", "toscalar(print -1h)"}) {
            assertThat(
                            refusal(
                                    "datatable(t:datetime)[datetime(2024-01-01)] | make-series count() on t step "
                                            + step))
                    .isEqualTo("query-argument");
        }
    }

    @Test
    void regularExpressionsRunInLinearTime() throws Exception {
        String text = "a".repeat(5_000);
        assertThat(
                        Kql.run(
                                        "print x = '" + text + "' matches regex '(a*)*b'",
                                        Tables.catalog(),
                                        NARROW)
                                .rowCount())
                .isEqualTo(1);
    }

    @Test
    void functionsThatDoubleEachOtherAreADiagnostic() {
        var query = new StringBuilder("let f0 = (x:long) { x + x };");
        for (int i = 1; i < 40; i++) {
            query.append("let f%d = (x:long) { f%d(x) + f%d(x) };".formatted(i, i - 1, i - 1));
        }
        assertThat(refusal(query + "print f39(1)")).startsWith("query-too-");
    }

    @Test
    void tablesThatDoubleEachOtherAreADiagnostic() {
        var query = new StringBuilder("let t0 = print x = 1;");
        for (int i = 1; i < 40; i++) {
            query.append("let t%d = union t%d, t%d;".formatted(i, i - 1, i - 1));
        }
        assertThat(refusal(query + "t39 | count")).startsWith("query-too-wide");
    }

    @Test
    void cancelledRunEndsSoon() throws Exception {
        var prepared =
                Kql.prepare(
                        "range x from 1 to 1000000000000 step 1 | summarize sum(x)",
                        Tables.catalog());
        var token = new CancellationToken();
        var started = new CountDownLatch(1);
        var task =
                new FutureTask<>(() -> {
                    started.countDown();
                    return prepared.run(token);
                });
        var thread = new Thread(task);
        thread.start();
        started.await();
        token.cancel();
        assertThatThrownBy(task::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(QueryStoppedException.class);
        thread.join();
    }
}
