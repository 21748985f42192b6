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
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Dates. The current time is not here: `utcNow` asks the scope.
public final class DateFunctions {
    private static final Pattern UNIVERSAL =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,7})?Z");

    private DateFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(new TemplateFunction("addDays", 2, 2, DateFunctions::addDays));
    }

    /// Those that rules may not use.
    static List<TemplateFunction> templateFunctions() {
        return List.of(
                new TemplateFunction("dateTimeAdd", 2, 3, DateFunctions::dateTimeAdd),
                new TemplateFunction(
                        "dateTimeFromEpoch",
                        1,
                        1,
                        a ->
                                Dynamic.of(
                                        DateTimeFormatter.ISO_INSTANT.format(
                                                Instant.ofEpochSecond(
                                                        Math.clamp(
                                                                whole("dateTimeFromEpoch", a, 0),
                                                                -62_135_596_800L,
                                                                253_402_300_799L))))),
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

    private static long ticks(String date) throws EvaluationFailure {
        var ticks = Ticks.parseIso(date);
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
                            ? format(moved, text("dateTimeAdd", a, 2))
                            : DateTimeFormatter.ISO_INSTANT.format(moved.toInstant()));
        } catch (DateTimeException unreadable) {
            throw new EvaluationFailure("'" + duration + "' is no ISO 8601 duration");
        }
    }

    /// A time in one of .NET's formats; the custom letters that Java shares are taken as they are.
    public static String format(OffsetDateTime time, String format) throws EvaluationFailure {
        long ticks = Ticks.of(time.toInstant());
        String pattern =
                switch (format) {
                    case "o", "O" -> null;
                    case "u" -> "yyyy-MM-dd HH:mm:ss'Z'";
                    case "d" -> "MM/dd/yyyy";
                    case "D" -> "EEEE, dd MMMM yyyy";
                    case "G" -> "MM/dd/yyyy HH:mm:ss";
                    case "g" -> "MM/dd/yyyy HH:mm";
                    case "s" -> "yyyy-MM-dd'T'HH:mm:ss";
                    case "t" -> "HH:mm";
                    case "T" -> "HH:mm:ss";
                    case "R", "r" -> "EEE, dd MMM yyyy HH:mm:ss 'GMT'";
                    default ->
                            format.replace("fff", "SSS")
                                    .replace("ff", "SS")
                                    .replace('f', 'S')
                                    .replace("tt", "a")
                                    .replace("dddd", "EEEE")
                                    .replace("ddd", "EEE")
                                    .replaceAll("(?<![A-Za-z'])T(?![A-Za-z])|(?<=dd)T(?=HH)", "'T'")
                                    .replaceAll("Z$", "'Z'");
                };
        if (pattern == null) {
            return Ticks.formatDateTime(ticks);
        }
        try {
            return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            throw new EvaluationFailure("'" + format + "' is no date format");
        }
    }
}
