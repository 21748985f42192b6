package io.muster.kql.function;

import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.Columns;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The arguments of one call over one batch of rows, already of the parameters' types. Confined to one thread.
public final class Arguments {

    /// An argument that is the same in every row (`constant` set) or a column.
    public record Argument(KqlType type, @Nullable Dynamic constant, @Nullable Column column) {}

    private final int rows;
    private final List<Argument> arguments;
    private final KqlType resultType;
    private final EvaluationContext context;
    private final long place;

    public Arguments(
            int rows, List<Argument> arguments, KqlType resultType, EvaluationContext context) {
        this(rows, arguments, resultType, context, 0);
    }

    /// @param place of the call in the plan and of the rows among others, as one number, of which follows what is by chance
    public Arguments(
            int rows,
            List<Argument> arguments,
            KqlType resultType,
            EvaluationContext context,
            long place) {
        this.rows = rows;
        this.arguments = arguments;
        this.resultType = resultType;
        this.context = context;
        this.place = place;
    }

    public int rows() {
        return rows;
    }

    public int count() {
        return arguments.size();
    }

    public KqlType type(int index) {
        return arguments.get(index).type();
    }

    public KqlType resultType() {
        return resultType;
    }

    public EvaluationContext context() {
        return context;
    }

    /// Numbers by chance for these rows: the same each time this is asked, and on any thread.
    public RandomGenerator random() {
        return new SplittableRandom(place);
    }

    public boolean isConstant(int index) {
        return arguments.get(index).constant() != null;
    }

    /// The constant value; `NULL` for a column too.
    public Dynamic constant(int index) {
        var constant = arguments.get(index).constant();
        return constant == null ? Dynamic.NULL : constant;
    }

    /// The constant argument there, or the given one when there is none.
    public Dynamic constantOr(int index, Dynamic otherwise) {
        return index < arguments.size() ? constant(index) : otherwise;
    }

    public Column column(int index) {
        var argument = arguments.get(index);
        var column = argument.column();
        return column != null ? column : Columns.constant(constant(index), argument.type(), rows);
    }

    public LongColumn longs(int index) {
        var type = type(index);
        return (LongColumn)
                Columns.canonical(column(index), type == KqlType.DYNAMIC ? KqlType.LONG : type);
    }

    public RealColumn reals(int index) {
        return (RealColumn) Columns.canonical(column(index), KqlType.REAL);
    }

    public StringColumn texts(int index) {
        return (StringColumn) Columns.canonical(column(index), KqlType.STRING);
    }

    public BoolColumn bools(int index) {
        return (BoolColumn) Columns.canonical(column(index), KqlType.BOOL);
    }

    /// The value of a row; "" for a string without one.
    public Dynamic value(int index, int row) {
        var argument = arguments.get(index);
        if (argument.constant() != null) {
            return argument.constant();
        }
        var column = argument.column();
        Dynamic value = column == null ? Dynamic.NULL : column.dynamic(row);
        return value.isNull() && argument.type() == KqlType.STRING ? EMPTY : value;
    }

    private static final Dynamic EMPTY = Dynamic.of("");
}
