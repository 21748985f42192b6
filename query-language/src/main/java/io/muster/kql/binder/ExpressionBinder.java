package io.muster.kql.binder;

import com.google.re2j.PatternSyntaxException;
import io.muster.core.column.Schema;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.regex.Regex;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.NearNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Scalar expressions: names to columns, and each kind of expression to who knows it.
final class ExpressionBinder {
    /// Stands where a fault was reported; whatever uses it stays silent.
    static final BoundExpr FAULTY = new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC);

    private static final int MAX_NODES = 200_000;

    private final Binder binder;
    private final ScalarOperatorBinder operators;
    private final CallBinder calls;
    private long nodes;

    ExpressionBinder(Binder binder) {
        this.binder = binder;
        this.operators = new ScalarOperatorBinder(binder, this);
        this.calls = new CallBinder(binder, this);
    }

    ScalarOperatorBinder operators() {
        return operators;
    }

    CallBinder calls() {
        return calls;
    }

    /// Where an expression stands: the columns it sees, the names around, and who takes its aggregates.
    record Place(
            @Nullable Schema columns,
            Environment environment,
            @Nullable AggregateBinder aggregates) {
        static Place of(@Nullable Schema columns, Environment environment) {
            return new Place(columns, environment, null);
        }
    }

    /// Counts what a part of the query becomes: a few words may stand for an expression a column.
    void count(long expressions, SourceSpan span) {
        nodes += expressions;
        if (nodes > MAX_NODES) {
            binder.fault(
                    "query-too-large",
                    span,
                    "The query expands to more than " + MAX_NODES + " expressions.");
            throw new BindFailure();
        }
    }

    BoundExpr bind(Expression expression, Place place) {
        binder.did(32);
        count(1, expression.span());
        return switch (expression) {
            case Expression.Name name -> name(name, place);
            case Expression.Star star ->
                    faulty("KS191", star.span(), "The * syntax is not allowed here.");
            case Expression.Literal(var value, var type, var span) ->
                    new BoundExpr.Literal(value, type);
            case Expression.Member(Expression.Name(var row, var at), var name, var span)
                    when place.environment().find(row).orElse(null)
                            instanceof Environment.Named.Row known -> {
                int index = known.schema().indexOf(name);
                if (index < 0) {
                    binder.unknownColumn(name, span, known.schema());
                    yield FAULTY;
                }
                yield new BoundExpr.ColumnRef(
                        known.offset() + index, row + "." + name, known.schema().type(index));
            }
            case Expression.Member(var target, var name, var span) -> {
                var bound = bind(target, place);
                if (bound == FAULTY) {
                    yield FAULTY;
                }
                if (bound.type() != KqlType.DYNAMIC) {
                    yield faulty(
                            "KS141", target.span(), "The expression must have the type dynamic.");
                }
                yield new BoundExpr.Member(bound, name);
            }
            case Expression.Index(var target, var index, var span) -> index(target, index, place);
            case Expression.Call call -> calls.call(call, place);
            case Expression.Sign(var negative, var operand, var span) -> {
                var bound = bind(operand, place);
                yield bound == FAULTY ? FAULTY : operators.sign(negative, bound, operand.span());
            }
            case Expression.Binary binary -> operators.binary(binary, place);
            case Expression.Logical(var and, var operands, var span) -> {
                var all = new ArrayList<BoundExpr>();
                boolean faulty = false;
                for (var operand : operands) {
                    var bound = bool(operand, place);
                    faulty |= bound == FAULTY;
                    all.add(bound);
                }
                yield faulty ? FAULTY : new BoundExpr.Logical(and, all);
            }
            case Expression.In in -> operators.in(in, place);
            case Expression.Between between -> operators.between(between, place);
            case Expression.TypeOf(var types, var span) ->
                    new BoundExpr.Literal(
                            Dynamic.of(types.isEmpty() ? "*" : types.getFirst().wireName()),
                            KqlType.STRING);
            case Expression.Pipeline pipeline ->
                    faulty("KS108", pipeline.span(), "Scalar value expected.");
        };
    }

    /// A condition: a bool.
    BoundExpr bool(Expression expression, Place place) {
        var bound = bind(expression, place);
        if (bound == FAULTY || bound.type() == KqlType.BOOL) {
            return bound;
        }
        return faulty("KS107", expression.span(), "A value of type bool expected.");
    }

    private BoundExpr name(Expression.Name name, Place place) {
        var columns = place.columns();
        if (columns != null) {
            int index = columns.indexOf(name.name());
            if (index >= 0) {
                return new BoundExpr.ColumnRef(index, name.name(), columns.type(index));
            }
        }
        var named = place.environment().find(name.name());
        if (named.isPresent()) {
            return switch (named.get()) {
                case Environment.Named.Scalar(var value) -> value;
                case Environment.Named.Row r ->
                        faulty("KS108", name.span(), "Scalar value expected.");
                case Environment.Named.Pattern p ->
                        faulty("KS108", name.span(), "Scalar value expected.");
                case Environment.Named.Tabular t ->
                        faulty("KS108", name.span(), "Scalar value expected.");
                case Environment.Named.OutOfRow o ->
                        faulty(
                                "not-of-this-row",
                                name.span(),
                                "The name '"
                                        + name.name()
                                        + "' cannot be used in this table: it is a value of a row outside of it.");
                case Environment.Named.Function f when f.definition().parameters().isEmpty() ->
                        calls.call(
                                new Expression.Call(
                                        name.name(), List.of(), name.span(), name.span()),
                                place);
                case Environment.Named.Function f ->
                        faulty(
                                "KS117",
                                name.span(),
                                "The function '" + name.name() + "' requires an argument list.");
            };
        }
        var candidates = new ArrayList<>(place.environment().all());
        if (columns != null) {
            columns.fields().forEach(f -> candidates.add(f.name()));
        }
        binder.fault(
                "KS142",
                name.span(),
                "The name '"
                        + name.name()
                        + "' does not refer to any known column, table, variable or function.",
                NearNames.nearest(name.name(), candidates));
        return FAULTY;
    }

    private BoundExpr index(Expression target, Expression index, Place place) {
        var bound = bind(target, place);
        var at = bind(index, place);
        if (bound == FAULTY || at == FAULTY) {
            return FAULTY;
        }
        if (bound.type() != KqlType.DYNAMIC) {
            return faulty("KS141", target.span(), "The expression must have the type dynamic.");
        }
        at = fold(at);
        if (at instanceof BoundExpr.Literal(Dynamic.Text(var name), var type)) {
            return new BoundExpr.Member(bound, name);
        }
        if (at instanceof BoundExpr.Literal(Dynamic.Whole(var w), var type) && w == (int) w) {
            return new BoundExpr.Element(bound, (int) w);
        }
        return call(ELEMENT, List.of(bound, at), KqlType.DYNAMIC);
    }

    private static final ScalarFunction ELEMENT =
            ScalarFunction.of(
                    "[]",
                    "(target: dynamic, index: any): dynamic",
                    Kernels.perRow((v, c) ->
                            switch (v[1]) {
                                case Dynamic.Text(var name) -> v[0].get(name);
                                case Dynamic.Whole(var w) when w == (int) w -> v[0].get((int) w);
                                default -> Dynamic.NULL;
                            }));

    BoundExpr text(BoundExpr value) {
        return convert(value, KqlType.STRING);
    }

    /// The value as that type, converted as `tolong`, `tostring`, ... do.
    BoundExpr convert(BoundExpr value, KqlType type) {
        if (value.type() == type || value == FAULTY) {
            return value;
        }
        return call(Conversions.to(type), List.of(value), type);
    }

    /// A call whose arguments fit already.
    BoundExpr call(ScalarFunction function, List<BoundExpr> arguments, KqlType type) {
        binder.did(32);
        return fold(
                new BoundExpr.Call(
                        function, function.signatures().getFirst().kernel(), arguments, type));
    }

    /// The constant an expression of constants is.
    BoundExpr fold(BoundExpr expr) {
        return binder.fold(expr);
    }

    /// Whether a constant is a regular expression, a fault if not. What is known only when the query runs matches nothing instead.
    boolean isRegex(BoundExpr value, SourceSpan span) {
        return !(value instanceof BoundExpr.Literal(Dynamic.Text(var text), var type))
                || isRegex(text, span);
    }

    boolean isRegex(String text, SourceSpan span) {
        try {
            Regex.of(text, () -> {});
            return true;
        } catch (PatternSyntaxException malformed) {
            binder.fault(
                    "SEM0420",
                    span,
                    "The regular expression '"
                            + text
                            + "' is malformed: "
                            + malformed.getDescription()
                            + ".");
            return false;
        }
    }

    BoundExpr faulty(String code, SourceSpan span, String message) {
        binder.fault(code, span, message);
        return FAULTY;
    }
}
