package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Catalog;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Joins within joins, over rows that several of them share: on four threads they give the rows of one thread, in their order.
class ParallelJoinsTest {
    private static final ForkJoinPool POOL = new ForkJoinPool(4);

    private static final QueryOptions PARALLEL = QueryOptions.DEFAULT.withPool(POOL, 1);

    private static final Catalog CATALOG =
            Tables.catalog(table("vms", 40, 60), table("exts", 25, 70));

    @AfterAll
    static void end() {
        POOL.close();
    }

    private static Table table(String name, int segments, int rows) {
        var schema =
                Schema.of(
                        new Field("id", KqlType.STRING),
                        new Field("place", KqlType.STRING),
                        new Field("n", KqlType.LONG),
                        new Field("more", KqlType.DYNAMIC));
        var all = new ArrayList<Segment>();
        for (int s = 0; s < segments; s++) {
            var ids = new ColumnBuilder(KqlType.STRING, rows);
            var places = new ColumnBuilder(KqlType.STRING, rows);
            var numbers = new ColumnBuilder(KqlType.LONG, rows);
            var more = new ColumnBuilder(KqlType.DYNAMIC, rows);
            for (int row = 0; row < rows; row++) {
                int n = s * rows + row;
                ids.add(Dynamic.of((n % 5 == 0 ? "/VMS/" : "/vms/") + n));
                places.add(Dynamic.of("place-" + n % 17));
                numbers.add(n % 7 == 0 ? Dynamic.NULL : Dynamic.of((long) n % 300));
                more.add(
                        Dynamic.bag()
                                .put("a", Dynamic.of((long) n % 11))
                                .put("b", Dynamic.array(Dynamic.of("x"), Dynamic.of(n % 3L)))
                                .build());
            }
            all.add(
                    new Segment(
                            rows,
                            List.of(ids.build(), places.build(), numbers.build(), more.build())));
        }
        return new Table(name, schema, all, Optional.of("id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vms | join kind=inner (exts | project n, other = strcat(id, '!')) on n | project id, other, a = more.a",
                "vms | extend k = tolower(id) | join kind=leftouter (exts | extend k = tolower(id), t = tostring(more.b[1])) on k"
                        + " | project k, t, place1",
                "let e = exts | extend k = tolower(id), t = strcat(place, more.a);"
                        + " vms | extend k = tolower(id) | join kind=inner e on k | join kind=leftouter e on k | project k, t, t1",
                "let e = materialize(exts | extend t = strcat(place, more.a) | where n > 3);"
                        + " vms | join kind=inner e on id | join kind=leftanti (e | where t has 'place-4') on id"
                        + " | join kind=leftouter e on n | project id, t, t1, n",
                "union (vms | join kind=inner exts on id), (exts | join kind=leftsemi (vms | where n < 50) on id)"
                        + " | project id, n, place1",
                "vms | join kind=leftouter (exts | where n < 40 | mv-expand b = more.b to typeof(string)) on id"
                        + " | where b != 'x' | summarize c = count(), s = make_list(id1) by b, place",
                "vms | join kind=inner (exts | summarize arg_max(n, *) by place) on place | take 999 | project id, id1, more1",
                "vms | join kind=inner (exts) on place, n | summarize count(), take_any(id1), min(id) by place1",
                "vms | join kind=rightsemi (exts | extend t = strcat(place, '!')) on n | project id, t",
                "vms | where n < 9 | join kind=rightanti (exts) on n | project id, t = strcat(place, '?')",
                "vms | join kind=rightouter (exts | where n > 250) on n | project id, id1",
                "vms | join kind=innerunique (exts) on n | project id, id1",
                "exts | where id in ((vms | join kind=inner exts on id | project id)) | join kind=inner vms on id | count",
                "vms | join kind=inner (exts | join kind=inner (vms | extend t = strcat(id, n)) on id | extend u = strcat(t, '-')) on id"
                        + " | join kind=leftouter (exts | join kind=leftsemi vms on n | extend v = strcat(place, id)) on n"
                        + " | project id, u, v",
            })
    void threadsGiveTheRowsOfOne(String query) throws Exception {
        var alone = Kql.run(query, CATALOG, QueryOptions.DEFAULT).rows();
        assertThat(alone).isNotEmpty();
        for (int round = 0; round < 5; round++) {
            assertThat(Kql.run(query, CATALOG, PARALLEL).rows()).isEqualTo(alone);
        }
    }

    private static String refusal(String query, QueryOptions options) {
        try {
            Kql.run(query, CATALOG, options);
            return "";
        } catch (QueryStoppedException stopped) {
            return stopped.code();
        } catch (DiagnosticException wrong) {
            throw new IllegalArgumentException(query, wrong);
        }
    }

    @Test
    void limitsHoldOnManyThreadsAsOnOne() {
        String wide =
                "vms | extend k = 1 | join kind=inner (exts | extend k = 1) on k | sort by id asc, id1 desc";
        String narrow = "vms | join kind=inner exts on n | summarize count() by place";
        for (var options : List.of(QueryOptions.DEFAULT, PARALLEL)) {
            assertThat(refusal(wide, options.withMemoryLimit(8 << 20))).isEqualTo("query-memory");
            assertThat(refusal(narrow, options.withMemoryLimit(8 << 20))).isEmpty();
            assertThat(refusal("vms | join kind=inner exts on n", options.withMaxRows(1000)))
                    .isEqualTo("query-rows");
        }
    }

    @Test
    void cancelledWhileItBuildsOrProbesItEnds() throws Exception {
        var query =
                Kql.prepare(
                        "vms | extend k = 1 | join kind=inner (exts | extend k = 1) on k"
                                + " | join kind=inner (vms | extend k = 1) on k | summarize count() by place, id1",
                        CATALOG,
                        PARALLEL);
        var token = new CancellationToken();
        var ended =
                POOL.submit(() -> {
                    token.cancel();
                    return true;
                });
        assertThatThrownBy(() -> query.run(token))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-cancelled"));
        assertThat(ended.get()).isTrue();
        // No thread of the pool is kept busy by what was cancelled.
        assertThat(POOL.awaitQuiescence(1, TimeUnit.MINUTES)).isTrue();
    }
}
