package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Catalog;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A left side of few rows leaves out those of the right that have no partner among them before they are hashed. The rows and their order are
/// those of a left side that is not known to be few before it is run, as one that is expanded.
class JoinsOfFewTest {
    private static final ForkJoinPool POOL = new ForkJoinPool(3);

    private static final QueryOptions PARALLEL = QueryOptions.DEFAULT.withPool(POOL, 1);

    /// More rows than are run ahead of the right side.
    private static final int MANY = 80_000;

    private static final Catalog CATALOG =
            Tables.catalog(table("few", 30, 10), table("many", MANY, 9_000));

    @AfterAll
    static void end() {
        POOL.close();
    }

    private static Table table(String name, int rows, int segment) {
        var schema =
                Schema.of(
                        new Field("id", KqlType.STRING),
                        new Field("place", KqlType.STRING),
                        new Field("n", KqlType.LONG));
        var segments = new ArrayList<Segment>();
        for (int from = 0; from < rows; from += segment) {
            int size = Math.min(segment, rows - from);
            var columns =
                    schema.fields().stream().map(f -> new ColumnBuilder(f.type(), size)).toList();
            for (int i = from; i < from + size; i++) {
                columns.get(0).add(Dynamic.of("id-" + i * 3L % 50_021));
                columns.get(1).add(i % 11 == 0 ? Dynamic.NULL : Dynamic.of("place-" + i % 977));
                columns.get(2).add(i % 13 == 0 ? Dynamic.NULL : Dynamic.of(i % 5_003L));
            }
            segments.add(new Segment(size, columns.stream().map(c -> c.build()).toList()));
        }
        return new Table(name, schema, segments, Optional.empty());
    }

    /// The same rows, and nobody knows how many.
    private static String veiled(String table) {
        return table + " | mv-expand one = pack_array(1) | project-away one";
    }

    private static void checkSame(String query, String left) throws Exception {
        var wanted = Kql.run(query.formatted(veiled(left)), CATALOG, QueryOptions.DEFAULT).rows();
        for (var options : List.of(QueryOptions.DEFAULT, PARALLEL)) {
            assertThat(Kql.run(query.formatted(left), CATALOG, options).rows())
                    .as(query)
                    .isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "inner, id",
        "innerunique, place",
        "leftouter, 'place, n'",
        "leftsemi, n",
        "leftanti, id",
        "rightsemi, place",
        "rightanti, n",
        "rightouter, id",
        "fullouter, 'n, place'"
    })
    void eachKindGivesTheSameRows(String kind, String keys) throws Exception {
        String query = "%s | join kind=" + kind + " (many | where n < 900) on " + keys;
        checkSame(query, "few");
        checkSame(query, "few | where n > 1e9");
        checkSame(query, "few | summarize n = max(n), id = take_any(id) by place");
        checkSame(query, "many | where n % 100 == 7 | sort by n asc, id desc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inner", "innerunique", "leftouter", "leftanti", "rightsemi"})
    void aLeftSideThatTurnsOutToBeManyIsJoinedAsEver(String kind) throws Exception {
        String query =
                "%s | join kind=" + kind + " (few | extend m = n) on id | project id, place, n";
        checkSame(query, "many");
        checkSame(query, "few | union many, few");
        var prepared = Kql.prepare(query.formatted("many"), CATALOG, PARALLEL);
        assertThat(prepared.explainRun())
                .containsPattern("scan many( columns \\[[a-z, ]+])?  -- rows " + MANY + ",")
                .doesNotContain("on the left leave");
    }

    @Test
    void theMeasuredPlanSaysWhatWasLeftOut() throws Exception {
        String query = "few | where n < 3 | join kind=inner many on id | project id, n1";
        for (var options : List.of(QueryOptions.DEFAULT, PARALLEL)) {
            assertThat(Kql.prepare(query, CATALOG, options).explainRun())
                    .contains("2 rows on the left leave 4 of " + MANY + " on the right");
        }
        assertThat(
                        Kql.prepare(
                                        "few | where n < 3 | join kind=rightanti many on id | count",
                                        CATALOG,
                                        PARALLEL)
                                .explainRun())
                .contains("2 rows on the left leave " + (MANY - 4) + " of " + MANY);
    }

    @Test
    void theRightSideIsNotRunWhereTheLeftIsEmpty() throws Exception {
        assertThat(
                        Kql.prepare(
                                        "few | where n > 100 | join kind=leftouter many on id",
                                        CATALOG,
                                        PARALLEL)
                                .explainRun())
                .contains("0 rows on the left leave 0 of 0 on the right");
    }

    @Test
    void whatIsLeftOutTakesNoMemory() throws Exception {
        String query = "%s | join kind=inner many on n | summarize count() by place1";
        var tight = QueryOptions.DEFAULT.withMemoryLimit(1 << 20);
        Kql.run(query.formatted("few"), CATALOG, tight);
        assertThatThrownBy(() -> Kql.run(query.formatted(veiled("few")), CATALOG, tight))
                .isInstanceOf(QueryStoppedException.class);
    }
}
