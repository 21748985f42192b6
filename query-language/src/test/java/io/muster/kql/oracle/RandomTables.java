package io.muster.kql.oracle;

import io.muster.core.column.Catalog;
import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.ShreddingBuilder;
import io.muster.core.column.Table;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Tables of few rows with nulls, empty texts and dynamics of every kind; some are empty.
record RandomTables(Map<String, Rows> rows, Catalog catalog) {
    static final List<String> TEXTS =
            List.of(
                    "", "a", "A", "b", "ab", "a b", "a_b", "b-a", "МИР", "мир", "12", "-3",
                    "x y a");
    static final List<String> MEMBERS = List.of("a", "b", "items");

    static RandomTables make(RandomGenerator random) {
        Map<String, Rows> rows = new LinkedHashMap<>();
        rows.put(
                "T",
                table(
                        random,
                        List.of(
                                new Rows.Column("id", KqlType.LONG),
                                new Rows.Column("k", KqlType.STRING),
                                new Rows.Column("n", KqlType.LONG),
                                new Rows.Column("r", KqlType.REAL),
                                new Rows.Column("f", KqlType.BOOL),
                                new Rows.Column("t", KqlType.DATETIME),
                                new Rows.Column("d", KqlType.DYNAMIC))));
        rows.put(
                "U",
                table(
                        random,
                        List.of(
                                new Rows.Column("k", KqlType.STRING),
                                new Rows.Column("n", KqlType.LONG),
                                new Rows.Column("k1", KqlType.STRING),
                                new Rows.Column("e", KqlType.DYNAMIC))));
        var sources = new ArrayList<TableSource>();
        rows.forEach((name, table) -> sources.add(columns(name, table, random)));
        return new RandomTables(rows, Catalog.of(sources));
    }

    private static Rows table(RandomGenerator random, List<Rows.Column> columns) {
        var rows = new ArrayList<Dynamic[]>();
        for (int n = random.nextInt(6) == 0 ? 0 : random.nextInt(25); n > 0; n--) {
            long id = n;
            rows.add(
                    columns.stream()
                            .map(c ->
                                    c.name().equals("id")
                                            ? Dynamic.of(id)
                                            : value(random, c.type()))
                            .toArray(Dynamic[]::new));
        }
        return new Rows(columns, rows, true);
    }

    private static Dynamic value(RandomGenerator random, KqlType type) {
        if (type != KqlType.STRING && random.nextInt(5) == 0) {
            return Dynamic.NULL;
        }
        return switch (type) {
            case BOOL -> Dynamic.of(random.nextBoolean());
            case INT, LONG -> Dynamic.of((long) random.nextInt(9) - 3);
            case REAL -> Dynamic.of((random.nextInt(30) - 10) / 4.0);
            case STRING -> Dynamic.of(TEXTS.get(random.nextInt(TEXTS.size())));
            case DATETIME ->
                    new Dynamic.DateTime(
                            638_000_000_000_000_000L + random.nextInt(4) * Ticks.PER_DAY);
            case DYNAMIC -> dynamic(random, 3);
            case TIMESPAN, DECIMAL, GUID -> throw new IllegalArgumentException(type.name());
        };
    }

    private static Dynamic dynamic(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> Dynamic.NULL;
            case 1 -> Dynamic.of(random.nextBoolean());
            case 2 -> Dynamic.of((long) random.nextInt(9) - 3);
            case 3 -> Dynamic.of(random.nextInt(9) + 0.5);
            case 4, 5 -> Dynamic.of(TEXTS.get(random.nextInt(TEXTS.size())));
            case 6 -> {
                var items = new ArrayList<Dynamic>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    items.add(dynamic(random, depth - 1));
                }
                yield new Dynamic.Array(items);
            }
            default -> {
                var bag = Dynamic.bag();
                for (var name : MEMBERS) {
                    if (random.nextBoolean()) {
                        bag.put(name, dynamic(random, depth - 1));
                    }
                }
                yield bag.build();
            }
        };
    }

    /// The rows in segments of a few rows each.
    private static Table columns(String name, Rows table, RandomGenerator random) {
        var schema =
                new Schema(
                        table.columns().stream().map(c -> new Field(c.name(), c.type())).toList());
        var segments = new ArrayList<Segment>();
        boolean stored = random.nextBoolean();
        for (int from = 0; from < table.rows().size(); ) {
            int to = Math.min(table.rows().size(), from + 1 + random.nextInt(12));
            var columns = new ArrayList<Column>();
            for (int c = 0; c < schema.size(); c++) {
                var values = new ArrayList<Dynamic>();
                for (var row : table.rows().subList(from, to)) {
                    values.add(row[c]);
                }
                columns.add(column(schema.type(c), values, stored));
            }
            segments.add(new Segment(to - from, columns));
            from = to;
        }
        return new Table(name, schema, segments, key(table));
    }

    /// In the form that computed values have, or in the one that a snapshot keeps.
    private static Column column(KqlType type, List<Dynamic> values, boolean stored) {
        if (stored && (type == KqlType.STRING || type == KqlType.DYNAMIC)) {
            var shredded = new ShreddingBuilder();
            // Members are given back in the order that they were first met in: meet all in theirs.
            var first = type == KqlType.DYNAMIC ? nested(3) : List.<Dynamic>of();
            first.forEach(shredded::append);
            values.forEach(shredded::append);
            return shredded.build()
                    .gather(IntStream.range(first.size(), shredded.size()).toArray());
        }
        var builder = new ColumnBuilder(type, values.size());
        values.forEach(builder::add);
        return builder.build();
    }

    /// Objects and arrays within each other in every way, the objects with all members.
    private static List<Dynamic> nested(int depth) {
        if (depth == 0) {
            return List.of(Dynamic.NULL);
        }
        var all = new ArrayList<Dynamic>();
        for (var below : nested(depth - 1)) {
            var bag = Dynamic.bag();
            MEMBERS.forEach(name -> bag.put(name, below));
            all.add(bag.build());
            all.add(Dynamic.array(below));
        }
        return all;
    }

    /// The column of texts, where chance made each different.
    private static Optional<String> key(Rows table) {
        int k = table.columns().stream().map(Rows.Column::name).toList().indexOf("k");
        long distinct = table.rows().stream().map(row -> row[k]).distinct().count();
        return distinct == table.rows().size() ? Optional.of("k") : Optional.empty();
    }
}
