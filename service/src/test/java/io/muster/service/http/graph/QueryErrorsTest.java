package io.muster.service.http.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.Kql;
import io.muster.kql.value.QueryStoppedException;
import io.muster.service.http.wire.ErrorBody;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryErrorsTest {
    private static final Catalog NO_TABLES = Catalog.of(List.of());

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

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "externaldata (a:string) ['x']; InvalidQueryLanguage; -1; -1",
                "print 'a' matches regex '('; SemanticError; 1; 24",
                "print assert(false, 'no'); SemanticError; 1; 6",
                "print nosuch; InvalidColumnNames; 1; 6",
                "nosuch; DisallowedLogicalTableName; 1; 0",
                "print nosuch(); UnknownFunction; 1; 6",
                "print 1 +; ParserFailure; 1; 9"
            })
    void faultsHaveResourceGraphsCodesAndPlaces(
            String query, String code, int line, int character) {
        var refused =
                catchThrowableOfType(
                        DiagnosticException.class, () -> Kql.prepare(query, NO_TABLES));
        var details =
                QueryErrors.of(refused.diagnostics(), Instant.EPOCH, "an-id")
                        .body()
                        .error()
                        .details();
        assertThat(details.getFirst().code()).isEqualTo("InvalidQuery");
        assertThat(details.get(1).code()).isEqualTo(code);
        assertThat(details.get(1).line()).isEqualTo(line);
        assertThat(details.get(1).characterPositionInLine()).isEqualTo(character);
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
