package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Bits;
import io.muster.core.column.Catalog;
import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Sharing;
import io.muster.core.column.ShreddingBuilder;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.exec.Turns;
import io.muster.kql.vector.ColumnBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The same rows in few and in many segments, between rows that were deleted, on one thread and on several, give the same answer.
class SegmentLayoutsTest {
    private static final long SEED = 44;

    private static final int QUERIES = 35;

    /// Rows of a table: few, some, and enough for texts to be kept joined and counted by code.
    private static final List<Integer> FEW = List.of(90, 700, 3000);

    private static final List<Integer> MANY =
            IntStream.range(0, 60).mapToObj(i -> FEW.get(i % FEW.size())).toList();

    private static final Schema SCHEMA =
            Schema.of(
                    new Field("id", KqlType.STRING),
                    new Field("name", KqlType.STRING),
                    new Field("kind", KqlType.STRING),
                    new Field("place", KqlType.STRING),
                    new Field("n", KqlType.LONG),
                    new Field("tags", KqlType.DYNAMIC),
                    new Field("apps", KqlType.DYNAMIC));

    private static final List<String> NAMES =
            List.of(
                    "",
                    "vm",
                    "VM",
                    "Straße",
                    "STRASSE",
                    "\u212Aelvin",
                    "kelvin",
                    "İst",
                    "ist",
                    "Σ",
                    "ς",
                    "σ",
                    "a-b",
                    "A B");

    private static final List<String> KINDS = List.of("", "Linux", "linux", "Windows");

    @Test
    void layoutsAndThreadsGiveTheSameRowsInTheSameOrder() throws Exception {
        var random = new SplittableRandom(SEED);
        int answered = 0;
        var turns = new Turns(3);
        try (var pool = new ForkJoinPool(3)) {
            for (int size : Boolean.getBoolean("muster.exhaustive") ? MANY : FEW) {
                boolean odd = size != 700;
                var rows = rows(random, size, odd);
                var others = rows(random, 150, odd);
                var plain = Tables.catalog(plain("vms", rows), plain("exts", others));
                var layouts = new ArrayList<Catalog>();
                for (int segments : List.of(1, 3, 40)) {
                    for (boolean shared : List.of(true, false)) {
                        layouts.add(
                                Tables.catalog(
                                        stored("vms", rows, segments, shared, random, odd),
                                        stored("exts", others, 3, shared, random, odd)));
                    }
                }
                for (int i = 0; i < QUERIES; i++) {
                    String query = query(random);
                    var wanted = Kql.run(query, plain, QueryOptions.DEFAULT).rows();
                    answered += wanted.isEmpty() ? 0 : 1;
                    for (int l = 0; l < layouts.size(); l++) {
                        for (boolean parallel : List.of(false, true)) {
                            var options =
                                    parallel
                                            ? QueryOptions.DEFAULT.withPool(pool, 1)
                                            : QueryOptions.DEFAULT;
                            var layout = layouts.get(l);
                            var got =
                                    turns.call(
                                            Duration.ofMinutes(2),
                                            () -> false,
                                            () -> Kql.run(query, layout, options).rows());
                            assertThat(got)
                                    .as("%d rows, layout %d, %s:%n%s", size, l, parallel, query)
                                    .isEqualTo(wanted);
                        }
                    }
                }
            }
        }
        assertThat(turns.taken()).as("turns of helpers, who are gone").isZero();
        // Else there would be little that can differ.
        assertThat(answered).isGreaterThan(QUERIES);
    }

    private static <T> T pick(RandomGenerator random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static String text(RandomGenerator random) {
        return pick(
                random,
                List.of(
                        "name",
                        "kind",
                        "place",
                        "id",
                        "tolower(name)",
                        "tolower(id)",
                        "tolower(kind)",
                        "toupper(name)",
                        "tostring(split(id, '/')[" + (random.nextInt(9) - 4) + "])",
                        "tostring(split(tolower(id), '/')[" + (random.nextInt(9) - 4) + "])",
                        "tostring(split(id, '/extensions/')[0])",
                        "tostring(split(tolower(id), '/extensions/')[0])",
                        "tostring(split(id, '/Extensions/')[0])",
                        "tostring(split(id, '/g1/vms/')[0])",
                        "tostring(split(id, '//')[0])",
                        "tostring(tags.env)",
                        "tostring(tags['Owner'])",
                        "strcat(kind, '-', name)",
                        "substring(id, 3)"));
    }

    private static String predicate(RandomGenerator random) {
        String needle =
                pick(
                        random,
                        List.of(
                                "vm",
                                "VM",
                                "kelvin",
                                "ist",
                                "g1",
                                "extensions",
                                "",
                                "linux",
                                "prod",
                                "σ",
                                "ss",
                                "/subscriptions/G1/vms/machine-7"));
        return switch (random.nextInt(9)) {
            case 0 -> text(random) + " in~ ('vm', 'LINUX', 'prod', '')";
            case 1 -> "isnotempty(" + text(random) + ")";
            case 2 -> "isempty(" + text(random) + ")";
            case 3 -> "n > " + random.nextInt(9);
            case 4 -> "not(" + text(random) + " =~ '" + needle + "')";
            case 5 -> text(random) + " in (" + "'" + needle + "', 'VM', 'Linux')";
            default ->
                    text(random)
                            + " "
                            + pick(
                                    random,
                                    List.of(
                                            "==",
                                            "!=",
                                            "=~",
                                            "!~",
                                            "contains",
                                            "!contains",
                                            "has",
                                            "startswith",
                                            "endswith",
                                            "contains_cs",
                                            "hasprefix"))
                            + " '"
                            + needle
                            + "'";
        };
    }

    private static String query(RandomGenerator random) {
        var out = new StringBuilder(random.nextInt(5) == 0 ? "exts" : "vms");
        if (random.nextInt(5) == 0) {
            out.append(" | union (")
                    .append(random.nextBoolean() ? "exts" : "vms | where n < 4")
                    .append(")");
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            out.append(" | where ").append(predicate(random));
        }
        boolean expanded = random.nextInt(3) == 0;
        if (expanded) {
            out.append(" | mv-expand app = apps").append(random.nextInt(4) == 0 ? " limit 2" : "");
            switch (random.nextInt(4)) {
                case 0 -> out.append(" | where isnotnull(app)");
                case 1 ->
                        out.append(" | where app.ref ")
                                .append(pick(random, List.of("contains", "!contains", "has")))
                                .append(" 'a1'");
                default -> {}
            }
        }
        if (random.nextInt(3) == 0) {
            out.append(" | where ").append(predicate(random));
        }
        if (random.nextInt(3) == 0) {
            String key = text(random);
            String kind =
                    pick(
                            random,
                            List.of(
                                    "inner",
                                    "leftouter",
                                    "leftsemi",
                                    "leftanti",
                                    "rightouter",
                                    "fullouter",
                                    "innerunique",
                                    "rightsemi",
                                    "rightanti"));
            out.append(" | extend j = ")
                    .append(key)
                    .append(" | join kind=")
                    .append(kind)
                    .append(" (")
                    .append(random.nextBoolean() ? "exts" : "vms")
                    .append(" | extend j = ")
                    .append(random.nextBoolean() ? key : text(random))
                    .append(" | where j != ''")
                    .append(
                            random.nextBoolean()
                                    ? " | distinct j"
                                    : " | summarize c = count(), m = min(n) by j")
                    .append(") on j");
            if (random.nextBoolean()) {
                // As they come.
                return out.append(random.nextBoolean() ? " | take 70" : "").toString();
            }
            out.append(" | summarize count() by j")
                    .append(kind.contains("semi") || kind.contains("anti") ? "" : ", j1");
            return out.toString();
        }
        String e = expanded && random.nextBoolean() ? "tostring(app.ref)" : text(random);
        out.append(
                switch (random.nextInt(10)) {
                    case 9 -> " | summarize c = count() by kind, place";
                    case 0 -> " | summarize count() by " + e;
                    case 1 -> " | summarize c = count() by a = " + e + ", b = " + text(random);
                    case 2 ->
                            " | summarize count(), sum(n), dcount(id) by a = "
                                    + e
                                    + ", b = "
                                    + text(random)
                                    + ", c = "
                                    + text(random);
                    case 3 -> " | distinct a = " + e + ", b = " + text(random);
                    case 4 -> " | project a = " + e + ", b = " + text(random) + ", n";
                    case 5 -> " | summarize c = count() by a = " + e + " | top 5 by c desc, a asc";
                    case 6 ->
                            " | extend a = "
                                    + e
                                    + " | sort by a desc, n asc, id asc | project a, n | take 50";
                    case 7 ->
                            " | summarize count(), countif("
                                    + e
                                    + " contains 'v') by a = tolower("
                                    + e
                                    + ")";
                    default ->
                            " | summarize make_set(n), min("
                                    + e
                                    + "), max("
                                    + e
                                    + "), take_any(kind) by name";
                });
        return out.toString();
    }

    private static List<Dynamic> rows(RandomGenerator random, int size, boolean odd) {
        var rows = new ArrayList<Dynamic>();
        for (int i = 0; i < size; i++) {
            rows.add(row(random, i, odd));
        }
        return rows;
    }

    private static Dynamic row(RandomGenerator random, int i, boolean odd) {
        var row = Dynamic.bag();
        String id = "/subscriptions/G%d/vms/machine-%d".formatted(random.nextInt(4), i / 2);
        if (i % 3 == 0) {
            id +=
                    pick(
                            random,
                            List.of(
                                    "/extensions/e" + i,
                                    "/Extensions/E" + i,
                                    "/x/extensions/y/extensions/z" + i,
                                    "//d" + i));
        } else {
            id += (i % 2 == 0 ? "a" : "");
        }
        if (odd && random.nextInt(7) == 0) {
            id =
                    pick(
                            random,
                            List.of(
                                    "Ünsub/" + i,
                                    "none" + i,
                                    "/" + i,
                                    i + "/",
                                    i + "//",
                                    "\u212A" + i));
        }
        row.put("id", Dynamic.of(id));
        row.put("name", Dynamic.of(pick(random, odd ? NAMES : NAMES.subList(0, 3))));
        if (random.nextInt(5) > 0) {
            // Without one it is kept as null, and reads as the empty text.
            row.put("kind", Dynamic.of(pick(random, KINDS)));
        }
        if (random.nextInt(5) > 0) {
            row.put("place", Dynamic.of("p" + random.nextInt(random.nextInt(8) == 0 ? 400 : 20)));
        }
        row.put("n", Dynamic.of((long) random.nextInt(9)));
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 -> row.put("tags", Dynamic.bag().put("env", Dynamic.of("prod")).build());
            case 2 ->
                    row.put(
                            "tags",
                            Dynamic.bag()
                                    .put("env", Dynamic.of(7L))
                                    .put("Owner", Dynamic.of("me"))
                                    .build());
            default ->
                    row.put(
                            "tags",
                            Dynamic.bag().put("env", Dynamic.of(pick(random, KINDS))).build());
        }
        switch (random.nextInt(odd ? 6 : 4)) {
            case 0 -> {}
            case 4 -> row.put("apps", Dynamic.of("scalar"));
            case 5 -> row.put("apps", Dynamic.bag().put("ref", Dynamic.of("/apps/a1")).build());
            default -> {
                var apps = new ArrayList<Dynamic>();
                for (int k = random.nextInt(4); k > 0; k--) {
                    apps.add(
                            random.nextInt(12) == 0
                                    ? Dynamic.NULL
                                    : Dynamic.bag()
                                            .put(
                                                    "ref",
                                                    Dynamic.of(
                                                            "/g/apps/a"
                                                                    + random.nextInt(5)
                                                                    + "/versions/1."
                                                                    + random.nextInt(6)))
                                            .build());
                }
                row.put("apps", new Dynamic.Array(apps));
            }
        }
        return row.build();
    }

    private static Table stored(
            String name,
            List<Dynamic> rows,
            int count,
            boolean shared,
            RandomGenerator random,
            boolean odd) {
        var segments = new ArrayList<Segment>();
        var sharing = new Sharing();
        for (int part = 0; part < count; part++) {
            var of = rows.subList(rows.size() * part / count, rows.size() * (part + 1) / count);
            var builder = new ShreddingBuilder();
            var dead = new ArrayList<Integer>();
            int at = 0;
            for (var row : of) {
                while (random.nextInt(6) == 0) {
                    // Deleted: some other row, often one that lives on elsewhere.
                    builder.append(
                            random.nextBoolean()
                                    ? pick(random, rows)
                                    : row(random, 100_000 + random.nextInt(1000), odd));
                    dead.add(at++);
                }
                builder.append(row);
                at++;
            }
            if (at == 0) {
                continue;
            }
            Column root = shared ? builder.build(sharing) : builder.build();
            var columns = new ArrayList<Column>();
            for (var field : SCHEMA.fields()) {
                columns.add(
                        field.type() == KqlType.LONG
                                ? longs(root.at(field.name()))
                                : root.at(field.name()));
            }
            var segment = new Segment(at, columns);
            if (!dead.isEmpty()) {
                var deleted = new Bits.Builder(at);
                dead.forEach(deleted::set);
                segment = segment.without(deleted.build(at));
            }
            segments.add(segment);
        }
        return new Table(name, SCHEMA, segments, Optional.of("id"));
    }

    private static Column longs(Column column) {
        var builder = new ColumnBuilder(KqlType.LONG, column.size());
        for (int row = 0; row < column.size(); row++) {
            builder.add(column.dynamic(row));
        }
        return builder.build();
    }

    private static Table plain(String name, List<Dynamic> rows) {
        var columns = new ArrayList<Column>();
        for (var field : SCHEMA.fields()) {
            var builder = new ColumnBuilder(field.type(), rows.size());
            for (var row : rows) {
                builder.add(row.get(field.name()));
            }
            columns.add(builder.build());
        }
        return new Table(name, SCHEMA, List.of(new Segment(rows.size(), columns)));
    }
}
