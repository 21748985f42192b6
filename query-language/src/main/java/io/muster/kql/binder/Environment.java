package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import io.muster.kql.syntax.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `let` and `as` have named, in layers. Confined to one thread.
final class Environment {

    sealed interface Named {
        record Scalar(BoundExpr value) implements Named {}

        record Tabular(LogicalPlan plan) implements Named {}

        /// `name.column`: the columns of that schema, which stand from `offset` on.
        record Row(Schema schema, int offset) implements Named {}

        record Pattern(Statement.Pattern definition, Environment environment) implements Named {}

        record Function(Statement.LetFunction definition, Environment environment)
                implements Named {}

        /// A value of the row that a function was called with, asked for by a table, which sees no such row.
        record OutOfRow() implements Named {}
    }

    private final @Nullable Environment outer;
    private final boolean beyondRow;
    private final Map<String, Named> names = new HashMap<>();

    Environment(@Nullable Environment outer) {
        this(outer, false);
    }

    private Environment(@Nullable Environment outer, boolean beyondRow) {
        this.outer = outer;
        this.beyondRow = beyondRow;
    }

    /// The same names for a table within a scalar: what stands for the row around it is out of its reach.
    Environment beyondRow() {
        return new Environment(this, true);
    }

    void define(String name, Named value) {
        names.put(name, value);
    }

    Optional<Named> find(String name) {
        boolean beyond = false;
        for (var at = this; at != null; at = at.outer) {
            var found = at.names.get(name);
            if (found != null) {
                return Optional.of(beyond ? beyondRow(found) : found);
            }
            beyond |= at.beyondRow;
        }
        return Optional.empty();
    }

    private static Named beyondRow(Named found) {
        return switch (found) {
            case Named.Scalar(var value) when Plans.readsColumns(value) -> new Named.OutOfRow();
            case Named.Function(var definition, var environment) ->
                    new Named.Function(definition, environment.beyondRow());
            case Named.Scalar s -> s;
            case Named.Tabular t -> t;
            case Named.Row r -> r;
            case Named.Pattern p -> p;
            case Named.OutOfRow o -> o;
        };
    }

    List<String> all() {
        var out = new ArrayList<String>();
        for (var at = this; at != null; at = at.outer) {
            out.addAll(at.names.keySet());
        }
        return out;
    }
}
