package io.muster.policy.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.policy.expression.function.Values;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EqualityIgnoringCaseTest {
    /// Small, so that many pairs are equal: letters that fold to several, to ASCII, and to nothing else than themselves.
    private static final String LETTERS =
            "aAsSkKfiI1[{@`"
                    + "\u00df\u1e9e\u017f\u212a\ufb01\u0130\u0131"
                    + "\u00e9\u00c9"
                    + "\ud83d\ude00";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void textsAreEqualWhereTheirFoldedFormsAre(long seed) {
        var chance = new Random(seed);
        for (int step = 0; step < 20_000; step++) {
            String a = text(chance);
            String b = step % 3 == 0 ? Values.fold(a) : text(chance);

            assertThat(Values.equalIgnoringCase(a, b))
                    .as("seed %d, step %d: '%s' and '%s'", seed, step, a, b)
                    .isEqualTo(Values.fold(a).equals(Values.fold(b)));
        }
    }

    private static String text(Random chance) {
        var text = new StringBuilder();
        for (int i = chance.nextInt(4); i > 0; i--) {
            text.append(LETTERS.charAt(chance.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
