package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TextPiecesTest {
    private static final int ROWS = 600;

    private static final List<String> WORDS =
            List.of("a", "b", "extensions", "Extensions", "virtualMachines", "x-y", "");

    private static StringColumn ids(boolean regular) {
        var random = new SplittableRandom(regular ? 1 : 2);
        var builder = new ShreddingBuilder();
        for (int i = 0; i < ROWS; i++) {
            var id =
                    new StringBuilder(
                            "/subscriptions/S-" + i % 3 + "/resourceGroups/Group-" + i % 40);
            if (regular) {
                id.append("/providers/p.compute/virtualMachines/Vm-").append(i);
                id.append(i % 5 == 0 ? "" : "/extensions/Agent" + i % 4);
            } else {
                for (int n = random.nextInt(6); n >= 0; n--) {
                    id.append('/').append(WORDS.get(random.nextInt(WORDS.size())));
                }
                id.append("/").append(i % 30);
            }
            builder.append(Dynamic.of(id.toString()));
        }
        return (StringColumn) builder.build();
    }

    @Test
    void piecesAreThoseOfTheTextCutApart() {
        for (boolean regular : new boolean[] {true, false}) {
            var ids = ids(regular);
            assertThat(ids.dictionary()).isInstanceOf(JoinedDictionary.class);
            for (int index = -12; index < 13; index++) {
                check(ids, "/", index);
            }
            for (String delimiter :
                    List.of(
                            "/extensions/",
                            "/Extensions/",
                            "/a/",
                            "//",
                            "/extensions/a/",
                            "/providers/p.compute/",
                            "/virtualMachines/",
                            "/subscriptions/",
                            "/nowhere/")) {
                check(ids, delimiter, 0);
            }
        }
    }

    private static void check(StringColumn ids, String delimiter, int index) {
        var lower = new StringColumn(ids.codes(), new LowerDictionary(ids.dictionary()));
        var keys = new StringColumn(ids.codes(), new KeyDictionary(ids.dictionary(), ids));
        int[] some = {3, 3, 599, 0, 17};
        for (var texts : List.of(ids, lower, keys, (StringColumn) ids.gather(some))) {
            var pieces = TextPieces.of(texts, delimiter, index);
            assertThat(pieces).as(delimiter).isNotNull();
            for (int row = 0; row < texts.size(); row++) {
                var expected = piece(texts.get(row), delimiter, index);
                if (pieces != null) {
                    assertThat(pieces.dynamic(row))
                            .as(texts.get(row) + " by " + delimiter + " at " + index)
                            .isEqualTo(expected == null ? Dynamic.NULL : Dynamic.of(expected));
                }
            }
        }
    }

    private static @Nullable String piece(String text, String delimiter, int index) {
        var all = new ArrayList<String>();
        int from = 0;
        for (int at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, from)) {
            all.add(text.substring(from, at));
            from = at + delimiter.length();
        }
        all.add(text.substring(from));
        int at = index < 0 ? all.size() + index : index;
        return at < 0 || at >= all.size() ? null : all.get(at);
    }

    @Test
    void aMachineIsTheOneThatItsExtensionsIdNames() {
        var pieces = TextPieces.of(ids(true), "/extensions/", 0);
        assertThat(pieces).isNotNull();
        if (pieces != null) {
            assertThat(pieces.get(1))
                    .isEqualTo(
                            "/subscriptions/S-1/resourceGroups/Group-1/providers/p.compute/virtualMachines/Vm-1");
            assertThat(pieces.get(1).toLowerCase(Locale.ROOT)).isNotEqualTo(pieces.get(1));
        }
    }

    @Test
    void delimitersThatCutOtherwiseAreLeftToWhoReadsTheTexts() {
        var ids = ids(true);
        assertThat(TextPieces.of(ids, "", 0)).isNull();
        assertThat(TextPieces.of(ids, "-", 0)).isNull();
        assertThat(TextPieces.of(ids, "extensions/", 0)).isNull();
        assertThat(TextPieces.of(ids, "/extensions/", 1)).isNull();
        assertThat(TextPieces.of((StringColumn) ids.gather(new int[] {1, -1}), "/", 1)).isNull();
        assertThat(TextPieces.of(StringColumn.of(new String[] {"/a/b"}), "/", 1)).isNull();
    }
}
