package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;

/// What one template may cost: loops in loops, lambdas in lambdas and variables that double each other are written in a few lines and would take all time and memory. ARM
/// refuses what expands beyond 4 MB; this counts values instead. Confined to one thread.
final class Allowance {
    /// Values of one result, those inside it counted wherever they stand.
    private static final int MAX_VALUES = 1_000_000;

    /// Values computed and looked at, of the whole template.
    private static final int MAX_WORK = 5_000_000;

    private int work;

    void take(int values) throws EvaluationFailure {
        work += values;
        if (work > MAX_WORK) {
            throw new EvaluationFailure("the template computes more than " + MAX_WORK + " values");
        }
    }

    /// Pays for a result by its size.
    void spend(Dynamic result) throws EvaluationFailure {
        int values = counted(result, 0);
        if (values > MAX_VALUES) {
            throw new EvaluationFailure(
                    "a value of the template has more than " + MAX_VALUES + " values in it");
        }
        take(values);
    }

    /// Stops soon after there are too many: what stands in a value twice is counted twice.
    private static int counted(Dynamic value, int before) {
        int count = before + 1;
        return switch (value) {
            case Dynamic.Array(var items) -> {
                for (var item : items) {
                    if (count > MAX_VALUES) {
                        break;
                    }
                    count = counted(item, count);
                }
                yield count;
            }
            case Dynamic.Bag(var members) -> {
                for (var member : members.values()) {
                    if (count > MAX_VALUES) {
                        break;
                    }
                    count = counted(member, count);
                }
                yield count;
            }
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.Text _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    count;
        };
    }
}
