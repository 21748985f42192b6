package io.muster.kql.syntax;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Diagnostics;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.syntax.Expression.Argument;
import io.muster.kql.syntax.Expression.BinaryOperator;
import io.muster.kql.syntax.Expression.ColumnDeclaration;
import io.muster.kql.syntax.Expression.Membership;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.Expression.Pipeline;
import io.muster.kql.syntax.TabularOperator.ExpandItem;
import io.muster.kql.syntax.TabularOperator.ParseItem;
import io.muster.kql.syntax.TabularOperator.ReorderItem;
import io.muster.kql.syntax.TabularOperator.ScanAssignment;
import io.muster.kql.syntax.TabularOperator.ScanDeclaration;
import io.muster.kql.syntax.TabularOperator.ScanStep;
import io.muster.kql.syntax.TabularOperator.SeriesItem;
import io.muster.kql.syntax.TabularOperator.SortKey;
import io.muster.kql.syntax.TabularOperator.TopNestedLevel;
import io.muster.kql.syntax.TabularOperator.UnionLeg;
import io.muster.kql.syntax.TabularOperator.WildcardName;
import io.muster.kql.value.ScalarText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/// ANTLR's tree to ours. Confined to one thread and one text.
final class AstBuilder {
    private final SourceText source;
    private final int[] offsets;
    private final int maxDepth;
    private final Diagnostics faults;

    AstBuilder(SourceText source, int[] offsets, int maxDepth, Diagnostics faults) {
        this.source = source;
        this.offsets = offsets;
        this.maxDepth = maxDepth;
        this.faults = faults;
    }

    Query query(KqlParser.QueryContext tree) {
        return new Query(statements(tree.statement()));
    }

    private List<Statement> statements(List<KqlParser.StatementContext> contexts) {
        var all = new ArrayList<Statement>();
        for (var context : contexts) {
            all.add(statement(context));
        }
        return all;
    }

    private Statement statement(KqlParser.StatementContext context) {
        var span = span(context);
        return switch (context) {
            case KqlParser.LetStatementContext let -> let(let, span);
            case KqlParser.SetStatementContext set ->
                    new Statement.SetOption(name(set.name(0)), span);
            case KqlParser.ParametersStatementContext parameters ->
                    new Statement.Parameters(parameters(parameters.parameter()), span);
            case KqlParser.QueryStatementContext query ->
                    new Statement.Result(pipeline(query.pipeline()), span);
            default -> throw new IllegalStateException(context.getClass().getName());
        };
    }

    private Statement let(KqlParser.LetStatementContext let, SourceSpan span) {
        String name = name(let.name());
        var lambda = let.letValue().lambda();
        if (lambda == null) {
            return new Statement.Let(name, pipeline(let.letValue().pipeline()), span);
        }
        return new Statement.LetFunction(
                name,
                lambda.VIEW() != null,
                parameters(lambda.parameter()),
                new Query(statements(lambda.lambdaBody().statement())),
                span);
    }

    private List<Statement.Parameter> parameters(List<KqlParser.ParameterContext> contexts) {
        var all = new ArrayList<Statement.Parameter>();
        for (var p : contexts) {
            all.add(
                    new Statement.Parameter(
                            name(p.name()),
                            p.type() == null ? null : type(p.type()),
                            columns(p.columnDeclaration()),
                            p.expression() == null ? null : expression(p.expression()),
                            span(p)));
        }
        return all;
    }

    private List<ColumnDeclaration> columns(List<KqlParser.ColumnDeclarationContext> contexts) {
        var all = new ArrayList<ColumnDeclaration>();
        for (var c : contexts) {
            all.add(new ColumnDeclaration(name(c.name()), type(c.type()), span(c)));
        }
        return all;
    }

    private KqlType type(KqlParser.TypeContext context) {
        var type = KqlType.parse(context.getText());
        if (type.isEmpty()) {
            fault(
                    "KS160",
                    span(context),
                    "The name '" + context.getText() + "' is not a valid type name.");
        }
        return type.orElse(KqlType.STRING);
    }

    // Pipelines

    /// A pipeline; one that is only a value is that value itself.
    private Expression pipeline(KqlParser.PipelineContext context) {
        var head = context.head();
        var operators = new ArrayList<TabularOperator>();
        Expression value = null;
        switch (head) {
            case null -> {}
            case KqlParser.ExpressionHeadContext e -> value = expression(e.expression());
            case KqlParser.PrintHeadContext p ->
                    operators.add(new TabularOperator.Print(named(p.namedExpression()), span(p)));
            case KqlParser.RangeHeadContext r ->
                    operators.add(
                            new TabularOperator.Range(
                                    name(r.name()),
                                    expression(r.expression(0)),
                                    expression(r.expression(1)),
                                    expression(r.expression(2)),
                                    span(r)));
            case KqlParser.DatatableHeadContext d ->
                    operators.add(
                            new TabularOperator.Datatable(
                                    columns(d.columnDeclaration()),
                                    expressions(d.expression()),
                                    span(d)));
            case KqlParser.UnionHeadContext u -> operators.add(union(u.unionOperator()));
            case KqlParser.SearchHeadContext s -> operators.add(search(s.searchOperator()));
            case KqlParser.FindHeadContext f -> operators.add(find(f.findOperator()));
            default -> throw new IllegalStateException(head.getClass().getName());
        }
        if (value != null && context.operator().isEmpty()) {
            return value;
        }
        for (var operator : context.operator()) {
            operators.add(operator(operator));
        }
        return new Pipeline(value, operators, span(context));
    }

    private Pipeline tabular(KqlParser.PipelineContext context) {
        var value = pipeline(context);
        return value instanceof Pipeline p ? p : new Pipeline(value, List.of(), value.span());
    }

    private Pipeline subPipeline(KqlParser.SubPipelineContext context) {
        var inner = context;
        while (inner.subPipeline() != null) {
            inner = inner.subPipeline();
        }
        if (inner.pipeline() != null) {
            return tabular(inner.pipeline());
        }
        var operators = new ArrayList<TabularOperator>();
        for (var operator : inner.operator()) {
            operators.add(operator(operator));
        }
        return new Pipeline(null, operators, span(inner));
    }

    private TabularOperator operator(KqlParser.OperatorContext context) {
        var span = span(context);
        return switch (context) {
            case KqlParser.WhereOperatorContext c ->
                    new TabularOperator.Where(expression(c.expression()), span);
            case KqlParser.ExtendOperatorContext c ->
                    new TabularOperator.Extend(named(c.namedExpression()), span);
            case KqlParser.ProjectOperatorContext c ->
                    new TabularOperator.Project(named(c.namedExpression()), span);
            case KqlParser.ProjectAwayOperatorContext c ->
                    new TabularOperator.ProjectNames(false, wildcards(c.wildcardName()), span);
            case KqlParser.ProjectKeepOperatorContext c ->
                    new TabularOperator.ProjectNames(true, wildcards(c.wildcardName()), span);
            case KqlParser.ProjectRenameOperatorContext c ->
                    new TabularOperator.ProjectRename(named(c.namedExpression()), span);
            case KqlParser.ProjectReorderOperatorContext c -> {
                var items = new ArrayList<ReorderItem>();
                for (var item : c.reorderItem()) {
                    String text = item.getText();
                    var name = wildcard(item.wildcardName());
                    items.add(
                            new ReorderItem(
                                    name, text.substring(item.wildcardName().getText().length())));
                }
                yield new TabularOperator.ProjectReorder(items, span);
            }
            case KqlParser.ProjectByNamesOperatorContext c ->
                    new TabularOperator.ProjectByNames(expressions(c.expression()), span);
            case KqlParser.DistinctOperatorContext c ->
                    new TabularOperator.Distinct(named(c.namedExpression()), span);
            case KqlParser.CountOperatorContext c ->
                    new TabularOperator.Count(c.name() == null ? null : name(c.name()), span);
            case KqlParser.TakeOperatorContext c ->
                    new TabularOperator.Take(expression(c.expression()), span);
            case KqlParser.SortOperatorContext c ->
                    new TabularOperator.Sort(sortKeys(c.sortKey()), span);
            case KqlParser.TopOperatorContext c ->
                    new TabularOperator.Top(
                            expression(c.expression()), sortKeys(c.sortKey()), span);
            case KqlParser.SummarizeOperatorContext c -> summarize(c, span);
            case KqlParser.JoinOperatorContext c ->
                    new TabularOperator.Join(
                            kind(c.joinParameter(), "innerunique"),
                            table(c.tableOperand()),
                            expressions(c.expression()),
                            span,
                            kindSpan(c.joinParameter(), span));
            case KqlParser.LookupOperatorContext c ->
                    new TabularOperator.Lookup(
                            kind(c.joinParameter(), "leftouter"),
                            table(c.tableOperand()),
                            expressions(c.expression()),
                            span,
                            kindSpan(c.joinParameter(), span));
            case KqlParser.UnionPipeOperatorContext c -> union(c.unionOperator());
            case KqlParser.SearchPipeOperatorContext c -> search(c.searchOperator());
            case KqlParser.MvExpandOperatorContext c -> expand(c, span);
            case KqlParser.MvApplyOperatorContext c ->
                    new TabularOperator.MvApply(
                            itemIndex(c.expandParameter()),
                            expandItems(c.expandItem()),
                            c.expression() == null ? null : expression(c.expression()),
                            subPipeline(c.subPipeline()),
                            span);
            case KqlParser.ParseOperatorContext c -> parse(c, span);
            case KqlParser.ParseKvOperatorContext c ->
                    new TabularOperator.ParseKv(
                            expression(c.expression()),
                            columns(c.columnDeclaration()),
                            properties(c.property()),
                            span);
            case KqlParser.GetSchemaOperatorContext c -> new TabularOperator.GetSchema(span);
            case KqlParser.SerializeOperatorContext c ->
                    new TabularOperator.Serialize(named(c.namedExpression()), span);
            case KqlParser.AsOperatorContext c -> new TabularOperator.As(name(c.name()), span);
            case KqlParser.RenderOperatorContext c -> {
                var properties = new LinkedHashMap<>(properties(c.property()));
                for (var word : c.renderWord()) {
                    if (word.literal() != null) {
                        properties.put(name(word.name(0)), literal(word.literal()));
                    } else if (word.name().size() > 1) {
                        properties.put(
                                name(word.name(0)),
                                new Expression.Name(name(word.name(1)), span(word)));
                    }
                }
                yield new TabularOperator.Render(name(c.name()), properties, span);
            }
            case KqlParser.MakeSeriesOperatorContext c -> makeSeries(c, span);
            case KqlParser.TopNestedOperatorContext c -> {
                var levels = new ArrayList<TopNestedLevel>();
                for (var level : c.topNestedLevel()) {
                    levels.add(topNested(level));
                }
                yield new TabularOperator.TopNested(levels, span);
            }
            case KqlParser.TopHittersOperatorContext c ->
                    new TabularOperator.TopHitters(
                            expression(c.expression()),
                            named(c.namedExpression(0)),
                            c.namedExpression().size() > 1 ? named(c.namedExpression(1)) : null,
                            span);
            case KqlParser.SampleOperatorContext c ->
                    new TabularOperator.Sample(expression(c.expression()), span);
            case KqlParser.SampleDistinctOperatorContext c ->
                    new TabularOperator.SampleDistinct(
                            expression(c.expression()), named(c.namedExpression()), span);
            case KqlParser.EvaluateOperatorContext c ->
                    new TabularOperator.Evaluate(
                            call(c.call()), c.keep != null, columns(c.columnDeclaration()), span);
            case KqlParser.InvokeOperatorContext c ->
                    new TabularOperator.Invoke(call(c.call()), span);
            case KqlParser.PartitionOperatorContext c ->
                    new TabularOperator.Partition(
                            name(c.name()),
                            c.subPipeline() != null
                                    ? subPipeline(c.subPipeline())
                                    : tabular(c.pipeline()),
                            span);
            case KqlParser.ForkOperatorContext c -> {
                var legs = new ArrayList<Pipeline>();
                for (var leg : c.forkLeg()) {
                    legs.add(subPipeline(leg.subPipeline()));
                }
                yield new TabularOperator.Fork(legs, span);
            }
            case KqlParser.FacetOperatorContext c -> {
                var names = new ArrayList<String>();
                for (var n : c.name()) {
                    names.add(name(n));
                }
                yield new TabularOperator.Facet(names, span);
            }
            case KqlParser.ReduceOperatorContext c ->
                    new TabularOperator.Reduce(
                            named(c.namedExpression()), properties(c.property()), span);
            case KqlParser.ScanOperatorContext c -> scan(c, span);
            case KqlParser.ConsumeOperatorContext c -> new TabularOperator.Consume(span);
            default -> throw new IllegalStateException(context.getClass().getName());
        };
    }

    private TabularOperator summarize(KqlParser.SummarizeOperatorContext c, SourceSpan span) {
        var aggregates = new ArrayList<Named>();
        var keys = new ArrayList<Named>();
        boolean by = false;
        for (int i = 0; i < c.getChildCount(); i++) {
            switch (c.getChild(i)) {
                case TerminalNode t when t.getSymbol().getType() == KqlLexer.BY -> by = true;
                case KqlParser.NamedExpressionContext n -> (by ? keys : aggregates).add(named(n));
                default -> {}
            }
        }
        return new TabularOperator.Summarize(aggregates, keys, by, span);
    }

    private TabularOperator makeSeries(KqlParser.MakeSeriesOperatorContext c, SourceSpan span) {
        var items = new ArrayList<SeriesItem>();
        for (var item : c.seriesItem()) {
            items.add(
                    new SeriesItem(
                            named(item.namedExpression()),
                            item.expression() == null ? null : expression(item.expression())));
        }
        var range = c.seriesRange();
        Expression from = null;
        Expression to = null;
        Expression step = null;
        boolean inclusive = false;
        if (range != null && range.IN() != null) {
            from = expression(range.expression(0));
            to = expression(range.expression(1));
            step = expression(range.expression(2));
            inclusive = true;
        } else if (range != null) {
            int at = 0;
            if (range.FROM() != null) {
                from = expression(range.expression(at++));
            }
            if (range.TO() != null) {
                to = expression(range.expression(at++));
            }
            step = expression(range.expression(at));
        }
        var named = named(c.namedExpression());
        return new TabularOperator.MakeSeries(
                c.name() != null && name(c.name()).equals("nonempty"),
                items,
                named.getFirst(),
                from,
                to,
                step,
                inclusive,
                named.subList(1, named.size()),
                span);
    }

    private TopNestedLevel topNested(KqlParser.TopNestedLevelContext c) {
        boolean counted = c.getChild(0) instanceof KqlParser.ExpressionContext;
        return new TopNestedLevel(
                counted ? expression(c.expression(0)) : null,
                named(c.namedExpression(0)),
                c.OTHERS() == null ? null : expression(c.expression(counted ? 1 : 0)),
                named(c.namedExpression(1)),
                c.ASC() != null);
    }

    private TabularOperator scan(KqlParser.ScanOperatorContext c, SourceSpan span) {
        String matchId = null;
        for (var parameter : c.scanParameter()) {
            if (parameter.WITH_MATCH_ID() != null) {
                matchId = name(parameter.name());
            }
        }
        var declarations = new ArrayList<ScanDeclaration>();
        for (var d : c.scanDeclaration()) {
            declarations.add(
                    new ScanDeclaration(
                            name(d.name()),
                            type(d.type()),
                            d.expression() == null ? null : expression(d.expression())));
        }
        var steps = new ArrayList<ScanStep>();
        for (var s : c.scanStep()) {
            var assignments = new ArrayList<ScanAssignment>();
            for (var a : s.scanAssignment()) {
                assignments.add(new ScanAssignment(name(a.name()), expression(a.expression())));
            }
            steps.add(
                    new ScanStep(
                            name(s.name(0)),
                            s.name().size() > 1 ? name(s.name(1)) : "all",
                            expression(s.expression()),
                            assignments));
        }
        return new TabularOperator.ScanSteps(
                matchId, expressions(c.expression()), declarations, steps, span);
    }

    private TabularOperator expand(KqlParser.MvExpandOperatorContext c, SourceSpan span) {
        boolean arrays = false;
        for (var parameter : c.expandParameter()) {
            if (parameter.KIND() != null || parameter.BAGEXPANSION() != null) {
                String kind = name(parameter.name());
                arrays = kind.equals("array");
                if (!arrays && !kind.equals("bag")) {
                    fault(
                            "KS140",
                            span(parameter),
                            "The expression must be one of the values: bag or array");
                }
            }
        }
        return new TabularOperator.MvExpand(
                arrays,
                itemIndex(c.expandParameter()),
                expandItems(c.expandItem()),
                c.expression() == null ? null : expression(c.expression()),
                c.MV_EXPAND().getText().equals("mvexpand"),
                span);
    }

    private @Nullable String itemIndex(List<KqlParser.ExpandParameterContext> parameters) {
        for (var parameter : parameters) {
            if (parameter.WITH_ITEMINDEX() != null) {
                return name(parameter.name());
            }
        }
        return null;
    }

    private List<ExpandItem> expandItems(List<KqlParser.ExpandItemContext> contexts) {
        var all = new ArrayList<ExpandItem>();
        for (var item : contexts) {
            all.add(
                    new ExpandItem(
                            item.name() == null ? null : name(item.name()),
                            expression(item.expression()),
                            item.type() == null ? null : type(item.type()),
                            span(item)));
        }
        return all;
    }

    private TabularOperator parse(KqlParser.ParseOperatorContext c, SourceSpan span) {
        String kind = "simple";
        String flags = "";
        for (var parameter : c.parseParameter()) {
            if (parameter.KIND() != null) {
                kind = name(parameter.name());
                if (!List.of("simple", "regex", "relaxed").contains(kind)) {
                    fault(
                            "KS140",
                            span(parameter),
                            "The expression must be one of the values: simple, regex or relaxed");
                }
            } else if (parameter.FLAGS() != null) {
                flags = name(parameter.name());
            }
        }
        var pattern = new ArrayList<ParseItem>();
        for (var item : c.parseItem()) {
            if (item.STAR() != null) {
                pattern.add(new ParseItem.Skip());
            } else if (item.STRING() != null) {
                pattern.add(new ParseItem.Text(StringText.unquote(item.STRING().getText())));
            } else {
                pattern.add(
                        new ParseItem.Column(
                                name(item.name()),
                                item.type() == null ? KqlType.STRING : type(item.type())));
            }
        }
        return new TabularOperator.Parse(
                c.kindOf.getType() == KqlLexer.PARSE_WHERE,
                kind,
                flags,
                expression(c.expression()),
                pattern,
                span);
    }

    private String kind(List<KqlParser.JoinParameterContext> parameters, String otherwise) {
        String kind = otherwise;
        for (var parameter : parameters) {
            if (parameter.KIND() != null) {
                kind = name(parameter.name());
            }
        }
        return kind;
    }

    private SourceSpan kindSpan(
            List<KqlParser.JoinParameterContext> parameters, SourceSpan otherwise) {
        for (var parameter : parameters) {
            if (parameter.KIND() != null) {
                return span(parameter.name());
            }
        }
        return new SourceSpan(otherwise.start(), otherwise.start() + 4);
    }

    private Expression table(KqlParser.TableOperandContext c) {
        if (c.pipeline() != null) {
            return pipeline(c.pipeline());
        }
        if (c.call() != null) {
            return call(c.call());
        }
        if (c.databaseTable() != null) {
            return databaseTable(c.databaseTable());
        }
        return new Expression.Name(name(c.name()), span(c));
    }

    /// `database('x').T`, `arg('').resources`: what stands before the last point says where, which is here.
    private Expression databaseTable(KqlParser.DatabaseTableContext c) {
        var last = c.getChild(c.getChildCount() - 1);
        return switch (last) {
            case KqlParser.CallContext call -> call(call);
            case KqlParser.NameContext name -> new Expression.Name(name(name), span(name));
            default -> throw new IllegalStateException(last.getClass().getName());
        };
    }

    private TabularOperator union(KqlParser.UnionOperatorContext c) {
        String kind = "outer";
        String sourceColumn = null;
        boolean fuzzy = false;
        for (var parameter : c.unionParameter()) {
            if (parameter.KIND() != null) {
                kind = name(parameter.name());
                if (!kind.equals("inner") && !kind.equals("outer")) {
                    fault(
                            "KS140",
                            span(parameter.name()),
                            "The expression must be one of the values: inner or outer");
                }
            } else if (parameter.WITHSOURCE() != null) {
                sourceColumn = name(parameter.name());
            } else if (parameter.ISFUZZY() != null) {
                fuzzy = parameter.TRUE() != null;
            }
        }
        return new TabularOperator.Union(kind, sourceColumn, fuzzy, legs(c.unionLeg()), span(c));
    }

    private List<UnionLeg> legs(List<KqlParser.UnionLegContext> contexts) {
        var all = new ArrayList<UnionLeg>();
        for (var leg : contexts) {
            var span = span(leg);
            if (leg.pipeline() != null) {
                all.add(new UnionLeg(pipeline(leg.pipeline()), null, span));
            } else if (leg.call() != null) {
                all.add(new UnionLeg(call(leg.call()), null, span));
            } else if (leg.databaseTable() != null) {
                all.add(new UnionLeg(databaseTable(leg.databaseTable()), null, span));
            } else {
                var name = wildcard(leg.wildcardName());
                all.add(
                        name.wildcard()
                                ? new UnionLeg(null, name, span)
                                : new UnionLeg(new Expression.Name(name.text(), span), null, span));
            }
        }
        return all;
    }

    private TabularOperator search(KqlParser.SearchOperatorContext c) {
        boolean caseSensitive = c.name() != null && name(c.name()).equals("case_sensitive");
        return new TabularOperator.Search(
                caseSensitive, legs(c.unionLeg()), expression(c.expression()), span(c));
    }

    private TabularOperator find(KqlParser.FindOperatorContext c) {
        String sourceColumn = null;
        for (var parameter : c.findParameter()) {
            if (parameter.WITHSOURCE() != null) {
                sourceColumn = name(parameter.name());
            }
        }
        var columns = new ArrayList<Named>();
        for (var column : c.findColumn()) {
            if (column.call() != null) {
                columns.add(new Named(List.of(), call(column.call()), span(column)));
            } else {
                columns.add(
                        new Named(
                                List.of(),
                                new Expression.Name(name(column.name()), span(column)),
                                span(column)));
            }
        }
        return new TabularOperator.Find(
                sourceColumn, legs(c.unionLeg()), expression(c.expression()), columns, span(c));
    }

    private List<SortKey> sortKeys(List<KqlParser.SortKeyContext> contexts) {
        var all = new ArrayList<SortKey>();
        for (var key : contexts) {
            all.add(
                    new SortKey(
                            named(key.namedExpression()),
                            key.ASC() != null,
                            key.NULLS() == null ? null : key.FIRST() != null));
        }
        return all;
    }

    private Map<String, Expression> properties(List<KqlParser.PropertyContext> contexts) {
        var all = new LinkedHashMap<String, Expression>();
        for (var property : contexts) {
            all.put(
                    name(property.name(0)),
                    property.expression() != null
                            ? expression(property.expression())
                            : new Expression.Name(name(property.name(1)), span(property)));
        }
        return all;
    }

    private List<Named> named(List<KqlParser.NamedExpressionContext> contexts) {
        var all = new ArrayList<Named>();
        for (var context : contexts) {
            all.add(named(context));
        }
        return all;
    }

    private Named named(KqlParser.NamedExpressionContext context) {
        var names = new ArrayList<String>();
        for (var n : context.name()) {
            names.add(name(n));
        }
        return new Named(names, expression(context.expression()), span(context));
    }

    private List<WildcardName> wildcards(List<KqlParser.WildcardNameContext> contexts) {
        var all = new ArrayList<WildcardName>();
        for (var context : contexts) {
            all.add(wildcard(context));
        }
        return all;
    }

    private WildcardName wildcard(KqlParser.WildcardNameContext context) {
        if (context.getChildCount() == 1 && context.name().size() == 1) {
            return new WildcardName(name(context.name(0)), false, span(context));
        }
        return new WildcardName(context.getText(), true, span(context));
    }

    // Expressions

    private List<Expression> expressions(List<KqlParser.ExpressionContext> contexts) {
        var all = new ArrayList<Expression>();
        for (var context : contexts) {
            all.add(expression(context));
        }
        return all;
    }

    /// Long chains (`a or b or ...`, `x + y + ...`, `d.a.b...`) lean to the left in ANTLR's tree: they are walked, not recursed into.
    private Expression expression(KqlParser.ExpressionContext context) {
        var spine = new ArrayList<KqlParser.ExpressionContext>();
        var at = context;
        for (var below = left(at); below != null; below = left(at)) {
            spine.add(at);
            at = below;
        }
        Expression value = leaf(at);
        int depth = 0;
        for (int i = spine.size() - 1; i >= 0; i--) {
            var step = spine.get(i);
            boolean and = isLogical(step, KqlLexer.AND);
            if (and || isLogical(step, KqlLexer.OR)) {
                int type = and ? KqlLexer.AND : KqlLexer.OR;
                var operands = new ArrayList<Expression>();
                operands.add(value);
                operands.add(right(step));
                while (i > 0 && isLogical(spine.get(i - 1), type)) {
                    operands.add(right(spine.get(--i)));
                }
                value =
                        new Expression.Logical(
                                and, operands, value.span().to(operands.getLast().span()));
            } else {
                value = combine(value, step);
            }
            if (++depth > maxDepth) {
                fault(
                        "query-too-deep",
                        span(step),
                        "The expression nests deeper than " + maxDepth + " levels.");
                return value;
            }
        }
        return value;
    }

    private static KqlParser.@Nullable ExpressionContext left(KqlParser.ExpressionContext context) {
        return switch (context) {
            case KqlParser.BinaryExpressionContext c -> c.expression(0);
            case KqlParser.MemberExpressionContext c -> c.expression(0);
            case KqlParser.IndexExpressionContext c -> c.expression(0);
            case KqlParser.InExpressionContext c -> c.expression();
            case KqlParser.BetweenExpressionContext c -> c.expression(0);
            default -> null;
        };
    }

    private static boolean isLogical(KqlParser.ExpressionContext context, int type) {
        return context instanceof KqlParser.BinaryExpressionContext b && b.op.getType() == type;
    }

    private Expression right(KqlParser.ExpressionContext context) {
        return expression(((KqlParser.BinaryExpressionContext) context).expression(1));
    }

    private Expression combine(Expression left, KqlParser.ExpressionContext step) {
        var span =
                new SourceSpan(
                        left.span().start(), Math.max(left.span().start(), span(step).end()));
        return switch (step) {
            case KqlParser.BinaryExpressionContext c ->
                    new Expression.Binary(
                            binary(c.op.getType()), left, expression(c.expression(1)), span);
            case KqlParser.MemberExpressionContext c -> {
                if (c.call() != null) {
                    // `database('x').f(...)`: only the function itself matters here.
                    yield call(c.call());
                }
                if (c.index != null) {
                    yield new Expression.Index(left, expression(c.index), span);
                }
                yield new Expression.Member(
                        left,
                        c.memberName() != null
                                ? memberName(c.memberName())
                                : StringText.unquote(c.STRING().getText()),
                        span);
            }
            case KqlParser.IndexExpressionContext c ->
                    new Expression.Index(left, expression(c.expression(1)), span);
            case KqlParser.InExpressionContext c -> {
                var options = new ArrayList<Expression>();
                for (var option : c.pipeline()) {
                    options.add(pipeline(option));
                }
                yield new Expression.In(membership(c.op.getType()), left, options, span);
            }
            case KqlParser.BetweenExpressionContext c ->
                    new Expression.Between(
                            c.op.getType() == KqlLexer.NOT_BETWEEN,
                            left,
                            expression(c.expression(1)),
                            expression(c.expression(2)),
                            span);
            default -> throw new IllegalStateException(step.getClass().getName());
        };
    }

    private Expression leaf(KqlParser.ExpressionContext context) {
        return switch (context) {
            case KqlParser.SignExpressionContext c -> {
                var operand = expression(c.expression());
                boolean negative = c.sign.getType() == KqlLexer.MINUS;
                yield negative && negated(operand) instanceof Expression.Literal l
                        ? new Expression.Literal(l.value(), l.type(), span(c))
                        : new Expression.Sign(negative, operand, span(c));
            }
            case KqlParser.PrimaryExpressionContext c -> primary(c.primary());
            default -> throw new IllegalStateException(context.getClass().getName());
        };
    }

    private static @Nullable Expression negated(Expression operand) {
        if (!(operand instanceof Expression.Literal l)) {
            return null;
        }
        Dynamic value =
                switch (l.value()) {
                    case Dynamic.Whole(var w) when l.type() != KqlType.DATETIME -> Dynamic.of(-w);
                    case Dynamic.Real(var r) -> Dynamic.of(-r);
                    case Dynamic.Span(var ticks) -> new Dynamic.Span(-ticks);
                    case Dynamic.Decimal(var d) -> new Dynamic.Decimal(d.negate());
                    default -> null;
                };
        return value == null || l.type() == KqlType.DYNAMIC
                ? null
                : new Expression.Literal(value, l.type(), l.span());
    }

    private Expression primary(KqlParser.PrimaryContext context) {
        var span = span(context);
        if (context.literal() != null) {
            return literal(context.literal());
        }
        if (context.call() != null) {
            return call(context.call());
        }
        if (context.TYPEOF() != null) {
            var types = new ArrayList<KqlType>();
            for (var type : context.type()) {
                types.add(type(type));
            }
            return new Expression.TypeOf(types, span);
        }
        if (context.name() != null) {
            return new Expression.Name(name(context.name()), span);
        }
        if (context.pipeline() != null) {
            return pipeline(context.pipeline());
        }
        return new Expression.Star(span);
    }

    private Expression.Call call(KqlParser.CallContext context) {
        var arguments = new ArrayList<Argument>();
        for (var argument : context.argument()) {
            arguments.add(
                    new Argument(
                            argument.name() == null ? null : name(argument.name()),
                            pipeline(argument.pipeline())));
        }
        var named = context.callName();
        return new Expression.Call(
                named.name() != null ? name(named.name()) : named.getText(),
                arguments,
                span(context),
                span(named));
    }

    private Expression literal(KqlParser.LiteralContext context) {
        var span = span(context);
        if (!context.STRING().isEmpty()) {
            var text = new StringBuilder();
            for (var part : context.STRING()) {
                text.append(StringText.unquote(part.getText()));
            }
            return new Expression.Literal(Dynamic.of(text.toString()), KqlType.STRING, span);
        }
        if (context.json() != null) {
            return new Expression.Literal(json(context.json()), KqlType.DYNAMIC, span);
        }
        return scalar(context.getStart(), span);
    }

    private Expression.Literal scalar(Token token, SourceSpan span) {
        String text = token.getText();
        return switch (token.getType()) {
            case KqlLexer.LONG_LITERAL -> {
                var value = ScalarText.parseLong(text);
                if (value.isEmpty() && !text.equals("9223372036854775808")) {
                    malformed(span, text, "is no whole number of 64 bits");
                }
                yield new Expression.Literal(
                        Dynamic.of(value.orElse(Long.MIN_VALUE)), KqlType.LONG, span);
            }
            case KqlLexer.REAL_LITERAL ->
                    new Expression.Literal(
                            Dynamic.of(Double.parseDouble(text)), KqlType.REAL, span);
            case KqlLexer.TIMESPAN_LITERAL -> {
                var value = ScalarText.parseTimespan(text);
                if (value.isEmpty()) {
                    malformed(span, text, "is no timespan");
                }
                yield new Expression.Literal(
                        new Dynamic.Span(value.orElse(0)), KqlType.TIMESPAN, span);
            }
            case KqlLexer.TRUE -> new Expression.Literal(Dynamic.TRUE, KqlType.BOOL, span);
            case KqlLexer.FALSE -> new Expression.Literal(Dynamic.FALSE, KqlType.BOOL, span);
            case KqlLexer.NULL -> new Expression.Literal(Dynamic.NULL, KqlType.DYNAMIC, span);
            case KqlLexer.TYPED_LITERAL -> typed(text, span);
            default -> throw new IllegalStateException(text);
        };
    }

    /// `long(5)`, `datetime(2020-01-01)`: the keyword, then the text between the parentheses.
    private Expression.Literal typed(String text, SourceSpan span) {
        int open = text.indexOf('(');
        var type = KqlType.parse(text.substring(0, open).strip()).orElseThrow();
        String inner = text.substring(open + 1, text.lastIndexOf(')')).strip();
        boolean quoted = inner.length() > 1 && (inner.charAt(0) == '"' || inner.charAt(0) == '\'');
        if (quoted) {
            inner = inner.substring(1, inner.length() - 1);
        }
        Dynamic value;
        if (inner.equals("null") || inner.isEmpty()) {
            value = Dynamic.NULL;
        } else {
            value =
                    switch (type) {
                        case BOOL -> {
                            var b = ScalarText.parseBool(inner);
                            yield b.isPresent() ? Dynamic.of(b.get()) : null;
                        }
                        case INT, LONG -> {
                            var w = ScalarText.parseLong(inner);
                            yield w.isPresent()
                                            && (type == KqlType.LONG
                                                    || w.getAsLong() == (int) w.getAsLong())
                                    ? Dynamic.of(w.getAsLong())
                                    : null;
                        }
                        case REAL -> {
                            var r = ScalarText.parseReal(inner);
                            yield r.isPresent() ? Dynamic.of(r.getAsDouble()) : null;
                        }
                        case DECIMAL -> {
                            var d = ScalarText.parseDecimal(inner);
                            yield d.isPresent() ? new Dynamic.Decimal(d.get()) : null;
                        }
                        case DATETIME -> {
                            var t = dateTime(inner);
                            yield t.isPresent() ? new Dynamic.DateTime(t.getAsLong()) : null;
                        }
                        case TIMESPAN -> {
                            var t = ScalarText.parseTimespan(inner);
                            yield t.isPresent() ? new Dynamic.Span(t.getAsLong()) : null;
                        }
                        case GUID -> {
                            var g = ScalarText.parseGuid(inner);
                            yield g.isPresent() ? new Dynamic.Guid(g.get()) : null;
                        }
                        case STRING, DYNAMIC -> null;
                    };
        }
        if (value == null) {
            malformed(span, text, "holds no " + type.wireName());
            value = Dynamic.NULL;
        }
        return new Expression.Literal(value, type, span);
    }

    private static OptionalLong dateTime(String text) {
        var ticks = ScalarText.parseDateTime(text);
        if (ticks.isPresent()) {
            return ticks;
        }
        // `datetime(637000000000000000)`: ticks.
        var whole = ScalarText.parseLong(text);
        return whole.isPresent() && whole.getAsLong() >= 0 ? whole : OptionalLong.empty();
    }

    private Dynamic json(KqlParser.JsonContext context) {
        if (context.OPEN_BRACE() != null) {
            var members = new LinkedHashMap<String, Dynamic>();
            for (var member : context.jsonMember()) {
                String name =
                        member.STRING() != null
                                ? StringText.unquote(member.STRING().getText())
                                : name(member.name());
                members.put(name, json(member.json()));
            }
            return new Dynamic.Bag(Collections.unmodifiableMap(members));
        }
        if (context.OPEN_BRACKET() != null) {
            var items = new ArrayList<Dynamic>();
            for (var item : context.json()) {
                items.add(json(item));
            }
            return new Dynamic.Array(items);
        }
        if (context.DYNAMIC() != null) {
            return json(context.json(0));
        }
        if (context.STRING() != null) {
            return Dynamic.of(StringText.unquote(context.STRING().getText()));
        }
        if (context.IDENTIFIER() != null) {
            malformed(span(context), context.getText(), "is no JSON value");
            return Dynamic.NULL;
        }
        boolean negative = context.sign != null && context.sign.getType() == KqlLexer.MINUS;
        var literal = scalar(context.getStop(), span(context));
        var value = negative ? negated(literal) : literal;
        return value instanceof Expression.Literal l ? l.value() : literal.value();
    }

    private static BinaryOperator binary(int type) {
        return switch (type) {
            case KqlLexer.STAR -> BinaryOperator.MULTIPLY;
            case KqlLexer.SLASH -> BinaryOperator.DIVIDE;
            case KqlLexer.PERCENT -> BinaryOperator.MODULO;
            case KqlLexer.PLUS -> BinaryOperator.ADD;
            case KqlLexer.MINUS -> BinaryOperator.SUBTRACT;
            case KqlLexer.LT -> BinaryOperator.LESS;
            case KqlLexer.GT -> BinaryOperator.GREATER;
            case KqlLexer.LE -> BinaryOperator.LESS_OR_EQUAL;
            case KqlLexer.GE -> BinaryOperator.GREATER_OR_EQUAL;
            case KqlLexer.EQ -> BinaryOperator.EQUAL;
            case KqlLexer.NE -> BinaryOperator.NOT_EQUAL;
            case KqlLexer.EQ_CI -> BinaryOperator.EQUAL_CI;
            case KqlLexer.NE_CI -> BinaryOperator.NOT_EQUAL_CI;
            case KqlLexer.CONTAINS -> BinaryOperator.CONTAINS;
            case KqlLexer.NOT_CONTAINS -> BinaryOperator.NOT_CONTAINS;
            case KqlLexer.CONTAINS_CS -> BinaryOperator.CONTAINS_CS;
            case KqlLexer.NOT_CONTAINS_CS -> BinaryOperator.NOT_CONTAINS_CS;
            case KqlLexer.STARTSWITH -> BinaryOperator.STARTSWITH;
            case KqlLexer.NOT_STARTSWITH -> BinaryOperator.NOT_STARTSWITH;
            case KqlLexer.STARTSWITH_CS -> BinaryOperator.STARTSWITH_CS;
            case KqlLexer.NOT_STARTSWITH_CS -> BinaryOperator.NOT_STARTSWITH_CS;
            case KqlLexer.ENDSWITH -> BinaryOperator.ENDSWITH;
            case KqlLexer.NOT_ENDSWITH -> BinaryOperator.NOT_ENDSWITH;
            case KqlLexer.ENDSWITH_CS -> BinaryOperator.ENDSWITH_CS;
            case KqlLexer.NOT_ENDSWITH_CS -> BinaryOperator.NOT_ENDSWITH_CS;
            case KqlLexer.HAS -> BinaryOperator.HAS;
            case KqlLexer.NOT_HAS -> BinaryOperator.NOT_HAS;
            case KqlLexer.HAS_CS -> BinaryOperator.HAS_CS;
            case KqlLexer.NOT_HAS_CS -> BinaryOperator.NOT_HAS_CS;
            case KqlLexer.HASPREFIX -> BinaryOperator.HASPREFIX;
            case KqlLexer.NOT_HASPREFIX -> BinaryOperator.NOT_HASPREFIX;
            case KqlLexer.HASPREFIX_CS -> BinaryOperator.HASPREFIX_CS;
            case KqlLexer.NOT_HASPREFIX_CS -> BinaryOperator.NOT_HASPREFIX_CS;
            case KqlLexer.HASSUFFIX -> BinaryOperator.HASSUFFIX;
            case KqlLexer.NOT_HASSUFFIX -> BinaryOperator.NOT_HASSUFFIX;
            case KqlLexer.HASSUFFIX_CS -> BinaryOperator.HASSUFFIX_CS;
            case KqlLexer.NOT_HASSUFFIX_CS -> BinaryOperator.NOT_HASSUFFIX_CS;
            case KqlLexer.LIKE -> BinaryOperator.LIKE;
            case KqlLexer.NOT_LIKE -> BinaryOperator.NOT_LIKE;
            case KqlLexer.LIKE_CS -> BinaryOperator.LIKE_CS;
            case KqlLexer.NOT_LIKE_CS -> BinaryOperator.NOT_LIKE_CS;
            case KqlLexer.MATCHES_REGEX -> BinaryOperator.MATCHES_REGEX;
            case KqlLexer.COLON -> BinaryOperator.SEARCH_IN;
            default -> throw new IllegalStateException("token " + type);
        };
    }

    private static Membership membership(int type) {
        return switch (type) {
            case KqlLexer.IN -> Membership.IN;
            case KqlLexer.NOT_IN -> Membership.NOT_IN;
            case KqlLexer.IN_CI -> Membership.IN_CI;
            case KqlLexer.NOT_IN_CI -> Membership.NOT_IN_CI;
            case KqlLexer.HAS_ANY -> Membership.HAS_ANY;
            case KqlLexer.HAS_ALL -> Membership.HAS_ALL;
            default -> throw new IllegalStateException("token " + type);
        };
    }

    // Names and places

    private static String name(KqlParser.NameContext context) {
        return context.STRING() != null
                ? StringText.unquote(context.STRING().getText())
                : context.getText();
    }

    private static String memberName(KqlParser.MemberNameContext context) {
        return context.name() != null ? name(context.name()) : context.getText();
    }

    private SourceSpan span(ParserRuleContext context) {
        int start = KqlSyntax.offset(offsets, context.getStart().getStartIndex());
        var stop = context.getStop();
        int end = stop == null ? start : KqlSyntax.offset(offsets, stop.getStopIndex() + 1);
        return new SourceSpan(start, Math.max(start, end));
    }

    private void malformed(SourceSpan span, String text, String why) {
        fault("KS004", span, "Malformed literal: '" + text + "' " + why + ".");
    }

    private void fault(String code, SourceSpan span, String message) {
        faults.add(Diagnostic.error(code, source, span, message));
    }
}
