package io.muster.service.http.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/// The answer of `Microsoft.ResourceGraph/resourcesHistory`, as its published example has it.
///
/// @param count states in this page
/// @param totalRecords ours
/// @param snapshots a [GraphAnswer.Rows], or objects
@JsonPropertyOrder({"count", "totalRecords", "snapshots", "$skipToken"})
public record HistoryAnswer(
        long count,
        long totalRecords,
        Object snapshots,
        @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("$skipToken")
                @Nullable String skipToken) {}
