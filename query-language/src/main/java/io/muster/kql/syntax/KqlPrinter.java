package io.muster.kql.syntax;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.Expression.Pipeline;
import io.muster.kql.value.ScalarText;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;

/// A tree as KQL text: what reads as the same tree again, hints and comments apart. Stateless.
public final class KqlPrinter {
    private KqlPrinter() {}

    public static String print(Query query) {
        return join(";\n", query.statements().stream().map(KqlPrinter::statement).toList());
    }

    static String join(String between, List<String> parts) {
        return String.join(between, parts);
    }

    private static String statement(Statement statement) {
        return switch (statement) {
            case Statement.Let(var name, var value, var span) ->
                    "let " + name(name) + " = " + pipeline(value);
            case Statement.LetFunction f ->
                    "let "
                            + name(f.name())
                            + " = "
                            + (f.view() ? "view " : "")
                            + "("
                            + parameters(f.parameters())
                            + ") { "
                            + print(f.body())
                            + " }";
            case Statement.Parameters(var parameters, var span) ->
                    "declare query_parameters(" + parameters(parameters) + ")";
            case Statement.SetOption(var name, var value, var span) ->
                    "set " + name(name) + (value == null ? "" : " = " + expression(value));
            case Statement.Pattern pattern -> pattern(pattern);
            case Statement.Result(var value, var span) -> pipeline(value);
        };
    }

    private static String parameters(List<Statement.Parameter> parameters) {
        return join(", ", parameters.stream().map(KqlPrinter::parameter).toList());
    }

    private static String parameter(Statement.Parameter parameter) {
        var type = parameter.type();
        var otherwise = parameter.otherwise();
        return name(parameter.name())
                + ": "
                + (type != null
                        ? type.wireName()
                        : parameter.columns().isEmpty()
                                ? "(*)"
                                : "(" + columns(parameter.columns()) + ")")
                + (otherwise == null ? "" : " = " + expression(otherwise));
    }

    private static String pattern(Statement.Pattern pattern) {
        if (pattern.arms().isEmpty()) {
            return "declare pattern " + name(pattern.name());
        }
        var out = new StringBuilder("declare pattern ").append(name(pattern.name())).append(" = (");
        var first = pattern.arms().getFirst();
        for (int i = 0; i < first.arguments().size(); i++) {
            out.append(i == 0 ? "a" : ", a").append(i).append(": string");
        }
        out.append(')').append(first.path() == null ? "" : "[path: string]").append(" {\n");
        for (var arm : pattern.arms()) {
            var path = arm.path();
            out.append("(")
                    .append(join(", ", arm.arguments().stream().map(StringText::quote).toList()))
                    .append(path == null ? ")" : ").[" + StringText.quote(path) + "]")
                    .append(" = { ")
                    .append(print(arm.body()))
                    .append(" };\n");
        }
        return out.append('}').toString();
    }

    static String columns(List<Expression.ColumnDeclaration> columns) {
        return join(
                ", ",
                columns.stream().map(c -> name(c.name()) + ": " + c.type().wireName()).toList());
    }

    /// A name, in brackets when it would not read as one.
    static String name(String name) {
        var lexer = new KqlLexer(CharStreams.fromString(name));
        lexer.removeErrorListeners();
        var token = lexer.nextToken();
        return token.getType() == KqlLexer.IDENTIFIER && lexer.nextToken().getType() == Token.EOF
                ? name
                : "[" + StringText.quote(name) + "]";
    }

    /// A value or table where a pipeline may stand without parentheses.
    static String pipeline(Expression expression) {
        if (!(expression instanceof Pipeline(var source, var operators, var span))) {
            return expression(expression);
        }
        var steps = operators.stream().map(OperatorPrinter::print).toList();
        String rest = join("\n| ", steps);
        return source == null
                ? rest
                : steps.isEmpty() ? operand(source) : operand(source) + "\n| " + rest;
    }

    static String expressions(List<Expression> expressions) {
        return join(", ", expressions.stream().map(KqlPrinter::expression).toList());
    }

    static String named(Named named) {
        var names = named.names().stream().map(KqlPrinter::name).toList();
        return switch (names.size()) {
            case 0 -> expression(named.value());
            case 1 -> names.getFirst() + " = " + expression(named.value());
            default -> "(" + join(", ", names) + ") = " + expression(named.value());
        };
    }

    static String named(List<Named> all) {
        return join(", ", all.stream().map(KqlPrinter::named).toList());
    }

    static String expression(Expression expression) {
        return switch (expression) {
            case Expression.Name(var name, var span) -> name(name);
            case Expression.Star star -> "*";
            case Expression.Literal(var value, var type, var span) -> literal(value, type);
            case Expression.Member(var target, var name, var span) ->
                    operand(target) + "." + name(name);
            case Expression.Index(var target, var index, var span) ->
                    operand(target) + "[" + expression(index) + "]";
            case Expression.Call call -> call(call);
            case Expression.Sign(var negative, var value, var span) ->
                    (negative ? "-" : "+") + operand(value);
            case Expression.Binary(var operator, var left, var right, var span) ->
                    operand(left) + " " + operator.text() + " " + operand(right);
            case Expression.Logical(var and, var operands, var span) ->
                    join(
                            and ? " and " : " or ",
                            operands.stream().map(KqlPrinter::operand).toList());
            case Expression.In(var operator, var left, var options, var span) ->
                    operand(left) + " " + operator.text() + " (" + expressions(options) + ")";
            case Expression.Between(var negated, var value, var low, var high, var span) ->
                    operand(value)
                            + (negated ? " !between (" : " between (")
                            + operand(low)
                            + " .. "
                            + operand(high)
                            + ")";
            case Expression.TypeOf(var types, var span) ->
                    "typeof("
                            + (types.isEmpty()
                                    ? "*"
                                    : join(", ", types.stream().map(t -> t.wireName()).toList()))
                            + ")";
            case Pipeline pipeline -> "(" + pipeline(pipeline) + ")";
        };
    }

    static String call(Expression.Call call) {
        return name(call.name())
                + "("
                + join(", ", call.arguments().stream().map(KqlPrinter::argument).toList())
                + ")";
    }

    private static String argument(Expression.Argument argument) {
        var name = argument.name();
        return (name == null ? "" : name(name) + " = ") + expression(argument.value());
    }

    /// An expression that holds together whatever stands beside it.
    static String operand(Expression expression) {
        return switch (expression) {
            case Expression.Sign e -> "(" + expression(e) + ")";
            case Expression.Binary e -> "(" + expression(e) + ")";
            case Expression.Logical e -> "(" + expression(e) + ")";
            case Expression.In e -> "(" + expression(e) + ")";
            case Expression.Between e -> "(" + expression(e) + ")";
            case Expression.Name e -> expression(e);
            case Expression.Star e -> expression(e);
            case Expression.Literal e -> expression(e);
            case Expression.Member e -> expression(e);
            case Expression.Index e -> expression(e);
            case Expression.Call e -> expression(e);
            case Expression.TypeOf e -> expression(e);
            case Pipeline e -> expression(e);
        };
    }

    static String literal(Dynamic value, KqlType type) {
        if (type == KqlType.DYNAMIC) {
            return "dynamic(" + json(value) + ")";
        }
        if (value.isNull()) {
            return type.wireName() + "(null)";
        }
        return switch (type) {
            case STRING -> StringText.quote(value.textOr(""));
            case BOOL -> value.boolOr(false) ? "true" : "false";
            case LONG ->
                    value instanceof Dynamic.Whole(var w) && w >= 0
                            ? Long.toString(w)
                            : "long(" + ScalarText.of(value) + ")";
            case INT -> "int(" + ScalarText.of(value) + ")";
            case REAL, DECIMAL, DATETIME, TIMESPAN, GUID -> typed(value);
            case DYNAMIC -> throw new IllegalStateException("written above");
        };
    }

    private static String typed(Dynamic value) {
        return switch (value) {
            case Dynamic.Real(var r) ->
                    Double.isNaN(r)
                            ? "real(nan)"
                            : Double.isInfinite(r)
                                    ? r > 0 ? "real(+inf)" : "real(-inf)"
                                    : "real(" + r + ")";
            case Dynamic.Decimal(var d) -> "decimal(" + d + ")";
            case Dynamic.DateTime(var ticks) -> "datetime(" + Ticks.formatDateTime(ticks) + ")";
            case Dynamic.Span(var ticks) -> "timespan(" + ScalarText.of(value) + ")";
            case Dynamic.Guid(var g) -> "guid(" + g + ")";
            default -> json(value);
        };
    }

    private static String json(Dynamic value) {
        return switch (value) {
            case Dynamic.Null n -> "null";
            case Dynamic.Bool(var b) -> b ? "true" : "false";
            case Dynamic.Whole(var w) -> Long.toString(w);
            case Dynamic.Text(var t) -> StringText.quote(t);
            case Dynamic.Array(var items) ->
                    "[" + join(", ", items.stream().map(KqlPrinter::json).toList()) + "]";
            case Dynamic.Bag(var members) ->
                    "{"
                            + join(
                                    ", ",
                                    members.entrySet().stream()
                                            .map(m ->
                                                    StringText.quote(m.getKey())
                                                            + ": "
                                                            + json(m.getValue()))
                                            .toList())
                            + "}";
            case Dynamic.Real r -> typed(r);
            case Dynamic.Decimal(var d) ->
                    LiteralReader.isBeyondPlain(d) ? d.toString() : "decimal(" + d + ")";
            case Dynamic.DateTime d -> typed(d);
            case Dynamic.Span s -> typed(s);
            case Dynamic.Guid g -> typed(g);
        };
    }
}
