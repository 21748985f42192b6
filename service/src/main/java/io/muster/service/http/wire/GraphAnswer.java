package io.muster.service.http.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.muster.core.value.Dynamic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `Microsoft.ResourceGraph/resources`.
///
/// @param resultTruncated `"true"` or `"false"`, as text
/// @param data objects, or a [Rows]
/// @param explain ours, where the request asks for it: the plan with the rows and time of each step
@JsonPropertyOrder({
    "totalRecords",
    "count",
    "resultTruncated",
    "$skipToken",
    "data",
    "facets",
    "explain"
})
public record GraphAnswer(
        long totalRecords,
        long count,
        String resultTruncated,
        @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("$skipToken")
                @Nullable String skipToken,
        Object data,
        List<Facet> facets,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String explain) {
    public GraphAnswer {
        facets = List.copyOf(facets);
    }

    /// `resultFormat` table.
    public record Rows(List<Column> columns, List<List<Dynamic>> rows) {
        public Rows {
            columns = List.copyOf(columns);
        }
    }

    /// @param type string, integer, number, boolean, object or datetime
    public record Column(String name, String type) {}

    /// A summary of one column, or why there is none.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Facet(
            String expression,
            String resultType,
            @Nullable Long totalRecords,
            @Nullable Long count,
            @Nullable Object data,
            @Nullable List<ErrorBody.Detail> errors) {

        public static Facet failed(String expression, List<ErrorBody.Detail> errors) {
            return new Facet(expression, "FacetError", null, null, null, errors);
        }
    }
}
