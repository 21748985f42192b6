package io.muster.remediation.pace;

import io.muster.core.value.Dynamic;
import java.time.Duration;
import java.util.List;

/// At most that many resources of one subscription are begun within any such span of time.
public record RateBudget(int changes, Duration per) {
    private static final int MOST = 100_000;

    /// How far back a budget looks at most.
    public static final Duration LONGEST = Duration.ofDays(1);

    public RateBudget {
        if (changes < 1 || changes > MOST) {
            throw new IllegalArgumentException(
                    "A rate budget is of 1 to 100000 changes, not " + changes + ".");
        }
        if (per.compareTo(Duration.ofSeconds(1)) < 0 || per.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "A rate budget is per one second to one day, not " + per + ".");
        }
    }

    /// `{"changes", "per"}`.
    public Dynamic toDynamic() {
        return Dynamic.bag().put("changes", changes).put("per", per.toString()).build();
    }

    /// @throws IllegalArgumentException that says what is wrong with it
    public static RateBudget read(Dynamic value) {
        Members.only(value, "a rate budget", List.of("changes", "per"));
        if (!(value.getIgnoreCase("changes") instanceof Dynamic.Whole(var changes))
                || changes < 1
                || changes > MOST) {
            throw new IllegalArgumentException(
                    "The property 'changes' of a rate budget must be a whole number from 1 to 100000.");
        }
        return new RateBudget((int) changes, Durations.read(value, "per", Duration.ofHours(1)));
    }
}
