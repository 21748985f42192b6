package io.muster.kql.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSyntaxTest {
    /// What stands before the arrow is written so; neither has spaces at its ends.
    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "[a ]b => [a ]b",
                "(?x)a b # c => ab",
                "(?x)a * b + => a*b+",
                "(?x)a\\ * => a\\ *",
                "(?x)\\* ? => \\*?",
                "(?x:a b) c => (?:ab) c",
                "\\p{Lowercase_Letter} => \\p{Ll}",
                "\\U{1F600}\\u0041 => \\x{1F600}\\x{0041}",
                "\\101 => \\x{41}",
                "(?i)[a-\u2000] => (?i)[a-\\x{1c7f}\\x{1c89}-\u2000]",
            })
    void isWrittenAsRe2Has(String kusto, String re2) {
        assertThat(RegexSyntax.toRe2(kusto)).isEqualTo(re2);
        assertThat(RegexSyntax.toRe2(re2)).isEqualTo(re2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?x)a * ?",
                "(?x)a+\n{2}",
                "(?x)a{2} ?",
                "[a-z&&[^b]]",
                "[x[yz]]",
                "\\<a",
                "\\1",
                "(?R)a",
                "(?i)\u1C80",
                "(?x)( ?:a)"
            })
    void isRefusedWhatRe2WouldTakeForSomethingElse(String kusto) {
        assertThatThrownBy(() -> RegexSyntax.toRe2(kusto))
                .isInstanceOf(PatternSyntaxException.class);
    }
}
