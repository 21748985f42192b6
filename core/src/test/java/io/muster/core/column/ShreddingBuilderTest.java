package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.json.JsonBytes;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShreddingBuilderTest {

    private static List<Dynamic> randomRows(long seed, int count) {
        var random = new RandomJson(seed);
        var rows = new ArrayList<Dynamic>();
        for (int i = 0; i < count; i++) {
            rows.add(random.value(5));
        }
        return rows;
    }

    private static Column shred(List<Dynamic> rows) {
        var builder = new ShreddingBuilder();
        rows.forEach(builder::append);
        return builder.build();
    }

    private static void assertHolds(Column column, List<Dynamic> rows, String what) {
        assertThat(column.size()).as(what).isEqualTo(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            assertThat(column.dynamic(i)).as("%s, row %d", what, i).isEqualTo(rows.get(i));
            assertThat(column.isNull(i))
                    .as("%s, null in row %d", what, i)
                    .isEqualTo(rows.get(i).isNull());
        }
    }

    @Test
    void everyRandomValueComesBackEqual() throws Exception {
        for (long seed = 0; seed < 60; seed++) {
            var rows = randomRows(seed, 300);
            assertHolds(shred(rows), rows, "seed " + seed);
        }
    }

    @Test
    void streamedTextComesBackEqual() throws Exception {
        for (long seed = 100; seed < 130; seed++) {
            var rows = randomRows(seed, 200);
            var builder = new ShreddingBuilder();
            var in = new JsonBytes(JsonLimits.DEFAULT);
            for (int i = 0; i < rows.size(); i++) {
                var row = rows.get(i);
                byte[] text =
                        (i % 2 == 0 ? Json.write(row) : Json.writePretty(row))
                                // Half of a pair has no UTF-8: it comes as an escape.
                                .replace("\ud800", "\\ud800")
                                .getBytes(StandardCharsets.UTF_8);
                in.reset(text, 0, text.length);
                builder.append(in);
                in.end();
            }
            assertHolds(builder.build(), rows, "seed " + seed);
        }
    }

    @Test
    void gatheredRowsAndPathsEqualThoseOfTheValues() {
        for (long seed = 200; seed < 230; seed++) {
            var rows = randomRows(seed, 200);
            var column = shred(rows);
            var random = new SplittableRandom(seed);
            int[] picked = random.ints(150, -1, rows.size()).toArray();
            var expected = new ArrayList<Dynamic>();
            for (int row : picked) {
                expected.add(row < 0 ? Dynamic.NULL : rows.get(row));
            }
            var gathered = column.gather(picked);
            assertHolds(gathered, expected, "gather, seed " + seed);
            assertHolds(gathered.dense(), expected, "dense, seed " + seed);
            for (String name : List.of("a", "properties", "tags", "nobody")) {
                assertHolds(
                        gathered.at(name),
                        expected.stream().map(v -> v.get(name)).toList(),
                        "at " + name);
                assertHolds(
                        gathered.at(name).at("b"),
                        expected.stream().map(v -> v.get(name).get("b")).toList(),
                        "at b");
                assertHolds(
                        gathered.at(name).at(-1),
                        expected.stream().map(v -> v.get(name).get(-1)).toList(),
                        "at -1");
            }
            assertHolds(gathered.at(0), expected.stream().map(v -> v.get(0)).toList(), "at 0");
            var elements = gathered.elements();
            for (int i = 0; i < picked.length; i++) {
                var items = expected.get(i).items();
                assertThat(elements.offsets()[i + 1] - elements.offsets()[i])
                        .isEqualTo(items.size());
                for (int e = 0; e < items.size(); e++) {
                    assertThat(elements.values().dynamic(elements.offsets()[i] + e))
                            .isEqualTo(items.get(e));
                }
            }
        }
    }

    @Test
    void columnsComeBackFromTheirBytes() throws IOException {
        for (long seed = 300; seed < 330; seed++) {
            var rows = randomRows(seed, 300);
            var bytes = new ByteArrayOutputStream();
            ColumnCodec.write(shred(rows), new DataOutputStream(bytes));
            var read = ColumnCodec.read(ByteBuffer.wrap(bytes.toByteArray()), new Sharing());
            assertHolds(read, rows, "seed " + seed);
        }
    }

    @Test
    void uniqueIdsAndGuidsTakeTheirSmallForms() {
        var rows = new ArrayList<Dynamic>();
        var random = new SplittableRandom(1);
        for (int i = 0; i < 1000; i++) {
            rows.add(
                    Dynamic.bag()
                            .put(
                                    "id",
                                    "/subscriptions/s1/resourceGroups/g"
                                            + i % 7
                                            + "/providers/N/t/vm"
                                            + i)
                            .put(
                                    "guid",
                                    new java.util.UUID(random.nextLong(), random.nextLong())
                                            .toString())
                            .build());
        }
        var column = shred(rows);
        assertHolds(column, rows, "ids");
        assertThat(((StringColumn) column.at("id")).dictionary())
                .isInstanceOf(JoinedDictionary.class);
        assertThat(((StringColumn) column.at("guid")).dictionary())
                .isInstanceOf(GuidDictionary.class);
    }

    @Test
    void rareMembersBecomeSparse() {
        var rows = new ArrayList<Dynamic>();
        for (int i = 0; i < 100; i++) {
            rows.add(i == 50 ? Dynamic.bag().put("rare", 1).build() : Dynamic.EMPTY_BAG);
        }
        assertThat(shred(rows).at("rare")).isInstanceOf(SparseColumn.class);
    }

    @Test
    void memberNamedTwiceIsRefusedWithItsPlace() {
        byte[] text = "{\"a\":1,\n\"a\":2}".getBytes(StandardCharsets.UTF_8);
        var in = new JsonBytes(JsonLimits.DEFAULT);
        in.reset(text, 0, text.length);
        assertThatThrownBy(() -> new ShreddingBuilder().append(in))
                .isInstanceOfSatisfying(
                        JsonException.class,
                        e -> {
                            assertThat(e.line()).isEqualTo(2);
                            assertThat(e.pointer()).isEqualTo("/a");
                        });
    }
}
