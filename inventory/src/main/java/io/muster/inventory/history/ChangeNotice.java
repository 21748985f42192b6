package io.muster.inventory.history;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.resource.ResourceId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// That a resource was written or deleted, told by Event Grid or an activity-log alert: a reason to read just that one again.
///
/// @param at null when the notice does not say
public record ChangeNotice(ResourceId id, boolean deleted, Attribution by, @Nullable Instant at) {

    /// That a resource changed, and nothing more.
    public static ChangeNotice of(ResourceId id) {
        return new ChangeNotice(id, false, Attribution.UNKNOWN, null);
    }

    /// Of two notices of one resource the one that tells of the later change, whichever came first; the later to come where neither says when.
    public static ChangeNotice later(ChangeNotice first, ChangeNotice second) {
        return first.at() != null && second.at() != null && second.at().isBefore(first.at())
                ? first
                : second;
    }

    /// As it is kept until the resource was read.
    public Dynamic toDynamic() {
        var bag =
                Dynamic.bag()
                        .put("id", id.text())
                        .put("deleted", deleted)
                        .put("caller", by.equals(Attribution.UNKNOWN) ? "" : by.changedBy())
                        .put("operation", by.operation())
                        .put("correlationId", by.correlationId());
        if (at != null) {
            bag.put("at", at.toString());
        }
        return bag.build();
    }

    /// @throws IllegalArgumentException when [#toDynamic] did not write it
    public static ChangeNotice fromDynamic(Dynamic value) {
        String caller = value.get("caller").textOr("");
        return new ChangeNotice(
                ResourceId.parse(value.get("id").textOr("")),
                value.get("deleted").boolOr(false),
                Attribution.of(
                        caller.equals(Attribution.UNKNOWN.changedBy()) ? "" : caller,
                        value.get("operation").textOr(""),
                        value.get("correlationId").textOr("")),
                instant(value.get("at").textOr("")));
    }

    static @Nullable Instant instant(String text) {
        var ticks = Ticks.parseIso(text);
        return ticks.isPresent() ? Ticks.toInstant(ticks.getAsLong()) : null;
    }
}
