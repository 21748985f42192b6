package io.muster.service.http.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.service.http.errors.ArmException;
import org.junit.jupiter.api.Test;

class SkipTokenTest {
    private static final String QUERY = "resources | project id";

    private static String token(long skip, int top, String query) {
        return new SkipToken(skip, top, query.hashCode()).text();
    }

    @Test
    void tokenIsReadAgainForItsOwnQuery() throws Exception {
        assertThat(SkipToken.parse(token(1000, 500, QUERY), QUERY))
                .isEqualTo(new SkipToken(1000, 500, QUERY.hashCode()));
        assertThatThrownBy(() -> SkipToken.parse(token(0, 1, QUERY), "resources | count"))
                .isInstanceOf(ArmException.class);
    }

    @Test
    void tokenMadeByHandAsksForNoMoreThanAPage() {
        assertThatThrownBy(() -> SkipToken.parse(token(0, 1_000_000, QUERY), QUERY))
                .isInstanceOf(ArmException.class);
        assertThatThrownBy(() -> SkipToken.parse(token(-1, 100, QUERY), QUERY))
                .isInstanceOf(ArmException.class);
    }
}
