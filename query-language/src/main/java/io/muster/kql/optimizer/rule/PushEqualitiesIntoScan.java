package io.muster.kql.optimizer.rule;

import io.muster.core.column.ScanRequest;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A table may leave out rows whose text columns, or texts within a dynamic column, do not have one of the values a condition allows. The condition stays, for the table need not.
public final class PushEqualitiesIntoScan implements Rule {
    private static final Set<String> READ_AS_TEXT =
            Set.of("tostring", Conversions.as(KqlType.STRING).name());

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!(plan instanceof LogicalPlan.Where(LogicalPlan.Scan scan, var predicate))
                || !scan.request().equals().isEmpty()) {
            return plan;
        }
        var found = new ArrayList<ScanRequest.ColumnIn>();
        for (var part : MergeWheres.conjuncts(predicate)) {
            allowed(part).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            return plan;
        }
        return new LogicalPlan.Where(
                new LogicalPlan.Scan(
                        scan.table(), new ScanRequest(scan.request().columns(), found)),
                predicate);
    }

    /// The values a condition allows in one column, when that is what it says.
    private static Optional<ScanRequest.ColumnIn> allowed(BoundExpr part) {
        if (part instanceof BoundExpr.Logical(var and, var operands) && !and) {
            return either(operands);
        }
        if (!(part instanceof BoundExpr.Call call)
                || call.arguments().size() != 2
                || !(call.arguments().getLast() instanceof BoundExpr.Literal(var value, var t))) {
            return Optional.empty();
        }
        String column = column(call.arguments().getFirst());
        if (column == null) {
            return Optional.empty();
        }
        var values = new HashSet<String>();
        for (var item : value instanceof Dynamic.Array(var items) ? items : List.of(value)) {
            if (!(item instanceof Dynamic.Text(var text))) {
                return Optional.empty();
            }
            values.add(text);
        }
        return switch (call.function().name()) {
            case "==", "in" -> Optional.of(new ScanRequest.ColumnIn(column, values, false));
            case "=~", "in~" -> Optional.of(new ScanRequest.ColumnIn(column, values, true));
            default -> Optional.empty();
        };
    }

    /// What a text is read from: a column, or `column.member`, made a text by the query or by the comparison.
    private static @Nullable String column(BoundExpr read) {
        return switch (read) {
            case BoundExpr.ColumnRef(_, var name, var type) -> type == KqlType.STRING ? name : null;
            case BoundExpr.Member member -> path(member);
            case BoundExpr.Call call ->
                    READ_AS_TEXT.contains(call.function().name())
                                    && call.arguments().getFirst()
                                            instanceof BoundExpr.Member member
                            ? path(member)
                            : null;
            case BoundExpr.Literal _,
                    BoundExpr.Element _,
                    BoundExpr.Logical _,
                    BoundExpr.Subquery _ ->
                    null;
        };
    }

    private static @Nullable String path(BoundExpr.Member member) {
        return member.target() instanceof BoundExpr.ColumnRef(_, var column, _)
                        && member.name().indexOf('.') < 0
                ? column + "." + member.name()
                : null;
    }

    private static Optional<ScanRequest.ColumnIn> either(List<BoundExpr> operands) {
        String column = null;
        Set<String> values = new HashSet<>();
        boolean ignoreCase = false;
        for (var operand : operands) {
            var one = allowed(operand);
            if (one.isEmpty() || column != null && !column.equals(one.get().column())) {
                return Optional.empty();
            }
            column = one.get().column();
            values.addAll(one.get().values());
            // Ignoring case allows more rows, never fewer.
            ignoreCase |= one.get().ignoreCase();
        }
        return column == null
                ? Optional.empty()
                : Optional.of(new ScanRequest.ColumnIn(column, values, ignoreCase));
    }
}
