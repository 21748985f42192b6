package io.muster.kql.plan;

import io.muster.kql.function.ScalarFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Expressions over a projection as expressions over its input.
public final class Substitution {
    private Substitution() {}

    /// The expression over the projection's input; empty when it reads a computed column or is not the same each time.
    public static Optional<BoundExpr> below(BoundExpr expr, List<BoundExpr> items) {
        return switch (expr) {
            case BoundExpr.Literal l -> Optional.of(l);
            case BoundExpr.Subquery s -> Optional.of(s);
            case BoundExpr.ColumnRef c ->
                    items.get(c.index()) instanceof BoundExpr.ColumnRef ref
                            ? Optional.of(ref)
                            : Optional.empty();
            case BoundExpr.Member m ->
                    below(m.target(), items).map(t -> new BoundExpr.Member(t, m.name()));
            case BoundExpr.Element e ->
                    below(e.target(), items).map(t -> new BoundExpr.Element(t, e.index()));
            case BoundExpr.Call c -> {
                if (c.function().stability() == ScalarFunction.Stability.PER_ROW) {
                    yield Optional.empty();
                }
                yield all(c.arguments(), items)
                        .map(a -> new BoundExpr.Call(c.function(), c.kernel(), a, c.type()));
            }
            case BoundExpr.Logical l ->
                    all(l.operands(), items).map(o -> new BoundExpr.Logical(l.and(), o));
        };
    }

    private static Optional<List<BoundExpr>> all(List<BoundExpr> parts, List<BoundExpr> items) {
        var out = new ArrayList<BoundExpr>();
        for (var part : parts) {
            var one = below(part, items);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            out.add(one.get());
        }
        return Optional.of(out);
    }

    /// Whether it gives the same each time it is asked of the same row.
    public static boolean isSteady(BoundExpr expr) {
        return switch (expr) {
            case BoundExpr.Literal e -> true;
            case BoundExpr.ColumnRef e -> true;
            case BoundExpr.Subquery e -> true;
            case BoundExpr.Member e -> isSteady(e.target());
            case BoundExpr.Element e -> isSteady(e.target());
            case BoundExpr.Call e ->
                    e.function().stability() != ScalarFunction.Stability.PER_ROW
                            && e.arguments().stream().allMatch(Substitution::isSteady);
            case BoundExpr.Logical e -> e.operands().stream().allMatch(Substitution::isSteady);
        };
    }
}
