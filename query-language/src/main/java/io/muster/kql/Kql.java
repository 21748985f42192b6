package io.muster.kql;

import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.value.KqlType;
import io.muster.kql.binder.Binder;
import io.muster.kql.exec.Executor;
import io.muster.kql.lint.Portability;
import io.muster.kql.optimizer.Optimizer;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.KqlSyntax;
import io.muster.kql.syntax.Query;
import io.muster.kql.syntax.Statement;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.vector.MemoryMeter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The facade: KQL text over a catalog of tables. Stateless; safe for any number of threads.
public final class Kql {
    private Kql() {}

    /// Reads, binds and plans a query.
    ///
    /// @throws DiagnosticException with all faults of the text
    public static PreparedQuery prepare(String text, Catalog catalog, QueryOptions options)
            throws DiagnosticException {
        return prepare(text, catalog, options, new CancellationToken());
    }

    /// @param cancellation ends reading and planning, and the runs that planning needs where columns depend on rows (`evaluate bag_unpack`)
    /// @throws DiagnosticException with all faults of the text
    /// @throws io.muster.kql.value.QueryStoppedException when a limit is reached
    public static PreparedQuery prepare(
            String text, Catalog catalog, QueryOptions options, CancellationToken cancellation)
            throws DiagnosticException {
        var source = new SourceText("", text);
        try {
            // One for what planning runs and what the query runs: columns may depend on it.
            var seeded = options.withSeed(options.drawnSeed());
            return prepare(source, catalog, seeded, cancellation);
        } catch (StackOverflowError deep) {
            // The limits on depth are counted; what slips through (values of values of values) ends
            // here, and only the query with it.
            throw new DiagnosticException(
                    Diagnostic.error(
                            "query-too-deep",
                            source,
                            SourceSpan.at(0),
                            "The query nests deeper than it can be planned."));
        }
    }

    private static QueryOptions asOf(QueryOptions options, Optional<Instant> instant) {
        return instant.map(now -> options.withClock(() -> now)).orElse(options);
    }

    private static PreparedQuery prepare(
            SourceText source,
            Catalog catalog,
            QueryOptions options,
            CancellationToken cancellation)
            throws DiagnosticException {
        // One for reading, planning and all runs that planning needs.
        long began = System.nanoTime();
        long deadline = began + options.timeLimit().toNanos();
        var context = PreparedQuery.context(options, deadline, cancellation);
        var meter = MemoryMeter.of(context::check, options.valueLimits());
        var query = KqlSyntax.parse(source, options.syntaxLimits(), context::check);
        var binder =
                new Binder(
                        source,
                        catalog,
                        options.defaultTable(),
                        options.parameters(),
                        (plan, instant) ->
                                new Executor(
                                                PreparedQuery.context(
                                                        asOf(options, instant),
                                                        deadline,
                                                        cancellation))
                                        .run(Optimizer.optimize(plan), "", options.maxRows()),
                        meter);
        var bound = options.valueLimits().where().call(() -> binder.bind(query));
        var beside = new LinkedHashMap<String, LogicalPlan>();
        bound.beside().forEach((name, plan) -> beside.put(name, optimized(plan, meter)));
        var plan = optimized(bound.plan(), meter);
        context.check();
        return new PreparedQuery(
                plan,
                beside,
                asOf(options, bound.instant()),
                bound.renderHint(),
                bound.notes(),
                System.nanoTime() - began);
    }

    private static LogicalPlan optimized(LogicalPlan plan, MemoryMeter meter) {
        return meter.during(() -> Optimizer.optimize(plan));
    }

    public static PreparedQuery prepare(String text, Catalog catalog) throws DiagnosticException {
        return prepare(text, catalog, QueryOptions.DEFAULT);
    }

    /// Where the real Resource Graph would refuse or cap the query: warnings.
    ///
    /// @throws DiagnosticException when the text does not read as a query
    public static List<Diagnostic> portability(String text) throws DiagnosticException {
        return Portability.check(new SourceText("", text), parsed(text));
    }

    /// The parameters that the text declares (`declare query_parameters`), by name.
    ///
    /// @throws DiagnosticException when the text does not read as a query
    public static Map<String, KqlType> declaredParameters(String text) throws DiagnosticException {
        var declared = new LinkedHashMap<String, KqlType>();
        for (var statement : parsed(text).statements()) {
            if (statement instanceof Statement.Parameters(var parameters, var span)) {
                for (var parameter : parameters) {
                    var type = parameter.type();
                    declared.put(parameter.name(), type == null ? KqlType.DYNAMIC : type);
                }
            }
        }
        return declared;
    }

    /// Whether the result has a `take`, `limit` or `sample` of its own: Resource Graph then ignores `$skip` and gives no `$skipToken`.
    /// One in a `let` or in another table's pipe does not count; false for a text that does not read as a query.
    public static boolean limitsItself(String text) {
        try {
            return parsed(text).statements().stream()
                    .anyMatch(s ->
                            s instanceof Statement.Result(Expression.Pipeline pipe, var span)
                                    && pipe.operators().stream()
                                            .anyMatch(o ->
                                                    o instanceof TabularOperator.Take
                                                            || o instanceof TabularOperator.Sample
                                                            || o
                                                                    instanceof
                                                                    TabularOperator
                                                                            .SampleDistinct));
        } catch (DiagnosticException notAQuery) {
            // Whoever runs it is told why.
            return false;
        }
    }

    private static Query parsed(String text) throws DiagnosticException {
        return KqlSyntax.parse(new SourceText("", text), QueryOptions.DEFAULT.syntaxLimits());
    }

    /// Goes once through what most queries need, so that the first one asked does not wait for it: for a process that says it is ready.
    public static void warmUp() {
        WarmUp.run();
    }

    /// The words that a query may use.
    public static Vocabulary vocabulary() {
        return Vocabulary.ofRegistries();
    }

    /// The text without the `;` and comments that may end it, so that operators can be put behind it.
    public static String unended(String text) {
        return KqlSyntax.unended(text);
    }

    /// Prepares and runs.
    ///
    /// @throws io.muster.kql.value.QueryStoppedException when a limit is reached
    public static QueryResult run(String text, Catalog catalog, QueryOptions options)
            throws DiagnosticException {
        return prepare(text, catalog, options).run();
    }
}
