package io.muster.kql;

import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.SourceText;
import io.muster.kql.binder.Binder;
import io.muster.kql.exec.Executor;
import io.muster.kql.exec.RunContext;
import io.muster.kql.syntax.KqlPrinter;
import io.muster.kql.syntax.KqlSyntax;
import io.muster.kql.syntax.SyntaxLimits;
import io.muster.kql.value.ValueLimits;
import io.muster.kql.vector.MemoryMeter;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A query's answer without the optimizer, on one thread, read from what the printer wrote.
public final class AsBound {
    private AsBound() {}

    public static QueryResult run(String text, Catalog catalog) throws Exception {
        String printed =
                KqlPrinter.print(KqlSyntax.parse(new SourceText("", text), SyntaxLimits.DEFAULT));
        var source = new SourceText("", printed);
        var bound =
                new Binder(
                                source,
                                catalog,
                                "T",
                                Map.of(),
                                (plan, instant) -> {
                                    throw new IllegalStateException("no plugin is asked for");
                                },
                                MemoryMeter.of(bytes -> {}))
                        .bind(KqlSyntax.parse(source, SyntaxLimits.DEFAULT));
        var context =
                new RunContext(
                        Instant.EPOCH,
                        1,
                        System.nanoTime() + 60_000_000_000L,
                        1L << 28,
                        ValueLimits.DEFAULT,
                        () -> false,
                        null,
                        1,
                        false);
        return new QueryResult(
                new Executor(context).run(bound.plan(), "result", 1_000_000), List.of(), Map.of());
    }
}
