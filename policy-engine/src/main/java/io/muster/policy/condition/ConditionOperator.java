package io.muster.policy.condition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The operators of a condition, by their wire names (azure-policy.md section 7).
public enum ConditionOperator {
    EQUALS("equals", false),
    NOT_EQUALS("notEquals", true),
    IN("in", false),
    NOT_IN("notIn", true),
    CONTAINS("contains", false),
    NOT_CONTAINS("notContains", true),
    CONTAINS_KEY("containsKey", false),
    NOT_CONTAINS_KEY("notContainsKey", true),
    LIKE("like", false),
    NOT_LIKE("notLike", true),
    MATCH("match", false),
    NOT_MATCH("notMatch", true),
    MATCH_INSENSITIVELY("matchInsensitively", false),
    NOT_MATCH_INSENSITIVELY("notMatchInsensitively", true),
    LESS("less", false),
    LESS_OR_EQUALS("lessOrEquals", false),
    GREATER("greater", false),
    GREATER_OR_EQUALS("greaterOrEquals", false),
    EXISTS("exists", false);

    private static final Map<String, ConditionOperator> BY_NAME =
            Stream.of(values())
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    o -> o.wireName.toLowerCase(Locale.ROOT), Function.identity()));

    private final String wireName;
    private final boolean negated;

    ConditionOperator(String wireName, boolean negated) {
        this.wireName = wireName;
        this.negated = negated;
    }

    public String wireName() {
        return wireName;
    }

    /// Whether this is the exact negation of another operator.
    public boolean isNegated() {
        return negated;
    }

    /// Whether the operand must be an array.
    public boolean takesArray() {
        return this == IN || this == NOT_IN;
    }

    public boolean isOrdering() {
        return this == LESS
                || this == LESS_OR_EQUALS
                || this == GREATER
                || this == GREATER_OR_EQUALS;
    }

    /// The operator of that name, ignoring case.
    public static Optional<ConditionOperator> parse(String name) {
        return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
    }

    /// Whether `value operator operand` holds for one value. `NULL` stands for a missing value.
    public boolean holds(Dynamic value, Dynamic operand) throws EvaluationFailure {
        return positive(value, operand) != negated;
    }

    private boolean positive(Dynamic value, Dynamic operand) throws EvaluationFailure {
        return switch (this) {
            case EQUALS, NOT_EQUALS -> Comparisons.equal(value, operand);
            case IN, NOT_IN -> Comparisons.in(value, operand);
            case CONTAINS, NOT_CONTAINS -> Comparisons.contains(value, operand);
            case CONTAINS_KEY, NOT_CONTAINS_KEY -> Comparisons.containsKey(value, operand);
            case LIKE, NOT_LIKE -> Comparisons.like(value, operand);
            case MATCH, NOT_MATCH -> Comparisons.match(value, operand);
            case MATCH_INSENSITIVELY, NOT_MATCH_INSENSITIVELY ->
                    Comparisons.matchInsensitively(value, operand);
            case LESS -> Comparisons.ordered(value, operand, c -> c < 0);
            case LESS_OR_EQUALS -> Comparisons.ordered(value, operand, c -> c <= 0);
            case GREATER -> Comparisons.ordered(value, operand, c -> c > 0);
            case GREATER_OR_EQUALS -> Comparisons.ordered(value, operand, c -> c >= 0);
            case EXISTS -> Comparisons.exists(value, operand);
        };
    }
}
