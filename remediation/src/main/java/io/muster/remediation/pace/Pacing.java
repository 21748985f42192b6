package io.muster.remediation.pace;

import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// When resources may be begun, and how many. What is begun comes to its end whatever the hour.
///
/// @param windows begun only while one of them is open; empty for always
/// @param budget null for none
public record Pacing(List<Window> windows, @Nullable RateBudget budget) {
    private static final int MOST_WINDOWS = 20;

    /// At any time, as fast as it goes.
    public static final Pacing FREE = new Pacing(List.of(), null);

    public Pacing {
        windows = List.copyOf(windows);
        if (windows.size() > MOST_WINDOWS) {
            throw new IllegalArgumentException(
                    "At most 20 maintenance windows can be specified, not " + windows.size() + ".");
        }
    }

    /// When work may be begun next: now, when it may be now.
    public Instant opensAt(Instant now) {
        return windows.stream()
                .map(window -> window.opensAt(now))
                .min(Comparator.naturalOrder())
                .orElse(now);
    }

    /// Adds `maintenanceWindows` and `rateBudget`, where there are any.
    public void put(Dynamic.BagBuilder out) {
        if (!windows.isEmpty()) {
            out.put(
                    "maintenanceWindows",
                    Dynamic.array(windows.stream().map(Window::toDynamic).toList()));
        }
        if (budget != null) {
            out.put("rateBudget", budget.toDynamic());
        }
    }

    /// Reads [#put].
    ///
    /// @throws IllegalArgumentException that says what is wrong
    public static Pacing read(Dynamic properties) {
        var budget = properties.getIgnoreCase("rateBudget");
        return new Pacing(
                Members.items(properties, "maintenanceWindows").stream().map(Window::read).toList(),
                budget.isNull() ? null : RateBudget.read(budget));
    }
}
