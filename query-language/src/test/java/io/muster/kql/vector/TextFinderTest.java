package io.muster.kql.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TextFinderTest {
    @Test
    void findsWhatThePlainSearchFinds() {
        var random = new Random(3);
        int places = 0;
        for (int i = 0; i < 60; i++) {
            String period = letters(random, 1 + random.nextInt(5));
            var text = new StringBuilder(period.repeat(60_000 / period.length()));
            for (int flaw = random.nextInt(40); flaw > 0; flaw--) {
                text.setCharAt(random.nextInt(text.length()), 'x');
            }
            int length = 16 + random.nextInt(2_000);
            int start = random.nextInt(text.length() - length);
            String needle = text.substring(start, start + length) + (i % 7 == 0 ? "y" : "");
            places += assertSame(text.toString(), needle);
        }
        assertThat(places).isGreaterThan(10_000);
    }

    private static String letters(Random random, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }

    /// From place to place, overlapping and not.
    private static int assertSame(String text, String needle) {
        var finder = new TextFinder(text, needle);
        var overlapping = new ArrayList<Integer>();
        int places = 0;
        for (int at = finder.from(0); at >= 0 && places < 1_000; at = finder.from(at + 1)) {
            assertThat(at)
                    .isEqualTo(
                            text.indexOf(
                                    needle, overlapping.isEmpty() ? 0 : overlapping.getLast() + 1));
            overlapping.add(at);
            places++;
        }
        int from = 0;
        for (int at = finder.from(0); at >= 0; at = finder.from(from)) {
            assertThat(at).isEqualTo(text.indexOf(needle, from));
            from = at + needle.length();
        }
        assertThat(text.indexOf(needle, from)).isEqualTo(-1);
        assertThat(TextFinder.find(text, needle, text.length() / 2))
                .isEqualTo(text.indexOf(needle, text.length() / 2));
        return places;
    }

    @Test
    void shortTextsAndEmptyOnesAreFoundAsEver() {
        assertThat(TextFinder.find("abcabc", "bc", 2)).isEqualTo(4);
        assertThat(TextFinder.find("abc", "", 3)).isEqualTo(3);
        assertThat(TextFinder.find("abc", "abcd", 0)).isEqualTo(-1);
        assertThat(TextFinder.isIn("", "")).isTrue();
    }

    @Test
    void looksWhetherTheRunMustStop() {
        var looks = new AtomicInteger();
        String text = "a".repeat(1 << 22);
        boolean found =
                MemoryMeter.of(bytes -> looks.incrementAndGet())
                        .during(() -> TextFinder.isIn(text, text.substring(1 << 21) + "b"));
        assertThat(found).isFalse();
        assertThat(looks).hasValueGreaterThan(24);
    }
}
