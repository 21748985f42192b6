package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.HashSet;

/// `evaluate dcount_intersect`: how many values the first one, two, three, ... sketches of `hll` have in common.
final class DcountIntersectPlugin {
    private static final ScalarFunction COMMON =
            ScalarFunction.of(
                    "dcount_intersect",
                    "(hll...: dynamic): long",
                    Kernels.perRow((v, c) -> {
                        var common = new HashSet<>(v[0].get(1).items());
                        var pace = new MemoryMeter.Pace();
                        for (var hll : v) {
                            pace.did(64L * hll.get(1).items().size());
                            common.retainAll(new HashSet<>(hll.get(1).items()));
                        }
                        return Dynamic.of((long) common.size());
                    }));

    private final Binder binder;

    DcountIntersectPlugin(Binder binder) {
        this.binder = binder;
    }

    LogicalPlan intersect(Expression.Call call, LogicalPlan input, Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var out = new Projection(input.schema());
        var sketches = new ArrayList<BoundExpr>();
        for (var argument : call.arguments()) {
            var sketch = binder.expressions().bind(argument.value(), place);
            if (sketch == ExpressionBinder.FAULTY) {
                throw new BindFailure();
            }
            if (sketch.type() != KqlType.DYNAMIC) {
                binder.fault(
                        "KS141",
                        argument.value().span(),
                        "The expression must have the type dynamic.");
                throw new BindFailure();
            }
            sketches.add(sketch);
            out.add(
                    "s" + (sketches.size() - 1),
                    binder.expressions().call(COMMON, new ArrayList<>(sketches), KqlType.LONG));
        }
        return out.over(input);
    }
}
