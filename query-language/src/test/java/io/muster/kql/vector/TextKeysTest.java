package io.muster.kql.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Column;
import io.muster.core.column.LowerDictionary;
import io.muster.core.column.ShreddingBuilder;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TextKeysTest {
    @Test
    void textsOfEqualHashesAreToldApartAndFoundAgain() {
        String[] texts = ofEqualHashes(13);
        assertThat(IntStream.range(0, texts.length).map(i -> texts[i].hashCode()).distinct())
                .hasSize(1);
        var keys = new KeyInterner(KqlType.STRING);
        int[] inOrder = IntStream.range(0, texts.length).toArray();
        assertThat(keys.ids(StringColumn.of(texts), true)).isEqualTo(inOrder);
        // More texts make the table grow, with those that found no slot beside it.
        var others = IntStream.range(0, 50_000).mapToObj(i -> "other-" + i).toArray(String[]::new);
        assertThat(keys.ids(StringColumn.of(others), true))
                .startsWith(texts.length)
                .doesNotHaveDuplicates();
        assertThat(keys.ids(StringColumn.of(texts), true)).isEqualTo(inOrder);
        assertThat(keys.ids(StringColumn.of(texts), false)).isEqualTo(inOrder);
        assertThat(keys.size()).isEqualTo(texts.length + others.length);
        assertThat(keys.ids(StringColumn.of(new String[] {"AaAaAaAaAaAaAaAaAaAaAaAaAb"}), false))
                .containsExactly(-1);
        assertThat(keys.values().dynamic(4711)).isEqualTo(new Dynamic.Text(texts[4711]));
    }

    @Test
    void mergedTextsHaveTheNumbersThatTheyWouldHaveOneAfterTheOther() {
        var all = new ArrayList<@Nullable String>(List.of(ofEqualHashes(8)));
        IntStream.range(0, 100).forEach(i -> all.add("other-" + i));
        all.add("");
        all.add(null);
        var random = new SplittableRandom(5);
        for (int round = 0; round < 60; round++) {
            var whole = new KeyInterner(KqlType.STRING);
            var merged = new KeyInterner(KqlType.STRING);
            for (int part = 0; part < 3; part++) {
                var texts = new @Nullable String[random.nextInt(300)];
                Arrays.setAll(texts, i -> all.get(random.nextInt(all.size())));
                var column = StringColumn.of(texts);
                int[] wanted = whole.ids(column, true);
                var own = new KeyInterner(KqlType.STRING);
                int[] ids = own.ids(column, true);
                int[] idOf = merged.merge(own);
                assertThat(IntStream.of(ids).map(id -> idOf[id]).toArray()).isEqualTo(wanted);
                assertThat(merged.ids(column, false)).isEqualTo(wanted);
            }
            assertThat(merged.size()).isEqualTo(whole.size());
        }
    }

    @Test
    void keptTextsAreFoundWhereverTheyStandAlsoByReaders() {
        var hashAlike = ofEqualHashes(9);
        var random = new SplittableRandom(11);
        for (int round = 0; round < 20; round++) {
            var number = new HashMap<String, Integer>();
            var keys = new KeyInterner(KqlType.STRING);
            for (int part = 0; part < 3; part++) {
                var texts = kept(hashAlike, random, 20_000);
                // Few of many, so that they are hashed by themselves.
                int[] rows = random.ints(random.nextInt(1, 900), 0, texts.size()).toArray();
                var some = (StringColumn) texts.gather(rows);
                int[] ids = keys.ids(some, true);
                for (int row = 0; row < ids.length; row++) {
                    int wanted = number.computeIfAbsent(text(some, row), text -> number.size());
                    assertThat(ids[row]).isEqualTo(wanted);
                }
            }
            assertThat(keys.size()).isEqualTo(number.size());
            var readers = List.of(keys.reader(), keys.reader());
            for (var reader : readers) {
                var all = kept(hashAlike, random, 20_000);
                check(all, reader, number);
                check(all.gather(random.ints(300, 0, all.size()).toArray()), reader, number);
            }
        }
    }

    private static void check(Column column, KeyInterner keys, Map<String, Integer> number) {
        int[] ids = keys.ids(column, false);
        for (int row = 0; row < ids.length; row++) {
            assertThat(ids[row]).isEqualTo(number.getOrDefault(text(column, row), -1));
        }
    }

    private static String text(Column column, int row) {
        return column.dynamic(row).textOr("");
    }

    /// Ids as a snapshot keeps them, each once, some in lower case as computed by a query.
    private static StringColumn kept(String[] names, SplittableRandom random, int count) {
        var builder = new ShreddingBuilder();
        for (int i = 0; i < count; i++) {
            String name = i < names.length ? names[i] : "Machine-" + random.nextInt(40) + "-" + i;
            builder.append(
                    Dynamic.of("/Subscriptions/S" + i % 3 + "/Groups/G" + i % 50 + "/" + name));
        }
        var column = (StringColumn) builder.build();
        return random.nextBoolean()
                ? column
                : new StringColumn(column.codes(), new LowerDictionary(column.dictionary()));
    }

    /// As many texts as 2 to that power, of "Aa" and "BB", which hash alike.
    private static String[] ofEqualHashes(int pairs) {
        var texts = new String[1 << pairs];
        for (int i = 0; i < texts.length; i++) {
            var text = new StringBuilder();
            for (int pair = 0; pair < pairs; pair++) {
                text.append((i >> pair & 1) == 0 ? "Aa" : "BB");
            }
            texts[i] = text.toString();
        }
        return texts;
    }
}
