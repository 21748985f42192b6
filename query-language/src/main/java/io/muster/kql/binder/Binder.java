package io.muster.kql.binder;

import io.muster.core.column.Catalog;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Diagnostics;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.EvaluationContext;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.NearNames;
import io.muster.kql.syntax.Query;
import io.muster.kql.syntax.Statement;
import io.muster.kql.vector.MemoryMeter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A query's tree to its plan. Confined to one thread and one query.
public final class Binder {
    /// Work after which it looks whether the query must stop.
    private static final long MUCH = 1 << 14;

    private final SourceText source;
    private final Catalog catalog;
    private final String defaultTable;
    private final Map<String, Dynamic> parameters;
    private final Interpreter interpreter;
    private Diagnostics faults = new Diagnostics();
    private final PatternBinder patterns = new PatternBinder(this);
    private final Map<String, BoundExpr> options = new LinkedHashMap<>();
    private final Map<String, LogicalPlan> beside = new LinkedHashMap<>();
    private final PlanDepth depths = new PlanDepth();
    private final RowOrder order = new RowOrder();
    private final Set<LogicalPlan.Placeholder> open =
            Collections.newSetFromMap(new IdentityHashMap<>());
    private int inner;
    private final ExpressionBinder expressions = new ExpressionBinder(this);
    private final OperatorBinder operators = new OperatorBinder(this);
    private final FunctionBinder functions = new FunctionBinder(this);
    private final MemoryMeter meter;
    private long unwatched;
    private final EvaluationContext folding;
    private final Map<String, Dynamic> renderHint = new LinkedHashMap<>();
    private Optional<Instant> instant = Optional.empty();

    /// Runs a plan whose rows decide a schema.
    @FunctionalInterface
    public interface Interpreter {
        /// @param instant what `now()` is to be, when the query says so
        Table run(LogicalPlan plan, Optional<Instant> instant);
    }

    /// @param defaultTable what a query without a table reads
    /// @param parameters values for `declare query_parameters`, and for names that nothing else defines
    /// @param interpreter runs a plan whose result decides a schema (`evaluate bag_unpack`)
    /// @param meter counts what is computed while planning, constants and what plugins hold; asked now and then whether to go on
    public Binder(
            SourceText source,
            Catalog catalog,
            String defaultTable,
            Map<String, Dynamic> parameters,
            Interpreter interpreter,
            MemoryMeter meter) {
        this.source = source;
        this.catalog = catalog;
        this.defaultTable = defaultTable;
        this.parameters = Map.copyOf(parameters);
        this.interpreter = interpreter;
        this.meter = meter;
        this.folding = new EvaluationContext(Instant.EPOCH, this::check);
    }

    /// The plan of a query, and what `render` said.
    ///
    /// @param beside further tables of the query, by name: what `fork` and `facet` give
    /// @param notes warnings
    /// @param instant what `now()` is, when `set query_now` says so
    public record Bound(
            LogicalPlan plan,
            Map<String, LogicalPlan> beside,
            Map<String, Dynamic> renderHint,
            List<Diagnostic> notes,
            Optional<Instant> instant) {
        public Bound {
            beside = Collections.unmodifiableMap(new LinkedHashMap<>(beside));
            renderHint = Map.copyOf(renderHint);
            notes = List.copyOf(notes);
        }
    }

    /// @throws DiagnosticException with all faults
    public Bound bind(Query query) throws DiagnosticException {
        LogicalPlan plan = null;
        try {
            var environment = new Environment(null);
            for (var parameter : parameters.entrySet()) {
                environment.define(
                        parameter.getKey(),
                        new Environment.Named.Scalar(literalOf(parameter.getValue())));
            }
            plan = statements(query, new Environment(environment), true);
        } catch (BindFailure failed) {
            throwFaults();
            throw failed;
        }
        throwFaults();
        if (plan == null) {
            throw new DiagnosticException(
                    Diagnostic.error(
                            "KS006",
                            source,
                            SourceSpan.at(source.text().length()),
                            "Missing statement: the text holds no query."));
        }
        return new Bound(plan, beside, renderHint, faults.all(), instant);
    }

    /// In the order of the text, in which they were not all found.
    private void throwFaults() throws DiagnosticException {
        if (faults.hasErrors()) {
            var sorted = new ArrayList<>(faults.all());
            sorted.sort(Comparator.comparingInt(d -> d.span().start()));
            throw new DiagnosticException(sorted);
        }
    }

    private static BoundExpr literalOf(Dynamic value) {
        var type =
                switch (value) {
                    case Dynamic.Bool b -> KqlType.BOOL;
                    case Dynamic.Whole w -> KqlType.LONG;
                    case Dynamic.Real r -> KqlType.REAL;
                    case Dynamic.Decimal d -> KqlType.DECIMAL;
                    case Dynamic.Text t -> KqlType.STRING;
                    case Dynamic.DateTime d -> KqlType.DATETIME;
                    case Dynamic.Span s -> KqlType.TIMESPAN;
                    case Dynamic.Guid g -> KqlType.GUID;
                    default -> KqlType.DYNAMIC;
                };
        return new BoundExpr.Literal(value, type);
    }

    /// The table that the last of the statements gives; null when none is a query.
    @Nullable LogicalPlan statements(Query query, Environment environment, boolean top) {
        LogicalPlan result = null;
        for (var statement : query.statements()) {
            switch (statement) {
                case Statement.Let let -> let(let, environment);
                case Statement.LetFunction function ->
                        environment.define(
                                function.name(),
                                new Environment.Named.Function(function, environment));
                case Statement.Parameters declared -> declare(declared, environment);
                case Statement.Pattern pattern ->
                        environment.define(
                                pattern.name(),
                                new Environment.Named.Pattern(pattern, environment));
                case Statement.SetOption option -> set(option, environment);
                case Statement.Result r -> {
                    var value = r.value();
                    beside.clear();
                    if (isTabular(value, environment, null)) {
                        result = table(value, environment);
                    } else {
                        var bound =
                                expressions.bind(
                                        value, ExpressionBinder.Place.of(null, environment));
                        var projection = new Projection();
                        projection.add(null, ResultNames.of(value), bound);
                        result =
                                projection.over(
                                        new LogicalPlan.Rows(
                                                new Schema(List.of()), List.of(List.of())));
                    }
                }
            }
        }
        return result;
    }

    private void set(Statement.SetOption option, Environment environment) {
        var value = option.value();
        if (value != null && !(value instanceof Expression.Name)) {
            options.put(
                    option.name(),
                    expressions.bind(value, ExpressionBinder.Place.of(null, environment)));
        }
        SetOptions.note(option.name(), source, option.span()).ifPresent(faults::add);
        if (option.name().equals(SetOptions.NOW)) {
            var now =
                    options.get(option.name()) instanceof BoundExpr.Literal(var given, var type)
                            ? Conversions.convert(given, KqlType.DATETIME)
                            : Dynamic.NULL;
            if (now instanceof Dynamic.DateTime(var ticks)) {
                instant = Optional.of(Ticks.toInstant(ticks));
            } else {
                fault(
                        "KS129",
                        option.span(),
                        "The option 'query_now' needs a datetime, such as datetime(2020-01-01).");
            }
        }
    }

    private void let(Statement.Let let, Environment environment) {
        if (isTabular(let.value(), environment, null)) {
            environment.define(
                    let.name(), new Environment.Named.Tabular(letTable(let.value(), environment)));
            return;
        }
        var value = expressions.bind(let.value(), ExpressionBinder.Place.of(null, environment));
        environment.define(let.name(), new Environment.Named.Scalar(value));
    }

    /// What a name stands for whose table does not bind. The statements behind it are still looked at; who reads it adds no fault.
    private static final LogicalPlan FAULTY_TABLE =
            new LogicalPlan.Rows(new Schema(List.of()), List.of());

    private LogicalPlan letTable(Expression value, Environment environment) {
        inner++;
        try {
            return table(value, environment);
        } catch (BindFailure failed) {
            if (!faults.hasErrors()) {
                throw failed;
            }
            return FAULTY_TABLE;
        } finally {
            inner--;
        }
    }

    /// A fault where `(a, b, c) = ...` has more names than the expression has columns.
    void checkNames(Expression.Named named, int columns) {
        int names = named.names().size();
        if (names > columns) {
            fault(
                    "KS119",
                    named.span(),
                    names
                            + " names are given, but the expression has "
                            + columns
                            + (columns == 1 ? " column." : " columns."));
        }
    }

    private void declare(Statement.Parameters declared, Environment environment) {
        for (var parameter : declared.parameters()) {
            var type = parameter.type() == null ? KqlType.DYNAMIC : parameter.type();
            var given = parameters.get(parameter.name());
            var otherwise = parameter.otherwise();
            if (given != null) {
                var converted = type == KqlType.DYNAMIC ? given : Conversions.convert(given, type);
                if (converted.isNull() && !given.isNull()) {
                    fault(
                            "KS141",
                            parameter.span(),
                            "The value given for parameter '"
                                    + parameter.name()
                                    + "' must have the type "
                                    + type.wireName()
                                    + ".");
                }
                environment.define(
                        parameter.name(),
                        new Environment.Named.Scalar(new BoundExpr.Literal(converted, type)));
            } else if (otherwise != null) {
                var value =
                        expressions.bind(otherwise, ExpressionBinder.Place.of(null, environment));
                environment.define(
                        parameter.name(),
                        new Environment.Named.Scalar(expressions.convert(value, type)));
            } else {
                fault(
                        "KS197",
                        parameter.span(),
                        "The argument for parameter '" + parameter.name() + "' is missing.");
                // What follows can still be checked.
                environment.define(
                        parameter.name(),
                        new Environment.Named.Scalar(new BoundExpr.Literal(Dynamic.NULL, type)));
            }
        }
    }

    // Tables

    /// Whether an expression stands for a table rather than a value.
    boolean isTabular(Expression expression, Environment environment, @Nullable Schema columns) {
        return switch (expression) {
            case Expression.Pipeline p -> true;
            case Expression.Name(var name, var span) -> {
                if (columns != null && columns.indexOf(name) >= 0) {
                    yield false;
                }
                var named = environment.find(name);
                if (named.isPresent()) {
                    yield named.get() instanceof Environment.Named.Tabular
                            || named.get() instanceof Environment.Named.Function f
                                    && functions.isTabular(f);
                }
                yield catalog.table(name).isPresent() || columns == null;
            }
            case Expression.Call call -> {
                var named = environment.find(call.name());
                if (named.isPresent() && named.get() instanceof Environment.Named.Function f) {
                    yield functions.isTabular(f);
                }
                if (named.isPresent() && named.get() instanceof Environment.Named.Pattern) {
                    yield true;
                }
                yield call.name().equals("materialize")
                        || call.name().equals("table")
                        || call.name().equals("view");
            }
            case Expression.Member(var target, var name, var span) ->
                    target instanceof Expression.Call call
                                    && (isPlaceCall(call) || pattern(call, environment) != null)
                            || target instanceof Expression.Member m
                                    && isTabular(m, environment, columns);
            default -> false;
        };
    }

    /// `database('x')`, `cluster('y')`, `arg('')`: where a table is said to be.
    private static boolean isPlaceCall(Expression.Call call) {
        return List.of("database", "cluster", "arg", "adx", "workspace", "app")
                .contains(call.name());
    }

    /// The plan of an expression that must be a table.
    LogicalPlan table(Expression expression, Environment environment) {
        return switch (expression) {
            case Expression.Name name -> named(name.name(), name.span(), environment);
            case Expression.Pipeline pipeline -> operators.pipeline(pipeline, environment);
            case Expression.Member(var target, var name, var span) -> {
                var known = target instanceof Expression.Call c ? pattern(c, environment) : null;
                yield known != null && target instanceof Expression.Call call
                        ? patterns.table(known, call, name, environment)
                        : named(name, span, environment);
            }
            case Expression.Call call -> tableCall(call, environment);
            default -> {
                fault("KS111", expression.span(), "Table expected.");
                throw new BindFailure();
            }
        };
    }

    private static Environment.Named.@Nullable Pattern pattern(
            Expression.Call call, Environment environment) {
        return environment.find(call.name()).orElse(null) instanceof Environment.Named.Pattern p
                ? p
                : null;
    }

    private LogicalPlan tableCall(Expression.Call call, Environment environment) {
        var pattern = pattern(call, environment);
        if (pattern != null) {
            return patterns.table(pattern, call, null, environment);
        }
        var named = environment.find(call.name());
        if (named.isPresent() && named.get() instanceof Environment.Named.Function function) {
            return functions.table(function, call, environment);
        }
        if (call.name().equals("materialize") && call.arguments().size() == 1) {
            return new LogicalPlan.Materialize(
                    table(call.arguments().getFirst().value(), environment));
        }
        if (call.name().equals("table")
                && !call.arguments().isEmpty()
                && call.arguments().getFirst().value()
                        instanceof Expression.Literal(Dynamic.Text(var name), var t, var span)) {
            return named(name, span, environment);
        }
        if (named.isPresent()) {
            fault(
                    "KS128",
                    call.nameSpan(),
                    "The name '" + call.name() + "' does not refer to a function.");
        } else {
            fault(
                    "KS204",
                    call.nameSpan(),
                    "The name '"
                            + call.name()
                            + "' does not refer to any known table, tabular variable or function.");
        }
        throw new BindFailure();
    }

    private LogicalPlan named(String name, SourceSpan span, Environment environment) {
        var known = environment.find(name);
        if (known.isPresent()) {
            switch (known.get()) {
                case Environment.Named.Tabular(var plan) -> {
                    if (plan == FAULTY_TABLE) {
                        throw new BindFailure();
                    }
                    return plan;
                }
                case Environment.Named.Function f -> {
                    return functions.table(
                            f, new Expression.Call(name, List.of(), span, span), environment);
                }
                case Environment.Named.Scalar s -> throw notATable(span);
                case Environment.Named.Row r -> throw notATable(span);
                case Environment.Named.OutOfRow o -> throw notATable(span);
                case Environment.Named.Pattern p -> throw notATable(span);
            }
        }
        return catalog(name)
                .orElseGet(() -> {
                    var candidates = new ArrayList<>(environment.all());
                    catalog.tables().forEach(t -> candidates.add(t.name()));
                    fault(
                            "KS204",
                            span,
                            "The name '"
                                    + name
                                    + "' does not refer to any known table, tabular variable or function.",
                            NearNames.nearest(name, candidates));
                    throw new BindFailure();
                });
    }

    private BindFailure notATable(SourceSpan span) {
        fault("KS111", span, "Table expected.");
        return new BindFailure();
    }

    Optional<LogicalPlan> catalog(String name) {
        return catalog.table(name).map(t -> new LogicalPlan.Scan(t, ScanRequest.ALL));
    }

    LogicalPlan defaultTable(SourceSpan span, Environment environment) {
        return named(defaultTable, span, environment);
    }

    Catalog catalog() {
        return catalog;
    }

    // For the other binders

    ExpressionBinder expressions() {
        return expressions;
    }

    RowOrder order() {
        return order;
    }

    OperatorBinder operators() {
        return operators;
    }

    FunctionBinder functions() {
        return functions;
    }

    /// What runs once a row or a key: its rows come from a placeholder, and there are none before the query runs.
    LogicalPlan subplan(
            Expression.Pipeline subquery,
            LogicalPlan.Placeholder placeholder,
            Environment environment) {
        open.add(placeholder);
        try {
            return operators.pipeline(subquery, placeholder, environment);
        } finally {
            open.remove(placeholder);
        }
    }

    /// The rows of a plan, for operators whose columns depend on them.
    Table interpret(LogicalPlan plan, SourceSpan span) {
        if (Plans.placeholders(plan).stream().anyMatch(open::contains)) {
            fault(
                    "not-offered",
                    span,
                    "Within mv-apply and partition no columns can follow from the rows, as they do here.");
            throw new BindFailure();
        }
        return interpreter.run(plan, instant);
    }

    /// Refuses a plan of more steps on one another than the stack is sure to hold.
    void checkDepth(LogicalPlan plan, SourceSpan span) {
        var extent = depths.of(plan);
        if (extent.depth() > PlanDepth.MOST) {
            fault(
                    "query-too-deep",
                    span,
                    "More than " + PlanDepth.MOST + " steps stand on one another here.");
            throw new BindFailure();
        }
        if (extent.steps() > PlanDepth.MOST_STEPS) {
            fault(
                    "query-too-wide",
                    span,
                    "With the tables that names stand for, the query has more than "
                            + PlanDepth.MOST_STEPS
                            + " steps.");
            throw new BindFailure();
        }
    }

    /// One more table that the query gives.
    void beside(String name, LogicalPlan plan, SourceSpan span) {
        if (inner > 0 || !open.isEmpty()) {
            fault(
                    "KS177",
                    span,
                    "'fork' and 'facet' give several tables: they may only end a query.");
            throw new BindFailure();
        }
        String unique = name;
        for (int n = 1; beside.containsKey(unique); n++) {
            unique = name + n;
        }
        beside.put(unique, plan);
    }

    /// Whether the query has come to its end with several tables.
    boolean endsHere() {
        return !beside.isEmpty();
    }

    /// What `set` gave an option.
    Optional<BoundExpr> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /// What binding gives; empty, and nothing said, when it has faults.
    <T> Optional<T> tried(Supplier<T> binding) {
        var outer = faults;
        var own = new Diagnostics();
        faults = own;
        try {
            var bound = binding.get();
            if (own.hasErrors()) {
                return Optional.empty();
            }
            own.all().forEach(outer::add);
            return Optional.of(bound);
        } catch (BindFailure failed) {
            return Optional.empty();
        } finally {
            faults = outer;
        }
    }

    /// What binding gives; empty when a name in it is unknown.
    Optional<LogicalPlan> ifKnown(Supplier<LogicalPlan> binding) {
        var outer = faults;
        var own = new Diagnostics();
        faults = own;
        Optional<LogicalPlan> plan = Optional.empty();
        try {
            plan = Optional.of(binding.get());
        } catch (BindFailure failed) {
            // Its faults say why.
        } finally {
            faults = outer;
        }
        if (!own.hasErrors()) {
            own.all().forEach(faults::add);
            return plan;
        }
        if (own.all().stream().allMatch(d -> UNKNOWN.contains(d.code()))) {
            return Optional.empty();
        }
        own.all().forEach(faults::add);
        throw new BindFailure();
    }

    private static final Set<String> UNKNOWN = Set.of("KS142", "KS204", "KS211");

    void renderHint(String name, Dynamic value) {
        renderHint.put(name, value);
    }

    void fault(String code, SourceSpan span, String message) {
        faults.add(Diagnostic.error(code, source, span, message));
    }

    void fault(String code, SourceSpan span, String message, Optional<String> meant) {
        var diagnostic = Diagnostic.error(code, source, span, message);
        faults.add(
                meant.isPresent()
                        ? diagnostic.withHelp("did you mean '" + meant.get() + "'?")
                        : diagnostic);
    }

    void fault(String code, SourceSpan span, String message, String help) {
        faults.add(Diagnostic.error(code, source, span, message).withHelp(help));
    }

    void warn(String code, SourceSpan span, String message) {
        faults.add(new Diagnostic(code, Severity.WARNING, source, span, message, null, null));
    }

    void unknownColumn(String name, SourceSpan span, Schema schema) {
        // Near names are looked for among all.
        did(16L * schema.size());
        fault(
                "KS142",
                span,
                "The name '"
                        + name
                        + "' does not refer to any known column, table, variable or function.",
                NearNames.nearest(name, schema.fields().stream().map(f -> f.name()).toList()));
    }

    /// Throws when the query must stop.
    void check() {
        meter.charge(0);
    }

    /// Counts what stays until the query is planned.
    MemoryMeter meter() {
        return meter;
    }

    /// Does work of which no more is to stay than what is charged to [#meter()].
    <T> T passing(Supplier<T> work) {
        var out = new ArrayList<T>(1);
        meter.inside().ending(() -> out.add(work.get()));
        return out.getFirst();
    }

    /// Throws now and then when the query must stop.
    ///
    /// @param work done, in steps of some ten nanoseconds
    void did(long work) {
        unwatched += work;
        if (unwatched >= MUCH) {
            unwatched = 0;
            check();
        }
    }

    boolean hasFaults() {
        return faults.hasErrors();
    }

    /// Computes a call of constants whose value is the same for ever.
    BoundExpr fold(BoundExpr expr) {
        if (!(expr instanceof BoundExpr.Call call)
                || call.function().stability() != ScalarFunction.Stability.CONSTANT) {
            return expr;
        }
        var arguments = new ArrayList<Arguments.Argument>();
        for (var argument : call.arguments()) {
            if (!(argument instanceof BoundExpr.Literal(var value, var type))) {
                return expr;
            }
            arguments.add(new Arguments.Argument(type, value, null));
        }
        var given = new Arguments(1, arguments, call.type(), folding);
        Dynamic value = passing(() -> call.kernel().apply(given).dynamic(0));
        meter.charge(MemoryMeter.sizeOf(value));
        return new BoundExpr.Literal(
                value.isNull() && call.type() == KqlType.STRING ? Dynamic.of("") : value,
                call.type());
    }
}
