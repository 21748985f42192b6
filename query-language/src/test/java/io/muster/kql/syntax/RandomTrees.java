package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.syntax.Expression.Argument;
import io.muster.kql.syntax.Expression.BinaryOperator;
import io.muster.kql.syntax.Expression.Membership;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.Expression.Pipeline;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Trees that the grammar allows, whether they mean something or not.
final class RandomTrees {
    private static final SourceSpan HERE = SourceSpan.at(0);
    private static final List<String> NAMES =
            List.of(
                    "a",
                    "b1",
                    "_c",
                    "two words",
                    "where",
                    "kind",
                    "it's",
                    "ünïcode",
                    "$x",
                    "count");
    private static final List<BinaryOperator> OPERATORS =
            Arrays.stream(BinaryOperator.values())
                    .filter(o -> o != BinaryOperator.SEARCH_IN)
                    .toList();

    private final RandomGenerator random;

    RandomTrees(RandomGenerator random) {
        this.random = random;
    }

    Statement result() {
        return new Statement.Result(pipeline(3), HERE);
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private String name() {
        return pick(NAMES);
    }

    private <T> List<T> some(int least, int most, Supplier<T> make) {
        var out = new ArrayList<T>();
        for (int n = least + random.nextInt(most - least + 1); n > 0; n--) {
            out.add(make.get());
        }
        return out;
    }

    private Expression pipeline(int depth) {
        var operators = some(1, 3, () -> operator(depth - 1));
        if (random.nextInt(5) == 0) {
            operators.addFirst(head(depth - 1));
            return new Pipeline(null, operators, HERE);
        }
        return new Pipeline(new Expression.Name(name(), HERE), operators, HERE);
    }

    /// An operator that makes rows itself.
    private TabularOperator head(int depth) {
        return switch (random.nextInt(4)) {
            case 0 -> new TabularOperator.Print(some(1, 2, () -> named(depth)), HERE);
            case 1 ->
                    new TabularOperator.Range(
                            name(), expression(depth), expression(depth), expression(depth), HERE);
            default ->
                    new TabularOperator.Find(
                            random.nextInt(3) == 0 ? name() : null,
                            some(
                                    0,
                                    2,
                                    () ->
                                            new TabularOperator.UnionLeg(
                                                    new Expression.Name(name(), HERE), null, HERE)),
                            expression(depth),
                            some(
                                    0,
                                    2,
                                    () ->
                                            new TabularOperator.FindColumn(
                                                    name(),
                                                    random.nextBoolean() ? KqlType.LONG : null,
                                                    HERE)),
                            random.nextInt(4) == 0,
                            HERE);
        };
    }

    private Named named(int depth) {
        int names = random.nextInt(4);
        return new Named(
                names == 3 ? List.of(name(), name()) : names == 0 ? List.of() : List.of(name()),
                expression(depth),
                HERE);
    }

    private TabularOperator operator(int depth) {
        return switch (random.nextInt(15)) {
            case 0 -> new TabularOperator.Where(expression(depth), HERE);
            case 1 -> new TabularOperator.Extend(some(1, 2, () -> named(depth)), HERE);
            case 2 -> new TabularOperator.Project(some(0, 2, () -> named(depth)), HERE);
            case 3 ->
                    new TabularOperator.Summarize(
                            some(0, 2, () -> named(depth)),
                            some(1, 2, () -> named(depth)),
                            true,
                            HERE);
            case 4 ->
                    new TabularOperator.Sort(
                            some(
                                    1,
                                    2,
                                    () ->
                                            new TabularOperator.SortKey(
                                                    new Named(List.of(), expression(depth), HERE),
                                                    random.nextBoolean(),
                                                    random.nextBoolean()
                                                            ? null
                                                            : random.nextBoolean())),
                            HERE);
            case 5 -> new TabularOperator.Take(expression(0), HERE);
            case 6 ->
                    depth <= 0
                            ? new TabularOperator.Count(null, HERE)
                            : new TabularOperator.Join(
                                    pick(List.of("inner", "leftouter", "innerunique")),
                                    pipeline(depth),
                                    List.of(new Expression.Name(name(), HERE)),
                                    HERE,
                                    HERE);
            case 7 ->
                    new TabularOperator.MvExpand(
                            random.nextBoolean(),
                            random.nextBoolean() ? null : name(),
                            List.of(
                                    new TabularOperator.ExpandItem(
                                            random.nextBoolean() ? null : name(),
                                            expression(depth),
                                            random.nextBoolean() ? null : KqlType.LONG,
                                            HERE)),
                            random.nextBoolean() ? null : expression(0),
                            random.nextBoolean(),
                            HERE);
            case 8 ->
                    new TabularOperator.Parse(
                            random.nextBoolean(),
                            pick(List.of("simple", "regex", "relaxed")),
                            "",
                            expression(depth),
                            List.of(
                                    new TabularOperator.ParseItem.Skip(),
                                    new TabularOperator.ParseItem.Text("x\"y'\\"),
                                    new TabularOperator.ParseItem.Column(name(), KqlType.REAL)),
                            HERE);
            case 9 ->
                    new TabularOperator.Union(
                            pick(List.of("inner", "outer")),
                            random.nextBoolean() ? null : name(),
                            random.nextBoolean(),
                            some(
                                    1,
                                    2,
                                    () ->
                                            new TabularOperator.UnionLeg(
                                                    new Expression.Name(name(), HERE), null, HERE)),
                            HERE);
            case 10 -> new TabularOperator.Distinct(List.of(), HERE);
            case 11 -> new TabularOperator.As(name(), HERE);
            case 12 ->
                    new TabularOperator.Top(
                            expression(0),
                            List.of(
                                    new TabularOperator.SortKey(
                                            new Named(List.of(), expression(depth), HERE),
                                            true,
                                            null)),
                            HERE);
            case 13 ->
                    new TabularOperator.ScanSteps(
                            random.nextBoolean() ? null : name(),
                            List.of(),
                            List.of(
                                    new TabularOperator.ScanDeclaration(
                                            name(), KqlType.LONG, expression(0))),
                            List.of(
                                    new TabularOperator.ScanStep(
                                            name(),
                                            pick(List.of("all", "last", "none")),
                                            expression(depth),
                                            List.of(
                                                    new TabularOperator.ScanAssignment(
                                                            name(), expression(depth))))),
                            HERE);
            default ->
                    depth <= 0
                            ? new TabularOperator.GetSchema(HERE)
                            : new TabularOperator.Fork(
                                    List.of(
                                            new TabularOperator.ForkLeg(
                                                    null,
                                                    new Pipeline(
                                                            null,
                                                            List.of(operator(depth - 1)),
                                                            HERE))),
                                    HERE);
        };
    }

    private Expression expression(int depth) {
        if (depth <= 0) {
            return random.nextBoolean() ? new Expression.Name(name(), HERE) : literal();
        }
        return switch (random.nextInt(10)) {
            case 0 -> new Expression.Member(target(depth), name(), HERE);
            case 1 -> new Expression.Index(target(depth), expression(depth - 1), HERE);
            case 2 ->
                    new Expression.Call(
                            name(),
                            some(
                                    0,
                                    2,
                                    () ->
                                            new Argument(
                                                    random.nextBoolean() ? null : name(),
                                                    expression(depth - 1))),
                            HERE,
                            HERE);
            case 3 -> new Expression.Sign(true, new Expression.Name(name(), HERE), HERE);
            case 4, 5 ->
                    new Expression.Binary(
                            pick(OPERATORS), expression(depth - 1), expression(depth - 1), HERE);
            case 6 ->
                    new Expression.Logical(
                            random.nextBoolean(), some(2, 4, () -> expression(depth - 1)), HERE);
            case 7 ->
                    new Expression.In(
                            pick(List.of(Membership.values())),
                            expression(depth - 1),
                            some(1, 3, () -> expression(depth - 1)),
                            HERE);
            case 8 ->
                    new Expression.Between(
                            random.nextBoolean(),
                            expression(depth - 1),
                            expression(depth - 1),
                            expression(depth - 1),
                            HERE);
            default -> depth > 1 ? pipeline(depth - 2) : literal();
        };
    }

    /// What a path may begin with.
    private Expression target(int depth) {
        return random.nextBoolean()
                ? new Expression.Name(name(), HERE)
                : new Expression.Index(
                        new Expression.Name(name(), HERE), expression(depth - 1), HERE);
    }

    private Expression literal() {
        var type = pick(List.of(KqlType.values()));
        Dynamic value =
                switch (type) {
                    case BOOL -> Dynamic.of(random.nextBoolean());
                    case INT -> Dynamic.of((long) random.nextInt());
                    case LONG -> Dynamic.of(random.nextLong());
                    case REAL -> Dynamic.of(Double.longBitsToDouble(random.nextLong() >>> 2));
                    case DECIMAL -> new Dynamic.Decimal(BigDecimal.valueOf(random.nextInt(), 3));
                    case STRING -> Dynamic.of(text());
                    case DATETIME ->
                            new Dynamic.DateTime(random.nextLong(3_155_378_975_999_999_999L));
                    case TIMESPAN -> new Dynamic.Span(random.nextLong() >> 4);
                    case GUID -> new Dynamic.Guid(new UUID(random.nextLong(), random.nextLong()));
                    case DYNAMIC ->
                            Dynamic.array(
                                    Dynamic.of(text()),
                                    Dynamic.of(random.nextLong()),
                                    Dynamic.NULL,
                                    Dynamic.bag().put(text(), Dynamic.of(-1.5)).build());
                };
        if (type != KqlType.STRING && random.nextInt(8) == 0) {
            value = Dynamic.NULL;
        }
        return new Expression.Literal(value, type, HERE);
    }

    private String text() {
        var out = new StringBuilder();
        for (int n = random.nextInt(6); n > 0; n--) {
            out.appendCodePoint(
                    pick(List.of(0x61, 0x20, 0x22, 0x27, 0x5C, 0x0A, 0x09, 0x00, 0x1F600, 0xE9)));
        }
        return out.toString();
    }
}
