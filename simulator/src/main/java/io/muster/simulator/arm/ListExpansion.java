package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.simulator.estate.StoredResource;
import java.util.Locale;

/// `$expand` of the lists of resources of every type: `createdTime`, `changedTime` and `provisioningState` beside what a resource is.
///
/// Source: resources-2024-07-01, Resources_List.
final class ListExpansion {
    private ListExpansion() {}

    static Dynamic of(ArmRequest request, StoredResource stored, Dynamic shown) {
        var asked = request.parameter("$expand");
        if (asked.isEmpty()) {
            return shown;
        }
        Dynamic out = shown;
        for (String name : asked.get().split(",")) {
            switch (name.strip().toLowerCase(Locale.ROOT)) {
                case "createdtime" ->
                        out = out.with("createdTime", Dynamic.of(stored.created().toString()));
                case "changedtime" ->
                        out = out.with("changedTime", Dynamic.of(stored.changed().toString()));
                case "provisioningstate" ->
                        out =
                                out.with(
                                        "provisioningState",
                                        Dynamic.of(
                                                stored.properties()
                                                        .get("provisioningState")
                                                        .textOr("Succeeded")));
                default -> {}
            }
        }
        return out;
    }
}
