package io.muster.policy.condition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.TemplateValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Numbers the conditions that rules have in common, so that one resource under many rules is asked each once. Only what depends on nothing but the resource gets a number: a
/// field with a fixed name against a fixed operand, outside of counts. Confined to one thread while it numbers; the numbers are shared freely.
public final class ConditionSlots {
    private final Map<Key, Slot> slots = new HashMap<>();

    /// What decides the answer. A computed null fails where a written one compares.
    private record Key(
            FieldReference field, ConditionOperator operator, Dynamic operand, boolean computed) {}

    /// The number of a condition among those of its rules.
    public static final class Slot {
        private final ConditionSlots among;
        private final int number;

        private Slot(ConditionSlots among, int number) {
            this.among = among;
            this.number = number;
        }

        /// From 0.
        public int number() {
            return number;
        }

        /// Whose numbers these are: the same number of others means another condition.
        public ConditionSlots among() {
            return among;
        }
    }

    /// How many numbers there are.
    public int size() {
        return slots.size();
    }

    /// The same condition tree with numbers.
    public Constraint number(Constraint constraint) {
        return switch (constraint) {
            case Constraint.AllOf(var of, var pointer) ->
                    new Constraint.AllOf(of.stream().map(this::number).toList(), pointer);
            case Constraint.AnyOf(var of, var pointer) ->
                    new Constraint.AnyOf(of.stream().map(this::number).toList(), pointer);
            case Constraint.Not(var of, var pointer) -> new Constraint.Not(number(of), pointer);
            case Constraint.Condition condition -> condition.at(slot(condition));
        };
    }

    private @Nullable Slot slot(Constraint.Condition condition) {
        if (!(condition.left() instanceof Constraint.LeftSide.Field(_, var fixed))
                || fixed == null
                || !(condition.operand()
                        instanceof TemplateValue.Literal(var operand, var computed))
                || !isPlain(operand)) {
            return null;
        }
        return slots.computeIfAbsent(
                new Key(fixed, condition.operator(), operand, computed),
                _ -> new Slot(this, slots.size()));
    }

    /// Values that are equal only when every comparison takes them alike.
    private static boolean isPlain(Dynamic value) {
        return switch (value) {
            case Dynamic.Null _, Dynamic.Bool _, Dynamic.Whole _, Dynamic.Text _ -> true;
            case Dynamic.Array(List<Dynamic> items) ->
                    items.stream().allMatch(ConditionSlots::isPlain);
            case Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Bag _ ->
                    false;
        };
    }
}
