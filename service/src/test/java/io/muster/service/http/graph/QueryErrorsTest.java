package io.muster.service.http.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.kql.exec.QueryStoppedException;
import io.muster.service.http.wire.ErrorBody;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryErrorsTest {
    @ParameterizedTest
    @CsvSource({
        "query-timeout, 504, GatewayTimeout, QueryTimeout",
        "query-cancelled, 504, GatewayTimeout, QueryTimeout",
        "query-busy, 429, RateLimiting, RateLimiting",
        "query-rows, 400, BadRequest, ResponsePayloadTooLarge",
        "query-memory, 400, BadRequest, QueryTooLarge",
        "query-too-deep, 400, BadRequest, QueryTooLarge"
    })
    void queryStoppedAtALimitIsTheCallersErrorWithItsReason(
            String code, int status, String top, String detail) {
        var error =
                QueryErrors.stopped(
                        new QueryStoppedException(code, "why it was"), Instant.EPOCH, "an-id");
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.body().error().code()).isEqualTo(top);
        assertThat(error.body().error().details())
                .singleElement()
                .satisfies(why -> {
                    assertThat(why.code()).isEqualTo(detail);
                    assertThat(why.message()).isEqualTo("why it was");
                });
        assertThat(error.headers().containsKey("Retry-After")).isEqualTo(status == 429);
    }

    @Test
    void argumentFoundWrongInTheRunIsASemanticErrorNotATooLargeAnswer() {
        var error =
                QueryErrors.stopped(
                        new QueryStoppedException("query-argument", "why it was"),
                        Instant.EPOCH,
                        "an-id");
        assertThat(error.status()).isEqualTo(400);
        assertThat(error.body().error().details())
                .extracting(ErrorBody.Detail::code)
                .containsExactly("InvalidQuery", "SemanticError");
    }
}
