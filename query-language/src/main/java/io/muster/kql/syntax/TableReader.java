package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.kql.syntax.TabularOperator.FindColumn;
import io.muster.kql.syntax.TabularOperator.UnionLeg;
import java.util.ArrayList;
import java.util.List;

/// Operators that name other tables: `join`, `lookup`, `union`, `search`, `find`.
final class TableReader {
    private final AstBuilder builder;
    private final TreeReader tree;
    private final ExpressionReader expressions;

    TableReader(AstBuilder builder, TreeReader tree, ExpressionReader expressions) {
        this.builder = builder;
        this.tree = tree;
        this.expressions = expressions;
    }

    TabularOperator join(KqlParser.JoinOperatorContext c, SourceSpan span) {
        return new TabularOperator.Join(
                kind(c.kindParameter(), "innerunique"),
                table(c.tableOperand()),
                expressions.expressions(c.expression()),
                span,
                kindSpan(c.kindParameter(), span));
    }

    TabularOperator lookup(KqlParser.LookupOperatorContext c, SourceSpan span) {
        return new TabularOperator.Lookup(
                kind(c.kindParameter(), "leftouter"),
                table(c.tableOperand()),
                expressions.expressions(c.expression()),
                span,
                kindSpan(c.kindParameter(), span));
    }

    static String kind(List<KqlParser.KindParameterContext> parameters, String otherwise) {
        String kind = otherwise;
        for (var parameter : parameters) {
            if (parameter.KIND() != null) {
                kind = TreeReader.name(parameter.name());
            }
        }
        return kind;
    }

    /// The kind, which must be one of those; the first of them where none is said.
    String kind(List<KqlParser.KindParameterContext> parameters, List<String> kinds) {
        for (var parameter : parameters) {
            if (parameter.KIND() != null && !kinds.contains(TreeReader.name(parameter.name()))) {
                tree.fault(
                        "KS140",
                        tree.span(parameter),
                        "The expression must be one of the values: " + String.join(", ", kinds));
            }
        }
        return kind(parameters, kinds.getFirst());
    }

    private SourceSpan kindSpan(
            List<KqlParser.KindParameterContext> parameters, SourceSpan otherwise) {
        for (var parameter : parameters) {
            if (parameter.KIND() != null) {
                return tree.span(parameter.name());
            }
        }
        return new SourceSpan(otherwise.start(), otherwise.start() + 4);
    }

    private Expression table(KqlParser.TableOperandContext c) {
        if (c.pipeline() != null) {
            return builder.pipeline(c.pipeline());
        }
        if (c.call() != null) {
            return expressions.call(c.call());
        }
        if (c.databaseTable() != null) {
            return databaseTable(c.databaseTable());
        }
        return new Expression.Name(TreeReader.name(c.name()), tree.span(c));
    }

    /// `database('x').T`, `arg('').resources`, `pattern('a').path`.
    private Expression databaseTable(KqlParser.DatabaseTableContext c) {
        Expression value = expressions.call(c.call(0));
        for (int i = 1; i < c.getChildCount(); i++) {
            value =
                    switch (c.getChild(i)) {
                        // A function is the same wherever it is said to be.
                        case KqlParser.CallContext call -> expressions.call(call);
                        case KqlParser.NameContext name ->
                                new Expression.Member(
                                        value, TreeReader.name(name), tree.span(name));
                        default -> value;
                    };
        }
        return value;
    }

    TabularOperator union(KqlParser.UnionOperatorContext c) {
        String kind = "outer";
        String sourceColumn = null;
        boolean fuzzy = false;
        for (var parameter : c.unionParameter()) {
            if (parameter.KIND() != null) {
                kind = TreeReader.name(parameter.name());
                if (!kind.equals("inner") && !kind.equals("outer")) {
                    tree.fault(
                            "KS140",
                            tree.span(parameter.name()),
                            "The expression must be one of the values: inner or outer");
                }
            } else if (parameter.WITHSOURCE() != null) {
                sourceColumn = TreeReader.name(parameter.name());
            } else if (parameter.ISFUZZY() != null) {
                fuzzy = parameter.TRUE() != null;
            }
        }
        return new TabularOperator.Union(
                kind, sourceColumn, fuzzy, legs(c.unionLeg()), tree.span(c));
    }

    private List<UnionLeg> legs(List<KqlParser.UnionLegContext> contexts) {
        var all = new ArrayList<UnionLeg>();
        for (var leg : contexts) {
            var span = tree.span(leg);
            if (leg.pipeline() != null) {
                all.add(new UnionLeg(builder.pipeline(leg.pipeline()), null, span));
            } else if (leg.call() != null) {
                all.add(new UnionLeg(expressions.call(leg.call()), null, span));
            } else if (leg.databaseTable() != null) {
                all.add(new UnionLeg(databaseTable(leg.databaseTable()), null, span));
            } else {
                var name = tree.wildcard(leg.wildcardName());
                all.add(
                        name.wildcard()
                                ? new UnionLeg(null, name, span)
                                : new UnionLeg(new Expression.Name(name.text(), span), null, span));
            }
        }
        return all;
    }

    TabularOperator search(KqlParser.SearchOperatorContext c) {
        String kind =
                kind(c.kindParameter(), List.of("default", "case_insensitive", "case_sensitive"));
        return new TabularOperator.Search(
                kind.equals("case_sensitive"),
                legs(c.unionLeg()),
                expressions.expression(c.expression()),
                tree.span(c));
    }

    TabularOperator find(KqlParser.FindOperatorContext c) {
        String sourceColumn = null;
        for (var parameter : c.findParameter()) {
            if (parameter.WITHSOURCE() != null) {
                sourceColumn = TreeReader.name(parameter.name());
            }
        }
        var columns = new ArrayList<FindColumn>();
        boolean packAll = false;
        for (var column : c.findColumn()) {
            if (column.call() == null) {
                columns.add(
                        new FindColumn(
                                TreeReader.name(column.name()),
                                column.type() == null ? null : tree.type(column.type()),
                                tree.span(column)));
                continue;
            }
            String called = column.call().callName().getText();
            if (called.equals("pack_all") || called.equals("pack")) {
                packAll = true;
            } else {
                tree.fault("KS109", tree.span(column), "Column name expected.");
            }
        }
        return new TabularOperator.Find(
                sourceColumn,
                legs(c.unionLeg()),
                expressions.expression(c.expression()),
                columns,
                packAll,
                tree.span(c));
    }
}
