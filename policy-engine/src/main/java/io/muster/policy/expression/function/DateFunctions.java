package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.text;
import static io.muster.policy.expression.function.Arguments.whole;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.Pattern;

/// Dates. The current time is not here: `utcNow` asks the scope.
final class DateFunctions {
    private static final Pattern UNIVERSAL =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,7})?Z");

    private static final Pattern COMPACT =
            Pattern.compile("(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)Z");

    /// Seconds from the epoch to the first and the last second that a date can be.
    private static final long MIN_EPOCH = -62_135_596_800L;

    private static final long MAX_EPOCH = 253_402_300_799L;

    private DateFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(new TemplateFunction("addDays", 2, 2, DateFunctions::addDays));
    }

    /// Those that rules may not use.
    static List<TemplateFunction> templateFunctions() {
        return List.of(
                new TemplateFunction("dateTimeAdd", 2, 3, DateFunctions::dateTimeAdd),
                new TemplateFunction("dateTimeFromEpoch", 1, 1, DateFunctions::dateTimeFromEpoch),
                new TemplateFunction(
                        "dateTimeToEpoch",
                        1,
                        1,
                        a ->
                                Dynamic.of(
                                        Math.floorDiv(
                                                ticks(text("dateTimeToEpoch", a, 0))
                                                        - Ticks.of(Instant.EPOCH),
                                                Ticks.PER_SECOND))));
    }

    private static Dynamic dateTimeFromEpoch(List<Dynamic> a) throws EvaluationFailure {
        long seconds = whole("dateTimeFromEpoch", a, 0);
        if (seconds < MIN_EPOCH || seconds > MAX_EPOCH) {
            throw new EvaluationFailure("'dateTimeFromEpoch' leaves the years 1 to 9999");
        }
        return Dynamic.of(DateTimeFormatter.ISO_INSTANT.format(Instant.ofEpochSecond(seconds)));
    }

    private static long ticks(String date) throws EvaluationFailure {
        // The form that utcNow() gives by itself has no separators.
        var compact = COMPACT.matcher(date);
        var ticks =
                Ticks.parseIso(compact.matches() ? compact.replaceAll("$1-$2-$3T$4:$5:$6Z") : date);
        if (ticks.isEmpty()) {
            throw new EvaluationFailure("'" + date + "' is no date");
        }
        return ticks.getAsLong();
    }

    private static Dynamic addDays(List<Dynamic> a) throws EvaluationFailure {
        String date = text("addDays", a, 0);
        long days = whole("addDays", a, 1);
        if (!UNIVERSAL.matcher(date).matches()) {
            throw new EvaluationFailure(
                    "'" + date + "' is no date of the form yyyy-MM-ddTHH:mm:ssZ");
        }
        try {
            long moved = Math.addExact(ticks(date), Math.multiplyExact(days, Ticks.PER_DAY));
            if (moved < 0 || moved > Ticks.MAX_DATETIME) {
                throw new EvaluationFailure("'addDays' leaves the years 1 to 9999");
            }
            return Dynamic.of(Ticks.formatDateTime(moved));
        } catch (ArithmeticException overflow) {
            throw new EvaluationFailure("'addDays' leaves the years 1 to 9999");
        }
    }

    private static Dynamic dateTimeAdd(List<Dynamic> a) throws EvaluationFailure {
        var base = Ticks.toInstant(ticks(text("dateTimeAdd", a, 0))).atOffset(ZoneOffset.UTC);
        String duration = text("dateTimeAdd", a, 1);
        boolean back = duration.startsWith("-");
        String plain = back ? duration.substring(1) : duration;
        int time = plain.indexOf('T');
        try {
            var moved = base;
            String days = time < 0 ? plain : plain.substring(0, time);
            if (days.length() > 1) {
                var period = Period.parse(days);
                // The service counts a year as 365 days and a month as 30.
                long total = period.getYears() * 365L + period.getMonths() * 30L + period.getDays();
                moved = moved.plusDays(back ? -total : total);
            }
            if (time >= 0) {
                var rest = Duration.parse("P" + plain.substring(time));
                moved = back ? moved.minus(rest) : moved.plus(rest);
            }
            return Dynamic.of(
                    a.size() == 3
                            ? DateFormat.format(moved, text("dateTimeAdd", a, 2))
                            : DateTimeFormatter.ISO_INSTANT.format(moved.toInstant()));
        } catch (DateTimeException unreadable) {
            throw new EvaluationFailure("'" + duration + "' is no ISO 8601 duration");
        }
    }
}
