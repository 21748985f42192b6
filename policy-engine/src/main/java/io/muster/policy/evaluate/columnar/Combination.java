package io.muster.policy.evaluate.columnar;

import io.muster.core.column.Bits;
import io.muster.policy.condition.Constraint;
import org.jspecify.annotations.Nullable;

/// And, or and not over bitmaps, with the order and the short cuts of the row-wise evaluator: a row that is decided asks no further condition, so that a failing
/// one behind a decided branch is never met.
final class Combination {
    private Combination() {}

    /// Decides a condition for the rows asked about; null when columns cannot.
    @FunctionalInterface
    interface Leaves {
        @Nullable Outcome decide(Constraint.Condition condition, Bits active);
    }

    static @Nullable Outcome decide(Constraint constraint, Bits active, Leaves leaves) {
        switch (constraint) {
            case Constraint.Condition condition -> {
                return leaves.decide(condition, active);
            }
            case Constraint.Not(var of, _) -> {
                var inner = decide(of, active, leaves);
                return inner == null
                        ? null
                        : new Outcome(
                                Outcome.without(active.andNot(inner.holds()), inner.fails()),
                                inner.fails());
            }
            case Constraint.AllOf(var of, _) -> {
                var open = active;
                Bits fails = null;
                for (var each : of) {
                    if (open.isEmpty()) {
                        break;
                    }
                    var one = decide(each, open, leaves);
                    if (one == null) {
                        return null;
                    }
                    fails = Outcome.either(fails, one.fails());
                    open = one.holds();
                }
                return new Outcome(open, fails);
            }
            case Constraint.AnyOf(var of, _) -> {
                var open = active;
                Bits holds = null;
                Bits fails = null;
                for (int i = 0; i < of.size() && !open.isEmpty(); i++) {
                    var one = decide(of.get(i), open, leaves);
                    if (one == null) {
                        return null;
                    }
                    holds = holds == null ? one.holds() : holds.or(one.holds());
                    fails = Outcome.either(fails, one.fails());
                    if (i < of.size() - 1) {
                        open = Outcome.without(open.andNot(one.holds()), one.fails());
                    }
                }
                return new Outcome(holds == null ? Bits.none(active.size()) : holds, fails);
            }
        }
    }
}
