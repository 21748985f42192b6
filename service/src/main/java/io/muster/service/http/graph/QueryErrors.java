package io.muster.service.http.graph;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.kql.value.QueryStoppedException;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.wire.ErrorBody;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Diagnostics of a query as Resource Graph words them: `BadRequest` > `InvalidQuery` > `ParserFailure` with its place, and after each the
/// sentence that says what is wrong, under Kusto's number.
final class QueryErrors {
    private static final String INVALID_QUERY =
            "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.";

    private QueryErrors() {}

    static ArmException of(List<Diagnostic> diagnostics, Instant now, String correlationId) {
        var details = new ArrayList<ErrorBody.Detail>();
        details.add(ErrorBody.Detail.of("InvalidQuery", INVALID_QUERY));
        diagnostics.stream()
                .filter(d -> d.severity() == Severity.ERROR)
                .forEach(d -> addTo(details, d));
        return new ArmException(400, "BadRequest", support(now, correlationId), null, details);
    }

    /// A query that was stopped at a limit: 504 for time, 429 for a turn that did not come, 400 for what asks for too much or
    /// computes an argument that cannot be. Azure names
    /// only the code for large answers; the others are ours.
    static ArmException stopped(QueryStoppedException stopped, Instant now, String correlationId) {
        String message = String.valueOf(stopped.getMessage());
        return switch (stopped.code()) {
            case "query-timeout", "query-cancelled" ->
                    new ArmException(
                            504,
                            "GatewayTimeout",
                            support(now, correlationId),
                            null,
                            List.of(ErrorBody.Detail.of("QueryTimeout", message)));
            case "query-busy" ->
                    new ArmException(
                            429,
                            new ErrorBody(
                                    new ErrorBody.Fault(
                                            "RateLimiting",
                                            support(now, correlationId),
                                            null,
                                            List.of(ErrorBody.Detail.of("RateLimiting", message)),
                                            List.of())),
                            Map.of("Retry-After", "5"));
            case "query-argument" ->
                    new ArmException(
                            400,
                            "BadRequest",
                            support(now, correlationId),
                            null,
                            List.of(
                                    ErrorBody.Detail.of("InvalidQuery", INVALID_QUERY),
                                    ErrorBody.Detail.of("SemanticError", message)));
            default ->
                    new ArmException(
                            400,
                            "BadRequest",
                            support(now, correlationId),
                            null,
                            List.of(
                                    ErrorBody.Detail.of(
                                            stopped.code().equals("query-rows")
                                                    ? "ResponsePayloadTooLarge"
                                                    : "QueryTooLarge",
                                            message)));
        };
    }

    /// As observed, Resource Graph's message names only what its support asks for.
    static String support(Instant now, String correlationId) {
        return "Please provide below info when asking for support: timestamp = %s, correlationId = %s."
                .formatted(now, correlationId);
    }

    /// Of a facet: the columns its expression names that are not there, and in their own words what else is wrong with it, its filter or its order.
    /// Places are left out: the caller has not written the text they lie in.
    ///
    /// @param from where the expression begins, counted from the end of the text: a saved query before it may be spliced in
    /// @param to   where it ends, counted likewise
    static List<ErrorBody.Detail> ofFacet(List<Diagnostic> diagnostics, int from, int to) {
        var details = new ArrayList<ErrorBody.Detail>();
        var unknown = new LinkedHashSet<String>();
        for (var diagnostic : diagnostics) {
            if (diagnostic.severity() != Severity.ERROR) {
                continue;
            }
            int left = diagnostic.source().text().length() - diagnostic.span().start();
            boolean within = left <= from && left > to;
            String token = token(diagnostic);
            if (within && token != null && codeOf(diagnostic).equals("InvalidColumnNames")) {
                unknown.add(token.substring(1, token.length() - 1));
            } else {
                details.add(ErrorBody.Detail.of(codeOf(diagnostic), sentence(diagnostic)));
            }
        }
        if (!unknown.isEmpty()) {
            details.addFirst(
                    ErrorBody.Detail.of(
                            "InvalidColumnNames",
                            "Invalid column names: [%s].".formatted(String.join(", ", unknown))));
            details.addFirst(noValidColumns());
        }
        return details;
    }

    static ErrorBody.Detail noValidColumns() {
        return ErrorBody.Detail.of("NoValidColumns", "No valid columns in facet expression.");
    }

    private static void addTo(List<ErrorBody.Detail> details, Diagnostic diagnostic) {
        String code = codeOf(diagnostic);
        if (code.equals("InvalidQueryLanguage")) {
            details.add(
                    new ErrorBody.Detail(
                            code, sentence(diagnostic), null, -1, -1, token(diagnostic), null));
            return;
        }
        boolean parser = code.equals("ParserFailure");
        details.add(
                new ErrorBody.Detail(
                        code,
                        parser ? "ParserFailure" : sentence(diagnostic),
                        null,
                        diagnostic.line(),
                        diagnostic.column() - 1,
                        token(diagnostic),
                        null));
        if (parser) {
            details.add(ErrorBody.Detail.of(diagnostic.code(), sentence(diagnostic)));
        }
    }

    /// What is wrong, and what may have been meant.
    private static String sentence(Diagnostic diagnostic) {
        return diagnostic.message() + diagnostic.helpText().map(h -> " " + h).orElse("");
    }

    private static @Nullable String token(Diagnostic diagnostic) {
        SourceSpan span = diagnostic.span();
        String text = diagnostic.source().text();
        int end = Math.min(span.end(), text.length());
        return span.start() < end
                ? "'" + text.substring(span.start(), Math.min(end, span.start() + 100)) + "'"
                : null;
    }

    /// Syntax faults have Kusto's numbers below 100 (KS0xx), and so have texts beyond the limits of a query; names that are not there have their own code.
    private static String codeOf(Diagnostic diagnostic) {
        return switch (diagnostic.code()) {
            case "KS142" -> "InvalidColumnNames";
            case "KS204" -> "DisallowedLogicalTableName";
            case "KS211" -> "UnknownFunction";
            // Beyond the language that is offered: its place is told as -1, its word as the token.
            case "not-offered" -> "InvalidQueryLanguage";
            default ->
                    diagnostic.code().startsWith("KS0") || diagnostic.code().startsWith("query-")
                            ? "ParserFailure"
                            : "SemanticError";
        };
    }
}
