package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/// Plugins that follow who comes, who stays and who goes, period by period: `activity_metrics`, `new_activity_metrics`,
/// `activity_engagement`, `session_count`. The timeline is a date, a timespan or a whole number.
final class ActivityPlugins {
    /// Each cohort is compared with each later period.
    private static final int MAX_COHORTS = 1_000;

    /// About the bytes of an event, of an id in a set, of a row of the result, and of one value more in either.
    private static final long EVENT = 160;

    private static final long MEMBER = 80;
    private static final long ROW = 300;
    private static final long CELL = 32;

    private final PluginReader reader;

    ActivityPlugins(PluginReader reader) {
        this.reader = reader;
    }

    /// Arguments of a call one after another.
    private final class Cursor {
        private final Expression.Call call;
        private final Schema schema;
        private final Environment environment;
        private int at;

        Cursor(Expression.Call call, Schema schema, Environment environment) {
            this.call = call;
            this.schema = schema;
            this.environment = environment;
        }

        int left() {
            return call.arguments().size() - at;
        }

        private Expression peek() {
            if (left() <= 0) {
                reader.refuse(call, "The function '" + call.name() + "' lacks arguments.");
            }
            return call.arguments().get(at).value();
        }

        boolean isColumn() {
            return left() > 0
                    && peek() instanceof Expression.Name(var name, var span)
                    && schema.indexOf(name) >= 0;
        }

        int column() {
            int found = reader.column(peek(), schema);
            at++;
            return found;
        }

        int time() {
            int found = column();
            return switch (schema.type(found)) {
                case DATETIME, TIMESPAN, INT, LONG -> found;
                default ->
                        reader.refuse(
                                call,
                                "The timeline of '"
                                        + call.name()
                                        + "' must be a datetime, a timespan or a whole number.");
            };
        }

        Dynamic constant(String name) {
            peek();
            return reader.required(call, at++, name, environment);
        }

        long whole(String name) {
            return Columns.longOf(constant(name));
        }

        List<Integer> columns() {
            var out = new ArrayList<Integer>();
            while (left() > 0) {
                out.add(column());
            }
            return out;
        }
    }

    private Periods periods(Expression.Call call, long start, Dynamic window) {
        if (window instanceof Dynamic.Text(var name)) {
            if (!Periods.CALENDARS.contains(name)) {
                reader.refuse(call, "The window is a length, or 'week', 'month' or 'year'.");
            }
            return new Periods(start, 1, name);
        }
        long length = Columns.longOf(window);
        if (length <= 0) {
            reader.refuse(call, "The window of '" + call.name() + "' must be positive.");
        }
        return new Periods(start, length, "");
    }

    /// One row: who, when, and the values it is sliced by.
    private record Event(Dynamic id, long time) {}

    private static Map<List<Dynamic>, List<Event>> events(
            Table table, int id, int time, List<Integer> slices) {
        Map<List<Dynamic>, List<Event>> out = new LinkedHashMap<>();
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
                out.computeIfAbsent(values, v -> new ArrayList<>())
                        .add(
                                new Event(
                                        DynamicOrder.keyOf(segment.column(id).dynamic(row)),
                                        Columns.longOf(at)));
            }
        }
        held.settle();
        return out;
    }

    private static Dynamic time(long at, KqlType type) {
        return switch (type) {
            case DATETIME -> new Dynamic.DateTime(at);
            case TIMESPAN -> new Dynamic.Span(at);
            default -> Dynamic.of(at);
        };
    }

    /// The call's own bounds, or those of the events.
    private record Bounds(long start, long end) {
        static Bounds of(Iterable<List<Event>> slices) {
            long start = Long.MAX_VALUE;
            long end = Long.MIN_VALUE;
            for (var events : slices) {
                for (var event : events) {
                    start = Math.min(start, event.time());
                    end = Math.max(end, event.time());
                }
            }
            return start > end ? new Bounds(0, -1) : new Bounds(start, end);
        }

        boolean has(long time) {
            return time >= start && time <= end;
        }
    }

    /// Who was there in each period that had anybody, in order.
    private static NavigableMap<Long, Set<Dynamic>> byPeriod(
            List<Event> events, Periods periods, Bounds bounds) {
        var out = new TreeMap<Long, Set<Dynamic>>();
        var held = new MemoryMeter.Tally();
        var pace = new MemoryMeter.Pace();
        for (var event : events) {
            pace.did(128);
            if (bounds.has(event.time())) {
                held.add(MEMBER);
                out.computeIfAbsent(periods.of(event.time()), p -> new HashSet<>()).add(event.id());
            }
        }
        held.settle();
        return out;
    }

    private static List<Dynamic> row(List<Dynamic> slice, Dynamic... values) {
        var out = new ArrayList<>(List.of(values));
        out.addAll(slice);
        return out;
    }

    private static List<Field> fields(Schema schema, List<Integer> slices, Field... results) {
        var out = new ArrayList<>(List.of(results));
        slices.forEach(slice -> out.add(schema.field(slice)));
        return out;
    }

    private static int common(Set<Dynamic> some, Set<Dynamic> others, MemoryMeter.Pace pace) {
        int count = 0;
        for (var one : some) {
            pace.did(32);
            count += others.contains(one) ? 1 : 0;
        }
        return count;
    }

    /// `(id, time, [start, end,] window, slices...)`: distinct ids of each period, those the period before lacked, and which share of that
    /// period's came back or did not.
    LogicalPlan activityMetrics(Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        var cursor = new Cursor(call, schema, environment);
        int id = cursor.column();
        int time = cursor.time();
        var first = cursor.constant("Start");
        boolean bounded = cursor.left() > 0 && !cursor.isColumn();
        long end = bounded ? cursor.whole("End") : 0;
        var window = bounded ? cursor.constant("Window") : first;
        var slices = cursor.columns();
        var bySlice = events(reader.run(input), id, time, slices);
        var bounds = bounded ? new Bounds(Columns.longOf(first), end) : Bounds.of(bySlice.values());
        var periods = periods(call, bounded ? bounds.start() : 0, window);
        var rows = new ArrayList<List<Dynamic>>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        bySlice.forEach((slice, events) -> {
            var there = byPeriod(events, periods, bounds);
            long expected = Long.MIN_VALUE;
            Set<Dynamic> before = Set.of();
            for (var period : there.entrySet()) {
                var ids = period.getValue();
                if (expected != period.getKey()) {
                    before = Set.of();
                }
                int stayed = common(ids, before, pace);
                held.add(ROW + CELL * slice.size());
                rows.add(
                        row(
                                slice,
                                time(period.getKey(), schema.type(time)),
                                Dynamic.of((long) ids.size()),
                                Dynamic.of((long) ids.size() - stayed),
                                Dynamic.of((double) stayed / before.size()),
                                Dynamic.of((double) (before.size() - stayed) / before.size())));
                before = ids;
                expected = periods.next(period.getKey());
            }
        });
        return reader.table(
                fields(
                        schema,
                        slices,
                        schema.field(time),
                        new Field("dcount_values", KqlType.LONG),
                        new Field("dcount_newvalues", KqlType.LONG),
                        new Field("retention_rate", KqlType.REAL),
                        new Field("churn_rate", KqlType.REAL)),
                rows);
    }

    /// `(id, time, start, end, window, [cohort,] slices..., [lookback])`: of those first seen in a period, how many are there in each later
    /// one. Ids of the `lookback` table are new in no period.
    LogicalPlan newActivityMetrics(
            Expression.Call call, LogicalPlan input, Environment environment, Binder binder) {
        var schema = input.schema();
        var cursor = new Cursor(call, schema, environment);
        int id = cursor.column();
        int time = cursor.time();
        var bounds = new Bounds(cursor.whole("Start"), cursor.whole("End"));
        var periods = periods(call, bounds.start(), cursor.constant("Window"));
        Dynamic cohort = Dynamic.NULL;
        var slices = new ArrayList<Integer>();
        var known = new HashSet<Dynamic>();
        while (cursor.left() > 0) {
            if (cursor.isColumn()) {
                slices.add(cursor.column());
            } else if (binder.isTabular(cursor.peek(), environment, null)) {
                var table = reader.run(binder.table(cursor.peek(), environment));
                int ids = table.schema().indexOf(schema.field(id).name());
                var held = new MemoryMeter.Tally();
                for (var old : PluginReader.cells(table, Math.max(0, ids))) {
                    held.add(MEMBER);
                    known.add(DynamicOrder.keyOf(old));
                }
                cursor.at++;
            } else {
                cohort = cursor.constant("Cohort");
            }
        }
        var all = periods.between(bounds.start(), bounds.end());
        if (all.size() > MAX_COHORTS) {
            reader.refuse(call, "The timeline of '" + call.name() + "' has too many periods.");
        }
        var only = cohort;
        var rows = new ArrayList<List<Dynamic>>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        events(reader.run(input), id, time, slices)
                .forEach((slice, events) -> {
                    var there = byPeriod(events, periods, bounds);
                    // Those of this slice; the known ones are the same for all.
                    var seen = new HashSet<Dynamic>();
                    for (int from = 0; from < all.size(); from++) {
                        pace.did(64);
                        var fresh = new HashSet<Dynamic>();
                        for (var one : there.getOrDefault(all.get(from), Set.of())) {
                            pace.did(64);
                            if (!known.contains(one) && seen.add(one)) {
                                held.add(MEMBER);
                                fresh.add(one);
                            }
                        }
                        boolean wanted =
                                only.isNull() || periods.of(Columns.longOf(only)) == all.get(from);
                        if (!wanted || fresh.isEmpty()) {
                            continue;
                        }
                        for (int to = from; to < all.size(); to++) {
                            var later = there.getOrDefault(all.get(to), Set.of());
                            long stayed = common(fresh, later, pace);
                            long unseen =
                                    to == from
                                            ? fresh.size()
                                            : later.size()
                                                    - common(later, seen, pace)
                                                    - common(later, known, pace);
                            held.add(ROW + CELL * slice.size());
                            rows.add(
                                    row(
                                            slice,
                                            time(all.get(from), schema.type(time)),
                                            time(all.get(to), schema.type(time)),
                                            Dynamic.of(unseen),
                                            Dynamic.of(stayed),
                                            Dynamic.of(fresh.size() - stayed),
                                            Dynamic.of((double) stayed / fresh.size()),
                                            Dynamic.of(
                                                    (double) (fresh.size() - stayed)
                                                            / fresh.size())));
                        }
                    }
                });
        var at = schema.field(time);
        return reader.table(
                fields(
                        schema,
                        slices,
                        new Field("from_" + at.name(), at.type()),
                        new Field("to_" + at.name(), at.type()),
                        new Field("dcount_new_values", KqlType.LONG),
                        new Field("dcount_retained_values", KqlType.LONG),
                        new Field("dcount_churn_values", KqlType.LONG),
                        new Field("retention_rate", KqlType.REAL),
                        new Field("churn_rate", KqlType.REAL)),
                rows);
    }

    /// `(id, time, [start, end,] inner, outer, slices...)`: distinct ids of each inner period, and of the outer window that ends with it.
    LogicalPlan activityEngagement(
            Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        var cursor = new Cursor(call, schema, environment);
        int id = cursor.column();
        int time = cursor.time();
        var constants = new ArrayList<Dynamic>();
        while (cursor.left() > 0 && !cursor.isColumn()) {
            constants.add(cursor.constant("InnerActivityWindow"));
        }
        if (constants.size() != 2 && constants.size() != 4) {
            reader.refuse(
                    call,
                    "'activity_engagement' expects [Start, End,] an inner and an outer window.");
        }
        var slices = cursor.columns();
        boolean bounded = constants.size() == 4;
        long outer = Columns.longOf(constants.getLast());
        var bySlice = events(reader.run(input), id, time, slices);
        var bounds =
                bounded
                        ? new Bounds(
                                Columns.longOf(constants.get(0)), Columns.longOf(constants.get(1)))
                        : Bounds.of(bySlice.values());
        var periods =
                periods(call, bounded ? bounds.start() : 0, constants.get(constants.size() - 2));
        var rows = new ArrayList<List<Dynamic>>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        bySlice.forEach((slice, events) -> {
            var there = byPeriod(events, periods, bounds);
            // In how many periods of the outer window each id is.
            var around = new HashMap<Dynamic, Integer>();
            var passed = there.entrySet().iterator();
            var oldest = passed.hasNext() ? passed.next() : null;
            for (var period : there.entrySet()) {
                for (var one : period.getValue()) {
                    pace.did(128);
                    around.merge(one, 1, Integer::sum);
                }
                long from = before(periods.next(period.getKey()), Math.max(0, outer));
                // The period itself counts, also where the outer window is the shorter one.
                while (oldest != null
                        && oldest.getKey() < from
                        && oldest.getKey() < period.getKey()) {
                    for (var one : oldest.getValue()) {
                        pace.did(128);
                        around.computeIfPresent(one, (who, times) -> times == 1 ? null : times - 1);
                    }
                    oldest = passed.hasNext() ? passed.next() : null;
                }
                held.add(ROW + CELL * slice.size());
                rows.add(
                        row(
                                slice,
                                time(period.getKey(), schema.type(time)),
                                Dynamic.of((long) period.getValue().size()),
                                Dynamic.of((long) around.size()),
                                Dynamic.of((double) period.getValue().size() / around.size())));
            }
        });
        return reader.table(
                fields(
                        schema,
                        slices,
                        schema.field(time),
                        new Field("dcount_activities_inner", KqlType.LONG),
                        new Field("dcount_activities_outer", KqlType.LONG),
                        new Field("activity_ratio", KqlType.REAL)),
                rows);
    }

    private static long before(long time, long length) {
        return time < Long.MIN_VALUE + length ? Long.MIN_VALUE : time - length;
    }

    /// `(id, time, start, end, bin, lookback, slices...)`: sessions that begin in each bin. An id that was seen within `lookback` before goes
    /// on with its session.
    LogicalPlan sessionCount(Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        var cursor = new Cursor(call, schema, environment);
        int id = cursor.column();
        int time = cursor.time();
        var bounds = new Bounds(cursor.whole("Start"), cursor.whole("End"));
        var periods = periods(call, bounds.start(), cursor.constant("Bin"));
        long lookback = cursor.whole("LookBackWindow");
        var slices = cursor.columns();
        var rows = new ArrayList<List<Dynamic>>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        events(reader.run(input), id, time, slices)
                .forEach((slice, events) -> {
                    held.add(8L * events.size());
                    var ordered = new ArrayList<>(events);
                    ordered.sort((a, b) -> {
                        pace.did(32);
                        return Long.compare(a.time(), b.time());
                    });
                    Map<Dynamic, Long> last = new HashMap<>();
                    var counts = new TreeMap<Long, Long>();
                    for (var event : ordered) {
                        pace.did(256);
                        if (!bounds.has(event.time())) {
                            continue;
                        }
                        Long before = last.put(event.id(), event.time());
                        held.add(before == null ? MEMBER : 0);
                        boolean begins = before == null || event.time() - before > lookback;
                        counts.merge(periods.of(event.time()), begins ? 1L : 0L, Long::sum);
                    }
                    counts.forEach((period, count) -> {
                        held.add(ROW + CELL * slice.size());
                        var line = new ArrayList<Dynamic>();
                        line.add(time(period, schema.type(time)));
                        line.addAll(slice);
                        line.add(Dynamic.of(count));
                        rows.add(line);
                    });
                });
        var fields = new ArrayList<Field>();
        fields.add(schema.field(time));
        slices.forEach(slice -> fields.add(schema.field(slice)));
        fields.add(new Field("count_sessions", KqlType.LONG));
        return reader.table(fields, rows);
    }
}
