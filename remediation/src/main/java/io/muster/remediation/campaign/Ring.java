package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.remediation.pace.Durations;
import io.muster.remediation.pace.Members;
import io.muster.remediation.task.TaskSettings;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One step of a campaign.
///
/// @param name letters, digits, `-` and `_`: part of its task's name
/// @param parallel machines at once, 1 to 30
/// @param failureThreshold the share of failed machines, 0 to 1, above which the campaign stops: of those that were not refused before they were touched
/// @param gate what must hold before the next ring; null for nothing
public record Ring(
        String name,
        RingSelector selector,
        int parallel,
        double failureThreshold,
        @Nullable Gate gate) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,40}");

    public Ring {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "A ring's name has 1 to 40 letters, digits, '-' and '_', not '" + name + "'.");
        }
        if (parallel < 1 || parallel > TaskSettings.MAX_PARALLEL) {
            throw new IllegalArgumentException(
                    "The number of parallel deployments must be between 1 and 30, not "
                            + parallel
                            + ".");
        }
        if (!(failureThreshold >= 0 && failureThreshold <= 1)) {
            throw new IllegalArgumentException(
                    "The failure threshold percentage must be between 0.0 and 1.0, not "
                            + failureThreshold
                            + ".");
        }
    }

    /// `{"name", "select", "parallelDeployments", "failureThreshold": {"percentage"}, "gate"?}`.
    public Dynamic toDynamic() {
        var out =
                Dynamic.bag()
                        .put("name", name)
                        .put("select", selector.toDynamic())
                        .put("parallelDeployments", parallel)
                        .put(
                                "failureThreshold",
                                Dynamic.bag()
                                        .put("percentage", Dynamic.of(failureThreshold))
                                        .build());
        if (gate != null) {
            out.put("gate", gate.toDynamic());
        }
        return out.build();
    }

    /// Reads [#toDynamic]; without a threshold one failure in twenty stops it.
    ///
    /// @throws IllegalArgumentException that says what is wrong with it
    public static Ring read(Dynamic value) {
        Members.only(
                value,
                "a ring",
                List.of("name", "select", "parallelDeployments", "failureThreshold", "gate"));
        var gate = value.getIgnoreCase("gate");
        var threshold = value.getIgnoreCase("failureThreshold");
        return new Ring(
                Durations.text(value, "name"),
                RingSelector.read(value.getIgnoreCase("select")),
                Numbers.whole(value, "parallelDeployments", 1, TaskSettings.MAX_PARALLEL, 10),
                threshold.isNull()
                        ? 0.05
                        : Numbers.real(
                                Members.only(
                                        threshold, "a failure threshold", List.of("percentage")),
                                "percentage"),
                gate.isNull() ? null : Gate.read(gate));
    }
}
