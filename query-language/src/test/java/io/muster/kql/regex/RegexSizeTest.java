package io.muster.kql.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSizeTest {
    private static final String[] PIECES = {
        "a",
        "b",
        ".",
        "é",
        "\\d",
        "\\pL",
        "\\p{Greek}",
        "\\x{41}",
        "\\x41",
        "\\{",
        "\\Qa{9}\\E",
        "\\Q\\E",
        "[a-c]",
        "[]a]",
        "[^]{]",
        "[[:alpha:]{9}]",
        "[[:]",
        "[\\]x]",
        "[\\p{Lu}(]",
        "|",
        "|",
        "(",
        "(",
        "(?:",
        "(?i)",
        "(?s-i)",
        "(?i:",
        "(?P<n>",
        ")",
        ")",
        ")",
        "*",
        "+",
        "?",
        "*?",
        "{3}",
        "{2,}",
        "{0}",
        "{0,5}",
        "{3,7}",
        "{12}?",
        "{,3}",
        "{a}",
        "{",
        "}",
        "{1",
        "^",
        "$",
        "\\b",
        "é{4}",
    };

    @Test
    void isNeverLessThanWhatIsCompiled() {
        var random = new Random(5);
        int compiled = 0;
        for (int i = 0; i < 200_000; i++) {
            var regex = new StringBuilder();
            for (int n = 1 + random.nextInt(9); n > 0; n--) {
                regex.append(PIECES[random.nextInt(PIECES.length)]);
            }
            int states;
            try {
                states = Pattern.compile(regex.toString()).programSize();
            } catch (PatternSyntaxException none) {
                continue;
            }
            compiled++;
            assertThat(RegexSize.of(regex.toString()))
                    .as(regex.toString())
                    .isGreaterThanOrEqualTo(states);
        }
        assertThat(compiled).isGreaterThan(20_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "(?:(?:(?:(?:a{60}){60}){60}){60}){60}",
                "(?:.{500,1000}){200}",
                "a{1000}(?i){1000}(?i){1000}",
                "a{1000}\\Q\\E{1000}",
                "(((((((((((((((((((((a{2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}"
            })
    void repetitionsOfRepetitionsAreRefused(String regex) {
        assertThatThrownBy(() -> Regex.of(regex, () -> {}))
                .isInstanceOf(PatternSyntaxException.class)
                .hasMessageContaining("states");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\d{1,1000}", "(?:[0-9a-f]{4}-){500}", "\\pL{1000}", "(a{9}){999}"})
    void repetitionsThatFitAreNot(String regex) {
        assertThat(Regex.of(regex, () -> {}).isIn("x")).isFalse();
    }

    @Test
    void whatIsWrittenOutFits() {
        for (String piece : new String[] {"a", "a|", "()", "a?", "[a]", "\\d"}) {
            String regex = piece.repeat(RegexSyntax.MOST / piece.length());
            assertThat(RegexSize.of(regex)).isLessThanOrEqualTo(RegexSize.MOST);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"(?i)[B-\\x{1c7f}]", "(?i)[\u4e00-\uffff]", "(?i)[^!-\\x{1e942}]"})
    void rangesWhoseCasesAreManyAreRefused(String range) {
        assertThatThrownBy(() -> Regex.of(range.repeat(1000), () -> {}))
                .isInstanceOf(PatternSyntaxException.class)
                .hasMessageContaining("ranges");
        assertThat(Regex.of(range, () -> {}).isIn("\u2000 !"))
                .isEqualTo(Pattern.compile(range.replace("(?i)", "")).matcher("\u2000 !").find());
    }

    @Test
    void groupsOfManyStatesAreRefused() {
        assertThatThrownBy(() -> Regex.of("(a)b".repeat(3000), () -> {}))
                .isInstanceOf(PatternSyntaxException.class)
                .hasMessageContaining("groups");
        assertThat(Regex.of("(a)b".repeat(300), () -> {}).groupCount()).isEqualTo(300);
    }
}
