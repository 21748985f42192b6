package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.KqlType;
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
import io.muster.kql.syntax.TabularOperator.WildcardName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.misc.Interval;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/// Tabular operators, from ANTLR's tree to ours.
final class OperatorReader {
    private final AstBuilder builder;
    private final TreeReader tree;
    private final ExpressionReader expressions;
    private final TableReader tables;

    OperatorReader(
            AstBuilder builder, TreeReader tree, ExpressionReader expressions, TableReader tables) {
        this.builder = builder;
        this.tree = tree;
        this.expressions = expressions;
        this.tables = tables;
    }

    TabularOperator operator(KqlParser.OperatorContext context) {
        var span = tree.span(context);
        return switch (context) {
            case KqlParser.WhereOperatorContext c ->
                    new TabularOperator.Where(expressions.expression(c.expression()), span);
            case KqlParser.ExtendOperatorContext c ->
                    new TabularOperator.Extend(expressions.named(c.namedExpression()), span);
            case KqlParser.ProjectOperatorContext c ->
                    new TabularOperator.Project(expressions.named(c.namedExpression()), span);
            case KqlParser.ProjectAwayOperatorContext c ->
                    new TabularOperator.ProjectNames(false, tree.wildcards(c.wildcardName()), span);
            case KqlParser.ProjectKeepOperatorContext c ->
                    new TabularOperator.ProjectNames(true, tree.wildcards(c.wildcardName()), span);
            case KqlParser.ProjectRenameOperatorContext c ->
                    new TabularOperator.ProjectRename(expressions.named(c.namedExpression()), span);
            case KqlParser.ProjectReorderOperatorContext c -> {
                var items = new ArrayList<ReorderItem>();
                c.reorderItem().forEach(item -> items.add(reorderItem(item)));
                yield new TabularOperator.ProjectReorder(items, span);
            }
            case KqlParser.ProjectByNamesOperatorContext c ->
                    new TabularOperator.ProjectByNames(
                            expressions.expressions(c.expression()), span);
            case KqlParser.DistinctOperatorContext c ->
                    new TabularOperator.Distinct(expressions.named(c.namedExpression()), span);
            case KqlParser.CountOperatorContext c ->
                    new TabularOperator.Count(
                            c.name() == null ? null : TreeReader.name(c.name()), span);
            case KqlParser.TakeOperatorContext c ->
                    new TabularOperator.Take(expressions.expression(c.expression()), span);
            case KqlParser.SortOperatorContext c ->
                    new TabularOperator.Sort(sortKeys(c.sortKey()), span);
            case KqlParser.TopOperatorContext c ->
                    new TabularOperator.Top(
                            expressions.expression(c.expression()), sortKeys(c.sortKey()), span);
            case KqlParser.SummarizeOperatorContext c -> summarize(c, span);
            case KqlParser.JoinOperatorContext c -> tables.join(c, span);
            case KqlParser.LookupOperatorContext c -> tables.lookup(c, span);
            case KqlParser.UnionPipeOperatorContext c -> tables.union(c.unionOperator());
            case KqlParser.SearchPipeOperatorContext c -> tables.search(c.searchOperator());
            case KqlParser.MvExpandOperatorContext c -> expand(c, span);
            case KqlParser.MvApplyOperatorContext c -> {
                for (var parameter : c.expandParameter()) {
                    if (isKind(parameter) && !TreeReader.name(parameter.name()).equals("bag")) {
                        tree.fault(
                                "KS140",
                                tree.span(parameter),
                                "The expression must be one of the values: bag");
                    }
                }
                yield new TabularOperator.MvApply(
                        itemIndex(c.expandParameter()),
                        expandItems(c.expandItem()),
                        c.expression() == null ? null : expressions.expression(c.expression()),
                        builder.subPipeline(c.subPipeline()),
                        span);
            }
            case KqlParser.ParseOperatorContext c -> parse(c, span);
            case KqlParser.ParseKvOperatorContext c ->
                    new TabularOperator.ParseKv(
                            expressions.expression(c.expression()),
                            tree.columns(c.columnDeclaration()),
                            expressions.properties(c.property(), Set.of("quote", "escape")),
                            span);
            case KqlParser.GetSchemaOperatorContext c -> new TabularOperator.GetSchema(span);
            case KqlParser.SerializeOperatorContext c ->
                    new TabularOperator.Serialize(expressions.named(c.namedExpression()), span);
            case KqlParser.AsOperatorContext c ->
                    new TabularOperator.As(TreeReader.name(c.name()), span);
            case KqlParser.RenderOperatorContext c -> {
                var properties = new LinkedHashMap<>(expressions.properties(c.property()));
                for (var word : c.renderWord()) {
                    if (word.literal() != null) {
                        properties.put(
                                TreeReader.name(word.name(0)), expressions.literal(word.literal()));
                    } else if (word.name().size() > 1) {
                        properties.put(
                                TreeReader.name(word.name(0)),
                                new Expression.Name(
                                        TreeReader.name(word.name(1)), tree.span(word)));
                    }
                }
                yield new TabularOperator.Render(TreeReader.name(c.name()), properties, span);
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
                            expressions.expression(c.expression()),
                            expressions.named(c.namedExpression(0)),
                            c.namedExpression().size() > 1
                                    ? expressions.named(c.namedExpression(1))
                                    : null,
                            span);
            case KqlParser.SampleOperatorContext c ->
                    new TabularOperator.Sample(expressions.expression(c.expression()), span);
            case KqlParser.SampleDistinctOperatorContext c ->
                    new TabularOperator.SampleDistinct(
                            expressions.expression(c.expression()),
                            expressions.named(c.namedExpression()),
                            span);
            case KqlParser.EvaluateOperatorContext c ->
                    new TabularOperator.Evaluate(
                            expressions.call(c.call()),
                            c.keep != null,
                            tree.columns(c.columnDeclaration()),
                            span);
            case KqlParser.InvokeOperatorContext c ->
                    new TabularOperator.Invoke(expressions.call(c.call()), span);
            case KqlParser.PartitionOperatorContext c ->
                    new TabularOperator.Partition(
                            TreeReader.name(c.name()),
                            c.subPipeline() != null
                                    ? builder.subPipeline(c.subPipeline())
                                    : builder.tabular(c.pipeline()),
                            span);
            case KqlParser.ForkOperatorContext c -> {
                var legs = new ArrayList<TabularOperator.ForkLeg>();
                for (var leg : c.forkLeg()) {
                    legs.add(
                            new TabularOperator.ForkLeg(
                                    leg.name() == null ? null : TreeReader.name(leg.name()),
                                    builder.subPipeline(leg.subPipeline())));
                }
                yield new TabularOperator.Fork(legs, span);
            }
            case KqlParser.FacetOperatorContext c -> {
                var names = new ArrayList<String>();
                for (var n : c.name()) {
                    names.add(TreeReader.name(n));
                }
                Pipeline with = null;
                if (c.subPipeline() != null) {
                    with = builder.subPipeline(c.subPipeline());
                } else if (c.operator() != null) {
                    with = new Pipeline(null, List.of(operator(c.operator())), span);
                }
                yield new TabularOperator.Facet(names, with, span);
            }
            case KqlParser.ReduceOperatorContext c ->
                    new TabularOperator.Reduce(
                            isSaid(c.kindParameter(), "source"),
                            expressions.named(c.namedExpression()),
                            expressions.properties(c.property()),
                            span);
            case KqlParser.ScanOperatorContext c -> scan(c, span);
            case KqlParser.ConsumeOperatorContext c -> new TabularOperator.Consume(span);
            default -> throw new IllegalStateException(context.getClass().getName());
        };
    }

    private List<SortKey> sortKeys(List<KqlParser.SortKeyContext> contexts) {
        var all = new ArrayList<SortKey>();
        for (var key : contexts) {
            all.add(
                    new SortKey(
                            expressions.named(key.namedExpression()),
                            key.ASC() != null,
                            key.NULLS() == null ? null : key.FIRST() != null));
        }
        return all;
    }

    private TabularOperator summarize(KqlParser.SummarizeOperatorContext c, SourceSpan span) {
        var aggregates = new ArrayList<Named>();
        var keys = new ArrayList<Named>();
        boolean by = false;
        for (int i = 0; i < c.getChildCount(); i++) {
            switch (c.getChild(i)) {
                case TerminalNode t when t.getSymbol().getType() == KqlLexer.BY -> by = true;
                case KqlParser.NamedExpressionContext n ->
                        (by ? keys : aggregates).add(expressions.named(n));
                default -> {}
            }
        }
        return new TabularOperator.Summarize(aggregates, keys, by, span);
    }

    private ReorderItem reorderItem(KqlParser.ReorderItemContext item) {
        var name = tree.wildcard(item.wildcardName());
        if (item.getChildCount() > 1) {
            return new ReorderItem(name, item.getChild(1).getText());
        }
        // `a* asc`: the grammar takes the word for a part of the pattern; a pattern has no blanks.
        var last = item.wildcardName().getStop();
        boolean apart =
                last.getStartIndex() > item.wildcardName().getStart().getStartIndex()
                        && Character.isWhitespace(
                                last.getInputStream()
                                        .getText(
                                                Interval.of(
                                                        last.getStartIndex() - 1,
                                                        last.getStartIndex() - 1))
                                        .charAt(0));
        if (!apart || !(last.getText().equals("asc") || last.getText().equals("desc"))) {
            return new ReorderItem(name, "");
        }
        String text = name.text();
        return new ReorderItem(
                new WildcardName(
                        text.substring(0, text.length() - last.getText().length()),
                        true,
                        name.span()),
                last.getText());
    }

    private TabularOperator makeSeries(KqlParser.MakeSeriesOperatorContext c, SourceSpan span) {
        var items = new ArrayList<SeriesItem>();
        for (var item : c.seriesItem()) {
            items.add(
                    new SeriesItem(
                            expressions.named(item.namedExpression()),
                            item.expression() == null
                                    ? null
                                    : expressions.expression(item.expression())));
        }
        var range = c.seriesRange();
        Expression from = null;
        Expression to = null;
        Expression step = null;
        boolean inclusive = false;
        if (range != null && range.IN() != null) {
            from = expressions.expression(range.expression(0));
            to = expressions.expression(range.expression(1));
            step = expressions.expression(range.expression(2));
            inclusive = true;
        } else if (range != null) {
            int at = 0;
            if (range.FROM() != null) {
                from = expressions.expression(range.expression(at++));
            }
            if (range.TO() != null) {
                to = expressions.expression(range.expression(at++));
            }
            step = expressions.expression(range.expression(at));
        }
        var named = expressions.named(c.namedExpression());
        return new TabularOperator.MakeSeries(
                isSaid(c.kindParameter(), "nonempty"),
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
                counted ? expressions.expression(c.expression(0)) : null,
                expressions.named(c.namedExpression(0)),
                c.OTHERS() == null ? null : expressions.expression(c.expression(counted ? 1 : 0)),
                expressions.named(c.namedExpression(1)),
                c.ASC() != null);
    }

    private TabularOperator scan(KqlParser.ScanOperatorContext c, SourceSpan span) {
        String matchId = null;
        for (var parameter : c.scanParameter()) {
            if (parameter.WITH_MATCH_ID() != null) {
                matchId = TreeReader.name(parameter.name());
            }
        }
        var declarations = new ArrayList<ScanDeclaration>();
        for (var d : c.scanDeclaration()) {
            declarations.add(
                    new ScanDeclaration(
                            TreeReader.name(d.name()),
                            tree.type(d.type()),
                            d.expression() == null
                                    ? null
                                    : expressions.expression(d.expression())));
        }
        var steps = new ArrayList<ScanStep>();
        for (var s : c.scanStep()) {
            var assignments = new ArrayList<ScanAssignment>();
            for (var a : s.scanAssignment()) {
                assignments.add(
                        new ScanAssignment(
                                TreeReader.name(a.name()), expressions.expression(a.expression())));
            }
            steps.add(
                    new ScanStep(
                            TreeReader.name(s.name(0)),
                            s.name().size() > 1 ? TreeReader.name(s.name(1)) : "all",
                            expressions.expression(s.expression()),
                            assignments));
        }
        return new TabularOperator.ScanSteps(
                matchId, expressions.expressions(c.expression()), declarations, steps, span);
    }

    private TabularOperator expand(KqlParser.MvExpandOperatorContext c, SourceSpan span) {
        boolean arrays = false;
        for (var parameter : c.expandParameter()) {
            if (isKind(parameter)) {
                String kind = TreeReader.name(parameter.name());
                arrays = kind.equals("array");
                if (!arrays && !kind.equals("bag")) {
                    tree.fault(
                            "KS140",
                            tree.span(parameter),
                            "The expression must be one of the values: bag or array");
                }
            }
        }
        return new TabularOperator.MvExpand(
                arrays,
                itemIndex(c.expandParameter()),
                expandItems(c.expandItem()),
                c.expression() == null ? null : expressions.expression(c.expression()),
                c.MV_EXPAND().getText().equals("mvexpand"),
                span);
    }

    private static boolean isKind(KqlParser.ExpandParameterContext parameter) {
        return parameter.KIND() != null || parameter.BAGEXPANSION() != null;
    }

    private @Nullable String itemIndex(List<KqlParser.ExpandParameterContext> parameters) {
        for (var parameter : parameters) {
            if (parameter.WITH_ITEMINDEX() != null) {
                return TreeReader.name(parameter.name());
            }
        }
        return null;
    }

    private List<ExpandItem> expandItems(List<KqlParser.ExpandItemContext> contexts) {
        var all = new ArrayList<ExpandItem>();
        for (var item : contexts) {
            all.add(
                    new ExpandItem(
                            item.name() == null ? null : TreeReader.name(item.name()),
                            expressions.expression(item.expression()),
                            item.type() == null ? null : tree.type(item.type()),
                            tree.span(item)));
        }
        return all;
    }

    /// Whether the only kind there is was asked for.
    private boolean isSaid(List<KqlParser.KindParameterContext> parameters, String kind) {
        return parameters.stream().anyMatch(p -> p.KIND() != null)
                && tables.kind(parameters, List.of(kind)).equals(kind);
    }

    private TabularOperator parse(KqlParser.ParseOperatorContext c, SourceSpan span) {
        String kind = "simple";
        String flags = "";
        for (var parameter : c.parseParameter()) {
            if (parameter.KIND() != null) {
                kind = TreeReader.name(parameter.name());
                if (!List.of("simple", "regex", "relaxed").contains(kind)) {
                    tree.fault(
                            "KS140",
                            tree.span(parameter),
                            "The expression must be one of the values: simple, regex or relaxed");
                }
            } else if (parameter.FLAGS() != null) {
                flags = TreeReader.name(parameter.name());
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
                                TreeReader.name(item.name()),
                                item.type() == null ? KqlType.STRING : tree.type(item.type())));
            }
        }
        return new TabularOperator.Parse(
                c.kindOf.getType() == KqlLexer.PARSE_WHERE,
                kind,
                flags,
                expressions.expression(c.expression()),
                pattern,
                span);
    }
}
