package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharingTest {
    private final Sharing sharing = new Sharing();

    /// A segment of that many rows, whose texts are `from`, `from + 1`, ... again and again.
    private StringColumn segment(int rows, int from, int texts) {
        var builder = new ShreddingBuilder();
        var values = new ArrayList<Dynamic>();
        for (int row = 0; row < rows; row++) {
            values.add(Dynamic.of("/applications/a-" + (from + row * 11 % texts)));
            builder.append(Dynamic.bag().put("name", values.getLast()).build());
        }
        var column = (StringColumn) builder.build(sharing.below("machines")).at("name");
        for (int row = 0; row < rows; row++) {
            assertThat(column.dynamic(row)).isEqualTo(values.get(row));
        }
        return column;
    }

    @Test
    void theSameTextsInAnotherOrderAreOneDictionary() {
        var first = segment(5000, 0, 300);
        var other = segment(5000, 0, 299);
        assertThat(other.dictionary()).isSameAs(first.dictionary());
    }

    @Test
    void aFewNewTextsAreAddedBehindTheOldOnes() {
        var first = segment(5000, 0, 300);
        var second = segment(5000, 20, 300);
        var third = segment(5000, 0, 320);
        assertThat(second.dictionary().size()).isEqualTo(320);
        assertThat(third.dictionary()).isSameAs(second.dictionary());
        for (int code = 0; code < 300; code++) {
            assertThat(second.dictionary().get(code)).isEqualTo(first.dictionary().get(code));
        }
    }

    @Test
    void otherTextsAreADictionaryOfTheirOwn() {
        segment(5000, 0, 300);
        assertThat(segment(5000, 1000, 300).dictionary().size()).isEqualTo(300);
        assertThat(segment(100, 1000, 20).dictionary().size()).isEqualTo(20);
        assertThat(segment(299, 1000, 7).dictionary().size()).isEqualTo(7);
    }

    @Test
    void nullsStayNullUnderSharedTexts() {
        List<Integer> nulls = List.of(3, 4, 70);
        for (int round = 0; round < 2; round++) {
            var builder = new ShreddingBuilder();
            for (int row = 0; row < 400; row++) {
                builder.append(
                        nulls.contains(row) ? Dynamic.NULL : Dynamic.of("t" + (row + round) % 9));
            }
            var column = (StringColumn) builder.build(sharing);
            assertThat(column.dictionary().size()).isEqualTo(9);
            for (int row = 0; row < 400; row++) {
                assertThat(column.isNull(row)).isEqualTo(nulls.contains(row));
                assertThat(column.get(row))
                        .isEqualTo(nulls.contains(row) ? "" : "t" + (row + round) % 9);
            }
        }
    }
}
