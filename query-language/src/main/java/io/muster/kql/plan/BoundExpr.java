package io.muster.kql.plan;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.ScalarFunction;
import java.util.List;

/// A value computed from the columns of one row, its type known.
public sealed interface BoundExpr {
    KqlType type();

    record Literal(Dynamic value, KqlType type) implements BoundExpr {}

    /// The input's column of that index; the name is for showing.
    record ColumnRef(int index, String name, KqlType type) implements BoundExpr {}

    /// `target.name` of a dynamic.
    record Member(BoundExpr target, String name) implements BoundExpr {
        @Override
        public KqlType type() {
            return KqlType.DYNAMIC;
        }
    }

    /// `target[index]` of a dynamic; negative counts from the end.
    record Element(BoundExpr target, int index) implements BoundExpr {
        @Override
        public KqlType type() {
            return KqlType.DYNAMIC;
        }
    }

    /// A function or operator; the arguments are of the types its kernel takes.
    record Call(ScalarFunction function, Kernel kernel, List<BoundExpr> arguments, KqlType type)
            implements BoundExpr {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /// `and` or `or`, three-valued.
    record Logical(boolean and, List<BoundExpr> operands) implements BoundExpr {
        public Logical {
            operands = List.copyOf(operands);
            for (var operand : operands) {
                if (operand.type() != KqlType.BOOL) {
                    throw new IllegalArgumentException("not a bool: " + operand);
                }
            }
        }

        @Override
        public KqlType type() {
            return KqlType.BOOL;
        }
    }

    /// The first column of a table, computed once a run: its first value, or with `all` an array of its values. What has one identity is
    /// computed from whichever of its plans is asked first.
    record Subquery(LogicalPlan plan, boolean all, KqlType type, Object identity)
            implements BoundExpr {
        public Subquery(LogicalPlan plan, boolean all, KqlType type) {
            this(plan, all, type, new Object());
        }

        /// The same value from a plan that gives its rows otherwise.
        public Subquery from(LogicalPlan other) {
            return other == plan ? this : new Subquery(other, all, type, identity);
        }
    }

    /// Whether it is the same in every row.
    default boolean isConstant() {
        return switch (this) {
            case Literal l -> true;
            case ColumnRef c -> false;
            case Member m -> m.target.isConstant();
            case Element e -> e.target.isConstant();
            case Call c ->
                    c.function.stability() != ScalarFunction.Stability.PER_ROW
                            && c.arguments.stream().allMatch(BoundExpr::isConstant);
            case Logical l -> l.operands.stream().allMatch(BoundExpr::isConstant);
            case Subquery s -> true;
        };
    }

    /// Whether a function by chance is in it. What a subquery in it reads is not looked at.
    default boolean isByChance() {
        return switch (this) {
            case Literal l -> false;
            case ColumnRef c -> false;
            case Member m -> m.target.isByChance();
            case Element e -> e.target.isByChance();
            case Call c ->
                    c.function.isByChance() || c.arguments.stream().anyMatch(BoundExpr::isByChance);
            case Logical l -> l.operands.stream().anyMatch(BoundExpr::isByChance);
            case Subquery s -> false;
        };
    }

    /// Whether a function of the rows around is in it.
    default boolean isSerial() {
        return switch (this) {
            case Literal l -> false;
            case ColumnRef c -> false;
            case Member m -> m.target.isSerial();
            case Element e -> e.target.isSerial();
            case Call c ->
                    c.function.serial() || c.arguments.stream().anyMatch(BoundExpr::isSerial);
            case Logical l -> l.operands.stream().anyMatch(BoundExpr::isSerial);
            case Subquery s -> false;
        };
    }
}
