package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextHashesTest {
    private static Dictionary stored(IntFunction<String> texts) {
        var builder = new ShreddingBuilder();
        for (int i = 0; i < 1000; i++) {
            builder.append(Dynamic.of(texts.apply(i)));
        }
        return ((StringColumn) builder.build()).dictionary();
    }

    private static final List<IntFunction<String>> TEXTS =
            List.of(
                    i -> "/Subscriptions/S" + i % 7 + "/resourceGroups/RG-" + i % 40 + "/vm-" + i,
                    i -> "%08X-0000-4000-8000-000000000000".formatted(i),
                    i -> "2026-05-03T11:%02d:%02dZ".formatted(i / 60, i % 60),
                    i -> "Мир-" + i + " und dergleichen",
                    i -> "x".repeat(i % 90),
                    i -> "{\"A\":%d},{\"B\":7},{\"C\":\"%s\"}".formatted(i, "long ".repeat(9)));

    @Test
    void hashAndLengthAreThoseOfTheTextPutTogether() {
        for (var texts : TEXTS) {
            var dictionary = stored(texts);
            check(dictionary);
            check(new KeyDictionary(dictionary, this));
            check(new UnionDictionary(List.of(dictionary, Dictionary.of("a", "b"), dictionary)));
            if (LowerDictionary.isPossible(dictionary)) {
                check(new LowerDictionary(dictionary));
                assertThat(new LowerDictionary(dictionary).get(17))
                        .isEqualTo(dictionary.get(17).toLowerCase(Locale.ROOT));
            }
        }
    }

    private static void check(Dictionary dictionary) {
        var hashes = TextHashes.of(dictionary);
        long[] all = TextHashes.all(dictionary);
        int[] hashCodes = TextHashes.hashCodes(dictionary);
        int[] again = TextHashes.hashCodes(dictionary);
        int[] scattered = scattered(dictionary.size(), 7);
        int[] batch = new int[scattered.length];
        TextBatches.hashCodes(dictionary, scattered, scattered.length, batch);
        for (int i = 0; i < batch.length; i++) {
            assertThat(batch[i]).isEqualTo(dictionary.get(scattered[i]).hashCode());
        }
        assertThat(all).hasSize(dictionary.size());
        var reader = dictionary.reader();
        for (int code = 0; code < dictionary.size(); code++) {
            String text = dictionary.get(code);
            assertThat((int) hashes.applyAsLong(code)).as(text).isEqualTo(text.hashCode());
            assertThat(hashes.applyAsLong(code) >>> 32).as(text).isEqualTo(text.length());
            assertThat(all[code]).isEqualTo(hashes.applyAsLong(code));
            assertThat(hashCodes[code]).isEqualTo(text.hashCode());
            assertThat(again[code]).isEqualTo(text.hashCode());
            assertThat(reader.apply(code)).isEqualTo(text);
            assertThat(TextHashes.isEqual(dictionary, code, text)).isTrue();
            for (String other :
                    List.of(text + "a", "a" + text, text.replace('/', '-') + "/", "-" + text)) {
                assertThat(TextHashes.isEqual(dictionary, code, other)).isFalse();
            }
            if (text.length() > 1) {
                assertThat(TextHashes.isEqual(dictionary, code, text.substring(1))).isFalse();
                assertThat(TextHashes.isEqual(dictionary, code, "~" + text.substring(1))).isFalse();
                assertThat(
                                TextHashes.isEqual(
                                        dictionary, code, text.substring(0, text.length() - 1)))
                        .isFalse();
            }
        }
    }

    /// All codes in another order, some twice.
    private static int[] scattered(int size, int step) {
        return IntStream.range(0, size + 5).map(i -> (int) ((long) i * step * 31 % size)).toArray();
    }

    @Test
    void textsOfTwoDictionariesAreComparedWhereTheyStand() {
        for (var texts : TEXTS) {
            var one = stored(texts);
            var other = stored(i -> texts.apply(i % 2 == 0 ? i : i + 1));
            compare(one, other);
            compare(new KeyDictionary(one, this), new UnionDictionary(List.of(other)));
            compare(one, stored(i -> i % 2 == 0 ? texts.apply(i) : "neither-" + i));
            if (LowerDictionary.isPossible(one)) {
                compare(new LowerDictionary(one), other);
                compare(other, new LowerDictionary(one));
                compare(new LowerDictionary(one), new LowerDictionary(other));
            }
        }
    }

    private static void compare(Dictionary left, Dictionary right) {
        for (int code = 0; code < Math.min(left.size(), right.size()); code++) {
            for (int theirs : new int[] {code, 0, right.size() - 1}) {
                assertThat(TextHashes.isEqual(left, code, right, theirs))
                        .isEqualTo(left.get(code).equals(right.get(theirs)));
            }
        }
        int[] ours = scattered(Math.min(left.size(), right.size()), 1);
        for (int step : new int[] {1, 7}) {
            int[] theirs = Arrays.copyOf(scattered(right.size(), step), ours.length);
            boolean[] equal = TextBatches.isEqual(left, ours, right, theirs, ours.length);
            for (int i = 0; i < equal.length; i++) {
                assertThat(equal[i]).isEqualTo(left.get(ours[i]).equals(right.get(theirs[i])));
            }
        }
    }

    @Test
    void onlyTextsKnownToBeAsciiAreLoweredLate() {
        assertThat(LowerDictionary.isPossible(stored(TEXTS.get(3)))).isFalse();
        assertThat(LowerDictionary.isPossible(stored(TEXTS.getFirst()))).isTrue();
    }

    @Test
    void aUnionKnowsThePartOfEachCode() {
        var union =
                new UnionDictionary(
                        List.of(
                                Dictionary.of("a"),
                                Dictionary.of(),
                                Dictionary.of("b", "c"),
                                Dictionary.of()));
        assertThat(List.of(union.get(0), union.get(1), union.get(2)))
                .containsExactly("a", "b", "c");
        assertThat(union.size()).isEqualTo(3);
    }
}
