package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/// Dates and times, in UTC ticks. Weeks start on Sunday.
public final class TimeFunctions {
    private TimeFunctions() {}

    static FunctionFamily family() {
        return new FunctionFamily(
                "Time",
                List.of(
                        ScalarFunction.of(
                                        "now",
                                        "(offset?: timespan): datetime",
                                        Kernels.perRow((v, c) ->
                                                inRange(
                                                        c.now()
                                                                + (v.length > 0
                                                                        ? ticks(v[0])
                                                                        : 0))))
                                .perQuery(),
                        ScalarFunction.of(
                                        "ago",
                                        "(span: timespan): datetime",
                                        Kernels.perRow((v, c) -> inRange(c.now() - ticks(v[0]))))
                                .perQuery(),
                        ScalarFunction.of(
                                "datetime_add",
                                "(part: string, amount: long, time: datetime): datetime",
                                Kernels.perRow((v, c) ->
                                        add(v[0].textOr(""), Columns.longOf(v[1]), ticks(v[2])))),
                        ScalarFunction.of(
                                "datetime_diff",
                                "(part: string, time1: datetime, time2: datetime): long",
                                Kernels.perRow((v, c) ->
                                        difference(v[0].textOr(""), ticks(v[1]), ticks(v[2])))),
                        ScalarFunction.of(
                                "datetime_part",
                                "(part: string, time: datetime): int",
                                Kernels.perRow((v, c) -> part(v[0].textOr(""), ticks(v[1])))),
                        ScalarFunction.of(
                                "datepart",
                                "(part: string, time: datetime): int",
                                Kernels.perRow((v, c) -> part(v[0].textOr(""), ticks(v[1])))),
                        boundary("startofday", "day", false).keepsName(),
                        boundary("startofweek", "week", false),
                        boundary("startofmonth", "month", false),
                        boundary("startofyear", "year", false),
                        boundary("endofday", "day", true),
                        boundary("endofweek", "week", true),
                        boundary("endofmonth", "month", true),
                        boundary("endofyear", "year", true),
                        ScalarFunction.of(
                                "dayofweek",
                                "(time: datetime): timespan",
                                Kernels.perRow((v, c) -> {
                                    // Null in the last week of all, whose end is out of range.
                                    long t = ticks(v[0]);
                                    long day = dayOfWeek(t);
                                    return t / Ticks.PER_DAY + 6 - day
                                                    > Ticks.MAX_DATETIME / Ticks.PER_DAY
                                            ? Dynamic.NULL
                                            : new Dynamic.Span(day * Ticks.PER_DAY);
                                })),
                        number("dayofmonth", t -> Ticks.toUtc(t).getDayOfMonth()),
                        number("dayofyear", t -> Ticks.toUtc(t).getDayOfYear()),
                        number("monthofyear", t -> Ticks.toUtc(t).getMonthValue()),
                        number("getmonth", t -> Ticks.toUtc(t).getMonthValue()),
                        number("getyear", t -> Ticks.toUtc(t).getYear()),
                        number("hourofday", t -> Ticks.toUtc(t).getHour()),
                        number("week_of_year", t -> isoWeek(t)),
                        number("weekofyear", TimeFunctions::plainWeek),
                        ScalarFunction.of(
                                        "make_datetime",
                                        "(year: long, month: long, day: long, hour?: long, minute?: long, second?: real): datetime",
                                        Kernels.perRow((v, c) -> make(v)))
                                .or(
                                        "(value: any): datetime",
                                        Kernels.perRow((v, c) ->
                                                Conversions.convert(v[0], KqlType.DATETIME)))
                                .keepsName(),
                        ScalarFunction.of(
                                        "make_timespan",
                                        "(hours: long, minutes: long, seconds?: real): timespan",
                                        Kernels.perRow((v, c) ->
                                                makeSpan(
                                                        0,
                                                        v[0],
                                                        v[1],
                                                        v.length > 2 ? v[2] : Dynamic.of(0L))))
                                .or(
                                        "(days: long, hours: long, minutes: long, seconds: real): timespan",
                                        Kernels.perRow((v, c) ->
                                                makeSpan(Columns.longOf(v[0]), v[1], v[2], v[3])))
                                .or(
                                        "(value: any): timespan",
                                        Kernels.perRow((v, c) ->
                                                Conversions.convert(v[0], KqlType.TIMESPAN)))
                                .keepsName(),
                        ScalarFunction.of(
                                        "format_datetime",
                                        "(time: datetime, format: string): string",
                                        Kernels.perRow((v, c) ->
                                                Dynamic.of(
                                                        TimeFormats.dateTime(
                                                                ticks(v[0]), v[1].textOr("")))))
                                .keepsName(),
                        ScalarFunction.of(
                                        "format_timespan",
                                        "(span: timespan, format: string): string",
                                        Kernels.perRow((v, c) ->
                                                Dynamic.of(
                                                        TimeFormats.timespan(
                                                                ticks(v[0]), v[1].textOr("")))))
                                .keepsName(),
                        unix("seconds", Ticks.PER_SECOND),
                        unix("milliseconds", Ticks.PER_MILLISECOND),
                        unix("microseconds", Ticks.PER_MICROSECOND),
                        ScalarFunction.of(
                                "unixtime_nanoseconds_todatetime",
                                "(number: number): datetime",
                                Kernels.perRow(
                                        (v, c) -> inRange(EPOCH + Columns.longOf(v[0]) / 100))),
                        zone("datetime_utc_to_local", true),
                        zone("datetime_local_to_utc", false),
                        ScalarFunction.of(
                                "datetime_list_timezones",
                                "(): dynamic",
                                Kernels.constant(a ->
                                        new Dynamic.Array(
                                                new TreeSet<>(ZoneId.getAvailableZoneIds())
                                                        .stream()
                                                                .map(z -> Dynamic.of(z))
                                                                .toList())))));
    }

    private static final long EPOCH = Ticks.of(Instant.EPOCH);

    private static long ticks(Dynamic value) {
        return Columns.longOf(value);
    }

    private static Dynamic inRange(long ticks) {
        return ticks >= 0 && ticks <= Ticks.MAX_DATETIME
                ? new Dynamic.DateTime(ticks)
                : Dynamic.NULL;
    }

    static long of(LocalDateTime time) {
        return Ticks.of(time.toInstant(ZoneOffset.UTC));
    }

    private static ScalarFunction number(String name, ToLongFunction<Long> function) {
        return ScalarFunction.of(
                name, "(time: datetime): int", Kernels.whole(t -> function.applyAsLong(t)));
    }

    private static long dayOfWeek(long ticks) {
        // 0001-01-01 was a Monday.
        return Math.floorMod(Math.floorDiv(ticks, Ticks.PER_DAY) + 1, 7);
    }

    private static int isoWeek(long ticks) {
        return Ticks.toUtc(ticks).get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
    }

    /// Weeks counted from January 1st, each starting on Sunday.
    private static long plainWeek(long ticks) {
        var time = Ticks.toUtc(ticks);
        long first = dayOfWeek(of(LocalDateTime.of(time.getYear(), 1, 1, 0, 0)));
        return (time.getDayOfYear() - 1 + first) / 7 + 1;
    }

    private static Dynamic add(String part, long amount, long ticks) {
        try {
            var time = Ticks.toUtc(ticks);
            return switch (part.toLowerCase(Locale.ROOT)) {
                case "year" -> inRange(of(time.plusYears(amount)));
                case "quarter" -> inRange(of(time.plusMonths(Math.multiplyExact(amount, 3))));
                case "month" -> inRange(of(time.plusMonths(amount)));
                case "week" -> plus(ticks, amount, 7 * Ticks.PER_DAY);
                case "day" -> plus(ticks, amount, Ticks.PER_DAY);
                case "hour" -> plus(ticks, amount, Ticks.PER_HOUR);
                case "minute" -> plus(ticks, amount, Ticks.PER_MINUTE);
                case "second" -> plus(ticks, amount, Ticks.PER_SECOND);
                case "millisecond" -> plus(ticks, amount, Ticks.PER_MILLISECOND);
                case "microsecond" -> plus(ticks, amount, Ticks.PER_MICROSECOND);
                case "nanosecond" -> inRange(ticks + amount / 100);
                default -> Dynamic.NULL;
            };
        } catch (DateTimeException | ArithmeticException outOfRange) {
            return Dynamic.NULL;
        }
    }

    private static Dynamic plus(long ticks, long amount, long unit) {
        return inRange(Math.addExact(ticks, Math.multiplyExact(amount, unit)));
    }

    /// Boundaries of the part that lie between the two times.
    private static Dynamic difference(String part, long a, long b) {
        var x = Ticks.toUtc(a);
        var y = Ticks.toUtc(b);
        return switch (part.toLowerCase(Locale.ROOT)) {
            case "year" -> Dynamic.of((long) x.getYear() - y.getYear());
            case "quarter" ->
                    Dynamic.of(
                            4L * (x.getYear() - y.getYear())
                                    + x.get(IsoFields.QUARTER_OF_YEAR)
                                    - y.get(IsoFields.QUARTER_OF_YEAR));
            case "month" ->
                    Dynamic.of(
                            12L * (x.getYear() - y.getYear())
                                    + x.getMonthValue()
                                    - y.getMonthValue());
            case "week" -> Dynamic.of((start("week", a) - start("week", b)) / (7 * Ticks.PER_DAY));
            case "day" -> boundaries(a, b, Ticks.PER_DAY);
            case "hour" -> boundaries(a, b, Ticks.PER_HOUR);
            case "minute" -> boundaries(a, b, Ticks.PER_MINUTE);
            case "second" -> boundaries(a, b, Ticks.PER_SECOND);
            case "millisecond" -> boundaries(a, b, Ticks.PER_MILLISECOND);
            case "microsecond" -> boundaries(a, b, Ticks.PER_MICROSECOND);
            case "nanosecond" -> Dynamic.of((a - b) * 100);
            default -> Dynamic.NULL;
        };
    }

    private static Dynamic boundaries(long a, long b, long unit) {
        return Dynamic.of(Math.floorDiv(a, unit) - Math.floorDiv(b, unit));
    }

    private static Dynamic part(String part, long ticks) {
        var time = Ticks.toUtc(ticks);
        Optional<Long> value =
                Optional.ofNullable(
                        switch (part.toLowerCase(Locale.ROOT)) {
                            case "year" -> (long) time.getYear();
                            case "quarter" -> (long) time.get(IsoFields.QUARTER_OF_YEAR);
                            case "month", "monthofyear" -> (long) time.getMonthValue();
                            case "week_of_year", "weekofyear" -> (long) isoWeek(ticks);
                            case "day", "dayofmonth" -> (long) time.getDayOfMonth();
                            case "dayofyear" -> (long) time.getDayOfYear();
                            case "hour" -> (long) time.getHour();
                            case "minute" -> (long) time.getMinute();
                            case "second" -> (long) time.getSecond();
                            case "millisecond" -> (long) time.getNano() / 1_000_000;
                            case "microsecond" -> (long) time.getNano() / 1000;
                            case "nanosecond" -> (long) time.getNano();
                            default -> null;
                        });
        return value.map(v -> Dynamic.of((long) v)).orElse(Dynamic.NULL);
    }

    private static long start(String part, long ticks) {
        var time = Ticks.toUtc(ticks).truncatedTo(ChronoUnit.DAYS);
        return switch (part) {
            case "week" -> of(time) - dayOfWeek(ticks) * Ticks.PER_DAY;
            case "month" -> of(time.withDayOfMonth(1));
            case "year" -> of(time.withDayOfYear(1));
            default -> of(time);
        };
    }

    private static ScalarFunction boundary(String name, String part, boolean end) {
        return ScalarFunction.of(
                name,
                "(time: datetime, offset?: long): datetime",
                Kernels.perRow((v, c) -> {
                    long offset = v.length > 1 ? Columns.longOf(v[1]) : 0;
                    try {
                        long begin = start(part, ticks(v[0]));
                        var at = add(part, Math.addExact(offset, end ? 1 : 0), begin);
                        return end && at instanceof Dynamic.DateTime(var t)
                                ? inRange(t - 1)
                                : end ? new Dynamic.DateTime(Ticks.MAX_DATETIME) : at;
                    } catch (ArithmeticException outOfRange) {
                        return Dynamic.NULL;
                    }
                }));
    }

    private static Dynamic make(Dynamic[] v) {
        try {
            long year = Columns.longOf(v[0]);
            if (year < 1 || year > 9999) {
                return Dynamic.NULL;
            }
            var time =
                    LocalDateTime.of(
                            (int) year,
                            (int) Columns.longOf(v[1]),
                            (int) Columns.longOf(v[2]),
                            v.length > 3 ? (int) Columns.longOf(v[3]) : 0,
                            v.length > 4 ? (int) Columns.longOf(v[4]) : 0);
            double seconds = v.length > 5 ? Columns.doubleOf(v[5]) : 0;
            if (!(seconds >= 0 && seconds < 60)) {
                return Dynamic.NULL;
            }
            return inRange(of(time) + Math.round(seconds * Ticks.PER_SECOND));
        } catch (DateTimeException notADate) {
            return Dynamic.NULL;
        }
    }

    private static Dynamic makeSpan(long days, Dynamic hours, Dynamic minutes, Dynamic seconds) {
        long h = Columns.longOf(hours);
        long m = Columns.longOf(minutes);
        double s = Columns.doubleOf(seconds);
        if (h < 0 || h > 23 || m < 0 || m > 59 || !(s >= 0 && s < 60) || days < 0) {
            return Dynamic.NULL;
        }
        return new Dynamic.Span(
                days * Ticks.PER_DAY
                        + h * Ticks.PER_HOUR
                        + m * Ticks.PER_MINUTE
                        + Math.round(s * Ticks.PER_SECOND));
    }

    private static ScalarFunction unix(String unit, long ticksPerUnit) {
        return ScalarFunction.of(
                "unixtime_" + unit + "_todatetime",
                "(number: number): datetime",
                Kernels.perRow((v, c) ->
                        v[0] instanceof Dynamic.Whole(var w)
                                ? Math.abs(w) > Ticks.MAX_DATETIME / ticksPerUnit
                                        ? Dynamic.NULL
                                        : inRange(EPOCH + w * ticksPerUnit)
                                : inRange(
                                        EPOCH
                                                + Math.round(
                                                        Columns.doubleOf(v[0]) * ticksPerUnit))));
    }

    /// A time that a clock put forward leaves out counts by the offset that begins there.
    private static Instant instant(LocalDateTime local, ZoneId zone) {
        var change = zone.getRules().getTransition(local);
        return change != null && change.isGap()
                ? local.toInstant(change.getOffsetAfter())
                : local.atZone(zone).toInstant();
    }

    private static ScalarFunction zone(String name, boolean toLocal) {
        return ScalarFunction.of(
                name,
                "(time: datetime, timezone: string): datetime",
                Kernels.perRow((v, c) -> {
                    try {
                        var zone = ZoneId.of(v[1].textOr(""));
                        var utc = Ticks.toInstant(ticks(v[0]));
                        return inRange(
                                toLocal
                                        ? of(LocalDateTime.ofInstant(utc, zone))
                                        : Ticks.of(instant(Ticks.toUtc(ticks(v[0])), zone)));
                    } catch (DateTimeException unknownZone) {
                        return Dynamic.NULL;
                    }
                }));
    }
}
