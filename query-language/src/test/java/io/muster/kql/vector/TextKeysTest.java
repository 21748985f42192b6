package io.muster.kql.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.stream.IntStream;
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
