package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.Columns;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Plugins that find patterns, values of some columns that many rows share: `basket`, `autocluster`, `diffpatterns`. All three choose of
/// the closed patterns, those that no further column would leave as frequent. Kusto samples and does not publish how it chooses.
final class PatternPlugins {
    private static final double LEAST_THRESHOLD = 0.015;

    private final PluginReader reader;

    PatternPlugins(PluginReader reader) {
        this.reader = reader;
    }

    /// Arguments by place; `~` stands for what is usual.
    private record Options(
            PluginReader reader, Expression.Call call, Environment environment, Schema schema) {
        @Nullable Dynamic constant(int index, String name) {
            if (index >= call.arguments().size()) {
                return null;
            }
            var value = reader.required(call, index, name, environment);
            return value instanceof Dynamic.Text(var tilde) && tilde.equals("~") ? null : value;
        }

        double number(int index, String name, double usual) {
            var given = constant(index, name);
            return given == null ? usual : Columns.doubleOf(given);
        }

        /// A column, -1 for none.
        int column(int index) {
            if (index >= call.arguments().size()) {
                return -1;
            }
            var value = call.arguments().get(index).value();
            return value instanceof Expression.Literal ? -1 : reader.column(value, schema);
        }

        double threshold(int index) {
            double given = number(index, "Threshold", 0.05);
            if (!(given >= LEAST_THRESHOLD && given <= 1)) {
                reader.refuse(
                        call, "The threshold of '" + call.name() + "' must be from 0.015 to 1.");
            }
            return given;
        }

        /// What stands for "any value", by type.
        Map<KqlType, Dynamic> wildcards(int from) {
            var out = new EnumMap<KqlType, Dynamic>(KqlType.class);
            for (int i = from; i < call.arguments().size(); i++) {
                var given = constant(i, "CustomWildcard");
                if (given == null) {
                    continue;
                }
                switch (given) {
                    case Dynamic.Text t -> out.put(KqlType.STRING, given);
                    case Dynamic.Whole w -> {
                        out.put(KqlType.LONG, given);
                        out.put(KqlType.INT, given);
                    }
                    case Dynamic.Real r -> out.put(KqlType.REAL, given);
                    case Dynamic.DateTime d -> out.put(KqlType.DATETIME, given);
                    case Dynamic.Span s -> out.put(KqlType.TIMESPAN, given);
                    case Dynamic.Bool b -> out.put(KqlType.BOOL, given);
                    case Dynamic.Guid g -> out.put(KqlType.GUID, given);
                    case Dynamic.Decimal d -> out.put(KqlType.DECIMAL, given);
                    case Dynamic.Null n -> {}
                    case Dynamic.Array a -> {}
                    case Dynamic.Bag b -> {}
                }
            }
            return out;
        }
    }

    private static List<Field> fields(Schema schema, int[] columns, Field... first) {
        var out = new ArrayList<>(List.of(first));
        for (int column : columns) {
            out.add(schema.field(column));
        }
        return out;
    }

    private static List<Dynamic> line(
            Patterns patterns,
            Patterns.Pattern pattern,
            Schema schema,
            Map<KqlType, Dynamic> wildcards,
            Dynamic... first) {
        var out = new ArrayList<>(List.of(first));
        for (int c = 0; c < patterns.columns().length; c++) {
            int code = pattern.codes()[c];
            out.add(
                    code >= 0
                            ? patterns.value(c, code)
                            : wildcards.getOrDefault(
                                    schema.type(patterns.columns()[c]), Dynamic.NULL));
        }
        return out;
    }

    private static Dynamic percent(double part, double whole, int digits) {
        double power = Math.pow(10, digits);
        return Dynamic.of(Math.rint(100 * part / whole * power) / power);
    }

    /// `(threshold, weight, dimensions, wildcards...)`: the closed patterns that are frequent.
    LogicalPlan basket(Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        var options = new Options(reader, call, environment, schema);
        double threshold = options.threshold(0);
        int weight = options.column(1);
        int most = (int) Math.clamp(options.number(2, "MaxDimensions", 5), 1, 50);
        var wildcards = options.wildcards(3);
        var patterns = Patterns.of(reader.run(input), weight, -1);
        var found = new ArrayList<>(patterns.closed(patterns.total() * threshold, most));
        found.sort(
                Comparator.comparingDouble((Patterns.Pattern p) -> -p.weight() * p.dimensions()));
        return segments(schema, patterns, found, wildcards);
    }

    /// `(size weight, weight, seeds, wildcards...)`: few patterns that are both frequent and telling. The best is taken, then the best for
    /// the rows that are left, until what is left is little.
    LogicalPlan autocluster(Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        var options = new Options(reader, call, environment, schema);
        double size = options.number(0, "SizeWeight", 0.5);
        if (!(size >= 0 && size <= 1)) {
            reader.refuse(call, "The size weight of 'autocluster' must be from 0 to 1.");
        }
        int weight = options.column(1);
        var wildcards = options.wildcards(3);
        var patterns = Patterns.of(reader.run(input), weight, -1);
        var ordered = patterns.closed(patterns.total() * 0.05, patterns.columns().length);
        ordered.sort(
                Comparator.comparingDouble(
                        (Patterns.Pattern p) -> -score(patterns, p, p.weight(), size)));
        var candidates = few(ordered, patterns);
        var left = patterns.all();
        var chosen = new ArrayList<Patterns.Pattern>();
        while (true) {
            Patterns.Pattern best = null;
            double bestScore = 0;
            for (var candidate : candidates) {
                // The rows that are left weigh no more than all: behind this one none can be
                // better.
                if (score(patterns, candidate, candidate.weight(), size) <= bestScore) {
                    break;
                }
                double here = patterns.weight(candidate, left);
                double score =
                        here < patterns.total() * 0.05 ? 0 : score(patterns, candidate, here, size);
                if (score > bestScore) {
                    bestScore = score;
                    best = candidate;
                }
            }
            if (best == null) {
                break;
            }
            patterns.remove(best, left);
            chosen.add(best);
        }
        return segments(schema, patterns, chosen, wildcards);
    }

    /// A row a pattern: its number, the weight of its rows and the share of all, and what its rows have in common.
    private LogicalPlan segments(
            Schema schema,
            Patterns patterns,
            List<Patterns.Pattern> found,
            Map<KqlType, Dynamic> wildcards) {
        var rows = new ArrayList<List<Dynamic>>();
        for (var pattern : found) {
            rows.add(
                    line(
                            patterns,
                            pattern,
                            schema,
                            wildcards,
                            Dynamic.of((long) rows.size()),
                            Dynamic.of(Math.round(pattern.weight())),
                            percent(pattern.weight(), patterns.total(), 1)));
        }
        return reader.table(
                fields(
                        schema,
                        patterns.columns(),
                        new Field("SegmentId", KqlType.LONG),
                        new Field("Count", KqlType.LONG),
                        new Field("Percent", KqlType.REAL)),
                rows);
    }

    /// `(split, a, b, weight, threshold, dimensions, wildcards...)`: patterns whose shares of the two sets differ. Of those that tell of the
    /// same rows the first stays.
    LogicalPlan diffpatterns(Expression.Call call, LogicalPlan input, Environment environment) {
        var schema = input.schema();
        if (call.arguments().size() < 3) {
            reader.refuse(call, "'diffpatterns' expects a column and two of its values.");
        }
        int split = reader.column(call.arguments().getFirst().value(), schema);
        var options = new Options(reader, call, environment, schema);
        String a = ScalarText.of(reader.required(call, 1, "SplitValueA", environment));
        String b = ScalarText.of(reader.required(call, 2, "SplitValueB", environment));
        int weight = options.column(3);
        double threshold = options.threshold(4);
        int most =
                (int)
                        Math.clamp(
                                options.number(5, "MaxDimensions", schema.size()),
                                1,
                                Math.max(1, schema.size()));
        var wildcards = options.wildcards(6);
        var patterns = Patterns.of(reader.run(input), weight, split);
        var inA = patterns.where(split, a);
        var inB = patterns.where(split, b);
        double allA = patterns.weight(inA);
        double allB = patterns.weight(inB);
        var found = new ArrayList<Different>();
        double least = threshold * Math.min(allA, allB);
        for (var pattern : few(patterns.closed(Math.max(least, 1e-9), most), patterns)) {
            double by = difference(patterns, pattern, inA, inB, allA, allB);
            if (by >= threshold) {
                found.add(new Different(pattern, by));
            }
        }
        found.sort(
                Comparator.comparingDouble((Different d) -> -d.by())
                        .thenComparingInt(d -> -d.pattern().dimensions()));
        var leftA = inA.clone();
        var leftB = inB.clone();
        var rows = new ArrayList<List<Dynamic>>();
        for (var different : found) {
            var pattern = different.pattern();
            if (difference(patterns, pattern, leftA, leftB, allA, allB) < threshold) {
                continue;
            }
            double countA = patterns.weight(pattern, inA);
            double countB = patterns.weight(pattern, inB);
            patterns.remove(pattern, leftA);
            patterns.remove(pattern, leftB);
            double percentA = Columns.doubleOf(percent(countA, allA, 2));
            double percentB = Columns.doubleOf(percent(countB, allB, 2));
            rows.add(
                    line(
                            patterns,
                            pattern,
                            schema,
                            wildcards,
                            Dynamic.of((long) rows.size()),
                            Dynamic.of(Math.round(countA)),
                            Dynamic.of(Math.round(countB)),
                            Dynamic.of(percentA),
                            Dynamic.of(percentB),
                            percent(Math.abs(percentA - percentB), 100, 2)));
        }
        return reader.table(
                fields(
                        schema,
                        patterns.columns(),
                        new Field("SegmentId", KqlType.LONG),
                        new Field("CountA", KqlType.LONG),
                        new Field("CountB", KqlType.LONG),
                        new Field("PercentA", KqlType.REAL),
                        new Field("PercentB", KqlType.REAL),
                        new Field("PercentDiffAB", KqlType.REAL)),
                rows);
    }

    /// How telling a pattern is of rows of a weight: the weighted geometric mean of its share of the rows and of the columns.
    private static double score(
            Patterns patterns, Patterns.Pattern pattern, double weight, double size) {
        return Math.pow(weight / patterns.total(), size)
                * Math.pow((double) pattern.dimensions() / patterns.columns().length, 1 - size);
    }

    /// The first so many patterns as can be held against all rows in a moment.
    private static List<Patterns.Pattern> few(List<Patterns.Pattern> all, Patterns patterns) {
        int most = (int) Math.max(100, 1e8 / Math.max(1, patterns.all().length));
        return all.subList(0, Math.min(all.size(), most));
    }

    private record Different(Patterns.Pattern pattern, double by) {}

    private static double difference(
            Patterns patterns,
            Patterns.Pattern pattern,
            boolean[] inA,
            boolean[] inB,
            double allA,
            double allB) {
        return Math.abs(
                patterns.weight(pattern, inA) / allA - patterns.weight(pattern, inB) / allB);
    }
}
