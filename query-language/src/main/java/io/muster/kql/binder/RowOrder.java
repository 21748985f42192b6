package io.muster.kql.binder;

import io.muster.kql.plan.LogicalPlan;
import java.util.IdentityHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Which tables have an order that `row_number`, `prev` and their kin may go by (`kusto/query/window-functions`, `serialize-operator`): what
/// `serialize`, `sort`, `top`, `range` and `getschema` give has one, tables of the catalog and what `summarize`, `distinct`, `join`, `sample` and
/// `make-series` give have none, the other steps keep what they find. The pages are silent about rows that the query writes itself
/// (`datatable`, `print`): they count as ordered.
final class RowOrder {
    private final IdentityHashMap<LogicalPlan, Boolean> known = new IdentityHashMap<>();
    private @Nullable LogicalPlan input;

    /// Marks what `serialize` was asked for.
    void serialize(LogicalPlan plan) {
        known.put(plan, true);
    }

    /// Binds a step that reads those rows.
    <T> T of(LogicalPlan rows, Supplier<T> step) {
        var outer = input;
        input = rows;
        try {
            return step.get();
        } finally {
            input = outer;
        }
    }

    /// Whether the rows of the step being bound have an order; where there are none, nothing is amiss.
    boolean isSerialized() {
        return input == null || isSerialized(input);
    }

    private boolean isSerialized(LogicalPlan plan) {
        var before = known.get(plan);
        if (before != null) {
            return before;
        }
        boolean serialized =
                switch (plan) {
                    case LogicalPlan.Values p -> true;
                    case LogicalPlan.Rows p -> true;
                    case LogicalPlan.Range p -> true;
                    case LogicalPlan.Sort p -> true;
                    case LogicalPlan.Placeholder p -> true;
                    case LogicalPlan.Scan p -> false;
                    case LogicalPlan.Sample p -> false;
                    case LogicalPlan.Summarize p -> false;
                    case LogicalPlan.Condense p -> false;
                    case LogicalPlan.Join p -> false;
                    case LogicalPlan.MakeSeries p -> false;
                    case LogicalPlan.TopNested p -> false;
                    case LogicalPlan.Reduce p -> p.keepsRows() && isSerialized(p.input());
                    case LogicalPlan.Where p -> isSerialized(p.input());
                    case LogicalPlan.Project p -> isSerialized(p.input());
                    case LogicalPlan.Take p -> isSerialized(p.input());
                    case LogicalPlan.MvExpand p -> isSerialized(p.input());
                    case LogicalPlan.MvApply p -> isSerialized(p.input());
                    case LogicalPlan.Parse p -> isSerialized(p.input());
                    case LogicalPlan.ParseKv p -> isSerialized(p.input());
                    case LogicalPlan.ScanSteps p -> isSerialized(p.input());
                    case LogicalPlan.Materialize p -> isSerialized(p.input());
                    case LogicalPlan.Partition p -> isSerialized(p.subplan());
                    case LogicalPlan.Union p -> p.inputs().stream().allMatch(this::isSerialized);
                };
        known.put(plan, serialized);
        return serialized;
    }
}
