package io.muster.policy.remedy;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.policy.condition.ConditionOperator;
import io.muster.policy.expression.Members;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Values that decide an operator one way or the other, so that for every way the conditions on one property can come out together some value is among them.
/// The nicer ones come first. The null value stands for an absent property.
final class Suggestions {
    /// Elements of an operand that are tried; further ones differ in nothing a rule of human size asks.
    private static final int MAX_ELEMENTS = 64;

    /// Stands for any value that no condition names.
    private static final String OTHER = "some other value";

    private Suggestions() {}

    /// Values for `property operator operand`, typed like the value that is there.
    static Set<Dynamic> of(ConditionOperator operator, Dynamic operand, Dynamic current) {
        Set<Dynamic> all = new LinkedHashSet<>();
        switch (operator) {
            case EQUALS, NOT_EQUALS -> {
                all.add(typed(operand, current));
                all.addAll(others(operand));
            }
            case IN, NOT_IN -> {
                operand.items().stream()
                        .limit(MAX_ELEMENTS)
                        .forEach(item -> all.add(typed(item, current)));
                operand.items().stream().limit(1).forEach(item -> all.addAll(others(item)));
            }
            case CONTAINS, NOT_CONTAINS -> {
                if (current instanceof Dynamic.Array(var items)) {
                    List<Dynamic> more = new ArrayList<>(items);
                    more.add(operand);
                    all.add(new Dynamic.Array(more));
                }
                all.add(operand);
            }
            case CONTAINS_KEY, NOT_CONTAINS_KEY -> {
                var bag = current instanceof Dynamic.Bag ? current : Dynamic.EMPTY_BAG;
                String key = operand.textOr("");
                all.add(bag.with(key, Dynamic.of("value")));
                all.add(bag.without(Members.spelling(bag, key)));
            }
            case LIKE, NOT_LIKE -> {
                all.add(Dynamic.of(operand.textOr("").replace("*", "")));
                all.add(Dynamic.of(operand.textOr("").replace("*", "x")));
            }
            case MATCH, NOT_MATCH, MATCH_INSENSITIVELY, NOT_MATCH_INSENSITIVELY ->
                    all.add(
                            Dynamic.of(
                                    operand.textOr("")
                                            .replace('#', '0')
                                            .replace('?', 'a')
                                            .replace('.', 'x')));
            case LESS, LESS_OR_EQUALS, GREATER, GREATER_OR_EQUALS -> all.addAll(around(operand));
            case EXISTS -> {}
        }
        all.add(Dynamic.of(OTHER));
        all.add(Dynamic.NULL);
        all.add(Dynamic.EMPTY_BAG);
        all.add(Dynamic.EMPTY_ARRAY);
        return all;
    }

    /// A text that reads as the boolean or number that is there now becomes one.
    private static Dynamic typed(Dynamic operand, Dynamic current) {
        if (operand instanceof Dynamic.Text(var text)) {
            if (current instanceof Dynamic.Bool && text.matches("(?i)true|false")) {
                return Dynamic.of(text.equalsIgnoreCase("true"));
            }
            if (current instanceof Dynamic.Whole && text.matches("-?[0-9]{1,18}")) {
                return Dynamic.of(Long.parseLong(text));
            }
        }
        return operand;
    }

    private static List<Dynamic> others(Dynamic operand) {
        return switch (operand) {
            case Dynamic.Bool(var value) -> List.of(Dynamic.of(!value));
            case Dynamic.Text(var text) when text.equalsIgnoreCase("true") ->
                    List.of(Dynamic.FALSE);
            case Dynamic.Text(var text) when text.equalsIgnoreCase("false") ->
                    List.of(Dynamic.TRUE);
            case Dynamic.Text(var text) when text.equalsIgnoreCase("enabled") ->
                    List.of(Dynamic.of("Disabled"));
            case Dynamic.Text(var text) when text.equalsIgnoreCase("disabled") ->
                    List.of(Dynamic.of("Enabled"));
            case Dynamic.Whole(var value) when value < Long.MAX_VALUE ->
                    List.of(Dynamic.of(value + 1));
            case Dynamic.Null _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.Text _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Array _,
                    Dynamic.Bag _ ->
                    List.of();
        };
    }

    /// The bound and what lies next to it on either side.
    private static List<Dynamic> around(Dynamic bound) {
        return switch (bound) {
            case Dynamic.Whole(var value) ->
                    List.of(
                            bound,
                            Dynamic.of(Math.max(value, Long.MIN_VALUE + 1) - 1),
                            Dynamic.of(Math.min(value, Long.MAX_VALUE - 1) + 1));
            case Dynamic.Real(var value) ->
                    List.of(bound, Dynamic.of(value - 1), Dynamic.of(value + 1));
            case Dynamic.Decimal(var value) ->
                    List.of(
                            bound,
                            Dynamic.of(value.doubleValue() - 1),
                            Dynamic.of(value.doubleValue() + 1));
            case Dynamic.Text(var text) -> {
                var ticks = Ticks.parseIso(text);
                if (ticks.isEmpty()) {
                    yield List.of(bound, Dynamic.of(text + "0"), Dynamic.of(""));
                }
                long at = ticks.getAsLong();
                yield List.of(
                        bound,
                        Dynamic.of(Ticks.formatDateTime(Math.max(at - Ticks.PER_DAY, 0))),
                        Dynamic.of(
                                Ticks.formatDateTime(
                                        Math.min(at + Ticks.PER_DAY, Ticks.MAX_DATETIME))));
            }
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Array _,
                    Dynamic.Bag _ ->
                    List.of();
        };
    }

    /// Texts that satisfy two patterns at once: one's text put where the other has its star.
    static Set<Dynamic> joined(List<String> patterns) {
        Set<Dynamic> all = new LinkedHashSet<>();
        for (int i = 0; i < Math.min(patterns.size(), MAX_ELEMENTS / 8); i++) {
            for (int j = 0; j < Math.min(patterns.size(), MAX_ELEMENTS / 8); j++) {
                if (i != j) {
                    String inner = patterns.get(j).replace("*", "");
                    String outer = patterns.get(i);
                    all.add(
                            Dynamic.of(
                                    outer.contains("*")
                                            ? outer.replace("*", inner)
                                            : outer + inner));
                }
            }
        }
        return all;
    }
}
