package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Catalog;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is by chance follows of the seed, whatever the threads do; and it is by chance.
class ChanceTest {
    private static final QueryOptions SEEDED = QueryOptions.DEFAULT.withSeed(42);

    private static final Schema SCHEMA =
            Schema.of(
                    new Field("k", KqlType.STRING),
                    new Field("n", KqlType.LONG),
                    new Field("d", KqlType.DYNAMIC));

    private static final Catalog CATALOG =
            Tables.catalog(table("T", 40, 300), table("U", 6, 50), table("V", 1, 9));

    private static Table table(String name, int segments, int most) {
        var all = new ArrayList<Segment>();
        int n = 0;
        for (int s = 0; s < segments; s++) {
            int rows = 1 + (s * 37 + 11) % most;
            var ks = new ColumnBuilder(KqlType.STRING, rows);
            var ns = new ColumnBuilder(KqlType.LONG, rows);
            var ds = new ColumnBuilder(KqlType.DYNAMIC, rows);
            for (int row = 0; row < rows; row++, n++) {
                ks.add(Dynamic.of("k" + n % 23));
                ns.add(Dynamic.of((long) n));
                ds.add(Dynamic.array(Dynamic.of((long) n), Dynamic.of("x"), Dynamic.of("y")));
            }
            all.add(new Segment(rows, List.of(ks.build(), ns.build(), ds.build())));
        }
        return new Table(name, SCHEMA, all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "T | extend r = rand() | project n, r",
                "T | extend a = rand(1000), b = rand(1000), c = new_guid()",
                "T | where rand() < 0.3 | project n",
                "T | where n % 3 == 0 and rand() < 0.5 and rand() < 0.5 | project n",
                "T | extend r = rand(100) | where n % 7 == 1 | summarize sum(r), count() by k",
                "T | summarize sum(rand(1000)), countif(rand() < 0.5) by k",
                "T | summarize count() by bin(rand(), 0.125), k",
                "T | sort by rand() asc | project n",
                "T | top 9 by rand() | project n",
                "T | take 700 | extend r = rand() | project n, r",
                "union T, U, V | extend r = rand() | project n, r",
                "union (T | extend r = rand()), (U | extend r = rand()), (T | where rand() < 0.1)",
                "union (U | top 3 by n), (T | extend r = rand(9)), (V | take 2) | extend s = rand(9)",
                "let X = U | extend r = rand(); union X, X | project n, r",
                "let X = materialize(U | extend r = rand()); X | join kind=inner X on n | project n, r, r1",
                "let X = materialize(U | extend r = rand()); union (T | join kind=inner X on n), X, (X | where rand() < 0.5) | project n, r",
                "let X = U | extend r = rand(); T | join kind=inner X on n | join kind=leftouter X on n | project n, r, r1",
                "T | extend r = rand() | join kind=inner (U | extend q = rand()) on k | extend z = rand() | project n, n1, r, q, z",
                "T | extend r = rand() | join kind=leftouter (U | where rand() < 0.5) on n | extend z = rand() | project n, n1, r, z",
                "U | extend r = rand() | join kind=rightouter (T | extend q = rand()) on n | project n, n1, r, q",
                "U | where rand() < 0.5 | join kind=rightanti (T | extend q = rand()) on n | project n, q",
                "T | join kind=leftsemi (U | where rand() < 0.5) on n | extend r = rand() | project n, r",
                "T | mv-expand i = d | extend r = rand() | project n, r",
                "T | extend r = rand() | mv-expand i = d | project n, r",
                "U | mv-apply i = d on (extend r = rand() | top 2 by rand()) | project n, r, q = rand()",
                "U | mv-apply i = d on (where rand() < 0.5 | mv-apply j = d on (extend r = rand())) | project n, r",
                "T | partition by k (extend r = rand() | top 3 by rand()) | project n, r",
                "T | where n < toscalar(T | summarize max(n) | extend m = max_n * rand() | project m) | count",
                "T | where n in ((T | where rand() < 0.1 | project n)) | project n, r = rand()",
                "T | sort by n asc | extend r = rand(), p = row_number() | extend s = row_cumsum(rand(9)) | project n, r, p, s",
                "T | top-nested 3 of k by sum(rand(10)), top-nested 2 of n by max(rand())",
                "T | make-series sum(rand(10)) default=0 on n from 0 to 100 step 10 by k",
                "range i from 1 to 200000 step 1 | where rand() < 0.01 | extend r = rand()",
                "T | sort by n asc | scan declare (r: real = 0.0) with (step s: rand() < 0.5 => r = rand();) | project n, r",
                "T | summarize c = count() by k | extend r = rand() | join kind=inner (T | summarize c = count() by k | extend r = rand()) on k",
            })
    @Timeout(120)
    void threadsDoNotChangeWhatIsByChance(String query) throws Exception {
        var alone = rows(query, null);
        assertThat(alone).isNotEmpty();
        assertThat(rows(query, null)).isEqualTo(alone);
        for (int threads : List.of(1, 2, 3, 4, 8)) {
            try (var pool = new ForkJoinPool(threads)) {
                for (int round = 0; round < 6; round++) {
                    assertThat(rows(query, pool)).as("%d threads", threads).isEqualTo(alone);
                }
            }
        }
        assertThat(Kql.run(query, CATALOG, SEEDED.withSeed(43).withPool(null, 1)).rows())
                .as("another seed")
                .isNotEqualTo(alone);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Each row has its own number, wherever it comes from.
                "T | extend r = rand() | summarize count() == count_distinct(r)",
                "T | extend r = new_guid() | summarize count() == count_distinct(r)",
                "union T, U, T | extend r = rand() | summarize count() == count_distinct(r)",
                "let X = T | extend r = rand(); union X, X | summarize count() == count_distinct(r)",
                "let f = () { T | extend r = rand() }; union f(), f() | summarize count() == count_distinct(r)",
                "T | join kind=inner T on k | extend r = rand() | summarize count() == count_distinct(r)",
                "U | mv-apply i = d on (extend r = rand()) | summarize count() == count_distinct(r)",
                "U | mv-apply i = d on (extend z = 1 | project z | join kind=inner (range z from 1 to 1 step 1 | extend r = rand()) on z | take 1) | summarize count() == count_distinct(r)",
                "T | partition by k (extend r = rand()) | summarize count() == count_distinct(r)",
                "range i from 1 to 200000 step 1 | extend r = rand() | summarize count() == count_distinct(r)",
                "T | sort by n asc | scan declare (r: real) with (step s: true => r = rand();) | summarize count() == count_distinct(r)",
                // Each call has its own.
                "T | extend a = rand(), b = rand() | summarize countif(a == b) == 0",
                "T | extend a = rand() | extend b = rand() | summarize countif(a == b) == 0",
                "let X = T | extend r = rand(); X | join kind=inner X on n | summarize countif(r == r1) == 0",
                // A table that is computed once has one.
                "let X = materialize(T | extend r = rand()); X | join kind=inner X on n | summarize countif(r != r1) == 0",
                // About as many as there should be, of a few rows as of many.
                "union (range i from 1 to 10000 step 1 | extend m = 0), (range i from 1 to 100 step 1 | extend m = 1)"
                        + " | top 2000 by rand() | summarize countif(m == 1) between (8 .. 36)",
                "range i from 1 to 100000 step 1 | where rand() < 0.25 | summarize count() between (24000 .. 26000)",
                "range i from 1 to 100000 step 1 | where rand() < 0.5 and rand() < 0.5 | summarize count() between (24000 .. 26000)",
                "range i from 1 to 100000 step 1 | extend a = rand(), b = rand() | summarize c = covariance(a, b) | project c between (-0.002 .. 0.002)",
            })
    void chanceIsOfEachRowAndEachCall(String query) throws Exception {
        try (var pool = new ForkJoinPool(4)) {
            assertThat(rows(query, pool)).containsExactly(List.of(Dynamic.TRUE));
        }
        assertThat(rows(query, null)).containsExactly(List.of(Dynamic.TRUE));
    }

    @Test
    void withoutASeedEachQueryHasNumbersOfItsOwn() throws Exception {
        String query = "print a = new_guid(), b = rand()";
        var first = Kql.prepare(query, CATALOG);
        assertThat(first.run().rows()).isEqualTo(first.run().rows());
        assertThat(Kql.prepare(query, CATALOG).run().rows()).isNotEqualTo(first.run().rows());
        var seeded = Kql.prepare(query, CATALOG, SEEDED);
        assertThat(Kql.prepare(query, CATALOG, SEEDED).run().rows()).isEqualTo(seeded.run().rows());
    }

    @Test
    void aPreparedQueryGivesTheSameEachTime() throws Exception {
        var prepared = Kql.prepare("T | extend r = rand() | where r < 0.5", CATALOG);
        assertThat(prepared.run().rows()).isEqualTo(prepared.run().rows());
    }

    private static List<List<Dynamic>> rows(String query, @Nullable ForkJoinPool pool)
            throws Exception {
        return Kql.run(query, CATALOG, SEEDED.withPool(pool, 1)).rows();
    }
}
