package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import java.util.List;

/// Functions that tell of a cluster, a caller or how a record came in. There is neither cluster nor ingestion here: they answer as Kusto
/// does where it knows nothing.
public final class ContextFunctions {
    private static final String NOTHING = "always empty: there is no cluster and no ingestion";

    private ContextFunctions() {}

    static FunctionFamily family() {
        return new FunctionFamily(
                "Context",
                List.of(
                        text("current_cluster_endpoint"),
                        text("current_database"),
                        text("current_principal"),
                        text("cursor_current"),
                        text("current_cursor"),
                        nothing("current_principal_details", "(): dynamic"),
                        nothing("extent_id", "(): guid"),
                        nothing("extent_tags", "(): dynamic"),
                        nothing("ingestion_time", "(): datetime"),
                        nothing("cursor_after", "(cursor: string): bool"),
                        nothing("cursor_before_or_at", "(cursor: string): bool")));
    }

    private static ScalarFunction text(String name) {
        return ScalarFunction.of(name, "(): string", Kernels.constant(a -> Dynamic.of("")))
                .perQuery()
                .noted(NOTHING);
    }

    private static ScalarFunction nothing(String name, String signature) {
        return ScalarFunction.of(name, signature, Kernels.constant(a -> Dynamic.NULL))
                .perQuery()
                .noted(NOTHING);
    }
}
