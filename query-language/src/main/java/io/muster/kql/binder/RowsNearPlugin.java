package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.vector.Columns;
import java.util.Arrays;

/// `evaluate rows_near`: rows that satisfy a condition, with the rows before and after them.
final class RowsNearPlugin {
    private final Binder binder;
    private final PluginReader reader;

    RowsNearPlugin(Binder binder, PluginReader reader) {
        this.binder = binder;
        this.reader = reader;
    }

    LogicalPlan rowsNear(Expression.Call call, LogicalPlan input, Environment environment) {
        if (call.arguments().isEmpty()) {
            binder.fault("KS119", call.span(), "The function 'rows_near' expects 2 arguments.");
            throw new BindFailure();
        }
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var condition = binder.expressions().bool(call.arguments().getFirst().value(), place);
        if (condition == ExpressionBinder.FAULTY) {
            throw new BindFailure();
        }
        long before = Columns.longOf(reader.required(call, 1, "NumRows", environment));
        var given = reader.constant(call, 2, "RowsAfter", environment);
        long after = given == null ? before : Columns.longOf(given);
        var projection = new Projection(input.schema());
        projection.add("$near", condition);
        var marked = reader.run(projection.over(input));
        var hits = PluginReader.cells(marked, input.schema().size());
        boolean[] kept = new boolean[hits.size()];
        for (int row = 0; row < kept.length; row++) {
            if (Dynamic.TRUE.equals(hits.get(row))) {
                int from = (int) Math.max(0, row - Math.max(0, before));
                int to = (int) Math.min(kept.length - 1L, row + Math.max(0, after));
                for (int near = from; near <= to; near++) {
                    kept[near] = true;
                }
            }
        }
        long[] all = PluginReader.refs(marked);
        long[] picked = new long[all.length];
        int n = 0;
        for (int row = 0; row < all.length; row++) {
            if (kept[row]) {
                picked[n++] = all[row];
            }
        }
        var source = new LogicalPlan.Values(PluginReader.pick(marked, Arrays.copyOf(picked, n)));
        var out = new Projection();
        for (int c = 0; c < input.schema().size(); c++) {
            out.add(input.schema().field(c).name(), Projection.column(source.schema(), c));
        }
        return out.over(source);
    }
}
