package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.kql.value.QueryStoppedException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Long texts, and patterns that are long over texts that are.
class HostileTextsTest {
    private static final QueryOptions SHORT =
            QueryOptions.DEFAULT.withTimeLimit(Duration.ofMillis(300));

    /// Sixty thousand states, a text of a million characters, and what never ends in either.
    private static final String ROWS =
            "range x from 1 to 2 step 1 | extend s = strcat(strrep(strrep('a', 1000), 1000), x, 'c'), r = strcat(strrep('.{1000}', 60), 'b', x), any = 'a.*b|a|9' | ";

    private static void assertStops(String query) {
        assertThat(Refusals.code(query, SHORT)).as(query).isEqualTo("query-timeout");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s matches regex r",
                "s matches regex strcat('(', r, ')')",
                "extract(r, 0, s)",
                "extract_all(r, s)",
                "extract_all(any, s)",
                "replace_regex(s, r, 'x')",
                "replace_regex(s, any, 'x')",
                "countof(s, r, 'regex')",
                "countof(s, any, 'regex')",
                "indexof_regex(s, r)",
                "indexof_regex(s, any, 0, -1, 1000000)",
                "trim(r, s)",
                "trim_end(r, s)",
                "parse_user_agent(replace_string(s, 'a', 'MSIE '), 'browser')",
            })
    void matchesStopAtTheTimeLimit(String expression) {
        assertStops(ROWS + "extend v = tostring(" + expression + ") | summarize max(v)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "parse kind=regex s with '.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}b' rest",
                "parse-kv s as (rest: string) with (regex = @'(rest|a).{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}(b)')",
            })
    void parsingStopsAtTheTimeLimit(String step) {
        assertStops(ROWS + step + " | summarize max(rest)");
    }

    @Test
    void constantsStopAtTheTimeLimit() {
        assertStops(
                "print strcat(strrep(strrep('a', 1000), 1000)) matches regex '"
                        + ".{1000}".repeat(60)
                        + "b'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'((a{1000}){1000}){1000}'",
                "'(?i)(((([\u4e00-\uffff]{1000}){1000}){1000}){1000})'",
                "'(((((((a{99}){99}){99}){99}){99}){99}){99})b'"
            })
    void patternsThatGrowAreRefused(String regex) {
        assertThatThrownBy(() -> Kql.prepare("print 'a' matches regex " + regex, Tables.catalog()))
                .isInstanceOfSatisfying(
                        DiagnosticException.class,
                        refused ->
                                assertThat(refused.diagnostics())
                                        .singleElement()
                                        .satisfies(d -> {
                                            assertThat(d.code()).isEqualTo("SEM0420");
                                            assertThat(d.message()).contains("states");
                                        }));
    }

    @Test
    void patternsThatGrowOnlyWhenItRunsMatchNothing() throws Exception {
        var table =
                Kql.run(
                        "range x from 1 to 2 step 1 | where 'aaa' matches regex strcat('((a{1000}){1000}){100', x, '}')",
                        Tables.catalog(),
                        QueryOptions.DEFAULT);
        assertThat(table.rowCount()).isZero();
    }

    @Test
    void pieceThatMayBeMissingAfterAnotherIsTooDeep() {
        assertThatThrownBy(() ->
                        Kql.run(
                                "range x from 1 to 200000 step 1 | extend s = strcat('aaaa', x) | where s matches regex '"
                                        + "a?".repeat(30_000)
                                        + "' | count",
                                Tables.catalog(),
                                QueryOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-too-deep"));
    }

    @Test
    void differentPatternsOfManyRowsNeedLittle() throws Exception {
        var narrow = QueryOptions.DEFAULT.withTimeLimit(Duration.ofMinutes(5));
        var table =
                Kql.run(
                        "range x from 1 to 3000 step 1 | where 'aaab' matches regex strcat('a{', x % 900, ',1000}[ab]{900}', x, '|b') | count",
                        Tables.catalog(), narrow);
        assertThat(table.rows()).isEqualTo(List.of(List.of(Dynamic.of(3000L))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"project-away", "project-keep", "project-reorder"})
    void starsOfNamesAreLookedForButOnce(String step) throws Exception {
        String name = "a".repeat(60);
        var table =
                Kql.run(
                        "print %s = 1, b = 2 | %s %sb, *".formatted(name, step, "a*".repeat(30)),
                        Tables.catalog(),
                        QueryOptions.DEFAULT);
        assertThat(table.rowCount()).isEqualTo(1);
    }

    @Test
    void starsOfTermsAreReadOnce() throws Exception {
        String stars = "*".repeat(300_000);
        var table =
                Kql.run(
                        "print s = 'a b' | search '" + stars + "a" + stars + "b x'",
                        Tables.catalog(),
                        QueryOptions.DEFAULT);
        assertThat(table.rowCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "strcat_array(repeat('x', 60000), s)",
                "strcat_delim(s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s)",
                "strcat(s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s)",
                "strcat(strrep(s, 10), s, 'x', strrep(s, 10))",
                "strrep(s, 1000, s)",
                "url_encode_component(strrep(replace_string(s, 'a', ' '), 9))",
                "replace_string(s, 'a', s)",
                "replace_strings(s, pack_array('a', 'c'), pack_array(s, s))",
                "replace_regex(s, 'a', s)",
            })
    void textsThatOutgrowTheHeapAreRefused(String expression) {
        assertThatThrownBy(() ->
                        Kql.run(
                                ROWS + "extend v = " + expression + " | summarize max(v)",
                                Tables.catalog(),
                                QueryOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> {
                            assertThat(stopped.code()).isEqualTo("query-memory");
                            assertThat(stopped).hasMessageContaining("16,777,216");
                        });
    }

    /// Each took the product of two lengths: half an hour and more.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "s contains strcat(half, 'b')",
                "s contains_cs strcat(half, 'b')",
                "s has strcat(half, 'b')",
                "s hasprefix_cs half",
                "s has_any (strcat(half, 'b'), half)",
                "countof(s, half)",
                "indexof(s, half, 0, 999999, 400000)",
                "replace_string(s, strcat(half, 'b'), '')",
                "replace_strings(s, pack_array(strcat(half, 'b')), pack_array(''))",
                "split(s, strcat(half, 'b'))",
                "translate(unicode_codepoints_to_string(range(200, 60000)), 'x', s)",
                "has_ipv4_prefix(replace_string(s, 'a', '1.1.1.1.'), '1.1.1.1.1.')",
                "ipv4_is_in_any_range(s, repeat(s, 50))",
            })
    void longTextsAreSearchedInStepsOfTheirLengths(String expression) throws Exception {
        var table =
                Kql.run(
                        ROWS
                                + "extend half = strrep(strrep('a', 1000), 500) | extend v = tostring("
                                + expression
                                + ") | summarize max(v)",
                        Tables.catalog(),
                        QueryOptions.DEFAULT.withTimeLimit(Duration.ofMinutes(5)));
        assertThat(table.rowCount()).isEqualTo(1);
    }
}
