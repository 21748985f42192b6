package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.syntax.Expression.Argument;
import io.muster.kql.syntax.Expression.BinaryOperator;
import io.muster.kql.syntax.Expression.Membership;
import io.muster.kql.syntax.Expression.Named;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/// Expressions, from ANTLR's tree to ours.
final class ExpressionReader {
    private final AstBuilder builder;
    private final TreeReader tree;
    private final LiteralReader literals;
    private final int maxDepth;

    ExpressionReader(AstBuilder builder, TreeReader tree, int maxDepth) {
        this.builder = builder;
        this.tree = tree;
        this.literals = new LiteralReader(tree);
        this.maxDepth = maxDepth;
    }

    Expression literal(KqlParser.LiteralContext context) {
        return literals.literal(context);
    }

    Map<String, Expression> properties(List<KqlParser.PropertyContext> contexts) {
        var all = new LinkedHashMap<String, Expression>();
        for (var property : contexts) {
            all.put(
                    TreeReader.name(property.name(0)),
                    property.expression() != null
                            ? expression(property.expression())
                            : new Expression.Name(
                                    TreeReader.name(property.name(1)), tree.span(property)));
        }
        return all;
    }

    /// @param repeated the properties of which each time counts, their literals being an array; of others the last time does
    Map<String, Expression> properties(
            List<KqlParser.PropertyContext> contexts, Set<String> repeated) {
        var all = new LinkedHashMap<String, Expression>();
        for (var context : contexts) {
            properties(List.of(context))
                    .forEach((name, value) ->
                            all.merge(
                                    name,
                                    value,
                                    repeated.contains(name)
                                            ? ExpressionReader::both
                                            : (first, last) -> last));
        }
        return all;
    }

    private static Expression both(Expression first, Expression second) {
        if (!(first instanceof Expression.Literal a && second instanceof Expression.Literal b)) {
            return second;
        }
        var items = new ArrayList<>(items(a.value()));
        items.addAll(items(b.value()));
        return new Expression.Literal(Dynamic.array(items), KqlType.DYNAMIC, b.span());
    }

    private static List<Dynamic> items(Dynamic value) {
        return value instanceof Dynamic.Array(var items) ? items : List.of(value);
    }

    List<Named> named(List<KqlParser.NamedExpressionContext> contexts) {
        var all = new ArrayList<Named>();
        for (var context : contexts) {
            all.add(named(context));
        }
        return all;
    }

    Named named(KqlParser.NamedExpressionContext context) {
        var names = new ArrayList<String>();
        for (var n : context.name()) {
            names.add(TreeReader.name(n));
        }
        return new Named(names, expression(context.expression()), tree.span(context));
    }

    List<Expression> expressions(List<KqlParser.ExpressionContext> contexts) {
        var all = new ArrayList<Expression>();
        for (var context : contexts) {
            all.add(expression(context));
        }
        return all;
    }

    /// Long chains (`a or b or ...`, `x + y + ...`, `d.a.b...`) lean to the left in ANTLR's tree: they are walked, not recursed into.
    Expression expression(KqlParser.ExpressionContext context) {
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
                tree.fault(
                        "query-too-deep",
                        tree.span(step),
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
                        left.span().start(), Math.max(left.span().start(), tree.span(step).end()));
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
                                ? TreeReader.memberName(c.memberName())
                                : StringText.unquote(c.STRING().getText()),
                        span);
            }
            case KqlParser.IndexExpressionContext c ->
                    new Expression.Index(left, expression(c.expression(1)), span);
            case KqlParser.InExpressionContext c -> {
                var options = new ArrayList<Expression>();
                for (var option : c.pipeline()) {
                    options.add(builder.pipeline(option));
                }
                yield new Expression.In(membership(c.op), left, options, span);
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
                yield negative && LiteralReader.negated(operand) instanceof Expression.Literal l
                        ? new Expression.Literal(l.value(), l.type(), tree.span(c))
                        : new Expression.Sign(negative, operand, tree.span(c));
            }
            case KqlParser.PrimaryExpressionContext c -> primary(c.primary());
            default -> throw new IllegalStateException(context.getClass().getName());
        };
    }

    private Expression primary(KqlParser.PrimaryContext context) {
        var span = tree.span(context);
        if (context.literal() != null) {
            return literals.literal(context.literal());
        }
        if (context.call() != null) {
            return call(context.call());
        }
        if (context.TYPEOF() != null) {
            var types = new ArrayList<KqlType>();
            for (var type : context.type()) {
                types.add(tree.type(type));
            }
            return new Expression.TypeOf(types, span);
        }
        if (context.name() != null) {
            return new Expression.Name(TreeReader.name(context.name()), span);
        }
        if (context.pipeline() != null) {
            return builder.pipeline(context.pipeline());
        }
        return new Expression.Star(span);
    }

    Expression.Call call(KqlParser.CallContext context) {
        var arguments = new ArrayList<Argument>();
        for (var argument : context.argument()) {
            arguments.add(
                    new Argument(
                            argument.name() == null ? null : TreeReader.name(argument.name()),
                            builder.pipeline(argument.pipeline())));
        }
        var named = context.callName();
        return new Expression.Call(
                named.STRING() != null
                        ? StringText.unquote(named.STRING().getText())
                        : named.getText(),
                arguments,
                tree.span(context),
                tree.span(named));
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

    private Membership membership(Token operator) {
        return switch (operator.getType()) {
            case KqlLexer.IN -> Membership.IN;
            case KqlLexer.NOT_IN -> Membership.NOT_IN;
            case KqlLexer.IN_CI -> Membership.IN_CI;
            case KqlLexer.NOT_IN_CI -> Membership.NOT_IN_CI;
            case KqlLexer.HAS_ANY -> Membership.HAS_ANY;
            case KqlLexer.HAS_ALL -> Membership.HAS_ALL;
            case KqlLexer.NOT_HAS_ANY, KqlLexer.NOT_HAS_ALL -> {
                String has = operator.getText().substring(1);
                tree.fault(
                        "KS002",
                        tree.span(operator),
                        "There is no operator '" + operator.getText() + "'.",
                        "write not(... " + has + " (...))");
                yield Membership.HAS_ANY;
            }
            default -> throw new IllegalStateException("token " + operator);
        };
    }
}
