package io.muster.kql.exec;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/// Where in a run a number by chance is drawn. It follows of the run's seed, of the place of the call in the plan and of the place of the row among
/// those it is drawn for: which thread draws it, and when, does not matter.
///
/// A place in the plan is that of a reading: a table that two steps read is computed twice, with numbers of its own each time. What is computed
/// once a run has a place of its own, for which of its readers comes first may follow of the threads. Set by one thread before the run.
final class Chance {
    private final IdentityHashMap<Object, Integer> numbers = new IdentityHashMap<>();
    private final Set<LogicalPlan> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean any;

    /// A place within another.
    static long within(long place, long index) {
        long z = place * 0xd1342543de82ef95L + index + 1;
        z = (z ^ z >>> 32) * 0xd6e8feb86659fd93L;
        z = (z ^ z >>> 32) * 0xd6e8feb86659fd93L;
        return z ^ z >>> 32;
    }

    /// Takes in what is to be run.
    void read(LogicalPlan plan) {
        if (!seen.add(plan)) {
            return;
        }
        if (plan instanceof LogicalPlan.Materialize materialize) {
            number(materialize.identity());
        }
        Plans.mapInputs(
                plan,
                input -> {
                    read(input);
                    return input;
                });
        for (var expr : Plans.everyExpression(plan)) {
            any |= expr.isByChance();
            Plans.visit(
                    expr,
                    column -> {},
                    subquery -> {
                        number(subquery.identity());
                        read(subquery.plan());
                    });
        }
    }

    private void number(Object identity) {
        numbers.putIfAbsent(identity, numbers.size());
    }

    /// Whether anything is by chance.
    boolean any() {
        return any;
    }

    /// The number of what is computed once.
    int of(Object identity) {
        return numbers.getOrDefault(identity, -1);
    }
}
