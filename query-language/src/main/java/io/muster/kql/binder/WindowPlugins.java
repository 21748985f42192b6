package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Plugins that look at a window of time at each step of a timeline: `sliding_window_counts`, `active_users_count`,
/// `activity_counts_metrics`, `rolling_percentile`.
final class WindowPlugins {
    /// A timeline of more steps than that is a slip of the pen.
    private static final int MAX_STEPS = 100_000;

    private static final double MAX_WORK = 2e8;

    /// About the bytes of an event, of what names it in a set or list, of a row of the result, and of one value more in either.
    private static final long EVENT = 120;

    private static final long MEMBER = 80;
    private static final long ROW = 250;
    private static final long CELL = 32;

    private final PluginReader reader;

    WindowPlugins(PluginReader reader) {
        this.reader = reader;
    }

    /// One row: who or what, when (from the origin), and the values it is sliced by.
    private record Event(Dynamic id, double time, List<Dynamic> slices) {}

    /// What times are counted from: a real holds the ticks of a datetime to some microseconds only, those from an origin nearby exactly.
    private record Origin(long at) {
        static Origin near(Dynamic time) {
            return new Origin(isWhole(time) ? Columns.longOf(time) : 0);
        }

        private static boolean isWhole(Dynamic time) {
            return time instanceof Dynamic.DateTime
                    || time instanceof Dynamic.Span
                    || time instanceof Dynamic.Whole;
        }

        double offset(Dynamic time) {
            return isWhole(time) ? Columns.longOf(time) - at : Columns.doubleOf(time) - at;
        }

        /// The number of the bin that holds the time, where one begins at zero.
        long bin(double offset, double size) {
            return size >= 1 && size == Math.rint(size) && offset == Math.rint(offset)
                    ? Math.floorDiv(at + (long) offset, (long) size)
                    : (long) Math.floor((at + offset) / size);
        }

        /// Where the bin of that number begins.
        static Dynamic start(long bin, double size, KqlType type) {
            return size == Math.rint(size)
                    ? new Origin(bin * (long) size).time(0, type)
                    : new Origin(0).time(bin * size, type);
        }

        Dynamic time(double offset, KqlType type) {
            return switch (type) {
                case DATETIME -> new Dynamic.DateTime(at + (long) offset);
                case TIMESPAN -> new Dynamic.Span(at + (long) offset);
                case INT, LONG -> Dynamic.of(at + (long) offset);
                default -> Dynamic.of(at + offset);
            };
        }
    }

    private static Dynamic first(Table table, int column) {
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                var value = segment.column(column).dynamic(row);
                if (!value.isNull()) {
                    return value;
                }
            }
        }
        return Dynamic.NULL;
    }

    private static List<Event> events(
            Table table, int id, int time, List<Integer> slices, Origin origin) {
        var out = new ArrayList<Event>();
        var held = new MemoryMeter.Tally();
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                var at = segment.column(time).dynamic(row);
                if (at.isNull()) {
                    continue;
                }
                held.add(EVENT + CELL * slices.size());
                var values = new ArrayList<Dynamic>();
                for (int slice : slices) {
                    values.add(segment.column(slice).dynamic(row));
                }
                out.add(new Event(segment.column(id).dynamic(row), origin.offset(at), values));
            }
        }
        held.settle();
        return out;
    }

    private List<Integer> slices(Expression.Call call, int from, LogicalPlan input) {
        var out = new ArrayList<Integer>();
        for (int i = from; i < call.arguments().size(); i++) {
            out.add(reader.column(call.arguments().get(i).value(), input.schema()));
        }
        return out;
    }

    private double number(Expression.Call call, int index, String name, Environment environment) {
        return Columns.doubleOf(reader.required(call, index, name, environment));
    }

    private int steps(Expression.Call call, double from, double to, double step) {
        double steps = Math.floor((to - from) / step) + 1;
        if (!(step > 0) || !(steps < MAX_STEPS)) {
            return reader.refuse(
                    call, "The timeline of '" + call.name() + "' has no or too many steps.");
        }
        return (int) Math.max(0, steps);
    }

    /// Where the bins of a timeline begin: at steps of one length from its start, or with calendar weeks, months or years.
    private record Bins(Origin origin, double start, double length, String calendar) {
        double of(double time) {
            return calendar.isEmpty()
                    ? start + Math.floor((time - start) / length) * length
                    : Periods.beginning(calendar, origin.at + (long) time) - origin.at;
        }
    }

    private Bins bins(
            Expression.Call call,
            Dynamic size,
            Dynamic begin,
            Origin origin,
            double start,
            double end) {
        if (size instanceof Dynamic.Text(var calendar)) {
            if (!Periods.CALENDARS.contains(calendar) || !(begin instanceof Dynamic.DateTime)) {
                reader.refuse(
                        call,
                        "A step of '"
                                + call.name()
                                + "' is a length, or of dates 'week', 'month' or 'year'.");
            }
            return new Bins(origin, start, 0, calendar);
        }
        double length = Columns.doubleOf(size);
        steps(call, start, end, length);
        return new Bins(origin, start, length, "");
    }

    private static List<Field> fields(
            LogicalPlan input, int time, List<Integer> slices, Field... results) {
        var out = new ArrayList<Field>();
        out.add(input.schema().field(time));
        for (int slice : slices) {
            out.add(input.schema().field(slice));
        }
        out.addAll(List.of(results));
        return out;
    }

    /// `(id, time, start, end, window, bin, slices...)`: events and distinct ids of the window that ends with each bin.
    LogicalPlan slidingWindowCounts(
            Expression.Call call, LogicalPlan input, Environment environment) {
        int id = reader.column(argument(call, 0), input.schema());
        int time = reader.column(argument(call, 1), input.schema());
        var begin = reader.required(call, 2, "Start", environment);
        var origin = Origin.near(begin);
        double start = origin.offset(begin);
        double end = origin.offset(reader.required(call, 3, "End", environment));
        double window = number(call, 4, "LookbackWindow", environment);
        double bin = number(call, 5, "Bin", environment);
        var slices = slices(call, 6, input);
        int steps = steps(call, start, end, bin);
        var rows = new ArrayList<List<Dynamic>>();
        var events = events(reader.run(input), id, time, slices, origin);
        if ((double) steps * events.size() > MAX_WORK) {
            reader.refuse(call, "'sliding_window_counts' has too many steps for so many rows.");
        }
        var bySlice = bySlice(events);
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        for (int step = 0; step < steps; step++) {
            double at = start + step * bin;
            for (var slice : bySlice.entrySet()) {
                long count = 0;
                var ids = new HashSet<Dynamic>();
                for (var event : slice.getValue()) {
                    pace.did(8);
                    double binned = start + Math.floor((event.time() - start) / bin) * bin;
                    if (binned > at - window && binned <= at) {
                        count++;
                        pace.did(64);
                        ids.add(DynamicOrder.keyOf(event.id()));
                    }
                }
                if (count > 0) {
                    held.add(ROW + CELL * slices.size());
                    rows.add(
                            row(
                                    origin.time(at, input.schema().type(time)),
                                    slice.getKey(),
                                    count,
                                    ids.size()));
                }
            }
        }
        return reader.table(
                fields(
                        input,
                        time,
                        slices,
                        new Field("Count", KqlType.LONG),
                        new Field("Dcount", KqlType.LONG)),
                rows);
    }

    private Expression argument(Expression.Call call, int index) {
        if (index >= call.arguments().size()) {
            reader.refuse(call, "The function '" + call.name() + "' lacks arguments.");
        }
        return call.arguments().get(index).value();
    }

    private static Map<List<Dynamic>, List<Event>> bySlice(List<Event> events) {
        Map<List<Dynamic>, List<Event>> out = new LinkedHashMap<>();
        var pace = new MemoryMeter.Pace();
        for (var event : events) {
            pace.did(64 + 32L * event.slices().size());
            out.computeIfAbsent(event.slices(), s -> new ArrayList<>()).add(event);
        }
        return out;
    }

    private static List<Dynamic> row(Dynamic at, List<Dynamic> slice, long... numbers) {
        var out = new ArrayList<Dynamic>();
        out.add(at);
        out.addAll(slice);
        for (long number : numbers) {
            out.add(Dynamic.of(number));
        }
        return out;
    }

    /// `(id, time, start, end, window, period, count, bin, slices...)`: distinct ids that were seen in at least `count` periods of the window
    /// before one of their events.
    LogicalPlan activeUsersCount(Expression.Call call, LogicalPlan input, Environment environment) {
        int id = reader.column(argument(call, 0), input.schema());
        int time = reader.column(argument(call, 1), input.schema());
        var begin = reader.required(call, 2, "Start", environment);
        var origin = Origin.near(begin);
        double start = origin.offset(begin);
        double end = origin.offset(reader.required(call, 3, "End", environment));
        double window = number(call, 4, "LookbackWindow", environment);
        double period = number(call, 5, "Period", environment);
        long least = (long) number(call, 6, "ActivePeriodsCount", environment);
        var size = reader.required(call, 7, "Bin", environment);
        var slices = slices(call, 8, input);
        var bins = bins(call, size, begin, origin, start, end);
        var rows = new ArrayList<List<Dynamic>>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        for (var slice : bySlice(events(reader.run(input), id, time, slices, origin)).entrySet()) {
            Map<Dynamic, List<Event>> byId = new LinkedHashMap<>();
            for (var event : slice.getValue()) {
                held.add(MEMBER);
                byId.computeIfAbsent(DynamicOrder.keyOf(event.id()), k -> new ArrayList<>())
                        .add(event);
            }
            Map<Double, Set<Dynamic>> active = new TreeMap<>();
            byId.forEach((who, seen) -> {
                for (var event : seen) {
                    if (event.time() < start || event.time() > end) {
                        continue;
                    }
                    var periods = new HashSet<Long>();
                    for (var other : seen) {
                        pace.did(16);
                        if (other.time() > event.time() - window && other.time() <= event.time()) {
                            periods.add(origin.bin(other.time(), period));
                        }
                    }
                    if (periods.size() >= least) {
                        held.add(MEMBER);
                        active.computeIfAbsent(bins.of(event.time()), b -> new HashSet<>())
                                .add(who);
                    }
                }
            });
            active.forEach((at, ids) -> {
                held.add(ROW + CELL * slices.size());
                rows.add(
                        row(
                                origin.time(at, input.schema().type(time)),
                                slice.getKey(),
                                ids.size()));
            });
        }
        return reader.table(fields(input, time, slices, new Field("dcount", KqlType.LONG)), rows);
    }

    /// `(id, time, start, end, bin, slices...)`: events, distinct ids, ids never seen before, and distinct ids so far.
    LogicalPlan activityCountsMetrics(
            Expression.Call call, LogicalPlan input, Environment environment) {
        int id = reader.column(argument(call, 0), input.schema());
        int time = reader.column(argument(call, 1), input.schema());
        var begin = reader.required(call, 2, "Start", environment);
        var origin = Origin.near(begin);
        double start = origin.offset(begin);
        double end = origin.offset(reader.required(call, 3, "End", environment));
        var size = reader.required(call, 4, "Step", environment);
        var slices = slices(call, 5, input);
        var bins = bins(call, size, begin, origin, start, end);
        var rows = new ArrayList<List<Dynamic>>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        for (var slice : bySlice(events(reader.run(input), id, time, slices, origin)).entrySet()) {
            var byStep = new TreeMap<Double, List<Event>>();
            for (var event : slice.getValue()) {
                pace.did(128);
                if (event.time() >= start && event.time() <= end) {
                    held.add(MEMBER);
                    byStep.computeIfAbsent(bins.of(event.time()), s -> new ArrayList<>())
                            .add(event);
                }
            }
            var known = new HashSet<Dynamic>();
            for (var step : byStep.entrySet()) {
                var here = step.getValue();
                var ids = new HashSet<Dynamic>();
                for (var event : here) {
                    pace.did(128);
                    held.add(MEMBER);
                    ids.add(DynamicOrder.keyOf(event.id()));
                }
                held.add(ROW + CELL * slices.size());
                int before = known.size();
                known.addAll(ids);
                rows.add(
                        row(
                                origin.time(step.getKey(), input.schema().type(time)),
                                slice.getKey(),
                                here.size(),
                                ids.size(),
                                known.size() - before,
                                known.size()));
            }
        }
        return reader.table(
                fields(
                        input,
                        time,
                        slices,
                        new Field("count", KqlType.LONG),
                        new Field("dcount", KqlType.LONG),
                        new Field("new_dcount", KqlType.LONG),
                        new Field("aggregated_dcount", KqlType.LONG)),
                rows);
    }

    /// `(value, percentile, time, bin, bins, slices...)`: the percentile of the values of the last `bins` bins.
    LogicalPlan rollingPercentile(
            Expression.Call call, LogicalPlan input, Environment environment) {
        int value = reader.column(argument(call, 0), input.schema());
        Dynamic percentile = reader.required(call, 1, "Percentile", environment);
        int time = reader.column(argument(call, 2), input.schema());
        double bin = number(call, 3, "BinSize", environment);
        int bins = (int) number(call, 4, "BinsPerWindow", environment);
        var slices = slices(call, 5, input);
        steps(call, 0, 0, bin);
        var rows = new ArrayList<List<Dynamic>>();
        var table = reader.run(input);
        var origin = Origin.near(first(table, time));
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        for (var slice : bySlice(events(table, value, time, slices, origin)).entrySet()) {
            var byBin = new TreeMap<Long, List<Dynamic>>();
            for (var event : slice.getValue()) {
                held.add(MEMBER);
                if (!event.id().isNull()) {
                    byBin.computeIfAbsent(origin.bin(event.time(), bin), b -> new ArrayList<>())
                            .add(event.id());
                }
            }
            for (long at : byBin.keySet()) {
                var window = new ArrayList<Dynamic>();
                for (var values : byBin.subMap(at - bins, false, at, true).values()) {
                    pace.did(32 + 4L * values.size());
                    window.addAll(values);
                }
                window.sort((a, b) -> {
                    pace.did(32);
                    return DynamicOrder.INSTANCE.compare(a, b);
                });
                held.add(ROW + CELL * slices.size());
                double wanted =
                        Math.ceil(window.size() * Columns.doubleOf(percentile) / 100 - 1e-9);
                int rank = (int) Math.clamp(wanted - 1, 0, window.size() - 1.0);
                var line = new ArrayList<Dynamic>();
                line.add(Origin.start(at, bin, input.schema().type(time)));
                line.addAll(slice.getKey());
                line.add(window.get(rank));
                rows.add(line);
            }
        }
        String name =
                "rolling_"
                        + bins
                        + "_percentile_"
                        + input.schema().field(value).name()
                        + "_"
                        + ScalarText.of(percentile);
        return reader.table(
                fields(input, time, slices, new Field(name, input.schema().type(value))), rows);
    }
}
