package io.muster.service.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "resources | take 5",
                "resources | project id |\n limit 5 ;",
                "resources | sample 3 | project id",
                "resources | where name == 'a;b' | take 1",
                "let n = 3; resources | take n",
            })
    void queryThatLimitsItsResultIsToldFromItsText(String query) {
        assertThat(QueryText.limitsItself(query)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resources | where name == '| take 5'",
                "resources // | take 5",
                "resources | join (resourcecontainers | take 5) on id",
                "let few = resources | take 5; few | project id",
                "resources | where name == @'\\' or kind == '| limit 1'",
                "resources | where name == ```\n| take 5```",
                "resources | extend takes = 1 | order by id",
            })
    void limitElsewhereIsNotTheResults(String query) {
        assertThat(QueryText.limitsItself(query)).isFalse();
    }
}
