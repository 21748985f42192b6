package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.remediation.pace.Durations;
import io.muster.remediation.pace.Members;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What has to hold after a ring before the next one begins: for the whole soak time, looked at again and again. A look that finds it broken begins the soak
/// anew; a gate that has not opened in time ends the campaign.
///
/// @param soak how long the conditions must hold; with no condition, how long to wait
/// @param every between two looks
/// @param timeout how long a gate may stay closed after its ring ended
/// @param query null for none; what it must yield is told by `expectRows`
/// @param expectRows whether the query must yield rows; otherwise it lists problems and must yield none
/// @param compliance the share of the ring's machines, 0 to 1, that must be as wanted when read afresh; null for no matter
public record Gate(
        Duration soak,
        Duration every,
        Duration timeout,
        @Nullable String query,
        boolean expectRows,
        @Nullable Double compliance) {
    private static final Duration LONGEST = Duration.ofDays(60);

    public Gate {
        if (soak.isNegative() || soak.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("A gate's soak time is from none to 60 days.");
        }
        if (every.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("A gate is looked at once a second at most.");
        }
        if (timeout.compareTo(soak) < 0 || timeout.compareTo(LONGEST.multipliedBy(2)) > 0) {
            throw new IllegalArgumentException(
                    "A gate's timeout is from its soak time to 120 days.");
        }
        if (compliance != null && !(compliance >= 0 && compliance <= 1)) {
            throw new IllegalArgumentException("A gate's compliance is a share from 0 to 1.");
        }
    }

    /// `{"soak", "every", "timeout", "query"?, "expect": "rows" | "none", "compliance"?}`.
    public Dynamic toDynamic() {
        var out =
                Dynamic.bag()
                        .put("soak", soak.toString())
                        .put("every", every.toString())
                        .put("timeout", timeout.toString());
        if (query != null) {
            out.put("query", query).put("expect", expectRows ? "rows" : "none");
        }
        if (compliance != null) {
            out.put("compliance", Dynamic.of((double) compliance));
        }
        return out.build();
    }

    /// @throws IllegalArgumentException that says what is wrong with it
    public static Gate read(Dynamic value) {
        Members.only(
                value,
                "a gate",
                List.of("soak", "every", "timeout", "query", "expect", "compliance"));
        var soak = Durations.read(value, "soak", Duration.ZERO);
        String expect = Members.text(value, "expect").orElse("none");
        if (!expect.equals("rows") && !expect.equals("none")) {
            throw new IllegalArgumentException(
                    "A gate expects 'rows' of its query, or 'none', not '" + expect + "'.");
        }
        return new Gate(
                soak,
                Durations.read(value, "every", Duration.ofMinutes(1)),
                Durations.read(value, "timeout", soak.plus(Duration.ofHours(24))),
                Members.text(value, "query").orElse(null),
                expect.equals("rows"),
                value.getIgnoreCase("compliance").isNull()
                        ? null
                        : Numbers.real(value, "compliance"));
    }
}
