package io.muster.policy.condition;

import io.muster.policy.expression.TemplateValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A condition tree as a rule has it. Immutable; every node knows the JSON pointer of its place in the definition.
public sealed interface Constraint {

    String pointer();

    /// True when all hold, so when there are none; decided from left to right.
    record AllOf(List<Constraint> of, String pointer) implements Constraint {
        public AllOf {
            of = List.copyOf(of);
        }
    }

    /// True when any holds, so not when there are none; decided from left to right.
    record AnyOf(List<Constraint> of, String pointer) implements Constraint {
        public AnyOf {
            of = List.copyOf(of);
        }
    }

    record Not(Constraint of, String pointer) implements Constraint {}

    /// One comparison.
    ///
    /// @param slot where rules that ask the same find the one answer; null when it has none
    record Condition(
            LeftSide left,
            ConditionOperator operator,
            TemplateValue operand,
            String pointer,
            ConditionSlots.@Nullable Slot slot)
            implements Constraint {
        public Condition(
                LeftSide left, ConditionOperator operator, TemplateValue operand, String pointer) {
            this(left, operator, operand, pointer, null);
        }

        /// The same with a number, or without.
        Condition at(ConditionSlots.@Nullable Slot number) {
            return new Condition(left, operator, operand, pointer, number);
        }
    }

    /// What a condition compares.
    sealed interface LeftSide {
        /// `field`: every value that the field selects must satisfy the operator. `fixed` is the field when its name needs no computing.
        record Field(TemplateValue name, @Nullable FieldReference fixed) implements LeftSide {}

        /// `value`: one value.
        record Value(TemplateValue value) implements LeftSide {}

        /// `count` over the members of an array field.
        record FieldCount(
                TemplateValue name, @Nullable FieldReference fixed, @Nullable Constraint where)
                implements LeftSide {}

        /// `count` over the elements of an array value; `name` is what `current()` calls them.
        record ValueCount(TemplateValue array, String name, @Nullable Constraint where)
                implements LeftSide {}
    }

    /// Visits every node, those within counts too, parents first.
    default void forEach(Consumer<Constraint> visitor) {
        visitor.accept(this);
        switch (this) {
            case AllOf(var of, _) -> of.forEach(each -> each.forEach(visitor));
            case AnyOf(var of, _) -> of.forEach(each -> each.forEach(visitor));
            case Not(var of, _) -> of.forEach(visitor);
            case Condition(var left, _, _, _, _) -> {
                var where =
                        switch (left) {
                            case LeftSide.FieldCount(_, _, var inner) -> inner;
                            case LeftSide.ValueCount(_, _, var inner) -> inner;
                            case LeftSide.Field _, LeftSide.Value _ -> null;
                        };
                if (where != null) {
                    where.forEach(visitor);
                }
            }
        }
    }

    /// Every condition in the tree, those within counts too.
    default List<Condition> conditions() {
        List<Condition> all = new ArrayList<>();
        forEach(node -> {
            if (node instanceof Condition condition) {
                all.add(condition);
            }
        });
        return all;
    }
}
