package io.muster.remediation.pace;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Times as `cron` says them: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday), each `*`, a number or name, a range, a list, with
/// steps (`*/15`, `8-18/2`). As in cron, where both days are restricted either one is enough. Immutable.
///
/// A time that the zone skips when its clocks go forward comes later by as much as they have. One that comes twice, when they go back, comes once where the
/// hours are restricted (a job of every night is done once that night) and twice where they are not (what is due every hour is).
public final class Cron {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,2}");
    private static final List<String> MONTHS =
            List.of(
                    "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                    "dec");
    private static final List<String> DAYS =
            List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    /// The longest that a time may be off: 29 February over a year that is no leap year by the century.
    private static final int HORIZON_DAYS = 366 * 9;

    private final String text;
    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean anyHour;
    private final boolean anyDayOfMonth;
    private final boolean anyDayOfWeek;

    private Cron(String text, String[] fields) {
        this.text = text;
        this.minutes = field(fields[0], 0, 59, List.of());
        this.hours = field(fields[1], 0, 23, List.of());
        this.daysOfMonth = field(fields[2], 1, 31, List.of());
        this.months = field(fields[3], 1, 12, MONTHS);
        this.daysOfWeek = field(fields[4], 0, 7, DAYS);
        if (daysOfWeek.get(7)) {
            daysOfWeek.set(0);
        }
        this.anyHour = fields[1].startsWith("*");
        this.anyDayOfMonth = fields[2].startsWith("*");
        this.anyDayOfWeek = fields[4].startsWith("*");
    }

    /// @throws IllegalArgumentException that says what is wrong, also when the time never comes
    public static Cron parse(String text) {
        var fields = text.strip().split("\\s+");
        if (fields.length != 5) {
            throw new IllegalArgumentException(
                    "The cron expression '"
                            + text
                            + "' must have five fields: minute, hour, day of the month, month, day of the week.");
        }
        var cron = new Cron(text.strip(), fields);
        if (cron.next(Instant.EPOCH, ZoneId.of("UTC")).isEmpty()) {
            throw new IllegalArgumentException(
                    "The cron expression '" + text + "' names a time that never comes.");
        }
        return cron;
    }

    private static BitSet field(String field, int from, int to, List<String> names) {
        var set = new BitSet();
        for (var part : field.split(",", -1)) {
            var stepped = part.split("/", -1);
            int step = stepped.length == 2 ? number(stepped[1], field, 1, to, List.of()) : 1;
            if (stepped.length > 2) {
                throw wrong(field, from, to);
            }
            int first = from;
            int last = to;
            if (!stepped[0].equals("*")) {
                var range = stepped[0].split("-", -1);
                if (range.length > 2) {
                    throw wrong(field, from, to);
                }
                first = number(range[0], field, from, to, names);
                last =
                        range.length == 2
                                ? number(range[1], field, from, to, names)
                                : stepped.length == 2 ? to : first;
                if (last < first) {
                    throw wrong(field, from, to);
                }
            }
            for (int value = first; value <= last; value += step) {
                set.set(value);
            }
        }
        return set;
    }

    private static int number(String text, String field, int from, int to, List<String> names) {
        int named = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (named >= 0 && !text.isEmpty()) {
            return named;
        }
        if (NUMBER.matcher(text).matches()) {
            int value = Integer.parseInt(text);
            if (value >= from && value <= to) {
                return value;
            }
        }
        throw wrong(field, from, to);
    }

    private static IllegalArgumentException wrong(String field, int from, int to) {
        return new IllegalArgumentException(
                "'"
                        + field
                        + "' is no field of a cron expression from "
                        + from
                        + " to "
                        + to
                        + ".");
    }

    /// The first time after that instant; empty when none comes.
    public Optional<Instant> next(Instant after, ZoneId zone) {
        var local = after.atZone(zone).toLocalDateTime();
        LocalDate day = local.toLocalDate();
        for (int i = 0; i < HORIZON_DAYS; i++, day = day.plusDays(1)) {
            if (!isDay(day)) {
                continue;
            }
            var at = next(after, day, zone);
            if (at.isPresent()) {
                return at;
            }
        }
        return Optional.empty();
    }

    private Optional<Instant> next(Instant after, LocalDate day, ZoneId zone) {
        // Only where clocks change that day does a later time of day not come later.
        boolean steady =
                zone.getRules()
                        .getOffset(day.atStartOfDay(zone).toInstant())
                        .equals(
                                zone.getRules()
                                        .getOffset(day.plusDays(1).atStartOfDay(zone).toInstant()));
        Instant first = null;
        for (int hour = hours.nextSetBit(0); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            for (int minute = minutes.nextSetBit(0);
                    minute >= 0;
                    minute = minutes.nextSetBit(minute + 1)) {
                var at = day.atTime(LocalTime.of(hour, minute)).atZone(zone);
                first = earlier(first, at.toInstant(), after);
                if (anyHour) {
                    first = earlier(first, at.withLaterOffsetAtOverlap().toInstant(), after);
                }
                if (steady && first != null) {
                    return Optional.of(first);
                }
            }
        }
        return Optional.ofNullable(first);
    }

    private static @Nullable Instant earlier(@Nullable Instant first, Instant at, Instant after) {
        return at.isAfter(after) && (first == null || at.isBefore(first)) ? at : first;
    }

    private boolean isDay(LocalDate day) {
        if (!months.get(day.getMonthValue())) {
            return false;
        }
        boolean ofMonth = daysOfMonth.get(day.getDayOfMonth());
        boolean ofWeek = daysOfWeek.get(day.getDayOfWeek().getValue() % 7);
        return anyDayOfMonth || anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cron cron && cron.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// As it was written.
    @Override
    public String toString() {
        return text;
    }
}
