package io.muster.kql.syntax;

import io.muster.core.diagnostic.Diagnostics;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.kql.syntax.Expression.Pipeline;
import java.util.ArrayList;
import java.util.List;

/// ANTLR's tree to ours: statements and pipelines; operators and expressions have readers of their own. Confined to one thread and one text.
final class AstBuilder {
    private final TreeReader tree;
    private final ExpressionReader expressions;
    private final TableReader tables;
    private final OperatorReader operators;

    AstBuilder(SourceText source, int[] offsets, int maxDepth, Diagnostics faults) {
        this.tree = new TreeReader(source, offsets, faults);
        this.expressions = new ExpressionReader(this, tree, maxDepth);
        this.tables = new TableReader(this, tree, expressions);
        this.operators = new OperatorReader(this, tree, expressions, tables);
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
        var span = tree.span(context);
        return switch (context) {
            case KqlParser.LetStatementContext let -> let(let, span);
            case KqlParser.SetStatementContext set -> set(set, span);
            case KqlParser.ParametersStatementContext parameters ->
                    new Statement.Parameters(parameters(parameters.parameter()), span);
            case KqlParser.PatternStatementContext pattern -> pattern(pattern, span);
            case KqlParser.QueryStatementContext query ->
                    new Statement.Result(pipeline(query.pipeline()), span);
            default -> throw new IllegalStateException(context.getClass().getName());
        };
    }

    private Statement set(KqlParser.SetStatementContext set, SourceSpan span) {
        Expression value = null;
        if (set.literal() != null) {
            value = expressions.literal(set.literal());
        } else if (set.name().size() > 1) {
            value = new Expression.Name(TreeReader.name(set.name(1)), tree.span(set.name(1)));
        }
        return new Statement.SetOption(TreeReader.name(set.name(0)), value, span);
    }

    private Statement pattern(KqlParser.PatternStatementContext pattern, SourceSpan span) {
        var arms = new ArrayList<Statement.PatternArm>();
        for (var arm : pattern.patternArm()) {
            var texts = new ArrayList<String>();
            for (var text : arm.STRING()) {
                texts.add(StringText.unquote(text.getText()));
            }
            String path = arm.DOT() == null ? null : texts.removeLast();
            arms.add(
                    new Statement.PatternArm(
                            texts, path, new Query(statements(arm.lambdaBody().statement()))));
        }
        return new Statement.Pattern(TreeReader.name(pattern.name()), arms, span);
    }

    private Statement let(KqlParser.LetStatementContext let, SourceSpan span) {
        String name = TreeReader.name(let.name());
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
                            TreeReader.name(p.name()),
                            p.type() == null ? null : tree.type(p.type()),
                            tree.columns(p.columnDeclaration()),
                            p.expression() == null ? null : expressions.expression(p.expression()),
                            tree.span(p)));
        }
        return all;
    }

    /// A pipeline; one that is only a value is that value itself.
    Expression pipeline(KqlParser.PipelineContext context) {
        var head = context.head();
        var operators = new ArrayList<TabularOperator>();
        Expression value = null;
        switch (head) {
            case null -> {}
            case KqlParser.ExpressionHeadContext e ->
                    value = expressions.expression(e.expression());
            case KqlParser.PrintHeadContext p ->
                    operators.add(
                            new TabularOperator.Print(
                                    expressions.named(p.namedExpression()), tree.span(p)));
            case KqlParser.RangeHeadContext r ->
                    operators.add(
                            new TabularOperator.Range(
                                    TreeReader.name(r.name()),
                                    expressions.expression(r.expression(0)),
                                    expressions.expression(r.expression(1)),
                                    expressions.expression(r.expression(2)),
                                    tree.span(r)));
            case KqlParser.DatatableHeadContext d ->
                    operators.add(
                            new TabularOperator.Datatable(
                                    tree.columns(d.columnDeclaration()),
                                    expressions.expressions(d.expression()),
                                    tree.span(d)));
            case KqlParser.UnionHeadContext u -> operators.add(tables.union(u.unionOperator()));
            case KqlParser.SearchHeadContext s -> operators.add(tables.search(s.searchOperator()));
            case KqlParser.FindHeadContext f -> operators.add(tables.find(f.findOperator()));
            default -> throw new IllegalStateException(head.getClass().getName());
        }
        if (value != null && context.operator().isEmpty()) {
            return value;
        }
        for (var operator : context.operator()) {
            operators.add(this.operators.operator(operator));
        }
        return new Pipeline(value, operators, tree.span(context));
    }

    Pipeline tabular(KqlParser.PipelineContext context) {
        var value = pipeline(context);
        return value instanceof Pipeline p ? p : new Pipeline(value, List.of(), value.span());
    }

    Pipeline subPipeline(KqlParser.SubPipelineContext context) {
        var inner = context;
        while (inner.subPipeline() != null) {
            inner = inner.subPipeline();
        }
        if (inner.pipeline() != null) {
            return tabular(inner.pipeline());
        }
        var operators = new ArrayList<TabularOperator>();
        for (var operator : inner.operator()) {
            operators.add(this.operators.operator(operator));
        }
        return new Pipeline(null, operators, tree.span(inner));
    }
}
