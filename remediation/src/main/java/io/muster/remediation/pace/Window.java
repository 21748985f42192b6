package io.muster.remediation.pace;

import io.muster.core.value.Dynamic;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/// A maintenance window: it opens at the times of a cron expression in a time zone, for that long. Overlapping openings join.
public record Window(Cron opens, Duration duration, ZoneId zone) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(7);

    public Window {
        if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "A maintenance window lasts from one minute to seven days, not "
                            + duration
                            + ".");
        }
    }

    /// Open from its time, included, to the end of its duration, excluded.
    public boolean isOpen(Instant now) {
        return opens.next(now.minus(duration), zone).map(at -> !at.isAfter(now)).orElse(false);
    }

    /// When it opens next: now, when it is open.
    public Instant opensAt(Instant now) {
        return isOpen(now) ? now : opens.next(now, zone).orElse(Instant.MAX);
    }

    /// `{"cron", "duration", "timeZone"}`.
    public Dynamic toDynamic() {
        return Dynamic.bag()
                .put("cron", opens.toString())
                .put("duration", duration.toString())
                .put("timeZone", zone.getId())
                .build();
    }

    /// Reads [#toDynamic]; without a time zone in UTC.
    ///
    /// @throws IllegalArgumentException that says what is wrong with it
    public static Window read(Dynamic value) {
        Members.only(value, "a maintenance window", List.of("cron", "duration", "timeZone"));
        return new Window(
                Cron.parse(Durations.text(value, "cron")),
                Durations.read(value, "duration"),
                zone(value));
    }

    /// @throws IllegalArgumentException when there is no such time zone
    public static ZoneId zone(Dynamic value) {
        String name = Members.text(value, "timeZone").orElse("UTC");
        try {
            return ZoneId.of(name);
        } catch (DateTimeException unknown) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no time zone: 'Europe/Berlin' and 'UTC' are.", unknown);
        }
    }
}
