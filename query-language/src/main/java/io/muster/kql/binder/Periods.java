package io.muster.kql.binder;

import io.muster.core.value.Ticks;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Periods of a timeline: of one length from a start, or calendar weeks, months or years.
record Periods(long start, long length, String calendar) {
    static final Set<String> CALENDARS = Set.of("week", "month", "year");

    /// A timeline of more periods than that is a slip of the pen.
    static final long MAX = 10_000;

    /// Where the week, month or year begins that a time lies in.
    static long beginning(String calendar, long time) {
        var day = Ticks.toUtc(time).toLocalDate();
        return ticks(
                switch (calendar) {
                    case "week" -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.SUNDAY));
                    case "month" -> day.withDayOfMonth(1);
                    default -> day.withDayOfYear(1);
                });
    }

    long of(long time) {
        return calendar.isEmpty()
                ? start + Math.floorDiv(time - start, length) * length
                : beginning(calendar, time);
    }

    long next(long period) {
        if (calendar.isEmpty()) {
            // Behind the last period of all there is none.
            return period > Long.MAX_VALUE - length ? Long.MAX_VALUE : period + length;
        }
        var day = Ticks.toUtc(period).toLocalDate();
        var after =
                switch (calendar) {
                    case "week" -> day.with(TemporalAdjusters.next(DayOfWeek.SUNDAY));
                    case "month" -> day.plusMonths(1);
                    default -> day.plusYears(1);
                };
        return ticks(after);
    }

    /// The first week there is begins with the first day.
    private static long ticks(LocalDate day) {
        return Math.max(0, ChronoUnit.DAYS.between(LocalDate.of(1, 1, 1), day)) * Ticks.PER_DAY;
    }

    /// The beginnings of all periods between two instants.
    List<Long> between(long from, long to) {
        var out = new ArrayList<Long>();
        for (long at = of(from); at <= to && out.size() <= MAX; at = next(at)) {
            out.add(at);
        }
        return out;
    }
}
