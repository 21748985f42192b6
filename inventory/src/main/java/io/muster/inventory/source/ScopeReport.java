package io.muster.inventory.source;

import io.muster.core.value.Dynamic;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How fresh and how complete the reading of one scope is.
///
/// @param source its name
/// @param scope a scope's id (`/` for all), or a file
/// @param table a Resource Graph table or a resource type; `*` for all
/// @param rows read
/// @param expected what the source said it has; null when it did not say
/// @param because why it is not complete; when it is, why nothing was there to read, else empty
public record ScopeReport(
        String source,
        String scope,
        String table,
        Completeness completeness,
        long rows,
        @Nullable Long expected,
        Instant startedAt,
        Instant finishedAt,
        String because) {
    /// The `table` of a report on what compute says of machines beyond their rows.
    public static final String INSTANCE_VIEWS = "instanceviews";

    /// The `table` of a report on all of a scope.
    public static final String ALL = "*";

    /// The same, of a reading that turns out not to be whole.
    public ScopeReport partial(String why) {
        return new ScopeReport(
                source,
                scope,
                table,
                Completeness.PARTIAL,
                rows,
                expected,
                startedAt,
                finishedAt,
                why);
    }

    public boolean isComplete() {
        return completeness == Completeness.COMPLETE;
    }

    /// As kept with a snapshot.
    public Dynamic toDynamic() {
        return Dynamic.bag()
                .put("source", source)
                .put("scope", scope)
                .put("table", table)
                .put("completeness", completeness.wireName())
                .put("rows", rows)
                .put("expected", expected == null ? Dynamic.NULL : Dynamic.of((long) expected))
                .put("startedAt", startedAt.toString())
                .put("finishedAt", finishedAt.toString())
                .put("because", because)
                .build();
    }
}
