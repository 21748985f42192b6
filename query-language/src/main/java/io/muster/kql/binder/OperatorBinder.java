package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.BinaryOperator;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.Expression.Pipeline;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.value.ScalarText;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Tabular operators: each takes the plan so far and gives the plan with one more step.
final class OperatorBinder {
    private final Binder binder;
    private final UnionBinder unions;
    private final PluginBinder plugins;

    OperatorBinder(Binder binder) {
        this.binder = binder;
        this.unions = new UnionBinder(binder);
        this.plugins = new PluginBinder(binder);
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan pipeline(Pipeline pipeline, Environment environment) {
        return pipeline(pipeline, null, environment);
    }

    /// @param input what a pipeline without a source of its own reads
    LogicalPlan pipeline(Pipeline pipeline, @Nullable LogicalPlan input, Environment outer) {
        // `as` names within its own query only.
        var environment = new Environment(outer);
        var source = pipeline.source();
        LogicalPlan plan = source != null ? binder.table(source, environment) : input;
        for (var operator : pipeline.operators()) {
            if (plan == null) {
                var head = head(operator, environment);
                plan =
                        head != null
                                ? head
                                : operator(
                                        operator,
                                        binder.defaultTable(operator.span(), environment),
                                        environment);
            } else {
                plan = operator(operator, plan, environment);
            }
        }
        if (plan == null) {
            binder.fault("KS111", pipeline.span(), "Table expected.");
            throw new BindFailure();
        }
        return plan;
    }

    /// The plan of an operator that makes rows itself; null for every other.
    private @Nullable LogicalPlan head(TabularOperator operator, Environment environment) {
        var place = ExpressionBinder.Place.of(null, environment);
        return switch (operator) {
            case TabularOperator.Print print -> {
                var projection = new Projection();
                for (int i = 0; i < print.items().size(); i++) {
                    item(projection, print.items().get(i), place, "print_" + i, true);
                }
                yield projection.over(oneRow());
            }
            case TabularOperator.Range range -> range(range, place);
            case TabularOperator.Datatable datatable -> datatable(datatable, place);
            case TabularOperator.Union union -> unions.union(union, null, environment);
            case TabularOperator.Search search -> unions.search(search, null, environment);
            case TabularOperator.Find find -> unions.find(find, environment);
            default -> null;
        };
    }

    static LogicalPlan oneRow() {
        return new LogicalPlan.Rows(new Schema(List.of()), List.of(List.of()));
    }

    private LogicalPlan range(TabularOperator.Range range, ExpressionBinder.Place place) {
        var from = expressions().bind(range.from(), place);
        var to = expressions().bind(range.to(), place);
        var step = expressions().bind(range.step(), place);
        KqlType type = from.type();
        if (type == KqlType.INT && to.type() == KqlType.INT && step.type() == KqlType.INT) {
            type = KqlType.INT;
        } else if (type.isNumeric() && to.type().isNumeric()) {
            type =
                    step.type().isNumeric()
                            ? ExpressionBinder.widest(
                                    ExpressionBinder.widest(type, to.type()), step.type())
                            : ExpressionBinder.widest(type, to.type());
        } else if (type == KqlType.DYNAMIC) {
            type = to.type() == KqlType.DYNAMIC ? KqlType.LONG : to.type();
        }
        if (type == KqlType.DECIMAL) {
            type = KqlType.REAL;
        }
        KqlType stepType =
                type == KqlType.DATETIME || type == KqlType.TIMESPAN ? KqlType.TIMESPAN : type;
        return new LogicalPlan.Range(
                Schema.of(new Field(range.column(), type)),
                expressions().convert(from, type),
                expressions().convert(to, type),
                expressions().convert(step, stepType));
    }

    private LogicalPlan datatable(
            TabularOperator.Datatable datatable, ExpressionBinder.Place place) {
        var fields = new ArrayList<Field>();
        var seen = new HashSet<String>();
        for (var column : datatable.columns()) {
            if (!seen.add(column.name())) {
                binder.fault(
                        "KS171",
                        column.span(),
                        "A column with the name '" + column.name() + "' is already declared.");
                throw new BindFailure();
            }
            fields.add(new Field(column.name(), column.type()));
        }
        int width = fields.size();
        if (width == 0 || datatable.cells().size() % width != 0) {
            binder.fault(
                    "KS173",
                    datatable.span(),
                    "Incorrect number of data values. The values should appear in multiples of "
                            + width
                            + ".");
            throw new BindFailure();
        }
        var rows = new ArrayList<List<BoundExpr>>();
        for (int i = 0; i < datatable.cells().size(); i += width) {
            var row = new ArrayList<BoundExpr>();
            for (int c = 0; c < width; c++) {
                var bound = expressions().bind(datatable.cells().get(i + c), place);
                row.add(expressions().convert(bound, fields.get(c).type()));
            }
            rows.add(row);
        }
        return new LogicalPlan.Rows(new Schema(fields), rows);
    }

    LogicalPlan operator(TabularOperator operator, LogicalPlan input, Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        return switch (operator) {
            case TabularOperator.Where where -> {
                var predicate = expressions().bool(where.predicate(), place);
                yield predicate == ExpressionBinder.FAULTY
                        ? input
                        : new LogicalPlan.Where(input, predicate);
            }
            case TabularOperator.Extend extend -> {
                var projection = new Projection(input.schema());
                for (var named : extend.items()) {
                    extendItem(projection, named, place);
                }
                yield projection.over(input);
            }
            case TabularOperator.Project project -> {
                var projection = new Projection();
                for (var named : project.items()) {
                    item(projection, named, place, null, false);
                }
                yield projection.over(input);
            }
            case TabularOperator.ProjectNames names -> projectNames(names, input);
            case TabularOperator.ProjectRename rename -> rename(rename, input);
            case TabularOperator.ProjectReorder reorder -> reorder(reorder, input);
            case TabularOperator.ProjectByNames names -> byNames(names, input, place);
            case TabularOperator.Distinct distinct -> {
                var items =
                        distinct.items().isEmpty()
                                ? all(input.schema(), distinct.span())
                                : distinct.items();
                yield summarize(List.of(), items, true, input, environment, distinct.span());
            }
            case TabularOperator.Count count -> {
                var name = count.name();
                yield summarize(
                        List.of(
                                new Named(
                                        List.of(name == null ? "Count" : name),
                                        new Expression.Call(
                                                "count", List.of(), count.span(), count.span()),
                                        count.span())),
                        List.of(),
                        false,
                        input,
                        environment,
                        count.span());
            }
            case TabularOperator.Take take ->
                    new LogicalPlan.Take(input, count(take.count(), environment));
            case TabularOperator.Sample sample ->
                    new LogicalPlan.Sample(input, count(sample.count(), environment));
            case TabularOperator.Sort sort ->
                    new LogicalPlan.Sort(input, sortKeys(sort.keys(), place, false), null);
            case TabularOperator.Top top ->
                    new LogicalPlan.Sort(
                            input,
                            sortKeys(top.keys(), place, true),
                            count(top.count(), environment));
            case TabularOperator.Summarize summarize ->
                    summarize(
                            summarize.aggregates(),
                            summarize.keys(),
                            summarize.by(),
                            input,
                            environment,
                            summarize.span());
            case TabularOperator.Join join ->
                    join(
                            join.kind(),
                            join.kindSpan(),
                            join.right(),
                            join.on(),
                            input,
                            environment,
                            false,
                            join.span());
            case TabularOperator.Lookup lookup ->
                    join(
                            lookup.kind(),
                            lookup.kindSpan(),
                            lookup.right(),
                            lookup.on(),
                            input,
                            environment,
                            true,
                            lookup.span());
            case TabularOperator.Union union -> unions.union(union, input, environment);
            case TabularOperator.Search search -> unions.search(search, input, environment);
            case TabularOperator.MvExpand expand -> expand(expand, input, environment);
            case TabularOperator.MvApply apply -> apply(apply, input, environment);
            case TabularOperator.Parse parse -> parse(parse, input, place);
            case TabularOperator.ParseKv parse -> parseKv(parse, input, place);
            case TabularOperator.GetSchema g -> getSchema(input);
            case TabularOperator.Serialize serialize -> {
                if (serialize.items().isEmpty()) {
                    yield input;
                }
                var projection = new Projection(input.schema());
                for (var named : serialize.items()) {
                    extendItem(projection, named, place);
                }
                yield projection.over(input);
            }
            case TabularOperator.As as -> {
                var kept = new LogicalPlan.Materialize(input);
                environment.define(as.name(), new Environment.Named.Tabular(kept));
                yield kept;
            }
            case TabularOperator.Render render -> {
                binder.renderHint("visualization", Dynamic.of(render.visualization()));
                for (var property : render.properties().entrySet()) {
                    binder.renderHint(
                            property.getKey(),
                            property.getValue() instanceof Expression.Literal l
                                    ? l.value()
                                    : Dynamic.of(
                                            String.valueOf(ResultNames.of(property.getValue()))));
                }
                yield input;
            }
            case TabularOperator.MakeSeries series -> makeSeries(series, input, environment);
            case TabularOperator.TopNested nested -> topNested(nested, input, environment);
            case TabularOperator.TopHitters hitters -> topHitters(hitters, input, environment);
            case TabularOperator.SampleDistinct sample ->
                    new LogicalPlan.Take(
                            summarize(
                                    List.of(),
                                    List.of(sample.of()),
                                    true,
                                    input,
                                    environment,
                                    sample.span()),
                            count(sample.count(), environment));
            case TabularOperator.Evaluate evaluate ->
                    plugins.evaluate(evaluate, input, environment);
            case TabularOperator.Invoke invoke -> {
                var named = environment.find(invoke.function().name());
                if (named.isPresent()
                        && named.get() instanceof Environment.Named.Function function) {
                    yield binder.functions()
                            .invoke(function, input, invoke.function(), environment);
                }
                binder.fault(
                        "KS211",
                        invoke.function().nameSpan(),
                        "The name '"
                                + invoke.function().name()
                                + "' does not refer to any known function.");
                throw new BindFailure();
            }
            case TabularOperator.Partition partition -> partition(partition, input, environment);
            case TabularOperator.Fork fork -> unsupported("fork", fork.span());
            case TabularOperator.Facet facet -> unsupported("facet", facet.span());
            case TabularOperator.ScanSteps scan -> unsupported("scan", scan.span());
            case TabularOperator.Reduce reduce -> {
                var value = expressions().bind(reduce.by().value(), place);
                var characters = reduce.properties().get("characters");
                yield new LogicalPlan.Reduce(
                        input,
                        expressions().text(value),
                        characters instanceof Expression.Literal l ? l.value().textOr("") : "",
                        Schema.of(
                                new Field("Pattern", KqlType.STRING),
                                new Field("Count", KqlType.LONG),
                                new Field("Representative", KqlType.STRING)));
            }
            case TabularOperator.Consume consume ->
                    new LogicalPlan.Take(
                            input, new BoundExpr.Literal(Dynamic.of(0L), KqlType.LONG));
            case TabularOperator.Print o -> mustBeFirst(o.span());
            case TabularOperator.Range o -> mustBeFirst(o.span());
            case TabularOperator.Datatable o -> mustBeFirst(o.span());
            case TabularOperator.Find o -> mustBeFirst(o.span());
        };
    }

    private LogicalPlan mustBeFirst(SourceSpan span) {
        binder.fault("KS175", span, "The operator must be the first operator in the query.");
        throw new BindFailure();
    }

    private LogicalPlan unsupported(String name, SourceSpan span) {
        binder.fault(
                "KS177",
                span,
                "The query operator '" + name + "' is not allowed in the current context.");
        throw new BindFailure();
    }

    static List<Named> all(Schema schema, SourceSpan span) {
        var out = new ArrayList<Named>();
        for (var field : schema.fields()) {
            out.add(new Named(List.of(), new Expression.Name(field.name(), span), span));
        }
        return out;
    }

    // Columns

    /// An item of `project` or `print`.
    private void item(
            Projection projection,
            Named named,
            ExpressionBinder.Place place,
            @Nullable String otherwise,
            boolean print) {
        if (named.value() instanceof Expression.Star) {
            var columns = place.columns();
            if (columns != null) {
                for (int i = 0; i < columns.size(); i++) {
                    projection.add(
                            columns.field(i).name(),
                            new BoundExpr.ColumnRef(i, columns.field(i).name(), columns.type(i)));
                }
                return;
            }
        }
        if (several(named, place, projection::add)) {
            return;
        }
        var bound = expressions().bind(named.value(), place);
        String inferred = ResultNames.of(named.value());
        if (print && named.value() instanceof Expression.Name) {
            inferred = otherwise;
        }
        projection.add(named.name(), inferred == null ? otherwise : inferred, bound);
    }

    private void extendItem(Projection projection, Named named, ExpressionBinder.Place place) {
        if (several(
                named,
                place,
                (name, value) -> {
                    if (named.names().contains(name)) {
                        projection.set(name, value);
                    } else {
                        projection.add(name, value);
                    }
                })) {
            return;
        }
        var bound = expressions().bind(named.value(), place);
        var explicit = named.name();
        if (explicit != null) {
            projection.set(explicit, bound);
            return;
        }
        if (named.value() instanceof Expression.Name) {
            // `extend x`: there already.
            return;
        }
        projection.add(null, ResultNames.of(named.value()), bound);
    }

    /// Takes one column of an expression that gives several.
    @FunctionalInterface
    private interface Taker {
        void take(String name, BoundExpr value);
    }

    private boolean several(Named named, ExpressionBinder.Place place, Taker taker) {
        if (!(named.value() instanceof Expression.Call call)) {
            return false;
        }
        var outputs = MultiValued.outputs(call, expressions(), place);
        if (outputs.isEmpty()) {
            return false;
        }
        for (int i = 0; i < outputs.size(); i++) {
            boolean named1 = i < named.names().size();
            if (named.names().size() > 1 && !named1) {
                break;
            }
            if (named.names().size() == 1 && outputs.size() > 1 && !named1) {
                taker.take(outputs.get(i).name(), outputs.get(i).value());
            } else {
                taker.take(
                        named1 ? named.names().get(i) : outputs.get(i).name(),
                        outputs.get(i).value());
            }
        }
        return true;
    }

    private LogicalPlan projectNames(TabularOperator.ProjectNames names, LogicalPlan input) {
        var schema = input.schema();
        var chosen = new LinkedHashSet<Integer>();
        for (var name : names.names()) {
            var found = matching(schema, name);
            if (found.isEmpty() && !name.wildcard()) {
                unknownColumn(name.text(), name.span(), schema);
            }
            chosen.addAll(found);
        }
        var projection = new Projection();
        for (int i = 0; i < schema.size(); i++) {
            if (chosen.contains(i) == names.keep()) {
                projection.add(schema.field(i).name(), column(schema, i));
            }
        }
        return projection.over(input);
    }

    private void unknownColumn(String name, SourceSpan span, Schema schema) {
        binder.fault(
                "KS142",
                span,
                "The name '"
                        + name
                        + "' does not refer to any known column, table, variable or function.",
                NearNames.nearest(name, schema.fields().stream().map(f -> f.name()).toList()));
    }

    static BoundExpr column(Schema schema, int index) {
        return new BoundExpr.ColumnRef(index, schema.field(index).name(), schema.type(index));
    }

    static List<Integer> matching(Schema schema, TabularOperator.WildcardName name) {
        var found = new ArrayList<Integer>();
        if (!name.wildcard()) {
            int index = schema.indexOf(name.text());
            return index < 0 ? found : List.of(index);
        }
        var pattern = pattern(name.text());
        for (int i = 0; i < schema.size(); i++) {
            if (pattern.matcher(schema.field(i).name()).matches()) {
                found.add(i);
            }
        }
        return found;
    }

    /// Only `*` has a meaning, so that matching is linear.
    static Pattern pattern(String wildcard) {
        var regex = new StringBuilder();
        for (String part : wildcard.split("\\*+", -1)) {
            if (!regex.isEmpty() || wildcard.startsWith("*") && part.isEmpty()) {
                regex.append(regex.isEmpty() ? "" : ".*");
            }
            regex.append(Pattern.quote(part));
        }
        return Pattern.compile(regex.toString());
    }

    private LogicalPlan rename(TabularOperator.ProjectRename rename, LogicalPlan input) {
        var schema = input.schema();
        var names = new ArrayList<String>();
        schema.fields().forEach(f -> names.add(f.name()));
        for (var item : rename.items()) {
            var to = item.name();
            if (to == null || !(item.value() instanceof Expression.Name(var from, var span))) {
                binder.fault("KS110", item.span(), "Column rename assignment expected.");
                continue;
            }
            int index = schema.indexOf(from);
            if (index < 0) {
                unknownColumn(from, span, schema);
            } else {
                names.set(index, to);
            }
        }
        var projection = new Projection();
        for (int i = 0; i < schema.size(); i++) {
            projection.add(names.get(i), column(schema, i));
        }
        return projection.over(input);
    }

    private LogicalPlan reorder(TabularOperator.ProjectReorder reorder, LogicalPlan input) {
        var schema = input.schema();
        var order = new LinkedHashSet<Integer>();
        // A name given outright is not taken by a wildcard before it.
        var outright = new HashSet<Integer>();
        for (var item : reorder.items()) {
            if (!item.name().wildcard()) {
                outright.addAll(matching(schema, item.name()));
            }
        }
        for (var item : reorder.items()) {
            var found = new ArrayList<>(matching(schema, item.name()));
            if (found.isEmpty() && !item.name().wildcard()) {
                unknownColumn(item.name().text(), item.name().span(), schema);
            }
            if (item.name().wildcard()) {
                found.removeIf(outright::contains);
            }
            Function<Integer, String> name = i -> schema.field(i).name();
            switch (item.order()) {
                case "asc" -> found.sort((a, b) -> name.apply(a).compareTo(name.apply(b)));
                case "desc" -> found.sort((a, b) -> name.apply(b).compareTo(name.apply(a)));
                case "granny-asc" -> found.sort((a, b) -> granny(name.apply(a), name.apply(b)));
                case "granny-desc" -> found.sort((a, b) -> granny(name.apply(b), name.apply(a)));
                default -> {}
            }
            order.addAll(found);
        }
        for (int i = 0; i < schema.size(); i++) {
            order.add(i);
        }
        var projection = new Projection();
        for (int i : order) {
            projection.add(schema.field(i).name(), column(schema, i));
        }
        return projection.over(input);
    }

    /// Runs of digits compare as numbers.
    private static int granny(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            if (Character.isDigit(a.charAt(i)) && Character.isDigit(b.charAt(j))) {
                int endA = i;
                while (endA < a.length() && Character.isDigit(a.charAt(endA))) {
                    endA++;
                }
                int endB = j;
                while (endB < b.length() && Character.isDigit(b.charAt(endB))) {
                    endB++;
                }
                int order =
                        new BigInteger(a.substring(i, endA))
                                .compareTo(new BigInteger(b.substring(j, endB)));
                if (order != 0) {
                    return order;
                }
                i = endA;
                j = endB;
            } else {
                int order = Character.compare(a.charAt(i++), b.charAt(j++));
                if (order != 0) {
                    return order;
                }
            }
        }
        return Integer.compare(a.length() - i, b.length() - j);
    }

    /// `project-by-names`: names by constant texts or arrays of them.
    private LogicalPlan byNames(
            TabularOperator.ProjectByNames names, LogicalPlan input, ExpressionBinder.Place place) {
        var projection = new Projection();
        var schema = input.schema();
        var done = new HashSet<Integer>();
        for (var expression : names.names()) {
            List<Dynamic> texts;
            if (expression instanceof Expression.Name(var name, var span)
                    && schema.indexOf(name) >= 0) {
                texts = List.of(Dynamic.of(name));
            } else if (expressions().fold(expressions().bind(expression, place))
                    instanceof BoundExpr.Literal(var value, var t)) {
                texts = value instanceof Dynamic.Array(var items) ? items : List.of(value);
            } else {
                binder.fault("KS129", expression.span(), "The expression must be a constant.");
                continue;
            }
            for (var text : texts) {
                String name = ScalarText.of(text);
                for (int index :
                        matching(
                                schema,
                                new TabularOperator.WildcardName(
                                        name, name.contains("*"), expression.span()))) {
                    if (done.add(index)) {
                        projection.add(schema.field(index).name(), column(schema, index));
                    }
                }
            }
        }
        return projection.over(input);
    }

    private BoundExpr count(Expression expression, Environment environment) {
        var bound = expressions().bind(expression, ExpressionBinder.Place.of(null, environment));
        if (bound != ExpressionBinder.FAULTY
                && bound.type() != KqlType.LONG
                && bound.type() != KqlType.INT
                && bound.type() != KqlType.DYNAMIC
                && bound.type() != KqlType.REAL) {
            return expressions()
                    .faulty("KS134", expression.span(), "The expression value must be an integer.");
        }
        return bound == ExpressionBinder.FAULTY
                ? bound
                : expressions().convert(bound, KqlType.LONG);
    }

    private List<LogicalPlan.SortKey> sortKeys(
            List<TabularOperator.SortKey> keys, ExpressionBinder.Place place, boolean top) {
        var out = new ArrayList<LogicalPlan.SortKey>();
        for (var key : keys) {
            var value = expressions().bind(key.value().value(), place);
            var nulls = key.nullsFirst();
            boolean first = nulls != null ? nulls : key.ascending() && !top;
            out.add(new LogicalPlan.SortKey(value, key.ascending(), first));
        }
        return out;
    }

    // Groups

    LogicalPlan summarize(
            List<Named> aggregates,
            List<Named> keys,
            boolean by,
            LogicalPlan input,
            Environment environment,
            SourceSpan span) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var keyColumns = new Projection();
        var keyNames = new HashSet<String>();
        for (var key : keys) {
            if (key.value() instanceof Expression.Star) {
                continue;
            }
            var bound = expressions().bind(key.value(), place);
            if (bound.type() == KqlType.DYNAMIC && bound != ExpressionBinder.FAULTY) {
                binder.fault(
                        "KS116",
                        key.span(),
                        "The value of type 'dynamic' is not allowed in this context: a group key needs a type.",
                        Optional.empty());
            }
            keyColumns.add(key.name(), ResultNames.of(key.value()), bound);
            if (key.value() instanceof Expression.Name(var name, var s)) {
                keyNames.add(name);
            }
        }
        int width = keyColumns.size();
        var collector = new AggregateBinder(binder, input.schema(), environment, width, keyNames);
        var outputs = new Projection();
        var keySchema = keyColumns.schema();
        for (int i = 0; i < width; i++) {
            outputs.add(keySchema.field(i).name(), column(keySchema, i));
        }
        var outside = new ExpressionBinder.Place(keySchema, environment, collector);
        for (var item : aggregates) {
            var several = collector.several(item.value());
            if (!several.isEmpty()) {
                for (int i = 0; i < several.size(); i++) {
                    String given = i < item.names().size() ? item.names().get(i) : null;
                    outputs.add(given, several.get(i).name(), several.get(i).value());
                }
                continue;
            }
            var bound = expressions().bind(item.value(), outside);
            outputs.add(item.name(), ResultNames.summarized(item.value()), bound);
        }
        if (binder.hasFaults()) {
            // Columns are named but not computed: what follows can still be checked.
            return outputs.over(nothing(collector, keySchema));
        }
        var fields = new ArrayList<>(keySchema.fields());
        for (var aggregate : collector.aggregates()) {
            for (var type : aggregate.results()) {
                fields.add(new Field("$" + fields.size(), type));
            }
        }
        LogicalPlan plan =
                new LogicalPlan.Summarize(
                        input, new Schema(fields), keyColumns.items(), collector.aggregates());
        return outputs.over(plan);
    }

    private static LogicalPlan nothing(AggregateBinder collector, Schema keys) {
        var fields = new ArrayList<>(keys.fields());
        for (var aggregate : collector.aggregates()) {
            for (var type : aggregate.results()) {
                fields.add(new Field("$" + fields.size(), type));
            }
        }
        return new LogicalPlan.Rows(new Schema(fields), List.of());
    }

    private LogicalPlan topHitters(
            TabularOperator.TopHitters hitters, LogicalPlan input, Environment environment) {
        var by = hitters.by();
        var span = hitters.span();
        String of = ResultNames.of(hitters.of().value());
        Named aggregate =
                by == null
                        ? new Named(
                                List.of("approximate_count_" + of),
                                new Expression.Call("count", List.of(), span, span),
                                span)
                        : new Named(
                                List.of("approximate_sum_" + ResultNames.of(by.value())),
                                new Expression.Call(
                                        "sum",
                                        List.of(new Expression.Argument(null, by.value())),
                                        span,
                                        span),
                                span);
        var grouped =
                summarize(
                        List.of(aggregate), List.of(hitters.of()), true, input, environment, span);
        return new LogicalPlan.Sort(
                grouped,
                List.of(new LogicalPlan.SortKey(column(grouped.schema(), 1), false, false)),
                count(hitters.count(), environment));
    }

    private LogicalPlan topNested(
            TabularOperator.TopNested nested, LogicalPlan input, Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var outputs = new Projection();
        var levels = new ArrayList<LogicalPlan.NestedLevel>();
        for (var level : nested.levels()) {
            var value = expressions().bind(level.of().value(), place);
            var collector = new AggregateBinder(binder, input.schema(), environment, 0, Set.of());
            var by =
                    expressions()
                            .bind(
                                    level.by().value(),
                                    new ExpressionBinder.Place(null, environment, collector));
            if (by == ExpressionBinder.FAULTY || collector.aggregates().isEmpty()) {
                if (by != ExpressionBinder.FAULTY) {
                    binder.fault(
                            "KS123", level.by().span(), "An aggregate is expected after 'by'.");
                }
                throw new BindFailure();
            }
            var others = level.others();
            var counted = level.count();
            var aggregate = collector.aggregates().getFirst();
            var resultType = aggregate.results().getFirst();
            String name = ResultNames.of(level.of().value());
            outputs.add(level.of().name(), name, value);
            String columnName = level.of().name() != null ? level.of().name() : name;
            outputs.add(
                    level.by().name(),
                    "aggregated_" + columnName,
                    new BoundExpr.Literal(Dynamic.NULL, resultType));
            levels.add(
                    new LogicalPlan.NestedLevel(
                            counted == null ? null : count(counted, environment),
                            value,
                            others == null
                                    ? null
                                    : expressions()
                                            .convert(
                                                    expressions()
                                                            .bind(
                                                                    others,
                                                                    ExpressionBinder.Place.of(
                                                                            null, environment)),
                                                    value.type()),
                            aggregate,
                            level.ascending()));
        }
        return new LogicalPlan.TopNested(input, levels, outputs.schema());
    }

    private LogicalPlan makeSeries(
            TabularOperator.MakeSeries series, LogicalPlan input, Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var constants = ExpressionBinder.Place.of(null, environment);
        var keys = new Projection();
        for (var key : series.by()) {
            keys.add(
                    key.name(),
                    ResultNames.of(key.value()),
                    expressions().bind(key.value(), place));
        }
        var outputs = new Projection(keys.schema());
        var collector = new AggregateBinder(binder, input.schema(), environment, 0, Set.of());
        var defaults = new ArrayList<BoundExpr>();
        for (var item : series.items()) {
            int before = collector.aggregates().size();
            var bound =
                    expressions()
                            .bind(
                                    item.aggregate().value(),
                                    new ExpressionBinder.Place(null, environment, collector));
            if (collector.aggregates().size() != before + 1) {
                if (bound != ExpressionBinder.FAULTY) {
                    binder.fault(
                            "KS123",
                            item.aggregate().span(),
                            "make-series expects one aggregate in each item.");
                }
                throw new BindFailure();
            }
            var otherwise = item.otherwise();
            var type = collector.aggregates().getLast().results().getFirst();
            defaults.add(
                    otherwise == null
                            ? new BoundExpr.Literal(
                                    type.isNumeric() ? Dynamic.of(0L) : Dynamic.NULL,
                                    KqlType.DYNAMIC)
                            : expressions().bind(otherwise, constants));
            outputs.add(
                    item.aggregate().name(),
                    ResultNames.summarized(item.aggregate().value()),
                    new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC));
        }
        var axis = expressions().bind(series.on().value(), place);
        var step = series.step();
        BoundExpr boundStep;
        if (step == null) {
            boundStep =
                    axis.type() == KqlType.DATETIME
                            ? new BoundExpr.Literal(
                                    new Dynamic.Span(Ticks.PER_DAY), KqlType.TIMESPAN)
                            : new BoundExpr.Literal(Dynamic.of(1L), KqlType.LONG);
        } else {
            boundStep = expressions().bind(step, constants);
        }
        outputs.add(
                series.on().name(),
                ResultNames.of(series.on().value()),
                new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC));
        var from = series.from();
        var to = series.to();
        if (binder.hasFaults()) {
            return new LogicalPlan.Rows(outputs.schema(), List.of());
        }
        return new LogicalPlan.MakeSeries(
                input,
                outputs.schema(),
                keys.items(),
                collector.aggregates(),
                defaults,
                axis,
                from == null ? null : expressions().bind(from, constants),
                to == null ? null : expressions().bind(to, constants),
                boundStep,
                series.inclusive());
    }

    // Two tables

    private LogicalPlan join(
            String kindName,
            SourceSpan kindSpan,
            Expression right,
            List<Expression> on,
            LogicalPlan left,
            Environment environment,
            boolean lookup,
            SourceSpan span) {
        var kind = kind(kindName, kindSpan, lookup);
        var rightPlan = binder.table(right, environment);
        var leftSchema = left.schema();
        var rightSchema = rightPlan.schema();
        var leftKeys = new ArrayList<BoundExpr>();
        var rightKeys = new ArrayList<BoundExpr>();
        var dropped = new HashSet<Integer>();
        var conditions = new ArrayList<Expression>();
        for (var condition : on) {
            if (condition instanceof Expression.Logical(var and, var operands, var s) && and) {
                conditions.addAll(operands);
            } else {
                conditions.add(condition);
            }
        }
        if (conditions.isEmpty()) {
            binder.fault("KS006", span, "Missing join on condition clause");
        }
        for (var condition : conditions) {
            joinKey(condition, leftSchema, rightSchema, environment, leftKeys, rightKeys, dropped);
        }
        if (kind.isOneSided()) {
            return new LogicalPlan.Join(
                    kind,
                    left,
                    rightPlan,
                    leftKeys,
                    rightKeys,
                    kind.keepsRightSide() ? rightSchema : leftSchema);
        }
        var fields = new ArrayList<>(leftSchema.fields());
        var taken = new HashSet<String>();
        leftSchema.fields().forEach(f -> taken.add(f.name()));
        var rightNames = new HashSet<String>();
        rightSchema.fields().forEach(f -> rightNames.add(f.name()));
        for (var field : rightSchema.fields()) {
            String name = field.name();
            if (taken.contains(name)) {
                int n = 1;
                while (taken.contains(name + n) || rightNames.contains(name + n)) {
                    n++;
                }
                name = name + n;
            }
            taken.add(name);
            fields.add(new Field(name, field.type()));
        }
        LogicalPlan plan =
                new LogicalPlan.Join(
                        kind, left, rightPlan, leftKeys, rightKeys, new Schema(fields));
        if (!lookup) {
            return plan;
        }
        var projection = new Projection();
        for (int i = 0; i < leftSchema.size(); i++) {
            projection.add(leftSchema.field(i).name(), column(plan.schema(), i));
        }
        for (int i = 0; i < rightSchema.size(); i++) {
            if (!dropped.contains(i)) {
                projection.add(
                        rightSchema.field(i).name(), column(plan.schema(), leftSchema.size() + i));
            }
        }
        return projection.over(plan);
    }

    private JoinKind kind(String name, SourceSpan span, boolean lookup) {
        return switch (name) {
            case "innerunique" -> JoinKind.INNERUNIQUE;
            case "inner" -> JoinKind.INNER;
            case "leftouter" -> JoinKind.LEFTOUTER;
            case "rightouter" -> JoinKind.RIGHTOUTER;
            case "fullouter" -> JoinKind.FULLOUTER;
            case "leftsemi" -> JoinKind.LEFTSEMI;
            case "rightsemi" -> JoinKind.RIGHTSEMI;
            case "leftanti", "anti", "leftantisemi" -> JoinKind.LEFTANTI;
            case "rightanti", "rightantisemi" -> JoinKind.RIGHTANTI;
            default -> {
                binder.fault(
                        "KS140",
                        span,
                        "The expression must be one of the values: "
                                + (lookup
                                        ? "leftouter or inner"
                                        : "innerunique, inner, leftouter, rightouter, fullouter, leftsemi, rightsemi, leftanti or rightanti"),
                        NearNames.nearest(
                                name,
                                List.of(
                                        "innerunique",
                                        "inner",
                                        "leftouter",
                                        "rightouter",
                                        "fullouter",
                                        "leftsemi",
                                        "rightsemi",
                                        "leftanti",
                                        "rightanti")));
                yield JoinKind.INNER;
            }
        };
    }

    private void joinKey(
            Expression condition,
            Schema left,
            Schema right,
            Environment environment,
            List<BoundExpr> leftKeys,
            List<BoundExpr> rightKeys,
            Set<Integer> dropped) {
        BoundExpr a;
        BoundExpr b;
        switch (condition) {
            case Expression.Name(var name, var span) -> {
                int l = left.indexOf(name);
                int r = right.indexOf(name);
                if (l < 0 || r < 0) {
                    binder.fault(
                            "KS145",
                            span,
                            "The column '" + name + "' must exist on both sides of the join.",
                            NearNames.nearest(
                                    name,
                                    (l < 0 ? left : right)
                                            .fields().stream().map(f -> f.name()).toList()));
                    return;
                }
                dropped.add(r);
                a = column(left, l);
                b = column(right, r);
            }
            case Expression.Binary(var operator, var x, var y, var span)
                    when operator == BinaryOperator.EQUAL -> {
                boolean swapped = side(x).equals("$right") || side(y).equals("$left");
                var leftSide = swapped ? y : x;
                var rightSide = swapped ? x : y;
                a = sideExpression(leftSide, "$left", left, environment);
                b = sideExpression(rightSide, "$right", right, environment);
                if (a == ExpressionBinder.FAULTY || b == ExpressionBinder.FAULTY) {
                    return;
                }
                if (b instanceof BoundExpr.ColumnRef ref) {
                    dropped.add(ref.index());
                }
            }
            default -> {
                binder.fault(
                        "KS182",
                        condition.span(),
                        "The join condition must be either the name of a column common to both tables or in the form $left.<column> == $right.<column>.");
                return;
            }
        }
        KqlType type = a.type();
        if (type != b.type()) {
            if (type.isNumeric() && b.type().isNumeric()) {
                type = ExpressionBinder.widest(type, b.type());
            } else if (type == KqlType.DYNAMIC || b.type() == KqlType.DYNAMIC) {
                type = type == KqlType.DYNAMIC ? b.type() : type;
            } else {
                binder.fault(
                        "KS227",
                        condition.span(),
                        "The key columns must have the same type on both sides of the join, here "
                                + a.type().wireName()
                                + " and "
                                + b.type().wireName()
                                + ".");
                return;
            }
        }
        leftKeys.add(expressions().convert(a, type));
        rightKeys.add(expressions().convert(b, type));
    }

    private static String side(Expression expression) {
        return switch (expression) {
            case Expression.Member(var target, var name, var s) -> side(target);
            case Expression.Index(var target, var index, var s) -> side(target);
            case Expression.Name(var name, var s) -> name;
            case Expression.Call c ->
                    c.arguments().isEmpty() ? "" : side(c.arguments().getFirst().value());
            default -> "";
        };
    }

    private BoundExpr sideExpression(
            Expression expression, String side, Schema schema, Environment environment) {
        var stripped = strip(expression, side);
        return expressions().bind(stripped, ExpressionBinder.Place.of(schema, environment));
    }

    /// `$left.a.b` as `a.b`.
    private static Expression strip(Expression expression, String side) {
        return switch (expression) {
            case Expression.Member(Expression.Name(var name, var s), var member, var span)
                    when name.equals(side) ->
                    new Expression.Name(member, span);
            case Expression.Index(
                            Expression.Name(var name, var s),
                            Expression.Literal(Dynamic.Text(var member), var t, var ls),
                            var span)
                    when name.equals(side) ->
                    new Expression.Name(member, span);
            case Expression.Member(var target, var member, var span) ->
                    new Expression.Member(strip(target, side), member, span);
            case Expression.Index(var target, var index, var span) ->
                    new Expression.Index(strip(target, side), index, span);
            case Expression.Call call ->
                    new Expression.Call(
                            call.name(),
                            call.arguments().stream()
                                    .map(a ->
                                            new Expression.Argument(
                                                    a.name(), strip(a.value(), side)))
                                    .toList(),
                            call.span(),
                            call.nameSpan());
            default -> expression;
        };
    }

    // Arrays to rows

    private LogicalPlan.MvExpand expand(
            TabularOperator.MvExpand expand, LogicalPlan input, Environment environment) {
        return expansion(
                expand.items(),
                expand.asArrays(),
                expand.itemIndex(),
                expand.limit(),
                input,
                environment);
    }

    private LogicalPlan.MvExpand expansion(
            List<TabularOperator.ExpandItem> items,
            boolean asArrays,
            @Nullable String itemIndex,
            @Nullable Expression limit,
            LogicalPlan input,
            Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var outputs = new Projection(input.schema());
        var expanded = new ArrayList<LogicalPlan.Expanded>();
        for (var item : items) {
            var value = expressions().bind(item.value(), place);
            if (value != ExpressionBinder.FAULTY && value.type() != KqlType.DYNAMIC) {
                if (value.type() == KqlType.STRING) {
                    value = expressions().convert(value, KqlType.DYNAMIC);
                } else {
                    binder.fault(
                            "KS141",
                            item.value().span(),
                            "The expression must have the type dynamic.");
                    value = ExpressionBinder.FAULTY;
                }
            }
            var type = item.type();
            var shown = new BoundExpr.Literal(Dynamic.NULL, type == null ? KqlType.DYNAMIC : type);
            String name = item.name();
            String column;
            if (name != null) {
                column = name;
                outputs.set(column, shown);
            } else if (item.value() instanceof Expression.Name(var n, var s)
                    && input.schema().indexOf(n) >= 0) {
                column = n;
                outputs.set(column, shown);
            } else {
                outputs.add(null, ResultNames.of(item.value()), shown);
                column = outputs.schema().field(outputs.size() - 1).name();
            }
            expanded.add(new LogicalPlan.Expanded(value, type, outputs.schema().indexOf(column)));
        }
        if (itemIndex != null) {
            outputs.add(itemIndex, new BoundExpr.Literal(Dynamic.NULL, KqlType.LONG));
        }
        return new LogicalPlan.MvExpand(
                input,
                expanded,
                asArrays,
                itemIndex != null,
                limit == null ? null : count(limit, environment),
                outputs.schema());
    }

    private LogicalPlan apply(
            TabularOperator.MvApply apply, LogicalPlan input, Environment environment) {
        var expansion =
                expansion(
                        apply.items(), false, apply.itemIndex(), apply.limit(), input, environment);
        var placeholder = new LogicalPlan.Placeholder(expansion.schema());
        var subplan = pipeline(apply.subquery(), placeholder, environment);
        var sub = subplan.schema();
        // Columns of the input that the subquery passes on are the subquery's.
        var outputs = new Projection();
        var kept = new ArrayList<Integer>();
        var replaced = new HashSet<String>();
        for (var item : expansion.items()) {
            replaced.add(expansion.schema().field(item.column()).name());
        }
        for (int i = 0; i < input.schema().size(); i++) {
            String name = input.schema().field(i).name();
            if (sub.indexOf(name) < 0 && !replaced.contains(name)) {
                kept.add(i);
                outputs.add(name, column(input.schema(), i));
            }
        }
        for (int i = 0; i < sub.size(); i++) {
            outputs.add(sub.field(i).name(), column(sub, i));
        }
        LogicalPlan plan =
                new LogicalPlan.MvApply(
                        input, expansion, placeholder, subplan, kept, outputs.schema());
        // The input's order for its own columns, then what is new.
        var ordered = new Projection();
        for (var field : input.schema().fields()) {
            int index = plan.schema().indexOf(field.name());
            if (index >= 0) {
                ordered.add(field.name(), column(plan.schema(), index));
            }
        }
        for (int i = 0; i < plan.schema().size(); i++) {
            if (!ordered.has(plan.schema().field(i).name())) {
                ordered.add(plan.schema().field(i).name(), column(plan.schema(), i));
            }
        }
        return ordered.over(plan);
    }

    private LogicalPlan partition(
            TabularOperator.Partition partition, LogicalPlan input, Environment environment) {
        int index = input.schema().indexOf(partition.column());
        if (index < 0) {
            unknownColumn(partition.column(), partition.span(), input.schema());
            throw new BindFailure();
        }
        var placeholder = new LogicalPlan.Placeholder(input.schema());
        return new LogicalPlan.Partition(
                input,
                column(input.schema(), index),
                placeholder,
                pipeline(partition.subquery(), placeholder, environment));
    }

    // Texts to columns

    private LogicalPlan parse(
            TabularOperator.Parse parse, LogicalPlan input, ExpressionBinder.Place place) {
        var source = expressions().text(expressions().bind(parse.source(), place));
        var outputs = new Projection(input.schema());
        for (var item : parse.pattern()) {
            if (item instanceof TabularOperator.ParseItem.Column(var name, var type)) {
                outputs.set(name, new BoundExpr.Literal(Dynamic.NULL, type));
            }
        }
        var schema = outputs.schema();
        var parts = new ArrayList<LogicalPlan.PatternPart>();
        for (var item : parse.pattern()) {
            parts.add(
                    switch (item) {
                        case TabularOperator.ParseItem.Skip s -> new LogicalPlan.PatternPart.Skip();
                        case TabularOperator.ParseItem.Text(var text) ->
                                new LogicalPlan.PatternPart.Text(text);
                        case TabularOperator.ParseItem.Column(var name, var type) ->
                                new LogicalPlan.PatternPart.Target(schema.indexOf(name), type);
                    });
        }
        return new LogicalPlan.Parse(
                input, source, parse.kind(), parse.flags(), parts, parse.dropMisses(), schema);
    }

    private LogicalPlan parseKv(
            TabularOperator.ParseKv parse, LogicalPlan input, ExpressionBinder.Place place) {
        var source = expressions().text(expressions().bind(parse.source(), place));
        var outputs = new Projection(input.schema());
        for (var column : parse.columns()) {
            outputs.set(column.name(), new BoundExpr.Literal(Dynamic.NULL, column.type()));
        }
        var schema = outputs.schema();
        var targets = new ArrayList<LogicalPlan.KvTarget>();
        for (var column : parse.columns()) {
            targets.add(
                    new LogicalPlan.KvTarget(
                            column.name(), schema.indexOf(column.name()), column.type()));
        }
        var properties = parse.properties();
        Function<String, String> text =
                name ->
                        properties.get(name) instanceof Expression.Literal l
                                ? ScalarText.of(l.value())
                                : "";
        var quotes = new ArrayList<String>();
        if (properties.get("quote") instanceof Expression.Literal l) {
            for (var quote :
                    l.value() instanceof Dynamic.Array(var items) ? items : List.of(l.value())) {
                quotes.add(ScalarText.of(quote));
            }
        }
        String regex = text.apply("regex");
        String pair = text.apply("pair_delimiter");
        return new LogicalPlan.ParseKv(
                input,
                source,
                targets,
                new LogicalPlan.KvOptions(
                        regex.isEmpty() ? pair.isEmpty() ? " " : pair : "regex:" + regex,
                        regex.isEmpty()
                                ? text.apply("kv_delimiter").isEmpty()
                                        ? "="
                                        : text.apply("kv_delimiter")
                                : "",
                        quotes,
                        text.apply("escape"),
                        text.apply("greedy").toLowerCase(Locale.ROOT).equals("true")),
                schema);
    }

    private static LogicalPlan getSchema(LogicalPlan input) {
        var rows = new ArrayList<List<BoundExpr>>();
        for (int i = 0; i < input.schema().size(); i++) {
            var field = input.schema().field(i);
            rows.add(
                    List.of(
                            new BoundExpr.Literal(Dynamic.of(field.name()), KqlType.STRING),
                            new BoundExpr.Literal(Dynamic.of((long) i), KqlType.INT),
                            new BoundExpr.Literal(
                                    Dynamic.of(systemType(field.type())), KqlType.STRING),
                            new BoundExpr.Literal(
                                    Dynamic.of(field.type().wireName()), KqlType.STRING)));
        }
        return new LogicalPlan.Rows(
                Schema.of(
                        new Field("ColumnName", KqlType.STRING),
                        new Field("ColumnOrdinal", KqlType.INT),
                        new Field("DataType", KqlType.STRING),
                        new Field("ColumnType", KqlType.STRING)),
                rows);
    }

    private static String systemType(KqlType type) {
        return switch (type) {
            case BOOL -> "System.SByte";
            case INT -> "System.Int32";
            case LONG -> "System.Int64";
            case REAL -> "System.Double";
            case DECIMAL -> "System.Data.SqlTypes.SqlDecimal";
            case DATETIME -> "System.DateTime";
            case TIMESPAN -> "System.TimeSpan";
            case GUID -> "System.Guid";
            case STRING -> "System.String";
            case DYNAMIC -> "System.Object";
        };
    }
}
