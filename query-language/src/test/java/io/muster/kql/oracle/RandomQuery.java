package io.muster.kql.oracle;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A random query over the given tables: its text, and its answer computed row by row while it is made.
final class RandomQuery {
    private final RandomGenerator random;
    private final Map<String, Rows> tables;
    private final StringBuilder text = new StringBuilder();
    private Rows rows;

    /// The join that the rows come from by nothing but `where`, `extend` and `project`, when it is an innerunique one.
    private @Nullable UniqueJoin unique;

    private final RandomExpr expressions;

    private int fresh;

    RandomQuery(RandomGenerator random, Map<String, Rows> tables) {
        this.random = random;
        this.tables = tables;
        this.expressions = new RandomExpr(random, () -> rows);
        String source = pick(List.copyOf(tables.keySet()));
        text.append(source);
        rows = table(source);
        for (int steps = 1 + random.nextInt(5); steps > 0; steps--) {
            step();
        }
    }

    String text() {
        return text.toString();
    }

    Rows answer() {
        return rows;
    }

    private Rows table(String name) {
        var found = tables.get(name);
        if (found == null) {
            throw new IllegalArgumentException(name);
        }
        return found;
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private String fresh() {
        return "x" + fresh++;
    }

    private void step() {
        // What may stand behind an innerunique join and still reach before its duplicates go is
        // rare
        // enough to be asked for.
        int operator =
                unique != null && random.nextInt(3) > 0 ? random.nextInt(6) : random.nextInt(13);
        int length = text.length();
        var before = unique;
        switch (operator) {
            case 0, 1, 2 -> where();
            case 3, 4 -> extend();
            case 5 -> project();
            case 6 -> sort();
            case 7 -> take();
            case 8 -> summarize();
            case 9 -> distinct();
            case 10 -> join();
            case 11 -> union();
            default -> expand();
        }
        boolean passes = operator <= 5;
        if (!passes && unique == before && text.length() > length) {
            unique = null;
        }
    }

    // Operators

    private void where() {
        var predicate = expressions.bool(2);
        text.append("\n| where ").append(predicate.text());
        if (unique != null) {
            unique.where(predicate, rows.columns());
            rows = rows.with(unique.rows());
            return;
        }
        var kept = new ArrayList<Dynamic[]>();
        for (var row : rows.rows()) {
            if (Dynamic.TRUE.equals(predicate.value().apply(row))) {
                kept.add(row);
            }
        }
        rows = rows.with(kept);
    }

    private void extend() {
        var expr = expressions.any(2);
        boolean replace = random.nextInt(4) == 0;
        String name = replace ? pick(rows.columns()).name() : fresh();
        text.append("\n| extend ").append(name).append(" = ").append(expr.text());
        var columns = new ArrayList<>(rows.columns());
        int at = replace ? rows.indexOf(name) : columns.size();
        var column = new Rows.Column(name, expr.type());
        if (unique != null) {
            unique.extend(at, expr, rows.columns());
        }
        if (replace) {
            columns.set(at, column);
        } else {
            columns.add(column);
        }
        var out = new ArrayList<Dynamic[]>();
        for (var row : rows.rows()) {
            var line = Arrays.copyOf(row, columns.size());
            line[at] = expr.value().apply(row);
            out.add(line);
        }
        rows = new Rows(columns, out, rows.ordered());
    }

    private void project() {
        var picked = new LinkedHashSet<Integer>();
        for (int n = 2 + random.nextInt(5); n > 0; n--) {
            picked.add(random.nextInt(rows.columns().size()));
        }
        var columns = new ArrayList<Rows.Column>();
        var texts = new ArrayList<String>();
        for (int index : picked) {
            columns.add(rows.columns().get(index));
            texts.add(rows.columns().get(index).name());
        }
        text.append("\n| project ").append(String.join(", ", texts));
        if (unique != null) {
            unique.project(List.copyOf(picked));
        }
        rows = new Rows(columns, picked(List.copyOf(picked)), rows.ordered());
    }

    private List<Dynamic[]> picked(List<Integer> indexes) {
        var out = new ArrayList<Dynamic[]>();
        for (var row : rows.rows()) {
            var line = new Dynamic[indexes.size()];
            for (int i = 0; i < line.length; i++) {
                line[i] = row[indexes.get(i)];
            }
            out.add(line);
        }
        return out;
    }

    private List<Integer> typed() {
        var out = new ArrayList<Integer>();
        for (int i = 0; i < rows.columns().size(); i++) {
            if (rows.columns().get(i).type() != KqlType.DYNAMIC) {
                out.add(i);
            }
        }
        return out;
    }

    /// Ties keep their order, so the result is as ordered as before, or wholly when every column is a key.
    private void sort() {
        var typed = typed();
        if (typed.isEmpty()) {
            return;
        }
        var texts = new ArrayList<String>();
        var order = Comparator.<Dynamic[], Boolean>comparing(row -> true);
        for (int n = 1 + random.nextInt(2); n > 0; n--) {
            int index = pick(typed);
            boolean ascending = random.nextBoolean();
            int nulls = random.nextInt(3);
            boolean first = nulls == 0 ? ascending : nulls == 1;
            texts.add(
                    rows.columns().get(index).name()
                            + (ascending ? " asc" : random.nextBoolean() ? " desc" : "")
                            + (nulls == 0 ? "" : first ? " nulls first" : " nulls last"));
            order =
                    order.thenComparing((a, b) -> {
                        int apart = Integer.compare(Rules.apart(a[index]), Rules.apart(b[index]));
                        if (apart != 0) {
                            return first ? -apart : apart;
                        }
                        int compared = Rules.compare(a[index], b[index]);
                        return ascending ? compared : -compared;
                    });
        }
        text.append("\n| sort by ").append(String.join(", ", texts));
        var sorted = new ArrayList<>(rows.rows());
        sorted.sort(order);
        rows = rows.with(sorted);
    }

    private void take() {
        if (!rows.ordered()) {
            return;
        }
        int count = random.nextInt(6);
        text.append("\n| take ").append(count);
        rows = rows.with(rows.rows().subList(0, Math.min(count, rows.rows().size())));
    }

    private void distinct() {
        var typed = typed();
        if (typed.isEmpty()) {
            return;
        }
        var keys = new ArrayList<>(new LinkedHashSet<>(List.of(pick(typed), pick(typed))));
        text.append("\n| distinct ")
                .append(
                        String.join(
                                ", ",
                                keys.stream().map(k -> rows.columns().get(k).name()).toList()));
        var groups = new LinkedHashMap<List<Dynamic>, Dynamic[]>();
        for (var line : picked(keys)) {
            groups.putIfAbsent(Arrays.stream(line).map(Rules::key).toList(), line);
        }
        rows =
                new Rows(
                        keys.stream().map(k -> rows.columns().get(k)).toList(),
                        List.copyOf(groups.values()),
                        rows.ordered());
    }

    private record Aggregate(String text, KqlType type, Function<List<Dynamic[]>, Dynamic> value) {}

    private void summarize() {
        var typed = typed();
        var keys = new ArrayList<Integer>();
        if (!typed.isEmpty()) {
            for (int n = random.nextInt(3); n > 0; n--) {
                int key = pick(typed);
                if (!keys.contains(key)) {
                    keys.add(key);
                }
            }
        }
        var aggregates = new ArrayList<Aggregate>();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            aggregates.add(aggregate());
        }
        var columns = new ArrayList<Rows.Column>();
        keys.forEach(k -> columns.add(rows.columns().get(k)));
        var texts = new ArrayList<String>();
        for (var aggregate : aggregates) {
            String name = fresh();
            texts.add(name + " = " + aggregate.text());
            columns.add(new Rows.Column(name, aggregate.type()));
        }
        text.append("\n| summarize ").append(String.join(", ", texts));
        if (!keys.isEmpty()) {
            text.append(" by ")
                    .append(
                            String.join(
                                    ", ",
                                    keys.stream().map(k -> rows.columns().get(k).name()).toList()));
        }
        var groups = new LinkedHashMap<List<Dynamic>, List<Dynamic[]>>();
        if (keys.isEmpty()) {
            groups.put(List.of(), new ArrayList<>());
        }
        for (var row : rows.rows()) {
            groups.computeIfAbsent(
                            keys.stream().map(k -> Rules.key(row[k])).toList(),
                            k -> new ArrayList<>())
                    .add(row);
        }
        var out = new ArrayList<Dynamic[]>();
        groups.forEach((key, members) -> {
            var line = new ArrayList<>(key);
            aggregates.forEach(a -> line.add(a.value().apply(members)));
            out.add(line.toArray(Dynamic[]::new));
        });
        rows = new Rows(columns, out, rows.ordered());
    }

    private Aggregate aggregate() {
        var number = random.nextBoolean() ? expressions.whole(1) : expressions.real(1);
        switch (random.nextInt(8)) {
            case 0 -> {
                return new Aggregate(
                        "count()", KqlType.LONG, members -> Dynamic.of((long) members.size()));
            }
            case 1 -> {
                var predicate = expressions.bool(1);
                return new Aggregate(
                        "countif(" + predicate.text() + ")",
                        KqlType.LONG,
                        members ->
                                Dynamic.of(
                                        members.stream()
                                                .map(predicate.value())
                                                .filter(Dynamic.TRUE::equals)
                                                .count()));
            }
            case 2 -> {
                return new Aggregate(
                        "sum(" + number.text() + ")",
                        number.type(),
                        members -> {
                            Dynamic total =
                                    number.type() == KqlType.LONG
                                            ? Dynamic.of(0L)
                                            : Dynamic.of(0.0);
                            for (var value : present(members, number)) {
                                total = Rules.arithmetic('+', total, value);
                            }
                            return total;
                        });
            }
            case 3 -> {
                return new Aggregate(
                        "avg(" + number.text() + ")",
                        KqlType.REAL,
                        members -> {
                            var values = present(members, number);
                            return Dynamic.of(
                                    values.stream().mapToDouble(Rules::number).sum()
                                            / values.size());
                        });
            }
            case 4 -> {
                var expr = expressions.scalar(1);
                boolean least = random.nextBoolean();
                return new Aggregate(
                        (least ? "min(" : "max(") + expr.text() + ")",
                        expr.type(),
                        members -> {
                            var values = new ArrayList<>(present(members, expr));
                            values.sort(Rules::compare);
                            return values.isEmpty()
                                    ? Rules.empty(expr.type())
                                    : least ? values.getFirst() : values.getLast();
                        });
            }
            case 5 -> {
                var expr = expressions.scalar(1);
                return new Aggregate(
                        "dcount(" + expr.text() + ")",
                        KqlType.LONG,
                        members ->
                                Dynamic.of(
                                        (long) new LinkedHashSet<>(present(members, expr)).size()));
            }
            case 6 -> {
                var expr = expressions.string(1);
                boolean set = random.nextBoolean();
                if (!rows.ordered()) {
                    return new Aggregate(
                            "count()", KqlType.LONG, members -> Dynamic.of((long) members.size()));
                }
                return new Aggregate(
                        (set ? "make_set(" : "make_list(") + expr.text() + ")",
                        KqlType.DYNAMIC,
                        members -> {
                            var values = present(members, expr);
                            return new Dynamic.Array(
                                    set ? List.copyOf(new LinkedHashSet<>(values)) : values);
                        });
            }
            default -> {
                var predicate = expressions.bool(1);
                return new Aggregate(
                        "sumif(" + number.text() + ", " + predicate.text() + ")",
                        number.type(),
                        members -> {
                            Dynamic total =
                                    number.type() == KqlType.LONG
                                            ? Dynamic.of(0L)
                                            : Dynamic.of(0.0);
                            for (var row : members) {
                                var value = number.value().apply(row);
                                if (Dynamic.TRUE.equals(predicate.value().apply(row))
                                        && !value.isNull()) {
                                    total = Rules.arithmetic('+', total, value);
                                }
                            }
                            return total;
                        });
            }
        }
    }

    private static List<Dynamic> present(List<Dynamic[]> members, Expr expr) {
        return members.stream().map(expr.value()).filter(v -> !v.isNull()).map(Rules::key).toList();
    }

    private void join() {
        var keys = typed();
        String other = pick(List.copyOf(tables.keySet()));
        var right = table(other);
        var pairs = new ArrayList<int[]>();
        for (int left : keys) {
            for (int r = 0; r < right.columns().size(); r++) {
                if (right.columns().get(r).type() == rows.columns().get(left).type()
                        && right.columns().get(r).type() != KqlType.REAL) {
                    pairs.add(new int[] {left, r});
                }
            }
        }
        if (pairs.isEmpty()
                || (long) rows.rows().size() * right.rows().size() > 2000
                || rows.columns().size() > 20) {
            return;
        }
        int[] pair = pick(pairs);
        String kind =
                pick(
                        List.of(
                                "inner",
                                "leftouter",
                                "rightouter",
                                "fullouter",
                                "leftsemi",
                                "leftanti",
                                "rightsemi",
                                "rightanti",
                                "innerunique"));
        if (kind.equals("innerunique") && !rows.ordered()) {
            return;
        }
        text.append("\n| join kind=")
                .append(kind)
                .append(" (")
                .append(other)
                .append(") on $left.")
                .append(rows.columns().get(pair[0]).name())
                .append(" == $right.")
                .append(right.columns().get(pair[1]).name());
        unique =
                kind.equals("innerunique")
                        ? new UniqueJoin(rows.rows(), right.rows(), pair[0], pair[1])
                        : null;
        rows = joined(kind, rows, right, pair[0], pair[1]).unordered();
    }

    private static Rows joined(String kind, Rows left, Rows right, int a, int b) {
        var out = new ArrayList<Dynamic[]>();
        var matched = new HashSet<Integer>();
        var seen = new HashSet<Dynamic>();
        for (var row : left.rows()) {
            if (kind.equals("innerunique") && !seen.add(row[a])) {
                continue;
            }
            boolean any = false;
            for (int r = 0; r < right.rows().size(); r++) {
                var other = right.rows().get(r);
                if (row[a].equals(other[b])) {
                    any = true;
                    matched.add(r);
                    if (!kind.endsWith("semi") && !kind.endsWith("anti")) {
                        out.add(beside(row, other));
                    }
                }
            }
            if (kind.equals("leftsemi") && any || kind.equals("leftanti") && !any) {
                out.add(row);
            }
            if (!any && (kind.equals("leftouter") || kind.equals("fullouter"))) {
                out.add(beside(row, nothing(right)));
            }
        }
        for (int r = 0; r < right.rows().size(); r++) {
            var other = right.rows().get(r);
            boolean any = matched.contains(r);
            if (kind.equals("rightsemi") && any || kind.equals("rightanti") && !any) {
                out.add(other);
            }
            if (!any && (kind.equals("rightouter") || kind.equals("fullouter"))) {
                out.add(beside(nothing(left), other));
            }
        }
        if (kind.endsWith("semi") || kind.endsWith("anti")) {
            return (kind.startsWith("left") ? left : right).with(out);
        }
        var columns = new ArrayList<>(left.columns());
        var names = new HashSet<String>();
        left.columns().forEach(c -> names.add(c.name()));
        var rightNames = new HashSet<String>();
        right.columns().forEach(c -> rightNames.add(c.name()));
        for (var column : right.columns()) {
            String name = column.name();
            for (int n = 1; names.contains(name); n++) {
                String numbered = column.name() + n;
                name = rightNames.contains(numbered) ? name : numbered;
            }
            names.add(name);
            columns.add(new Rows.Column(name, column.type()));
        }
        return new Rows(columns, out, false);
    }

    private static Dynamic[] nothing(Rows of) {
        return of.columns().stream().map(c -> Rules.empty(c.type())).toArray(Dynamic[]::new);
    }

    static Dynamic[] beside(Dynamic[] left, Dynamic[] right) {
        var out = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, out, left.length, right.length);
        return out;
    }

    /// All columns by name; a name of two types would part in two columns, which is left to the spec files.
    private void union() {
        String other = pick(List.copyOf(tables.keySet()));
        var right = table(other);
        for (var column : right.columns()) {
            int index = rows.indexOf(column.name());
            if (index >= 0 && rows.columns().get(index).type() != column.type()) {
                return;
            }
        }
        text.append("\n| union ").append(other);
        var columns = new ArrayList<>(rows.columns());
        for (var column : right.columns()) {
            if (rows.indexOf(column.name()) < 0) {
                columns.add(column);
            }
        }
        var out = new ArrayList<Dynamic[]>();
        for (var source : List.of(rows, right)) {
            for (var row : source.rows()) {
                var line = new Dynamic[columns.size()];
                for (int i = 0; i < line.length; i++) {
                    int index = source.indexOf(columns.get(i).name());
                    line[i] = index < 0 ? Rules.empty(columns.get(i).type()) : row[index];
                }
                out.add(line);
            }
        }
        rows = new Rows(columns, out, rows.ordered() && right.ordered());
    }

    private void expand() {
        var dynamics = rows.of(KqlType.DYNAMIC);
        if (dynamics.isEmpty() || rows.rows().size() > 300) {
            return;
        }
        int index = pick(dynamics);
        text.append("\n| mv-expand ").append(rows.columns().get(index).name());
        var out = new ArrayList<Dynamic[]>();
        for (var row : rows.rows()) {
            var values =
                    switch (row[index]) {
                        case Dynamic.Array(var items) -> items;
                        case Dynamic.Bag(var members) ->
                                members.entrySet().stream()
                                        .map(m ->
                                                Dynamic.bag().put(m.getKey(), m.getValue()).build())
                                        .toList();
                        default -> List.of(row[index]);
                    };
            for (var value : values) {
                var line = row.clone();
                line[index] = value;
                out.add(line);
            }
        }
        rows = rows.with(out);
    }

    /// Rows as sortable texts, reals rounded: for comparing without order.
    static Map<String, Integer> bag(List<? extends List<Dynamic>> rows) {
        var out = new HashMap<String, Integer>();
        rows.forEach(row -> out.merge(line(row), 1, Integer::sum));
        return out;
    }

    static String line(List<Dynamic> row) {
        return String.join(" | ", row.stream().map(RandomQuery::cell).toList());
    }

    private static String cell(Dynamic value) {
        return value instanceof Dynamic.Real(var r)
                ? Double.isFinite(r)
                        ? String.format(Locale.ROOT, "%.9e", r == 0 ? 0.0 : r)
                        : String.valueOf(r)
                : String.valueOf(value);
    }
}
