package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Unique texts and close numbers take small forms that lose nothing: read by row, gathered, searched, and after a way through bytes.
class SmallFormsTest {
    private static final int ROWS = 3000;

    private static Column shred(List<? extends Dynamic> rows) {
        var builder = new ShreddingBuilder();
        rows.forEach(builder::append);
        return builder.build();
    }

    private static Column throughBytes(Column column) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ColumnCodec.write(column, new DataOutputStream(bytes));
        return ColumnCodec.read(ByteBuffer.wrap(bytes.toByteArray()), new Sharing());
    }

    /// The dictionary that those texts get, after all ways of reading were compared.
    private static Dictionary formOf(Function<SplittableRandom, String> text) throws IOException {
        var random = new SplittableRandom(7);
        var rows = new ArrayList<Dynamic>();
        for (int i = 0; i < ROWS; i++) {
            rows.add(new Dynamic.Text(text.apply(random)));
        }
        var column = (StringColumn) shred(rows);
        for (var form : List.of(column, throughBytes(column))) {
            for (int i = 0; i < ROWS; i++) {
                assertThat(form.dynamic(i)).isEqualTo(rows.get(i));
            }
            var gathered = form.gather(new int[] {5, -1, 2999});
            assertThat(gathered.dynamic(0)).isEqualTo(rows.get(5));
            assertThat(gathered.isNull(1)).isTrue();
            assertThat(gathered.dynamic(2)).isEqualTo(rows.get(2999));
        }
        var dictionary = column.dictionary();
        var reader = dictionary.reader();
        for (int code = 0; code < dictionary.size(); code++) {
            assertThat(reader.apply(code)).isEqualTo(dictionary.get(code));
        }
        for (int code = 0; code < dictionary.size(); code += 37) {
            assertThat(dictionary.find(dictionary.get(code))).isEqualTo(code);
        }
        assertThat(dictionary.find("no such text/at all_or-so")).isEqualTo(-1);
        return dictionary;
    }

    private static String machine(SplittableRandom random) {
        return "/subscriptions/s"
                + random.nextInt(3)
                + "/resourceGroups/Group-"
                + random.nextInt(40)
                + "/providers/Microsoft.Compute/virtualMachines/vm"
                + random.nextInt(100_000);
    }

    @Test
    void idsAreJoinedOfWhatTheyLieInAndAName() throws IOException {
        assertThat(formOf(SmallFormsTest::machine)).isInstanceOf(JoinedDictionary.class);
        assertThat(formOf(r -> machine(r) + "/extensions/" + (r.nextBoolean() ? "A" : "B")))
                .isInstanceOf(JoinedDictionary.class);
        formOf(r -> machine(r) + "/");
        assertThat(formOf(r -> "virtual machine " + r.nextInt(100_000) + "_OsDisk_1"))
                .isInstanceOf(JoinedDictionary.class);
    }

    @Test
    void textsThatDoNotFitAFormStayAsTheyAre() throws IOException {
        assertThat(formOf(r -> r.nextInt(3) == 0 ? "no slash " + r.nextInt() : machine(r)))
                .isNotInstanceOf(JoinedDictionary.class);
        assertThat(formOf(r -> new UUID(r.nextLong(), r.nextLong()).toString()))
                .isInstanceOf(GuidDictionary.class);
        formOf(r -> new UUID(r.nextLong(), r.nextLong()).toString().toUpperCase(Locale.ROOT));
        formOf(r -> "/é/ü" + r.nextInt() + "/\ud83d\ude00" + r.nextInt(9));
        formOf(r -> "//" + r.nextInt() + "//");
        formOf(r -> "-" + r.nextLong() + "_" + r.nextLong());
        formOf(r -> "x".repeat(r.nextInt(40)) + r.nextInt());
    }

    @Test
    void timesKeepTheDigitsTheyCameWith() throws IOException {
        var start = Instant.parse("2024-01-31T23:59:58Z");
        assertThat(formOf(r -> start.plusSeconds(r.nextInt()).toString()))
                .isInstanceOf(InstantDictionary.class);
        assertThat(formOf(r -> start.plusSeconds(5L * r.nextInt()).toString()))
                .isInstanceOf(InstantDictionary.class);
        assertThat(
                        formOf(r ->
                                start.plusSeconds(r.nextInt()).toString().substring(0, 19)
                                        + List.of("", ".1", ".0", ".1234567", ".000", ".0000001")
                                                .get(r.nextInt(6))
                                        + "+00:00"))
                .isInstanceOf(InstantDictionary.class);
        for (String odd :
                List.of(
                        "2024-02-30T00:00:00Z",
                        "2024-13-01T00:00:00Z",
                        "2024-01-01T24:00:00Z",
                        "2024-01-01T00:00:60Z",
                        "2024-01-01T00:00:00.Z",
                        "2024-01-01T00:00:00.12345678Z",
                        "2024-01-01t00:00:00Z",
                        "2024-01-01T00:00:00z",
                        "2024-01-01T00:00:00+01:00",
                        "2024-01-01T00:00:00",
                        "1500-01-01T00:00:00Z",
                        "202-01-01T00:00:00Z")) {
            assertThat(formOf(r -> r.nextInt(50) == 0 ? odd : start.plusSeconds(r.nextInt()) + ""))
                    .as(odd)
                    .isNotInstanceOf(InstantDictionary.class);
        }
    }

    @Test
    void longMessagesAreCutIntoTheirParts() throws IOException {
        for (String separator : List.of("; ", "},\n", ",", " ")) {
            assertThat(
                            formOf(r -> {
                                var out = new StringBuilder("Enable succeeded: ");
                                for (int i = r.nextInt(3, 12); i > 0; i--) {
                                    out.append("application.number.")
                                            .append(r.nextInt(30))
                                            .append(separator);
                                }
                                return out.toString();
                            }))
                    .as(separator)
                    .isInstanceOf(TokenDictionary.class);
        }
    }

    @Test
    void equalPartsOfColumnsAreKeptOnce() {
        var rows = new ArrayList<Dynamic>();
        for (int i = 0; i < 1000; i++) {
            String name = "a-long-machine-name-" + i;
            rows.add(
                    Dynamic.bag()
                            .put("name", name)
                            .put("id", "/subscriptions/s/machines/" + name)
                            .put("computer", name)
                            .build());
        }
        var column = shred(rows);
        var name = (StringColumn) column.at("name");
        var computer = (StringColumn) column.at("computer");
        var id = (JoinedDictionary) ((StringColumn) column.at("id")).dictionary();
        assertThat(computer.dictionary()).isSameAs(name.dictionary());
        assertThat(id.tails()).isSameAs(name.dictionary());
    }

    @Test
    void closeNumbersArePackedWhereverTheyLie() throws IOException {
        long[][] ranges = {
            {0, 9},
            {-100, 100},
            {1_000_000_000_000L, 1_000_000_000_050L},
            {Long.MIN_VALUE, Long.MIN_VALUE + 7},
            {Long.MAX_VALUE - 40_000, Long.MAX_VALUE},
            {Long.MIN_VALUE, Long.MAX_VALUE},
            {0, 1L << 31},
            {-1, Integer.MAX_VALUE - 2},
        };
        for (long[] range : ranges) {
            var random = new SplittableRandom(3);
            var rows = new ArrayList<Dynamic>();
            for (int i = 0; i < 1000; i++) {
                long value =
                        i == 1
                                ? range[0]
                                : i == 2
                                        ? range[1]
                                        : range[1] == Long.MAX_VALUE
                                                ? random.nextLong(range[0], range[1])
                                                : random.nextLong(range[0], range[1] + 1);
                rows.add(i % 5 == 0 ? Dynamic.NULL : new Dynamic.Whole(value));
            }
            var column = shred(rows);
            for (var form : List.of(column, throughBytes(column), column.dense())) {
                for (int i = 0; i < rows.size(); i++) {
                    assertThat(form.dynamic(i)).isEqualTo(rows.get(i));
                    assertThat(form.isNull(i)).isEqualTo(rows.get(i).isNull());
                }
                assertThat(form.present()).isEqualTo(column.present());
                assertThat(form.gather(new int[] {-1, 1}).dynamic(1)).isEqualTo(rows.get(1));
                assertThat(form.gather(new int[] {-1, 1}).isNull(0)).isTrue();
            }
            assertThat(column.dense()).isInstanceOf(LongColumn.class);
        }
        assertThat(shred(List.copyOf(wholes(1, 300)))).isInstanceOf(PackedLongColumn.class);
    }

    private static List<Dynamic> wholes(long from, int count) {
        var out = new ArrayList<Dynamic>();
        for (int i = 0; i < count; i++) {
            out.add(new Dynamic.Whole(from + i));
        }
        return out;
    }
}
