package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
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
    }

    private final @Nullable Environment outer;
    private final Map<String, Named> names = new HashMap<>();

    Environment(@Nullable Environment outer) {
        this.outer = outer;
    }

    void define(String name, Named value) {
        names.put(name, value);
    }

    Optional<Named> find(String name) {
        for (var at = this; at != null; at = at.outer) {
            var found = at.names.get(name);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    List<String> all() {
        var out = new ArrayList<String>();
        for (var at = this; at != null; at = at.outer) {
            out.addAll(at.names.keySet());
        }
        return out;
    }
}
