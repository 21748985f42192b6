package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Plugins that look for events one after another: `sequence_detect`, `funnel_sequence`, `funnel_sequence_completion`.
final class SequencePlugins {
    /// Sequences found, at most: every combination of steps is one.
    private static final int MAX_FOUND = 1_000_000;

    private static final int MAX_SAMPLES = 128;

    /// Pairs of events looked at, at most.
    private static final long MAX_WORK = 300_000_000;

    /// About the bytes of an event or a row, of one value in it, and of an id in a set.
    private static final long EVENT = 160;

    private static final long CELL = 32;
    private static final long MEMBER = 80;

    private final Binder binder;
    private final PluginReader reader;

    SequencePlugins(Binder binder, PluginReader reader) {
        this.binder = binder;
        this.reader = reader;
    }

    private Expression argument(Expression.Call call, int index) {
        if (index >= call.arguments().size()) {
            reader.refuse(call, "The function '" + call.name() + "' lacks arguments.");
        }
        return call.arguments().get(index).value();
    }

    private int time(Expression.Call call, int index, Schema schema) {
        int found = reader.column(argument(call, index), schema);
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

    private static Dynamic time(long at, KqlType type) {
        return switch (type) {
            case DATETIME -> new Dynamic.DateTime(at);
            case TIMESPAN -> new Dynamic.Span(at);
            default -> Dynamic.of(at);
        };
    }

    private static Dynamic duration(long length, KqlType type) {
        return type == KqlType.INT || type == KqlType.LONG
                ? Dynamic.of(length)
                : new Dynamic.Span(length);
    }

    /// `(time, most between steps, most in all, step = predicate..., dimension...)`: each way through the steps in the order of time.
    LogicalPlan sequenceDetect(Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        int time = time(call, 0, schema);
        long between =
                Columns.longOf(reader.required(call, 1, "MaxSequenceStepWindow", environment));
        long overall = Columns.longOf(reader.required(call, 2, "MaxSequenceSpan", environment));
        var place = ExpressionBinder.Place.of(schema, environment);
        var wanted = new Projection();
        wanted.add("$time", Projection.column(schema, time));
        var steps = new ArrayList<String>();
        var dimensions = new ArrayList<Field>();
        var order = new ArrayList<Boolean>();
        for (int i = 3; i < call.arguments().size(); i++) {
            var argument = call.arguments().get(i);
            var bound = binder.expressions().bind(argument.value(), place);
            if (bound == ExpressionBinder.FAULTY) {
                throw new BindFailure();
            }
            boolean step = bound.type() == KqlType.BOOL && dimensions.isEmpty();
            String name = argument.name();
            if (step) {
                steps.add(name == null ? "Expr" + (steps.size() + 1) : name);
            } else {
                String dimension = name == null ? ResultNames.of(argument.value()) : name;
                dimensions.add(
                        new Field(
                                dimension == null ? "Column" + (dimensions.size() + 1) : dimension,
                                bound.type()));
            }
            order.add(step);
            wanted.add("$" + i, bound);
        }
        if (steps.isEmpty()) {
            return fail(call, "'sequence_detect' needs the predicate of a step.");
        }
        var table = reader.run(wanted.over(input));
        Map<List<Dynamic>, List<long[]>> groups = new LinkedHashMap<>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                var at = segment.column(0).dynamic(row);
                if (at.isNull()) {
                    continue;
                }
                held.add(EVENT + 8L * steps.size() + CELL * dimensions.size());
                var dims = new ArrayList<Dynamic>();
                long[] event = new long[1 + steps.size()];
                event[0] = Columns.longOf(at);
                int step = 0;
                for (int i = 0; i < order.size(); i++) {
                    var value = segment.column(i + 1).dynamic(row);
                    if (order.get(i)) {
                        event[++step] = Dynamic.TRUE.equals(value) ? 1 : 0;
                    } else {
                        dims.add(value);
                    }
                }
                groups.computeIfAbsent(dims, d -> new ArrayList<>()).add(event);
            }
        }
        var type = schema.type(time);
        var rows = new ArrayList<List<Dynamic>>();
        groups.forEach((dims, events) -> {
            events.sort((a, b) -> {
                pace.did(32);
                return Long.compare(a[0], b[0]);
            });
            var found = new LinkedHashSet<List<Long>>();
            long[] work = {0};
            for (int i = 0; i < events.size(); i++) {
                pace.did(8);
                if (events.get(i)[1] == 1) {
                    follow(
                            call,
                            events,
                            i,
                            List.of(events.get(i)[0]),
                            between,
                            overall,
                            found,
                            work,
                            pace,
                            held);
                }
            }
            for (var times : found) {
                held.add(EVENT + CELL * (dims.size() + times.size()));
                var line = new ArrayList<>(dims);
                times.forEach(at -> line.add(time(at, type)));
                line.add(duration(times.getLast() - times.getFirst(), type));
                rows.add(line);
            }
        });
        var fields = new ArrayList<>(dimensions);
        for (var step : steps) {
            fields.add(new Field(step + "_" + schema.field(time).name(), type));
        }
        fields.add(
                new Field(
                        "Duration",
                        type == KqlType.INT || type == KqlType.LONG
                                ? KqlType.LONG
                                : KqlType.TIMESPAN));
        return reader.table(fields, rows);
    }

    private void follow(
            Expression.Call call,
            List<long[]> events,
            int from,
            List<Long> times,
            long between,
            long overall,
            Set<List<Long>> found,
            long[] work,
            MemoryMeter.Pace pace,
            MemoryMeter.Tally held) {
        if (times.size() == events.getFirst().length - 1) {
            pace.did(32L * times.size());
            if (found.add(times)) {
                held.add(EVENT + CELL * times.size());
            }
            if (found.size() > MAX_FOUND) {
                reader.refuse(call, "'sequence_detect' finds too many sequences.");
            }
            return;
        }
        for (int i = from + 1; i < events.size(); i++) {
            pace.did(8);
            if (++work[0] > MAX_WORK) {
                reader.refuse(call, "'sequence_detect' has too many events in too wide a window.");
            }
            long at = events.get(i)[0];
            if (at - times.getLast() > between || at - times.getFirst() > overall) {
                return;
            }
            if (events.get(i)[times.size() + 1] == 1) {
                pace.did(32L * times.size());
                var longer = new ArrayList<>(times);
                longer.add(at);
                follow(call, events, i, longer, between, overall, found, work, pace, held);
            }
        }
    }

    private LogicalPlan fail(Expression.Call call, String message) {
        reader.refuse(call, message);
        throw new BindFailure();
    }

    /// One row: when, and in which state.
    private record Event(long time, Dynamic state) {}

    private static Map<Dynamic, List<Event>> events(
            Table table, int id, int time, int state, long start, long end) {
        Map<Dynamic, List<Event>> out = new LinkedHashMap<>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                var at = segment.column(time).dynamic(row);
                pace.did(64);
                if (at.isNull() || Columns.longOf(at) < start || Columns.longOf(at) > end) {
                    continue;
                }
                held.add(EVENT);
                out.computeIfAbsent(segment.column(id).dynamic(row), i -> new ArrayList<>())
                        .add(new Event(Columns.longOf(at), segment.column(state).dynamic(row)));
            }
        }
        held.settle();
        for (var list : out.values()) {
            list.sort((a, b) -> {
                pace.did(32);
                return Long.compare(a.time(), b.time());
            });
        }
        return out;
    }

    private static boolean same(Dynamic state, Dynamic wanted) {
        return ScalarText.of(state).equals(ScalarText.of(wanted));
    }

    private List<Dynamic> states(Expression.Call call, Dynamic sequence) {
        if (sequence.items().isEmpty()) {
            reader.refuse(
                    call, "The sequence of '" + call.name() + "' must be an array of states.");
        }
        return sequence.items();
    }

    private long step(Expression.Call call, Dynamic step) {
        if (Columns.longOf(step) <= 0) {
            reader.refuse(call, "The step of '" + call.name() + "' must be positive.");
        }
        return Columns.longOf(step);
    }

    /// `(id, time, start, end, most between steps, step, state, sequence)`: who went through the sequence, by the states before and after it.
    /// The same by the state before, and by the state after, stand beside.
    LogicalPlan funnelSequence(Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        int id = reader.column(argument(call, 0), schema);
        int time = time(call, 1, schema);
        long start = Columns.longOf(reader.required(call, 2, "Start", environment));
        long end = Columns.longOf(reader.required(call, 3, "End", environment));
        long between =
                Columns.longOf(reader.required(call, 4, "MaxSequenceStepWindow", environment));
        long step = step(call, reader.required(call, 5, "Step", environment));
        int state = reader.column(argument(call, 6), schema);
        var sequence = states(call, reader.required(call, 7, "Sequence", environment));
        var around = new TreeMap<List<Dynamic>, Set<Dynamic>>(SequencePlugins::compare);
        var before = new TreeMap<List<Dynamic>, Set<Dynamic>>(SequencePlugins::compare);
        var after = new TreeMap<List<Dynamic>, Set<Dynamic>>(SequencePlugins::compare);
        var type = schema.type(time);
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        events(reader.run(input), id, time, state, start, end)
                .forEach((who, events) -> {
                    for (int i = 0; i + sequence.size() <= events.size(); i++) {
                        if (!goes(events, i, sequence, between, pace)) {
                            continue;
                        }
                        int last = i + sequence.size() - 1;
                        var prev = neighbour(events, i, i - 1, between);
                        var next = neighbour(events, last, last + 1, between);
                        var bin =
                                time(
                                        start
                                                + Math.floorDiv(events.get(i).time() - start, step)
                                                        * step,
                                        type);
                        // Three keys, each with a set that has the id.
                        held.add(3 * (2 * EVENT + 2 * CELL));
                        put(around, who, bin, prev, next);
                        put(before, who, bin, prev);
                        put(after, who, bin, next);
                    }
                });
        var at = schema.field(time);
        var text = schema.type(state);
        binder.beside("prev", counted(before, at, new Field("prev", text)), call.span());
        binder.beside("next", counted(after, at, new Field("next", text)), call.span());
        return counted(around, at, new Field("prev", text), new Field("next", text));
    }

    private static boolean goes(
            List<Event> events,
            int from,
            List<Dynamic> sequence,
            long between,
            MemoryMeter.Pace pace) {
        for (int s = 0; s < sequence.size(); s++) {
            pace.did(64);
            var event = events.get(from + s);
            if (!same(event.state(), sequence.get(s))
                    || s > 0 && event.time() - events.get(from + s - 1).time() > between) {
                return false;
            }
        }
        return true;
    }

    private static Dynamic neighbour(List<Event> events, int here, int there, long between) {
        return there < 0
                        || there >= events.size()
                        || Math.abs(events.get(there).time() - events.get(here).time()) > between
                ? Dynamic.NULL
                : events.get(there).state();
    }

    private static void put(Map<List<Dynamic>, Set<Dynamic>> counts, Dynamic who, Dynamic... key) {
        counts.computeIfAbsent(List.of(key), k -> new LinkedHashSet<>()).add(who);
    }

    private static int compare(List<Dynamic> a, List<Dynamic> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = DynamicOrder.INSTANCE.compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private LogicalPlan counted(
            Map<List<Dynamic>, Set<Dynamic>> counts, Field time, Field... states) {
        var rows = new ArrayList<List<Dynamic>>();
        var held = new MemoryMeter.Tally();
        var ordered = new ArrayList<>(counts.entrySet());
        ordered.sort((a, b) -> Integer.compare(b.getValue().size(), a.getValue().size()));
        for (var entry : ordered) {
            held.add(EVENT + CELL * Math.min(MAX_SAMPLES, entry.getValue().size()));
            var line = new ArrayList<>(entry.getKey());
            line.add(Dynamic.of((long) entry.getValue().size()));
            line.add(new Dynamic.Array(entry.getValue().stream().limit(MAX_SAMPLES).toList()));
            rows.add(line);
        }
        var fields = new ArrayList<Field>();
        fields.add(time);
        fields.addAll(List.of(states));
        fields.add(new Field("dcount", KqlType.LONG));
        fields.add(new Field("samples", KqlType.DYNAMIC));
        return reader.table(fields, rows);
    }

    /// `(id, time, start, end, step, state, sequence, periods)`: how many came how far in the sequence within each length of time.
    LogicalPlan funnelSequenceCompletion(
            Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        int id = reader.column(argument(call, 0), schema);
        int time = time(call, 1, schema);
        long start = Columns.longOf(reader.required(call, 2, "Start", environment));
        long end = Columns.longOf(reader.required(call, 3, "End", environment));
        long step = step(call, reader.required(call, 4, "Step", environment));
        int state = reader.column(argument(call, 5), schema);
        var sequence = states(call, reader.required(call, 6, "Sequence", environment));
        var given = reader.required(call, 7, "MaxSequenceStepWindows", environment);
        var periods = given instanceof Dynamic.Array(var items) ? items : List.of(given);
        var type = schema.type(time);
        var perId = events(reader.run(input), id, time, state, start, end);
        var rows = new ArrayList<List<Dynamic>>();
        var pace = new MemoryMeter.Pace();
        var held = new MemoryMeter.Tally();
        for (var period : periods) {
            var reached = new TreeMap<Long, List<Set<Dynamic>>>();
            perId.forEach((who, events) -> {
                for (int i = 0; i < events.size(); i++) {
                    pace.did(128);
                    if (!same(events.get(i).state(), sequence.getFirst())) {
                        continue;
                    }
                    long bin = start + Math.floorDiv(events.get(i).time() - start, step) * step;
                    var levels =
                            reached.computeIfAbsent(
                                    bin,
                                    b -> {
                                        held.add(EVENT + MEMBER * sequence.size());
                                        var sets = new ArrayList<Set<Dynamic>>();
                                        sequence.forEach(s -> sets.add(new HashSet<>()));
                                        return sets;
                                    });
                    int depth = depth(events, i, sequence, Columns.longOf(period), pace);
                    for (int level = 0; level < depth; level++) {
                        pace.did(64);
                        if (levels.get(level).add(who)) {
                            held.add(MEMBER);
                        }
                    }
                }
            });
            reached.forEach((bin, levels) -> {
                held.add(EVENT * levels.size());
                for (int level = 0; level < levels.size(); level++) {
                    pace.did(64);
                    rows.add(
                            List.of(
                                    time(bin, type),
                                    sequence.get(level),
                                    period,
                                    Dynamic.of((long) levels.get(level).size())));
                }
            });
        }
        boolean spans = periods.stream().allMatch(p -> p instanceof Dynamic.Span);
        return reader.table(
                List.of(
                        schema.field(time),
                        schema.field(state),
                        new Field("Period", spans ? KqlType.TIMESPAN : KqlType.LONG),
                        new Field("dcount", KqlType.LONG)),
                rows);
    }

    /// How many states of the sequence are met from an event on, each as early as may be, before the time is over.
    private static int depth(
            List<Event> events,
            int from,
            List<Dynamic> sequence,
            long period,
            MemoryMeter.Pace pace) {
        int met = 1;
        for (int i = from + 1; i < events.size() && met < sequence.size(); i++) {
            pace.did(64);
            if (events.get(i).time() - events.get(from).time() > period) {
                break;
            }
            if (same(events.get(i).state(), sequence.get(met))) {
                met++;
            }
        }
        return met;
    }
}
