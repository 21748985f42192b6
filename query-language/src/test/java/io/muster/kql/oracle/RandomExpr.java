package io.muster.kql.oracle;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Random expressions over the columns that a query has come to.
final class RandomExpr {
    private final RandomGenerator random;
    private final Supplier<Rows> rows;

    RandomExpr(RandomGenerator random, Supplier<Rows> rows) {
        this.random = random;
        this.rows = rows;
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    Expr any(int depth) {
        return random.nextInt(6) == 0 ? path(depth) : scalar(depth);
    }

    Expr scalar(int depth) {
        return switch (random.nextInt(4)) {
            case 0 -> bool(depth);
            case 1 -> real(depth);
            case 2 -> string(depth);
            default -> whole(depth);
        };
    }

    private Expr column(KqlType type, Expr otherwise) {
        var columns = rows.get().of(type);
        if (columns.isEmpty()) {
            return otherwise;
        }
        int index = pick(columns);
        return new Expr(rows.get().columns().get(index).name(), type, row -> row[index]);
    }

    private Expr wholeLiteral() {
        long value = random.nextLong(12) - 3;
        return value < 0
                ? new Expr("(" + value + ")", KqlType.LONG, row -> Dynamic.of(value))
                : new Expr(String.valueOf(value), KqlType.LONG, row -> Dynamic.of(value));
    }

    private Expr realLiteral() {
        double value = (random.nextInt(40) - 15) / 4.0;
        return new Expr("real(" + value + ")", KqlType.REAL, row -> Dynamic.of(value));
    }

    private Expr textLiteral() {
        String value = pick(RandomTables.TEXTS);
        return new Expr("'" + value + "'", KqlType.STRING, row -> Dynamic.of(value));
    }

    Expr whole(int depth) {
        if (depth <= 0) {
            return random.nextInt(3) == 0 ? wholeLiteral() : column(KqlType.LONG, wholeLiteral());
        }
        return switch (random.nextInt(7)) {
            case 0, 1 -> {
                char sign = "+-*/%".charAt(random.nextInt(5));
                yield combine(sign, whole(depth - 1), whole(depth - 1), KqlType.LONG);
            }
            case 2 -> {
                var of = string(depth - 1);
                yield new Expr(
                        "strlen(" + of.text() + ")",
                        KqlType.LONG,
                        row ->
                                of.value().apply(row) instanceof Dynamic.Text(var t)
                                        ? Dynamic.of((long) t.codePointCount(0, t.length()))
                                        : Dynamic.NULL);
            }
            case 3 -> {
                var of = random.nextBoolean() ? path(depth) : string(depth - 1);
                yield new Expr(
                        "tolong(" + of.text() + ")",
                        KqlType.LONG,
                        row -> Rules.toLong(of.value().apply(row)));
            }
            case 4 -> choice(bool(depth - 1), whole(depth - 1), whole(depth - 1));
            case 5 -> {
                var of = path(depth);
                yield new Expr(
                        "array_length(" + of.text() + ")",
                        KqlType.LONG,
                        row ->
                                of.value().apply(row) instanceof Dynamic.Array(var items)
                                        ? Dynamic.of((long) items.size())
                                        : Dynamic.NULL);
            }
            default -> whole(0);
        };
    }

    private static Expr combine(char sign, Expr a, Expr b, KqlType type) {
        return new Expr(
                "(" + a.text() + " " + sign + " " + b.text() + ")",
                type,
                row -> Rules.arithmetic(sign, a.value().apply(row), b.value().apply(row)));
    }

    private static Expr choice(Expr predicate, Expr then, Expr otherwise) {
        return new Expr(
                "iff(" + predicate.text() + ", " + then.text() + ", " + otherwise.text() + ")",
                then.type(),
                row ->
                        Dynamic.TRUE.equals(predicate.value().apply(row))
                                ? then.value().apply(row)
                                : otherwise.value().apply(row));
    }

    Expr real(int depth) {
        if (depth <= 0) {
            return random.nextInt(3) == 0 ? realLiteral() : column(KqlType.REAL, realLiteral());
        }
        char sign = "+-*".charAt(random.nextInt(3));
        return random.nextInt(4) == 0
                ? choice(bool(depth - 1), real(depth - 1), real(depth - 1))
                : combine(
                        sign,
                        real(depth - 1),
                        random.nextBoolean() ? whole(depth - 1) : real(depth - 1),
                        KqlType.REAL);
    }

    Expr string(int depth) {
        if (depth <= 0) {
            return random.nextInt(3) == 0 ? textLiteral() : column(KqlType.STRING, textLiteral());
        }
        return switch (random.nextInt(6)) {
            case 0 -> {
                var a = string(depth - 1);
                var b = string(depth - 1);
                yield new Expr(
                        "strcat(" + a.text() + ", " + b.text() + ")",
                        KqlType.STRING,
                        row -> Dynamic.of(plain(a, row) + plain(b, row)));
            }
            case 1 -> {
                var of = string(depth - 1);
                yield new Expr(
                        "toupper(" + of.text() + ")",
                        KqlType.STRING,
                        row -> Dynamic.of(plain(of, row).toUpperCase(Locale.ROOT)));
            }
            case 2 -> {
                var of = random.nextBoolean() ? whole(depth - 1) : bool(depth - 1);
                yield new Expr(
                        "tostring(" + of.text() + ")",
                        KqlType.STRING,
                        row -> Dynamic.of(Rules.textOf(of.value().apply(row), false)));
            }
            case 3 -> {
                var of = path(depth);
                yield new Expr(
                        "tostring(" + of.text() + ")",
                        KqlType.STRING,
                        row -> Dynamic.of(Rules.textOf(of.value().apply(row), true)));
            }
            case 4 -> choice(bool(depth - 1), string(depth - 1), string(depth - 1));
            default -> string(0);
        };
    }

    private static String plain(Expr expr, Dynamic[] row) {
        return expr.value().apply(row).textOr("");
    }

    /// A dynamic: a column, or a way into one.
    private Expr path(int depth) {
        var columns = rows.get().of(KqlType.DYNAMIC);
        if (columns.isEmpty()) {
            return new Expr("dynamic([1, 2])", KqlType.DYNAMIC, row -> ONE_TWO);
        }
        int index = pick(columns);
        String name = rows.get().columns().get(index).name();
        var expr = new Expr(name, KqlType.DYNAMIC, row -> row[index]);
        for (int n = random.nextInt(depth + 1); n > 0; n--) {
            var target = expr;
            if (random.nextBoolean()) {
                String member = pick(RandomTables.MEMBERS);
                expr =
                        new Expr(
                                target.text() + "." + member,
                                KqlType.DYNAMIC,
                                row -> Rules.member(target.value().apply(row), member));
            } else {
                int at = random.nextInt(4) - 1;
                expr =
                        new Expr(
                                target.text() + "[" + at + "]",
                                KqlType.DYNAMIC,
                                row -> Rules.element(target.value().apply(row), at));
            }
        }
        return expr;
    }

    private static final Dynamic ONE_TWO = Dynamic.array(Dynamic.of(1L), Dynamic.of(2L));

    Expr bool(int depth) {
        if (depth <= 0) {
            return column(KqlType.BOOL, new Expr("true", KqlType.BOOL, row -> Dynamic.TRUE));
        }
        return switch (random.nextInt(11)) {
            case 0, 1 -> {
                String sign = pick(List.of("<", "<=", ">", ">="));
                var type = random.nextInt(3);
                var a =
                        type == 0
                                ? string(depth - 1)
                                : type == 1 ? real(depth - 1) : whole(depth - 1);
                var b = type == 0 ? string(depth - 1) : whole(depth - 1);
                yield new Expr(
                        "(" + a.text() + " " + sign + " " + b.text() + ")",
                        KqlType.BOOL,
                        row -> Rules.ordered(sign, a.value().apply(row), b.value().apply(row)));
            }
            case 2, 3 -> {
                boolean negated = random.nextBoolean();
                var type = random.nextInt(3);
                var a =
                        type == 0
                                ? string(depth - 1)
                                : type == 1 ? real(depth - 1) : whole(depth - 1);
                var b = type == 0 ? string(depth - 1) : whole(depth - 1);
                yield new Expr(
                        "(" + a.text() + (negated ? " != " : " == ") + b.text() + ")",
                        KqlType.BOOL,
                        row -> Rules.equal(negated, a.value().apply(row), b.value().apply(row)));
            }
            case 4 -> {
                String operator =
                        pick(
                                List.of(
                                        "=~",
                                        "!~",
                                        "contains",
                                        "!contains",
                                        "contains_cs",
                                        "startswith",
                                        "!startswith",
                                        "endswith",
                                        "has",
                                        "!has",
                                        "has_cs"));
                var a = random.nextInt(4) == 0 ? path(depth) : string(depth - 1);
                var b = textLiteral();
                boolean dynamic = a.type() == KqlType.DYNAMIC;
                yield new Expr(
                        "(" + a.text() + " " + operator + " " + b.text() + ")",
                        KqlType.BOOL,
                        row ->
                                Rules.text(
                                        operator,
                                        Rules.textOf(a.value().apply(row), dynamic),
                                        plain(b, row)));
            }
            case 5 -> {
                boolean negated = random.nextBoolean();
                boolean texts = random.nextBoolean();
                var left = texts ? string(depth - 1) : whole(depth - 1);
                var options = new ArrayList<Expr>();
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    options.add(texts ? textLiteral() : wholeLiteral());
                }
                yield new Expr(
                        "("
                                + left.text()
                                + (negated ? " !in (" : " in (")
                                + String.join(", ", options.stream().map(Expr::text).toList())
                                + "))",
                        KqlType.BOOL,
                        row -> {
                            var value = left.value().apply(row);
                            return Rules.bool(
                                    options.stream()
                                                    .anyMatch(
                                                            o -> o.value().apply(row).equals(value))
                                            != negated);
                        });
            }
            case 6 -> {
                boolean negated = random.nextBoolean();
                var of = path(depth);
                var constant = random.nextBoolean() ? textLiteral() : wholeLiteral();
                yield new Expr(
                        "(" + of.text() + (negated ? " != " : " == ") + constant.text() + ")",
                        KqlType.BOOL,
                        row ->
                                Rules.equalKind(
                                        negated,
                                        of.value().apply(row),
                                        constant.value().apply(row)));
            }
            case 7 -> {
                var of = random.nextBoolean() ? whole(depth - 1) : path(depth);
                yield new Expr(
                        "isnull(" + of.text() + ")",
                        KqlType.BOOL,
                        row -> Rules.bool(of.value().apply(row).isNull()));
            }
            case 8 -> {
                var of = bool(depth - 1);
                yield new Expr(
                        "not(" + of.text() + ")",
                        KqlType.BOOL,
                        row -> Rules.not(of.value().apply(row)));
            }
            default -> {
                boolean and = random.nextBoolean();
                var a = bool(depth - 1);
                var b = bool(depth - 1);
                yield new Expr(
                        "(" + a.text() + (and ? " and " : " or ") + b.text() + ")",
                        KqlType.BOOL,
                        row ->
                                and
                                        ? Rules.and(a.value().apply(row), b.value().apply(row))
                                        : Rules.or(a.value().apply(row), b.value().apply(row)),
                        and ? List.of(a, b) : List.of());
            }
        };
    }
}
