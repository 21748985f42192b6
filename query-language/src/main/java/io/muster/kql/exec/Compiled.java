package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TextPieces;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.Arguments.Argument;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An expression ready to run over batches: what is constant for the run is computed already.
interface Compiled {
    /// Functions that ask no more of a value than whether it is null.
    Set<String> NULL_TESTS = Set.of("isnull", "isnotnull");

    Argument evaluate(Batch batch);

    default Column column(Batch batch) {
        var argument = evaluate(batch);
        var column = argument.column();
        var constant = argument.constant();
        return column != null
                ? column
                : Columns.constant(
                        constant == null ? Dynamic.NULL : constant, argument.type(), batch.rows());
    }

    static Compiled of(BoundExpr expr, Executor executor) {
        return switch (expr) {
            case BoundExpr.Literal(var value, var type) -> {
                var constant = new Argument(type, value, null);
                yield batch -> constant;
            }
            case BoundExpr.ColumnRef(var index, var name, var type) ->
                    batch -> new Argument(type, null, Columns.canonical(batch.column(index), type));
            case BoundExpr.Member(var target, var name) -> {
                var inner = nested(target, executor);
                yield batch -> {
                    var argument = inner.evaluate(batch);
                    var column = argument.column();
                    var constant = argument.constant();
                    return column == null
                            ? new Argument(
                                    KqlType.DYNAMIC,
                                    constant == null ? Dynamic.NULL : constant.get(name),
                                    null)
                            : new Argument(KqlType.DYNAMIC, null, column.at(name));
                };
            }
            case BoundExpr.Element(BoundExpr.Call call, var index) when isSplit(call) ->
                    piece(call, index, executor);
            case BoundExpr.Element(var target, var index) -> {
                var inner = nested(target, executor);
                yield batch -> {
                    var argument = inner.evaluate(batch);
                    var column = argument.column();
                    var constant = argument.constant();
                    return column == null
                            ? new Argument(
                                    KqlType.DYNAMIC,
                                    constant == null ? Dynamic.NULL : constant.get(index),
                                    null)
                            : new Argument(KqlType.DYNAMIC, null, column.at(index));
                };
            }
            case BoundExpr.Call call -> call(call, executor);
            case BoundExpr.Logical(var and, var operands) -> {
                var all = new ArrayList<Compiled>();
                for (var operand : operands) {
                    all.add(of(operand, executor));
                }
                yield batch -> new Argument(KqlType.BOOL, null, logical(and, all, batch));
            }
            case BoundExpr.Subquery subquery -> {
                var value = new Argument(subquery.type(), executor.scalar(subquery), null);
                yield batch -> value;
            }
        };
    }

    /// What a path steps into, or what is only asked whether it is there: as it is, for making picked rows of objects dense would copy all their members, and one is wanted.
    private static Compiled nested(BoundExpr target, Executor executor) {
        return target instanceof BoundExpr.ColumnRef(var index, var name, var type)
                        && type == KqlType.DYNAMIC
                ? batch -> new Argument(type, null, batch.column(index))
                : of(target, executor);
    }

    /// `split(text, 'delimiter')`.
    private static boolean isSplit(BoundExpr.Call call) {
        return call.function().name().equals("split")
                && !call.isConstant()
                && call.arguments().size() == 2
                && call.arguments().getFirst().type() == KqlType.STRING
                && call.arguments().getLast()
                        instanceof BoundExpr.Literal(Dynamic.Text delimiter, var type);
    }

    /// One piece of a text: where it is kept by itself no text is read, else all pieces are made and one is taken.
    private static Compiled piece(BoundExpr.Call split, int index, Executor executor) {
        var text = of(split.arguments().getFirst(), executor);
        var all = of(split, executor);
        String delimiter =
                split.arguments().getLast() instanceof BoundExpr.Literal(var value, var type)
                        ? value.textOr("")
                        : "";
        return batch -> {
            var column = text.evaluate(batch).column();
            var kept =
                    column != null && column.dense() instanceof StringColumn texts
                            ? TextPieces.of(texts, delimiter, index)
                            : null;
            if (kept != null) {
                MemoryMeter.current().charge(Columns.rowBytes(kept));
                return new Argument(KqlType.DYNAMIC, null, kept);
            }
            return new Argument(KqlType.DYNAMIC, null, all.column(batch).at(index));
        };
    }

    private static Compiled call(BoundExpr.Call call, Executor executor) {
        var arguments = new ArrayList<Compiled>();
        boolean nullsAlone = NULL_TESTS.contains(call.function().name());
        for (var argument : call.arguments()) {
            arguments.add(nullsAlone ? nested(argument, executor) : of(argument, executor));
        }
        long site = call.function().isByChance() ? executor.next() : 0;
        var byText =
                call.function().stability() == ScalarFunction.Stability.PER_ROW
                                || call.function().serial()
                        ? null
                        : new ByText<Column>(Columns::heldBytes);
        Compiled compiled =
                batch -> {
                    var values = new ArrayList<Argument>(arguments.size());
                    int varying = -1;
                    boolean alone = true;
                    for (var argument : arguments) {
                        var value = argument.evaluate(batch);
                        if (value.constant() == null) {
                            alone = varying < 0;
                            varying = values.size();
                        }
                        values.add(value);
                    }
                    var made =
                            byText == null || varying < 0 || !alone
                                    ? null
                                    : byText(call, values, varying, byText, executor);
                    if (made == null) {
                        made =
                                apply(
                                        call,
                                        batch.rows(),
                                        values,
                                        Chance.within(site, batch.place()),
                                        executor);
                    }
                    MemoryMeter.current().charge(Columns.rowBytes(made));
                    return new Argument(call.type(), null, made);
                };
        if (call.isConstant() && call.function().stability() != ScalarFunction.Stability.PER_ROW) {
            var once = constant(compiled, call.type());
            return batch -> once;
        }
        return compiled;
    }

    private static Column apply(
            BoundExpr.Call call, int rows, List<Argument> values, long place, Executor executor) {
        return call.kernel()
                .apply(
                        new Arguments(
                                rows, values, call.type(), executor.context().evaluation(), place));
    }

    /// A function of texts, once a distinct text; null when that is no less work.
    private static @Nullable Column byText(
            BoundExpr.Call call,
            List<Argument> values,
            int varying,
            ByText<Column> known,
            Executor executor) {
        var argument = values.get(varying);
        var column = argument.column();
        if (column == null || !(column.dense() instanceof StringColumn texts)) {
            return null;
        }
        var table =
                known.of(
                        texts,
                        each -> {
                            var once = new ArrayList<>(values);
                            once.set(varying, new Argument(argument.type(), null, each));
                            return apply(call, each.size(), once, 0, executor);
                        });
        return table == null ? null : Columns.byCode(table, texts.codes());
    }

    /// The value of a constant expression.
    static Argument constant(Compiled compiled, KqlType type) {
        var argument = compiled.evaluate(Batch.of(1, List.of()));
        if (argument.constant() != null) {
            return argument;
        }
        var column = argument.column();
        Dynamic value = column == null ? Dynamic.NULL : column.dynamic(0);
        return new Argument(
                type, value.isNull() && type == KqlType.STRING ? Dynamic.of("") : value, null);
    }

    private static Column logical(boolean and, List<Compiled> operands, Batch batch) {
        int rows = batch.rows();
        Bits decided = Bits.none(rows);
        Bits unknown = Bits.none(rows);
        for (var operand : operands) {
            var bool = (BoolColumn) Columns.canonical(operand.column(batch), KqlType.BOOL);
            Bits present = bool.present();
            // False decides `and`, true decides `or`.
            decided = decided.or(and ? present.andNot(bool.values()) : bool.values());
            unknown = unknown.or(present.not());
        }
        Bits known = unknown.not().or(decided);
        return new BoolColumn(and ? known.andNot(decided) : decided, known);
    }
}
