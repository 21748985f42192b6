package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Catalog;
import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.ShreddingBuilder;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever the segments are and wherever threads happen to cut, an answer is that of one thread, to the order of its rows.
class ThreadsTest {
    private static final ForkJoinPool POOL = new ForkJoinPool(4);

    private static final Schema SCHEMA =
            Schema.of(
                    new Field("k", KqlType.STRING),
                    new Field("s", KqlType.STRING),
                    new Field("n", KqlType.LONG),
                    new Field("r", KqlType.REAL),
                    new Field("t", KqlType.DATETIME),
                    new Field("d", KqlType.DYNAMIC));

    @AfterAll
    static void end() {
        POOL.close();
    }

    private static Dynamic value(RandomGenerator random, KqlType type, int range) {
        if (random.nextInt(7) == 0) {
            return Dynamic.NULL;
        }
        int chosen = random.nextInt(range);
        return switch (type) {
            case STRING -> Dynamic.of(chosen == 0 ? "" : "text-" + chosen);
            case REAL ->
                    Dynamic.of(chosen == 3 ? Double.NaN : chosen == 4 ? -0.0 : (chosen - 5) / 4.0);
            case DATETIME ->
                    new Dynamic.DateTime(638_000_000_000_000_000L + chosen * Ticks.PER_DAY);
            case DYNAMIC ->
                    switch (random.nextInt(4)) {
                        case 0 -> Dynamic.of((long) chosen);
                        case 1 -> Dynamic.of("text-" + chosen % 5);
                        case 2 -> Dynamic.array(Dynamic.of((long) chosen % 3), Dynamic.of("x"));
                        default ->
                                Dynamic.bag()
                                        .put("a", value(random, KqlType.LONG, range))
                                        .put("b", value(random, KqlType.STRING, 4))
                                        .put(
                                                "items",
                                                Dynamic.array(
                                                        Dynamic.of("u" + chosen % 4),
                                                        Dynamic.of("w" + random.nextInt(3))))
                                        .build();
                    };
            default -> Dynamic.of((long) chosen - 2);
        };
    }

    private static Column column(
            RandomGenerator random, KqlType type, int rows, int range, boolean stored) {
        var values = new ArrayList<Dynamic>();
        for (int row = 0; row < rows; row++) {
            values.add(value(random, type, range));
        }
        if (stored && (type == KqlType.STRING || type == KqlType.DYNAMIC)) {
            var shredded = new ShreddingBuilder();
            values.forEach(shredded::append);
            return gathered(shredded, rows);
        }
        var builder = new ColumnBuilder(type, rows);
        values.forEach(builder::add);
        return builder.build();
    }

    private static Column gathered(ShreddingBuilder shredded, int rows) {
        var all = new int[rows];
        for (int row = 0; row < rows; row++) {
            all[row] = row;
        }
        return shredded.build().gather(all);
    }

    private static Table table(RandomGenerator random, String name, int segments, int most) {
        var all = new ArrayList<Segment>();
        boolean stored = random.nextBoolean();
        int range = random.nextInt(3) == 0 ? 600 : 12;
        for (int s = 0; s < segments; s++) {
            int rows = s == 0 ? most * 4 : 1 + random.nextInt(most);
            var columns = new ArrayList<Column>();
            for (var field : SCHEMA.fields()) {
                columns.add(column(random, field.type(), rows, range, stored));
            }
            all.add(new Segment(rows, columns));
        }
        return new Table(name, SCHEMA, all);
    }

    /// Of which each row has a text of its own.
    private static Table keyed(RandomGenerator random, int segments) {
        var all = new ArrayList<Segment>();
        for (int s = 0; s < segments; s++) {
            int rows = 1 + random.nextInt(20);
            var ids = new ShreddingBuilder();
            var groups = new ShreddingBuilder();
            for (int row = 0; row < rows; row++) {
                ids.append(Dynamic.of(s + row == 0 ? "" : "text-" + (s * 20 + row)));
                groups.append(value(random, KqlType.STRING, 30));
            }
            all.add(
                    new Segment(
                            rows,
                            List.of(
                                    gathered(ids, rows),
                                    gathered(groups, rows),
                                    column(random, KqlType.LONG, rows, 9, true))));
        }
        return new Table(
                "K",
                Schema.of(
                        new Field("id", KqlType.STRING),
                        new Field("g", KqlType.STRING),
                        new Field("n", KqlType.LONG)),
                all,
                Optional.of("id"));
    }

    static final List<String> QUERIES =
            List.of(
                    "T | summarize c = count(), a = min(n), b = max(s), sum(n), avg(n), avg(r), sum(r) by k",
                    "T | summarize arg_max(n, *) by k",
                    "T | summarize arg_min(r, s, d) by k",
                    "T | summarize arg_max(s, n), arg_min(t, d) by k, n",
                    "T | summarize take_any(s, d), take_any(n) by k",
                    "T | summarize make_list(n, 5), make_set(s, 3), make_set(d), make_list(d) by k",
                    "T | summarize make_list(d.a), make_set(d.b), make_bag(d) by k",
                    "T | summarize dcount(s), dcount(n), dcount(r), count_distinct(t) by k",
                    "T | summarize dcount(tostring(d)), max(tolong(d.a)), buildschema(d) by k",
                    "T | summarize percentile(n, 50), percentiles(r, 10, 90), percentile(t, 33), percentiles_array(n, 1, 2, 99) by k",
                    "T | extend m = n * 100 | summarize percentile(m, 50), percentilesw(n, n, 25, 75) by k",
                    "T | summarize percentile(n, 20), tdigest(n), hll(s) by strcat(k, n, s, r)",
                    "T | summarize h = hll(n), g = tdigest(r) by k | summarize hll_merge(h), tdigest_merge(g)",
                    "T | summarize binary_all_xor(n), binary_all_or(n) by s",
                    "T | summarize max(d.a), min(d.a), take_any(d.a) by k",
                    "T | summarize arg_max(d.a, n), arg_min(d.b, n), dcount(d.a), count_distinct(d.b) by k",
                    "T | extend e = d.a | summarize max(e), min(d), max(d), dcount(d), make_set(e) by k",
                    "T | summarize c = countif(n > 2), sumif(n, s != ''), dcountif(n, r > 0) by k",
                    "T | distinct k, s",
                    "T | distinct n, r, t",
                    "T | summarize by bin(n, 3), tostring(d.b)",
                    "T | mv-expand i = d.items to typeof(string) | summarize count() by i",
                    "T | mv-expand i = d.items to typeof(string) | where n > 1 | summarize count() by i",
                    "T | mv-expand i = d.items | summarize count(), make_list(n) by tostring(i), k",
                    "T | summarize count() by k",
                    "T | summarize count() by tolower(k), s",
                    "union T, U | summarize count(), make_list(n, 4) by k",
                    "union T, (U | summarize n = max(n) by k) | project k, n",
                    "union (U | take 3), T, (U | top 4 by n), V | project k, s, n",
                    "union kind=inner T, U, V | where n > 1 | extend z = strcat(k, s) | project z, n",
                    "union (T | join kind=leftouter U on k), (U | join kind=inner V on n) | project k, k1, n1",
                    "T | join kind=inner (U | summarize m = max(n) by k) on k | project k, s, n, m",
                    "T | join kind=leftouter (U | summarize m = max(r) by n) on n | project k, n, n1, m",
                    "T | join kind=leftouter (U | summarize m = count() by k | where m > 1) on k | project k, m, k1",
                    "T | join kind=leftouter (U | summarize m = count() by k | project-rename q = k | extend w = q) on $left.k == $right.q | project k, m, q, w",
                    "T | join kind=leftouter (U | summarize m = count() by n | extend w = n) on $left.n == $right.w | project n, m, w",
                    "T | join kind=rightouter (U | summarize m = count() by k) on k | project k, m, k1",
                    "T | join kind=fullouter (U | summarize m = count() by t) on t | project k, m, t, t1",
                    "T | join kind=leftouter (union (U | summarize m = count() by k), (V | project k, m = n), (V | summarize m = max(n) by k)) on k | project k, k1, m",
                    "T | join kind=leftouter (union (U | summarize m = count() by n), (V | project n, m = n), (V | summarize m = max(n) by n)) on n | project n, n1, m",
                    "T | join kind=leftouter (union (V | project k, m = n), (U | summarize m = count() by k)) on k | project k, k1, m",
                    "let X = materialize(U | summarize m = count() by k); T | join kind=inner X on k | join kind=leftouter X on k | project k, m, m1",
                    "let X = U | summarize m = count() by k; T | join kind=inner X on k | join kind=leftouter X on k | join kind=rightanti X on k",
                    "let X = U | summarize m = count() by k; T | join kind=leftanti X on k | project k, n",
                    "let X = U | summarize m = count() by r; T | join kind=inner X on r | project k, r, m",
                    "let X = U | summarize m = count() by toint(n); X | join kind=inner X on n | project n, m",
                    "let X = U | distinct k; X | join kind=inner (X) on k | join kind=leftouter (T | distinct k) on k",
                    "T | join kind=leftsemi (U | distinct k) on k | summarize count() by k, s",
                    "T | join kind=leftsemi (U | distinct s) on $left.k == $right.s | project k, s, n",
                    "T | join kind=inner (U | distinct k, s) on k, s | project k, s, n",
                    "U | join kind=inner T on k | summarize count(), sum(n), make_set(n1) by s",
                    "U | join kind=innerunique T on k | project k, n, n1",
                    "U | join kind=rightsemi T on k | project k, n",
                    "U | lookup (T | summarize m = max(n) by k) on k | project k, n, m",
                    "T | where k startswith 'TEXT-1' and s endswith '1' | project k, s",
                    "T | summarize c = count() by k | join kind=inner (T | summarize m = max(n) by k) on k | join kind=leftouter U on k | project k, c, m, n",
                    "T | top-nested 3 of k by count(), top-nested 2 of s by max(n)",
                    "T | make-series sum(n) default=0 on t from datetime(2022-09-28) to datetime(2022-10-20) step 1d by k",
                    "K | summarize count() by id",
                    "K | distinct id, g",
                    "K | join kind=inner (K | summarize m = max(n) by id) on id | project id, g, m",
                    "K | join kind=leftouter (K | distinct id | extend h = 1) on id | join kind=leftouter (K | distinct g) on $left.id == $right.g",
                    "T | join kind=leftouter (K | summarize m = count() by id) on $left.k == $right.id | project k, id, m",
                    "T | join kind=leftouter (union (K | project id), (T | project id = k)) on $left.k == $right.id | project k, id",
                    "K | join kind=leftouter (union (K | summarize m = count() by id), (T | project id = k, m = n)) on id | project id, id1, m",
                    "union (K | project id), (T | project id = k) | summarize count() by id",
                    "union (T | project id = k), (K | project id), (K | project id = g) | summarize count() by id",
                    "union (K | project id), (T | project id = strcat('text-', n)) | join kind=leftouter (K) on id | project id, g, n",
                    "K | join kind=leftsemi (union (K | where n > 2), (T | project id = k)) on id | project id",
                    "T | sort by n asc, k desc | project n, k, s",
                    "T | top 7 by r | project r, k",
                    "T | where n in ((U | summarize max(n) by k | project max_n)) | summarize count() by k",
                    "T | partition by s (top 2 by n | project s, n, k)",
                    "T | mv-apply i = d.items to typeof(string) on (summarize z = count() by i) | summarize sum(z) by i");

    static List<String> queries() {
        return QUERIES;
    }

    @ParameterizedTest
    @MethodSource("queries")
    @Timeout(120)
    void cutsDoNotChangeTheAnswer(String query) throws Exception {
        var random = new SplittableRandom(query.hashCode());
        int[] sizes = {1, 2, 3, 40};
        for (int round = 0; round < Integer.getInteger("muster.threads", 8); round++) {
            int segments = sizes[round % 4];
            Catalog catalog =
                    Tables.catalog(
                            table(random, "T", segments, 30),
                            table(random, "U", sizes[random.nextInt(4)], 6),
                            table(random, "V", 2, 5),
                            keyed(random, segments));
            var alone = AsBound.run(query, catalog).rows();
            assertThat(text(Kql.run(query, catalog, QueryOptions.DEFAULT).rows()))
                    .as("improved")
                    .isEqualTo(text(alone));
            for (int parallel : new int[] {1, 60}) {
                assertThat(
                                text(
                                        Kql.run(
                                                        query,
                                                        catalog,
                                                        QueryOptions.DEFAULT.withPool(
                                                                POOL, parallel))
                                                .rows()))
                        .as("segments " + segments + ", from " + parallel)
                        .isEqualTo(text(alone));
            }
        }
    }

    private static String text(List<List<Dynamic>> rows) {
        var out = new StringBuilder();
        for (var row : rows) {
            out.append(row).append('\n');
        }
        return out.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // What waits for threads, needing what they compute.
                "let A = materialize(union T, (U | summarize x = max(n + toscalar(V | count)) by k)); A | join kind=inner (A) on k | count",
                "print toscalar(union T, (U | summarize x = max(n + toscalar(V | summarize max(n))) by k) | summarize count())",
                "let M = materialize(U | extend y = strcat(k, s, n)); union T, M, M, (M | extend z = strcat(y, '!')), V | summarize count() by y, k",
                "let M = materialize(U | extend y = strcat(k, s, n)); union T, M, V | join kind=leftouter M on k | summarize count() by y, y1, k",
                "union T, (U | mv-apply i = d.items to typeof(string) on (where i != 'u1' | extend q = strcat(i, n))),"
                        + " (U | mv-apply i = d.items to typeof(string) on (where i != 'u2' | extend q = strcat(i, '!'))),"
                        + " (U | partition by s (top 2 by n)), (U | partition by k (take 1)) | summarize count() by q, k",
            })
    @Timeout(60)
    void whatIsSharedIsComputedOnce(String query) throws Exception {
        var random = new SplittableRandom(7);
        var catalog =
                Tables.catalog(
                        table(random, "T", 40, 400),
                        table(random, "U", 10, 300),
                        table(random, "V", 2, 5));
        var alone = text(AsBound.run(query, catalog).rows());
        for (int round = 0; round < 40; round++) {
            assertThat(text(Kql.run(query, catalog, QueryOptions.DEFAULT.withPool(POOL, 1)).rows()))
                    .isEqualTo(alone);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "T | join kind=inner (U | summarize m = count() by k) on k | summarize sum(r / 3), variance(r / 7) by s",
                "T | join kind=leftsemi U on k | summarize sum(r / 3), covariance(r, n / 7.0)",
                "T | where n > 0 | summarize avg(r / 3), avg(t) by s",
            })
    void sumsOfFractionsAreTheSameEachTime(String query) throws Exception {
        var random = new SplittableRandom(11);
        var catalog = Tables.catalog(table(random, "T", 60, 40), table(random, "U", 3, 30));
        var options = QueryOptions.DEFAULT.withPool(POOL, 1);
        var first = text(Kql.run(query, catalog, options).rows());
        for (int round = 0; round < 30; round++) {
            assertThat(text(Kql.run(query, catalog, options).rows())).isEqualTo(first);
        }
    }

    @Test
    void whatIsOfAnotherFormInEachSegmentIsOneColumn() throws Exception {
        var segments = new ArrayList<Segment>();
        for (var values :
                List.of(
                        List.of(Dynamic.of(5L), Dynamic.of(6L)),
                        List.of(Dynamic.of(100.5), Dynamic.of(-3.5)),
                        List.of(Dynamic.of(7L), Dynamic.of(5L)))) {
            var shredded = new ShreddingBuilder();
            values.forEach(value -> shredded.append(Dynamic.bag().put("a", value).build()));
            segments.add(new Segment(2, List.of(gathered(shredded, 2))));
        }
        var schema = Schema.of(new Field("d", KqlType.DYNAMIC));
        var catalog = Tables.catalog(new Table("F", schema, segments));
        for (var options : List.of(QueryOptions.DEFAULT, QueryOptions.DEFAULT.withPool(POOL, 1))) {
            assertThat(
                            text(
                                    Kql.run(
                                                    "F | summarize max(d.a), min(d.a), dcount(d.a)",
                                                    catalog,
                                                    options)
                                            .rows()))
                    .isEqualTo("[Real[value=100.5], Real[value=-3.5], Whole[value=5]]\n");
        }
    }

    /// Few groups and many, of numbers that are counted and others.
    @ParameterizedTest
    @ValueSource(ints = {3, 40, 4000, 5000})
    void percentilesAreMergedHoweverManyGroups(int groups) throws Exception {
        var schema = Schema.of(new Field("g", KqlType.LONG), new Field("v", KqlType.LONG));
        var segments = new ArrayList<Segment>();
        var random = new SplittableRandom(groups);
        for (int s = 0; s < 24; s++) {
            int rows = 2500;
            var keys = new ColumnBuilder(KqlType.LONG, rows);
            var values = new ColumnBuilder(KqlType.LONG, rows);
            // Some segments know few of the groups.
            int known = s % 3 == 0 ? Math.min(groups, 20) : groups;
            for (int row = 0; row < rows; row++) {
                keys.add(Dynamic.of((long) random.nextInt(known)));
                values.add(Dynamic.of((long) random.nextInt(s % 4 == 0 ? 400 : 256) - s % 2));
            }
            segments.add(new Segment(rows, List.of(keys.build(), values.build())));
        }
        var catalog = Tables.catalog(new Table("P", schema, segments));
        String query =
                "P | summarize percentiles(v, 0, 5, 50, 95, 100), percentile(v / 7.0, 40) by g";
        var alone = text(AsBound.run(query, catalog).rows());
        for (int round = 0; round < 3; round++) {
            assertThat(text(Kql.run(query, catalog, QueryOptions.DEFAULT.withPool(POOL, 1)).rows()))
                    .isEqualTo(alone);
        }
    }
}
