package io.muster.service.http.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.core.value.Dynamic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `{"error":{"code","message","target?","details?","additionalInfo?"}}`: every error of ARM.
public record ErrorBody(Fault error) {

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Fault(
            String code,
            String message,
            @Nullable String target,
            List<Detail> details,
            List<AdditionalInfo> additionalInfo) {
        public Fault {
            details = List.copyOf(details);
            additionalInfo = List.copyOf(additionalInfo);
        }
    }

    /// The places are Resource Graph's: line from 1, position from 0, both -1 when there is none to name.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Detail(
            String code,
            String message,
            @Nullable String target,
            @Nullable Integer line,
            @Nullable Integer characterPositionInLine,
            @Nullable String token,
            @Nullable String expectedToken) {

        public static Detail of(String code, String message) {
            return new Detail(code, message, null, null, null, null, null);
        }
    }

    public record AdditionalInfo(String type, Dynamic info) {}
}
