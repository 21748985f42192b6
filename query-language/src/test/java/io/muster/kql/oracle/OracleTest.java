package io.muster.kql.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.kql.AsBound;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.QueryResult;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/// Random queries: the engine with its plan improved, with its plan as bound, on one thread and on several, and the oracle agree.
class OracleTest {
    private static final long SEED = 4_2024;

    /// `muster.oracle` says how many queries: 2,000 in the whole check, 20,000 in the exhaustive run.
    private static int queries() {
        return Integer.getInteger(
                "muster.oracle", Boolean.getBoolean("muster.exhaustive") ? 20_000 : 600);
    }

    @Test
    void engineAndOracleAgreeOnRandomQueries() throws Exception {
        var random = new SplittableRandom(SEED);
        try (var pool = new ForkJoinPool(2)) {
            var tables = RandomTables.make(random);
            for (int i = 0; i < queries(); i++) {
                if (i % 20 == 0) {
                    tables = RandomTables.make(random);
                }
                long seed = random.nextLong();
                var query = new RandomQuery(new SplittableRandom(seed), tables.rows());
                String place = "seed " + SEED + ", query " + i + ":\n" + query.text() + "\n";
                var catalog = tables.catalog();
                try {
                    check(place, query, Kql.run(query.text(), catalog, QueryOptions.DEFAULT));
                    check(place + "as bound", query, AsBound.run(query.text(), catalog));
                    if (i % 4 == 0) {
                        check(
                                place + "in parallel",
                                query,
                                Kql.run(
                                        query.text(),
                                        catalog,
                                        QueryOptions.DEFAULT.withPool(pool, 1)));
                    }
                } catch (Exception failed) {
                    throw new AssertionError(place, failed);
                }
            }
        }
    }

    private static void check(String place, RandomQuery query, QueryResult result) {
        var wanted = query.answer();
        assertThat(result.schema().fields().stream().map(f -> f.name() + ":" + f.type()).toList())
                .as(place)
                .isEqualTo(wanted.columns().stream().map(c -> c.name() + ":" + c.type()).toList());
        List<List<Dynamic>> rows = wanted.rows().stream().map(Arrays::asList).toList();
        assertThat(RandomQuery.bag(result.rows())).as(place).isEqualTo(RandomQuery.bag(rows));
        if (wanted.ordered()) {
            assertThat(result.rows().stream().map(RandomQuery::line).toList())
                    .as(place)
                    .isEqualTo(rows.stream().map(RandomQuery::line).toList());
        }
    }
}
