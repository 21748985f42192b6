package io.muster.kql.conformance;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.QueryResult;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Compares a result with what a case expects: column names and types where known, rows in sequence or as a multiset, numbers within the
/// case's tolerance, and no more leniently than the case's marks say.
final class Comparison {
    private final double tolerance;
    private final boolean absolute;
    private final Set<String> lenient = new HashSet<>();

    private Comparison(Dynamic testCase) {
        double given =
                testCase.get("real_tolerance").isNull()
                        ? 1e-9
                        : Columns.doubleOf(testCase.get("real_tolerance"));
        this.tolerance = given;
        this.absolute =
                !testCase.get("real_tolerance").isNull()
                        && testCase.get("authority").textOr("").equals("docs");
        testCase.get("lenient").items().forEach(mark -> lenient.add(mark.textOr("")));
    }

    /// What differs first; empty when nothing does.
    static Optional<String> difference(Dynamic testCase, QueryResult result) {
        return new Comparison(testCase).compare(testCase, result);
    }

    private Optional<String> compare(Dynamic testCase, QueryResult result) {
        var columns = testCase.get("expected").get("columns").items();
        var names = columns.stream().map(c -> c.get("name").textOr("")).toList();
        var gotNames = result.schema().fields().stream().map(f -> f.name()).toList();
        if (!names.equals(gotNames)) {
            return Optional.of("columns " + gotNames + ", expected " + names);
        }
        for (int i = 0; i < columns.size(); i++) {
            var type = columns.get(i).get("type").asText().flatMap(KqlType::parse);
            if (type.isPresent() && type.get() != result.schema().type(i)) {
                return Optional.of(
                        "column "
                                + names.get(i)
                                + " is "
                                + result.schema().type(i).wireName()
                                + ", expected "
                                + type.get().wireName());
            }
        }
        var expected = testCase.get("expected").get("rows").items();
        var got = result.rows();
        if (expected.size() != got.size()) {
            return Optional.of(got.size() + " rows, expected " + expected.size() + shown(got));
        }
        var types = result.schema().fields().stream().map(f -> f.type()).toList();
        if (testCase.get("ordered").boolOr(false)) {
            for (int i = 0; i < got.size(); i++) {
                if (!same(expected.get(i).items(), got.get(i), types)) {
                    return Optional.of(
                            "row "
                                    + i
                                    + " is "
                                    + text(got.get(i))
                                    + ", expected "
                                    + Json.write(expected.get(i)));
                }
            }
            return Optional.empty();
        }
        var left = new ArrayList<>(got);
        for (var row : expected) {
            boolean found = false;
            for (int i = 0; i < left.size() && !found; i++) {
                if (same(row.items(), left.get(i), types)) {
                    left.remove(i);
                    found = true;
                }
            }
            if (!found) {
                return Optional.of("no row " + Json.write(row) + shown(left));
            }
        }
        return Optional.empty();
    }

    private static String shown(List<List<Dynamic>> rows) {
        var out = new StringBuilder("; got");
        for (int i = 0; i < Math.min(3, rows.size()); i++) {
            out.append(' ').append(text(rows.get(i)));
        }
        return out.toString();
    }

    private static String text(List<Dynamic> row) {
        return Json.write(new Dynamic.Array(row));
    }

    private boolean same(List<Dynamic> expected, List<Dynamic> got, List<KqlType> types) {
        for (int i = 0; i < got.size(); i++) {
            if (i >= expected.size() || !same(expected.get(i), got.get(i), types.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean same(Dynamic expected, Dynamic got, KqlType type) {
        if (type == KqlType.DYNAMIC) {
            if (lenient.contains("dynamic-scalar") && !isNested(expected) && !isNested(got)) {
                String a = ScalarText.of(expected);
                String b = ScalarText.of(got);
                return a.equals(b) || numbersFromText(expected, got) || dynamic(expected, got);
            }
            return dynamic(expected, got);
        }
        Dynamic wanted = cell(expected, type);
        if (wanted.isNull() || got.isNull()) {
            if (wanted.isNull() == got.isNull()) {
                return true;
            }
            boolean blankExpected = expected.isNull() || expected.textOr("x").isEmpty();
            boolean blankGot = got.isNull() || got.textOr("x").isEmpty();
            return (type == KqlType.STRING || lenient.contains("blank-string"))
                    && blankExpected
                    && blankGot;
        }
        return switch (type) {
            case REAL, DECIMAL ->
                    near(Columns.doubleOf(wanted), Columns.doubleOf(got), tolerance, absolute);
            default -> wanted.equals(got);
        };
    }

    private boolean numbersFromText(Dynamic expected, Dynamic got) {
        var a = ScalarText.parseReal(ScalarText.of(expected));
        var b = ScalarText.parseReal(ScalarText.of(got));
        return a.isPresent()
                && b.isPresent()
                && near(a.getAsDouble(), b.getAsDouble(), tolerance, absolute);
    }

    private static boolean isNested(Dynamic value) {
        return value instanceof Dynamic.Array || value instanceof Dynamic.Bag;
    }

    private static boolean near(double a, double b, double tolerance, boolean absolute) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Double.isNaN(a) && Double.isNaN(b);
        }
        if (Double.isInfinite(a) || Double.isInfinite(b)) {
            return a == b;
        }
        double difference = Math.abs(a - b);
        return absolute
                ? difference <= tolerance * 1.000001
                : difference <= tolerance * Math.max(1e-300, Math.max(Math.abs(a), Math.abs(b)))
                        || difference <= 1e-300;
    }

    private boolean dynamic(Dynamic expected, Dynamic got) {
        if (expected instanceof Dynamic.Array(var a) && got instanceof Dynamic.Array(var b)) {
            if (a.size() != b.size()) {
                return false;
            }
            if (lenient.contains("array-order")) {
                var left = new ArrayList<>(b);
                for (var item : a) {
                    boolean found = false;
                    for (int i = 0; i < left.size() && !found; i++) {
                        if (dynamic(item, left.get(i))) {
                            left.remove(i);
                            found = true;
                        }
                    }
                    if (!found) {
                        return false;
                    }
                }
                return true;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!dynamic(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (expected instanceof Dynamic.Bag(var a) && got instanceof Dynamic.Bag(var b)) {
            return a.keySet().equals(b.keySet())
                    && a.entrySet().stream()
                            .allMatch(e ->
                                    dynamic(
                                            e.getValue(),
                                            b.getOrDefault(e.getKey(), Dynamic.NULL)));
        }
        if (DynamicOrder.isNumber(expected) && DynamicOrder.isNumber(got)) {
            double x = Columns.doubleOf(expected);
            double y = Columns.doubleOf(got);
            return near(
                            x,
                            y,
                            lenient.contains("dynamic-real")
                                    ? Math.max(tolerance, 1e-3)
                                    : tolerance,
                            absolute && !lenient.contains("dynamic-real"))
                    || lenient.contains("dynamic-real") && near(x, y, 1e-3, false);
        }
        // Values packed from typed ones print as their text; NaN and infinity have no JSON number.
        if (expected instanceof Dynamic.Text(var text) && !(got instanceof Dynamic.Text)) {
            if (got instanceof Dynamic.Real(var r)) {
                return switch (text) {
                    case "NaN" -> Double.isNaN(r);
                    case "Infinity" -> r == Double.POSITIVE_INFINITY;
                    case "-Infinity" -> r == Double.NEGATIVE_INFINITY;
                    default -> false;
                };
            }
            return (got instanceof Dynamic.DateTime
                            || got instanceof Dynamic.Span
                            || got instanceof Dynamic.Guid
                            || got instanceof Dynamic.Decimal)
                    && ScalarText.of(got).equals(text);
        }
        return expected.equals(got);
    }

    /// A cell as the file writes it, as the value of a type.
    static Dynamic cell(Dynamic written, KqlType type) {
        if (written.isNull()) {
            return Dynamic.NULL;
        }
        String text = ScalarText.of(written);
        return switch (type) {
            case BOOL -> written instanceof Dynamic.Whole(var w) ? Dynamic.of(w != 0) : written;
            case INT, LONG, STRING, DYNAMIC -> written;
            case REAL -> {
                if (written instanceof Dynamic.Whole(var w)) {
                    yield Dynamic.of((double) w);
                }
                var real = ScalarText.parseReal(text);
                yield real.isPresent() ? Dynamic.of(real.getAsDouble()) : Dynamic.NULL;
            }
            case DECIMAL -> {
                var decimal = ScalarText.parseDecimal(text);
                yield decimal.isPresent() ? new Dynamic.Decimal(decimal.get()) : Dynamic.NULL;
            }
            case DATETIME -> {
                var ticks = ScalarText.parseDateTime(text);
                yield ticks.isPresent() ? new Dynamic.DateTime(ticks.getAsLong()) : Dynamic.NULL;
            }
            case TIMESPAN -> {
                var ticks = ScalarText.parseTimespan(text);
                yield ticks.isPresent() ? new Dynamic.Span(ticks.getAsLong()) : Dynamic.NULL;
            }
            case GUID -> {
                var guid = ScalarText.parseGuid(text);
                yield guid.isPresent() ? new Dynamic.Guid(guid.get()) : Dynamic.NULL;
            }
        };
    }
}
