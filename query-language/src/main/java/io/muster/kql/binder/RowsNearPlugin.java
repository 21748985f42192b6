package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
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
        var found = reader.run(projection.over(input));
        var hits = PluginReader.cells(found, input.schema().size());
        boolean[] kept = new boolean[hits.size()];
        // Each row is marked once, however many hits are near it.
        int marked = 0;
        var pace = new MemoryMeter.Pace();
        for (int row = 0; row < kept.length; row++) {
            pace.did(16);
            if (Dynamic.TRUE.equals(hits.get(row))) {
                int from = (int) Math.max(marked, row - Math.max(0, before));
                int to = (int) Math.min(kept.length - 1L, row + Math.clamp(after, 0L, kept.length));
                for (int near = from; near <= to; near++) {
                    pace.did(1);
                    kept[near] = true;
                }
                marked = Math.max(marked, to + 1);
            }
        }
        MemoryMeter.current().charge(17L * kept.length);
        long[] all = PluginReader.refs(found);
        long[] picked = new long[all.length];
        int n = 0;
        for (int row = 0; row < all.length; row++) {
            if (kept[row]) {
                picked[n++] = all[row];
            }
        }
        var source = new LogicalPlan.Values(reader.pick(found, Arrays.copyOf(picked, n)));
        var out = new Projection();
        for (int c = 0; c < input.schema().size(); c++) {
            out.add(input.schema().field(c).name(), Projection.column(source.schema(), c));
        }
        return out.over(source);
    }
}
